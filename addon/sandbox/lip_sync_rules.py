# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a lip-sync into an order: which face of which session says what, when and how loud.

Source: kling-api 2.6, section 8 and kling-api.json `advanced-lip-sync` [D O1 O2]. Guesses: the sentences; a session is
good for 24 hours, as one of multi-elements is; 0.5 unit for each 5 s of the video that was begun, its length being
rounded to the nearest second before, so that a clip of 5.041 s costs 0.5; a sound that is a URL is checked when the
task is worked on. No sound was ever made here, so every audio_id is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from .click_sound import SAMPLE_RATE_HZ
from .library_order import LibraryOrder
from .library_table import LIP_SYNC, LIP_TAKES_S, LIP_UNITS_PER_5_S
from .new_body import text_of
from .refusal import Refusal, invalid_value, missing_field, unsupported
from .source_sound import LIP_LIMITS, SoundRejectedError, SourceSound, decode, read_value
from .task_store import Task, TaskStore
from .validation import check_fields

SESSION_LIFETIME_MS = 24 * 3600 * 1000
_SHORTEST_MS = 2000
_WHERE = "face_choose[0]"


def read_lip_sync_order(store: TaskStore, body: Mapping[str, object], at_ms: int) -> LibraryOrder:
    """Check a create's JSON object and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, LIP_SYNC)
    values = checked.values
    session = _session(store, str(values["session_id"]), at_ms)
    choices = values["face_choose"]
    choice: dict[str, object] = choices[0] if isinstance(choices, list) else {}
    face = _face(session, str(choice["face_id"]))
    sound = _sound(choice)
    start_ms, end_ms, insert_ms = (_ms(choice, f"sound_{name}_time") for name in ("start", "end", "insert"))
    _check_times(session, face, start_ms, end_ms, insert_ms)
    _check_end(sound, end_ms)
    watermark = values.get("watermark_info")
    return LibraryOrder(
        product="advanced-lip-sync",
        units=lip_sync_units(Fraction(Decimal(str(session.facts["length"])))),
        facts={
            "session_id": session.video_id,
            "parent_id": session.facts["parent_id"],
            "length": session.facts["length"],
            "start_ms": start_ms,
            "end_ms": end_ms,
            "insert_ms": insert_ms,
            "volume": choice.get("sound_volume", 1),
            "original_volume": choice.get("original_audio_volume", 1),
        },
        takes_s=LIP_TAKES_S,
        external_task_id=text_of(values, "external_task_id"),
        callback_url=text_of(values, "callback_url"),
        ignored_fields=tuple(checked.ignored),
        sound=sound,
        model_name="lip-sync",
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
    )


def lip_sync_units(length_s: Fraction) -> Decimal:
    """The price of a clip of this length."""
    seconds = int(length_s + Fraction(1, 2))
    return LIP_UNITS_PER_5_S * max(1, -(-seconds // 5))


def _session(store: TaskStore, session_id: str, at_ms: int) -> Task:
    session = store.find_video(session_id)
    if session is None or session.product != "identify-face" or at_ms >= session.created_ms + SESSION_LIFETIME_MS:
        raise invalid_value("session_id", session_id, "there is no such session of the last 24 hours")
    return session


def _face(session: Task, face_id: str) -> dict[str, int]:
    faces = session.facts["faces"]
    for face in faces if isinstance(faces, list) else []:
        if face["face_id"] == face_id:
            return {"start_ms": face["start_ms"], "end_ms": face["end_ms"]}
    raise invalid_value(f"{_WHERE}.face_id", face_id, "the session has no such face")


def _sound(choice: Mapping[str, object]) -> SourceSound:
    audio_id, given = text_of(choice, "audio_id"), text_of(choice, "sound_file")
    if audio_id is not None and given is not None:
        raise unsupported(f"{_WHERE}.audio_id and {_WHERE}.sound_file exclude each other")
    if audio_id is not None:
        raise invalid_value(f"{_WHERE}.audio_id", audio_id, "there is no sound of the last 30 days with this id")
    if given is None:
        raise missing_field(f"{_WHERE}.sound_file", "unless audio_id is given")
    try:
        return read_value(given, LIP_LIMITS)
    except SoundRejectedError as error:
        raise invalid_value(f"{_WHERE}.sound_file", given, str(error)) from error


def _ms(choice: Mapping[str, object], name: str) -> int:
    value = choice[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} was checked to be a whole number")
    return value


def _check_times(session: Task, face: Mapping[str, int], start_ms: int, end_ms: int, insert_ms: int) -> None:
    if end_ms - start_ms < _SHORTEST_MS:
        raise invalid_value(f"{_WHERE}.sound_end_time", end_ms, f"the cut sound must last at least {_SHORTEST_MS} ms")
    until_ms = insert_ms + end_ms - start_ms
    length_ms = int(Decimal(str(session.facts["length"])) * 1000)
    if until_ms > length_ms:
        raise invalid_value(
            f"{_WHERE}.sound_insert_time", insert_ms, f"the sound would end at {until_ms} ms, the video at {length_ms}"
        )
    common_ms = min(until_ms, face["end_ms"]) - max(insert_ms, face["start_ms"])
    if common_ms < _SHORTEST_MS:
        raise invalid_value(
            f"{_WHERE}.sound_insert_time", insert_ms, f"the sound must meet the face for at least {_SHORTEST_MS} ms"
        )


def _check_end(sound: SourceSound, end_ms: int) -> None:
    if sound.content is not None:
        check_sound_end(end_ms, decode(sound.content, LIP_LIMITS).shape[1])


def check_sound_end(end_ms: int, samples: int) -> None:
    """The cut must end within the sound, which has so many samples.

    Raises:
        Refusal: 400/1201 naming sound_end_time.
    """
    length_ms = samples * 1000 // SAMPLE_RATE_HZ
    if end_ms > length_ms:
        refusal: Refusal = invalid_value(f"{_WHERE}.sound_end_time", end_ms, f"the sound has {length_ms} ms")
        raise refusal
