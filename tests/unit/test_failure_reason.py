# SPDX-License-Identifier: GPL-3.0-or-later
"""Kling's sentences for failed tasks: kept word for word, and told what to do about."""

from __future__ import annotations

import pytest

from addon.kling.failure_reason import FailureReason, failure_error, failure_reason

R = FailureReason


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        # Seen live (kling-api live_error_messages); the second is a part of a longer one.
        ("Failure to pass the risk control system", R.MODERATION),
        ("resolution or aspect ratio of the input image is invalid", R.IMAGE),
        # From a client's test data (kling-api section 9).
        ("Content policy violation", R.MODERATION),
        # Guesses: what such sentences may say.
        ("The prompt contains sensitive words", R.MODERATION),
        ("Failed to read the image: unsupported format", R.IMAGE),
        ("The picture is too small", R.IMAGE),
        ("The video duration must be between 3 and 30 seconds", R.VIDEO_LENGTH),
        ("The video is too short", R.VIDEO_LENGTH),
        ("The length of the video (2.5 s) is invalid", R.VIDEO_LENGTH),
        ("Failed to download the video: HTTP 403", R.UNREACHABLE),
        ("video_url is not accessible: the link has expired", R.UNREACHABLE),
        ("No person detected in the reference video", R.VIDEO_PERSON),
        ("The character in the video was not detected", R.VIDEO_PERSON),
        ("More than one person in the image", R.VIDEO_PERSON),
        ("Element 873 does not exist", R.LIBRARY),
        ("voice not found", R.LIBRARY),
        ("The video cannot be decoded", R.VIDEO),
        ("Audio generation failed", R.SOUND),
        ("The prompt is too long", R.PROMPT),
        ("Internal error", R.INTERNAL),
        ("Service timed out, please retry", R.INTERNAL),
        ("Nobody knows", R.UNKNOWN),
        ("", R.UNKNOWN),
    ],
)
def test_a_sentence_is_told_apart(sentence: str, reason: FailureReason) -> None:
    assert failure_reason(sentence) is reason
    assert failure_reason(sentence.upper()) is reason


def test_klings_words_are_kept_and_each_reason_has_its_own_advice() -> None:
    error = failure_error("Failure to pass the risk control system")
    assert "“Failure to pass the risk control system”" in error.message
    assert "Reword the prompt" in error.hint
    assert "second time" in failure_error("Internal error").hint
    assert failure_error(" ").message == "Kling could not make this shot, and says no more."
    hints = {failure_error(sentence).hint for sentence in ("policy", "image", "video", "voice", "timeout", "?")}
    assert len(hints) == 6
