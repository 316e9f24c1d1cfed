# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of faces and lip-sync. Fields: kling-api reference section 2.6. Times are whole milliseconds as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from .lip_sync import Face, FaceSession, SyncedVideo
from .task import decimal_or_none
from .wire import Received, Sent
from .wire_legacy import ReceivedVideo
from .wire_library import Many

if TYPE_CHECKING:
    from .lip_sync import FaceVideo, LipSync


class FaceVideoBody(Sent):
    video_id: str | None
    video_url: str | None


class FaceChoice(Sent):
    face_id: str
    audio_id: str | None
    sound_file: str | None
    """An address, or base64 without a `data:` prefix."""
    sound_start_time: int
    sound_end_time: int
    sound_insert_time: int
    sound_volume: float
    original_audio_volume: float


class LipSyncBody(Sent):
    session_id: str
    face_choose: tuple[FaceChoice]
    external_task_id: str


class ReceivedFace(Received):
    face_id: str = Field(min_length=1)
    """Counted from 0 as a rule."""
    face_image: str | None = None
    start_time: int
    end_time: int


class ReceivedSession(Received):
    session_id: str = Field(min_length=1)
    face_data: Many[ReceivedFace] = ()
    final_unit_deduction: str | None = None


class ReceivedVideos(Received):
    videos: Many[ReceivedVideo] = ()


def encode_face_video(video: FaceVideo) -> FaceVideoBody:
    return FaceVideoBody(video_id=video.video_id or None, video_url=video.video_url or None)


def encode(sync: LipSync, external_task_id: str) -> LipSyncBody:
    """The body for a sync that was checked."""
    choice = FaceChoice(
        face_id=sync.face.face_id,
        audio_id=sync.audio_id or None,
        sound_file=sync.sound_file or None,
        sound_start_time=sync.sound_start_ms,
        sound_end_time=sync.sound_end_ms,
        sound_insert_time=sync.sound_insert_ms,
        sound_volume=sync.sound_volume,
        original_audio_volume=sync.original_audio_volume,
    )
    return LipSyncBody(session_id=sync.session_id, face_choose=(choice,), external_task_id=external_task_id)


def read_session(data: object) -> FaceSession:
    """Raises pydantic's ValidationError where `data` is no session."""
    received = ReceivedSession.model_validate(data)
    faces = (Face(face.face_id, face.start_time, face.end_time, face.face_image or "") for face in received.face_data)
    return FaceSession(received.session_id, tuple(faces), decimal_or_none(received.final_unit_deduction))


def read_videos(task_result: dict[str, Any]) -> tuple[SyncedVideo, ...]:
    videos = ReceivedVideos.model_validate(task_result).videos
    return tuple(SyncedVideo(video.id, video.url, decimal_or_none(video.duration)) for video in videos)
