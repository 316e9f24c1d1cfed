# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices: Kling's own, and those cloned from a recording. Facts: kling-api 2.7 and section 8 [D, live]."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from .input_check import check_id, check_one_source, check_text
from .public_address import check_public_url

CUSTOM_VOICE_UNITS = Decimal("0.05")
"""The list price of making one, in video units."""

NAME_MAX_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class NewVoice:
    """A voice to be cloned, from exactly one source: 5 to 30 s of one person speaking, clean.

    `voice_url` is an mp3, wav, mp4 or mov that Kling fetches. `video_id` is a clip of Kling's with speech: made by
    2.6 with sound, by the avatar, or by lip-sync.
    """

    name: str
    voice_url: str | None = field(default=None, repr=False)
    video_id: str | None = None

    def check(self, api_base_url: str) -> None:
        """Raises InputError. The recording itself is not looked at."""
        check_text("voice name", self.name, NAME_MAX_CHARACTERS)
        check_one_source(("voice address", "video id"), (self.voice_url, self.video_id))
        if self.voice_url:
            check_public_url(self.voice_url, api_base_url, "voice address")
        if self.video_id:
            check_id("video id", self.video_id)


@dataclass(frozen=True, slots=True)
class Voice:
    voice_id: str
    """18 digits as a rule: beyond 2^53, hence text. The voices of text-to-speech have other ids."""
    name: str
    trial_url: str = field(repr=False)
    """A recording to listen to; signed as a rule: never store it."""
    owned_by: str
    """`kling`, or the id of the account that made it."""

    @property
    def is_custom(self) -> bool:
        return self.owned_by != "kling"
