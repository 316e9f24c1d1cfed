# SPDX-License-Identifier: GPL-3.0-or-later
"""Lip-sync: a face in a clip speaks a given sound. Facts: kling-api 2.6 and section 8 [D].

It takes two paid calls: finding the faces, which opens a session, then the sync of one of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from ..errors import InputError
from .input_check import check_id, check_one_source, check_range
from .public_address import check_public_url
from .sent_file import SOUND_MAX_BYTES, sent_file

FACES_UNITS = Decimal("0.05")
"""The list price of finding faces, once for each call."""
SEARCH_MAY_BE_PAID = (
    "Finding faces cannot be looked up: it may have cost 0.05 unit, and costs it again when it is asked again."
)

SOUND_MIN_MS = 2000
SOUND_MAX_MS = 60_000
OVERLAP_MIN_MS = 2000
VOLUME_MAX = 2.0

_UNITS_PER_STEP = Decimal("0.5")
_STEP_S = 5


@dataclass(frozen=True, slots=True)
class FaceVideo:
    """The clip to look for faces in: exactly one of an earlier clip of Kling's and an address that it fetches.

    `video_id`: at most 30 days old and 60 s long. `video_url`: mp4 or mov, at most 100 MB, 2 to 60 s, 720p or 1080p,
    sides of 512 to 2160 px.
    """

    video_id: str | None = None
    video_url: str | None = field(default=None, repr=False)

    def check(self, api_base_url: str) -> None:
        """Raises InputError. The clip itself is not looked at."""
        check_one_source(("video id", "video address"), (self.video_id, self.video_url))
        if self.video_id:
            check_id("video id", self.video_id)
        if self.video_url:
            check_public_url(self.video_url, api_base_url, "video address")


@dataclass(frozen=True, slots=True)
class Face:
    """`start_ms` to `end_ms` is when it is seen, from the start of the clip."""

    face_id: str
    start_ms: int
    end_ms: int
    image_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FaceSession:
    session_id: str
    faces: tuple[Face, ...]
    billed_units: Decimal | None


@dataclass(frozen=True, slots=True)
class LipSync:
    """What `face` says. Exactly one of `audio_id` (of text-to-speech, at most 30 days old) and `sound_file`.

    `sound_file` is an address or base64: mp3, wav, m4a or aac, at most 5 MB, 2 to 60 s. `sound_start_ms` to
    `sound_end_ms` of it is heard, from `sound_insert_ms` of the clip on. A volume is 0 to 2, as recorded at 1.
    """

    session_id: str
    face: Face
    sound_start_ms: int
    sound_end_ms: int
    sound_insert_ms: int
    audio_id: str | None = None
    sound_file: str | None = field(default=None, repr=False)
    sound_volume: float = 1.0
    original_audio_volume: float = 1.0

    def checked(self, api_base_url: str) -> Self:
        """The same, with the sound as it is sent. Raises InputError; the sound's format and length are not looked at.

        Nor is the clip's length known here: that the sound ends before the clip does is for Kling to say.
        """
        check_id("session id", self.session_id)
        check_id("face id", self.face.face_id)
        self._check_times()
        check_range("sound volume", self.sound_volume, 0, VOLUME_MAX)
        check_range("original volume", self.original_audio_volume, 0, VOLUME_MAX)
        check_one_source(("audio id", "sound file"), (self.audio_id, self.sound_file))
        if not self.sound_file:
            return self
        return replace(self, sound_file=sent_file(self.sound_file, api_base_url, "sound file", SOUND_MAX_BYTES))

    def _check_times(self) -> None:
        if self.sound_start_ms < 0:
            raise InputError("sound start", f"{self.sound_start_ms} ms", "it is 0 or more")
        if self.sound_insert_ms < 0:
            raise InputError("sound insert", f"{self.sound_insert_ms} ms", "it is 0 or more")
        length_ms = self.sound_end_ms - self.sound_start_ms
        if not SOUND_MIN_MS <= length_ms <= SOUND_MAX_MS:
            allowed = f"from start to end it takes {SOUND_MIN_MS} to {SOUND_MAX_MS} ms"
            raise InputError("sound", f"{self.sound_start_ms} to {self.sound_end_ms} ms", allowed)
        ends_ms = self.sound_insert_ms + length_ms
        overlap_ms = min(ends_ms, self.face.end_ms) - max(self.sound_insert_ms, self.face.start_ms)
        if overlap_ms < OVERLAP_MIN_MS:
            seen = f"the face is seen from {self.face.start_ms} to {self.face.end_ms} ms"
            allowed = f"{seen}, and {OVERLAP_MIN_MS} ms of the sound have to fall into that"
            raise InputError("sound insert", f"{self.sound_insert_ms} to {ends_ms} ms", allowed)


@dataclass(frozen=True, slots=True)
class SyncedVideo:
    video_id: str
    """A voice can be cloned from it."""
    url: str = field(repr=False)
    """Signed, and good for 30 days: never store it."""
    duration_s: Decimal | None


def estimate_lip_sync_units(video_duration_s: Decimal) -> Decimal:
    """The list price in video units: 0.5 for each 5 s (kling-api section 8 [D]).

    Guesses: it is the clip's length that counts and not the sound's; it is rounded to the nearest second first, as the
    lengths of other products are, so that Kling's own 5.041 s count as 5; and a part of 5 s counts in full.
    """
    whole_s = video_duration_s.quantize(Decimal(1), ROUND_HALF_UP)
    return _UNITS_PER_STEP * max(1, math.ceil(whole_s / _STEP_S))
