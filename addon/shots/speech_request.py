# SPDX-License-Identifier: GPL-3.0-or-later
"""A lip-sync from the fields of a shot: a video with a face, and what it says."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.possible_speech import VIDEO_MAX_MB, VIDEO_SIDES_PX
from ..kling.request import GenerationRequest, SoundFile, Speech, VideoFile, VideoReference, VideoRole
from ..kling.sent_file import SOUND_MAX_BYTES
from ..media.sound_file import sound_length_s
from ..media.video_source import open_video_source

if TYPE_CHECKING:
    from .shot_fields import ShotFields

_SOUNDS = (".mp3", ".wav", ".m4a", ".aac")
_BYTES_IN_MB = 1_000_000


def speech_request(fields: ShotFields, folder: Path) -> GenerationRequest:
    """Both are files, counted from `folder`. Raises InputError naming the field."""
    if fields.lips is None or fields.speech is None:
        missing = "lips" if fields.lips is None else "speech"
        raise InputError(missing, "nothing", "a lip-sync needs a video (lips) and a sound (speech)")
    video = _path(fields.lips, folder)
    sound = _path(fields.speech, folder)
    length_s = sound_length_s(sound, "speech")
    if sound.suffix.lower() not in _SOUNDS:
        raise InputError("speech", sound.name, "Kling takes mp3, wav, m4a and aac")
    if sound.stat().st_size > SOUND_MAX_BYTES:
        shown = f"{sound.name} with {sound.stat().st_size / _BYTES_IN_MB:.1f} MB"
        raise InputError("speech", shown, f"at most {SOUND_MAX_BYTES // 2**20} MB are allowed")
    return GenerationRequest(
        prompt="",
        model_name=fields.model,
        mode=fields.quality or "std",
        video=_video(video),
        speech=Speech(SoundFile(sound, _sha256(sound)), int(length_s * 1000), round(fields.speech_at * 1000)),
    )


def _video(path: Path) -> VideoReference:
    source = open_video_source(path)
    width, height = source.shown_size_px
    least, most = VIDEO_SIDES_PX
    if not source.is_mp4_or_mov:
        raise InputError("lips", path.name, "Kling takes mp4 and mov")
    if source.size_bytes > VIDEO_MAX_MB * _BYTES_IN_MB:
        shown = f"{path.name} with {source.size_bytes / _BYTES_IN_MB:.0f} MB"
        raise InputError("lips", shown, f"at most {VIDEO_MAX_MB} MB are allowed")
    if min(width, height) < least or max(width, height) > most:
        shown = f"{path.name} with {width} × {height} px"
        raise InputError("lips", shown, f"sides of {least} to {most} px are allowed")
    return VideoReference(VideoFile(path, _sha256(path)), VideoRole.SPEECH, source.duration_s)


def _path(name: str, folder: Path) -> Path:
    return (folder / Path(name).expanduser()).absolute()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
