# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of voices. Fields: kling-api reference section 2.7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from .voice import Voice
from .wire import Received, Sent
from .wire_library import Many

if TYPE_CHECKING:
    from .voice import NewVoice


class NewVoiceBody(Sent):
    voice_name: str
    voice_url: str | None
    video_id: str | None
    external_task_id: str


class DeleteVoiceBody(Sent):
    voice_id: str


class ReceivedVoice(Received):
    voice_id: str = Field(min_length=1)
    voice_name: str | None = None
    trial_url: str | None = None
    owned_by: str | None = None


class ReceivedVoices(Received):
    voices: Many[ReceivedVoice] = ()


def encode(voice: NewVoice, external_task_id: str) -> NewVoiceBody:
    return NewVoiceBody(
        voice_name=voice.name,
        voice_url=voice.voice_url or None,
        video_id=voice.video_id or None,
        external_task_id=external_task_id,
    )


def read_voices(task_result: dict[str, Any]) -> tuple[Voice, ...]:
    return tuple(map(read_voice, ReceivedVoices.model_validate(task_result).voices))


def read_voice(received: ReceivedVoice) -> Voice:
    return Voice(received.voice_id, received.voice_name or "", received.trial_url or "", received.owned_by or "")
