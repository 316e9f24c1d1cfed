# SPDX-License-Identifier: GPL-3.0-or-later
"""The call that looks for faces in a video and opens a session for lip-sync. It answers when it is done.

Facts: kling-api 2.6, section 8 and kling-api.json `identify-face` [D O1 O2]. Guesses: the sentences; a bad video is
refused with 1201 naming video_url; a video without a face is answered with an empty list, and billed; at most ten faces
are told, the first ones.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from .answers import Envelope, length_text, success
from .exchange import Exchange, json_object
from .face_search import find_faces, write_faces
from .library_files import clip_file, picture_file
from .library_order import LibraryOrder
from .library_services import LibraryServices
from .library_table import FACE_CLIP_LIMITS, FACE_UNITS, FACE_VIDEO_LIMITS, IDENTIFY_FACE
from .model_table import format_units
from .new_body import text_of
from .reference_video import Reference, ReferenceRejectedError, fetch, measure
from .refusal import invalid_value, missing_field, unsupported
from .source_clip import find_clip, no_such_clip
from .task_store import Task
from .validation import check_fields

# Their pictures are told apart by one digit.
_FACES_MAX = 10


async def identify_face(services: LibraryServices, exchange: Exchange) -> Envelope:
    """Look at the video and answer the session.

    Raises:
        Refusal: 400/1201 naming the field and the value, 429/1102 when the pack cannot pay.
    """
    session = await run_in_threadpool(_open_session, services, exchange)
    exchange.entry.task_id = session.task_id
    address, faces = services.address(exchange.request), session.facts["faces"]
    return success(
        {
            "session_id": session.video_id,
            "final_unit_deduction": format_units(session.units),
            "face_data": [
                {
                    "face_id": face["face_id"],
                    "face_image": address(picture_file(session.video_id, number), session.created_ms),
                    "start_time": face["start_ms"],
                    "end_time": face["end_ms"],
                }
                for number, face in enumerate(faces if isinstance(faces, list) else [])
            ],
        }
    )


def _open_session(services: LibraryServices, exchange: Exchange) -> Task:
    checked = check_fields(json_object(exchange.body), IDENTIFY_FACE)
    exchange.entry.ignored_fields = list(checked.ignored)
    video_id, video_url = text_of(checked.values, "video_id"), text_of(checked.values, "video_url")
    if video_id is None and video_url is None:
        raise missing_field("video_id", "unless video_url is given")
    if video_id is not None and video_url is not None:
        raise unsupported("video_id and video_url exclude each other")
    if video_id is not None:
        return _of_clip(services, video_id)
    return _of_url(services, video_url or "")


def _of_clip(services: LibraryServices, video_id: str) -> Task:
    parent = find_clip(services.store, video_id, services.clock())
    try:
        video = measure(services.folder / clip_file(video_id), FACE_CLIP_LIMITS)
    except ReferenceRejectedError as error:
        raise no_such_clip(video_id, str(error)) from error
    session_id = services.store.new_result_id()
    return _session(services, session_id, video_id, video, length_text(parent))


def _of_url(services: LibraryServices, video_url: str) -> Task:
    session_id = services.store.new_result_id()
    copy = services.folder / clip_file(session_id)
    try:
        fetch(video_url, copy, FACE_VIDEO_LIMITS.max_mb)
        video = measure(copy, FACE_VIDEO_LIMITS)
        length_ms = int(video.length_s * 1000)
        length = f"{length_ms // 1000}.{length_ms % 1000:03d}"
        return _session(services, session_id, session_id, video, length)
    except BaseException as error:
        copy.unlink(missing_ok=True)
        if isinstance(error, ReferenceRejectedError):
            # What is behind a "?" may be a permission to read the video.
            raise invalid_value("video_url", video_url.partition("?")[0], str(error)) from error
        raise


def _session(services: LibraryServices, session_id: str, parent_id: str, video: Reference, length: str) -> Task:
    """Look for faces, keep their pictures and open the session; `parent_id` is whose clip file the video is."""
    faces = find_faces(video)[:_FACES_MAX]
    order = LibraryOrder(
        product="identify-face",
        units=FACE_UNITS,
        facts={
            "parent_id": parent_id,
            "length": length,
            "faces": [
                {
                    "face_id": str(number),
                    "start_ms": int(face.start_frame / video.rate_fps * 1000),
                    "end_ms": int(face.end_frame / video.rate_fps * 1000),
                }
                for number, face in enumerate(faces)
            ],
        },
        takes_s=0,
        slots=0,
    )
    pictures = {services.folder / picture_file(session_id, number): face for number, face in enumerate(faces)}
    try:
        write_faces(video, pictures)
        return services.store.add_ended(order, session_id, services.settings.limits)
    except BaseException:
        for path in pictures:
            path.unlink(missing_ok=True)
        raise
