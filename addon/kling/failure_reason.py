# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a task failed, in Kling's words, and what the user can do about it.

A failed task carries a sentence and no code (kling-api section 4), and there is no published list of them: the patterns
below fit the few that were seen (marked live) and the words that the documents use for each limit (guesses). A sentence
that none of them fits is shown as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from .errors import KlingTaskFailed


class FailureReason(Enum):
    MODERATION = "moderation"
    IMAGE = "image"
    VIDEO_LENGTH = "video length"
    VIDEO_PERSON = "video without a person"
    VIDEO = "video"
    SOUND = "sound"
    UNREACHABLE = "unreachable"
    LIBRARY = "element or voice"
    PROMPT = "prompt"
    BALANCE = "balance"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Row:
    reason: FailureReason
    pattern: str
    """A regular expression that is looked for in the sentence, upper and lower case alike."""
    hint: str


# The first row that fits counts, so what names a thing comes before what names a fault.
_ROWS = (
    _Row(
        FailureReason.MODERATION,
        # "Failure to pass the risk control system" (live), "Content policy violation" (a client's test data)
        r"risk.?control|content (?:policy|security|safety|check)|policy|moderat|sensitive|violat|prohibited|"
        r"inappropriate|nsfw|unsafe",
        "Kling's content check stopped it. Reword the prompt, or use other images: people known to the public, "
        "minors, brands, blood and bare skin are what it stops most. The same text may pass another time.",
    ),
    _Row(
        FailureReason.UNREACHABLE,
        r"(?:download|fetch|retriev|reach|access|load|open|read)\w*.{0,40}\b(?:url|link|address)|"
        r"\b(?:url|link|address)\b.{0,60}(?:invalid|fail|unreachable|expired|denied|not)|"
        r"(?:fail|could not|cannot|can't|unable)\w*.{0,20}(?:download|fetch|retriev|reach)",
        "Kling could not fetch a file. Its address must be open to everyone, without a login, until the shot is made; "
        "ask for the shot again, so that it is put in place anew.",
    ),
    _Row(
        FailureReason.VIDEO_PERSON,
        r"(?:no|not|without|fail\w*|cannot|unable|multiple|more than one|incomplete)\b.{0,40}\b"
        r"(?:person|people|human|character|body|face|figure|pose|skeleton)|"
        r"\b(?:person|people|human|character|body|face|figure|pose)\b.{0,40}"
        r"(?:not (?:be )?(?:found|detected)|missing|incomplete)",
        "Kling found no person that it can follow. Use a video, and an image, of one person, seen whole or from the "
        "waist up, large enough and not covered, in one shot without cuts.",
    ),
    _Row(
        FailureReason.VIDEO_LENGTH,
        r"(?:video|clip|footage).{0,60}(?:duration|length|short|long|second)|"
        r"(?:duration|length).{0,40}(?:video|clip|footage)|"
        r"(?:too|shorter|longer).{0,20}(?:short|long|than).{0,30}\d+ ?s",
        "The reference video is too short or too long. Choose another range: 3 to 10 s with the orientation of the "
        "image, 3 to 30 s with that of the video. `retake reference` checks it and can mend it.",
    ),
    _Row(
        FailureReason.LIBRARY,
        r"\b(?:element|voice|timbre|speaker)s?\b",
        "An element or voice cannot be used. See whether it is still in the account, with `retake elements` and "
        "`retake voices`, and whether this model takes it.",
    ),
    _Row(
        FailureReason.VIDEO,
        r"\b(?:video|frame.?rate|fps|codec|footage)\b",
        "The reference video cannot be used. Kling takes mp4 or mov with sides of 340 to 3850 px and at most 100 MB. "
        "`retake reference` checks it and can mend it.",
    ),
    _Row(
        FailureReason.IMAGE,
        # "resolution or aspect ratio of the input image is invalid" (live, in part)
        r"\b(?:image|picture|photo|resolution|aspect ratio|jpe?g|png|first.?frame|last.?frame|end.?frame)s?\b",
        "An image cannot be used. Kling takes jpg or png with sides of at least 300 px, at most 2.5 times as wide as "
        "high or as high as wide, and at most 10 MB. Save it anew, or crop it.",
    ),
    _Row(
        FailureReason.SOUND,
        r"\b(?:audio|sound|speech)\b",
        "The sound cannot be made or used. Ask for the shot without sound, or use another sound file.",
    ),
    _Row(
        FailureReason.BALANCE,
        r"\b(?:balance|credits?|quota|resource pack|arrears)\b",
        "The account cannot pay for it. See its packages in Kling's console.",
    ),
    _Row(FailureReason.PROMPT, r"\bprompt\b", "Kling does not take the prompt. Shorten it, or say it otherwise."),
    _Row(
        FailureReason.INTERNAL,
        r"internal|server|service|system|time(?:d)? ?out|busy|overload|unavailable|try again|retry|unknown error|"
        r"network",
        "The same shot may well work a second time: ask for it again.",
    ),
)
_UNKNOWN = _Row(
    FailureReason.UNKNOWN,
    "",
    "Kling says no more than this. Try it once more as it is; should it fail again, change the prompt or the images.",
)


def failure_reason(sentence: str) -> FailureReason:
    """What Kling's `sentence` for a failed task is about."""
    return _row(sentence).reason


def failure_error(sentence: str) -> KlingTaskFailed:
    """Kling's `sentence`, word for word, with what the user can do. It must be free of secrets."""
    said = sentence.strip()
    message = (
        f"Kling could not make this shot: “{said}”." if said else "Kling could not make this shot, and says no more."
    )
    return KlingTaskFailed(message, hint=_row(said).hint)


def _row(sentence: str) -> _Row:
    return next((row for row in _ROWS if re.search(row.pattern, sentence, re.IGNORECASE)), _UNKNOWN)
