# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of a lip-sync's clip: how the ledger keeps them, and which of them speaks."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.errors import KlingUnknownOutcome
from ..kling.lip_sync import OVERLAP_MIN_MS, SEARCH_MAY_BE_PAID, Face, FaceSession, LipSync

if TYPE_CHECKING:
    from ..kling.request import Speech


def faces_to_json(session: FaceSession) -> str:
    faces = [[face.face_id, face.start_ms, face.end_ms] for face in session.faces]
    billed = None if session.billed_units is None else str(session.billed_units)
    return json.dumps({"session": session.session_id, "faces": faces, "billed": billed})


SEARCH_UNDER_WAY = json.dumps({"is_under_way": True})
"""In place of faces, from before a search is sent until its answer is on record."""


def is_search_under_way(text: str | None) -> bool:
    return text == SEARCH_UNDER_WAY


def faces_from_json(text: str | None) -> FaceSession | None:
    if text is None or is_search_under_way(text):
        return None
    values = json.loads(text)
    billed = None if values["billed"] is None else Decimal(values["billed"])
    return FaceSession(values["session"], tuple(Face(*face) for face in values["faces"]), billed)


def lost_search() -> KlingUnknownOutcome:
    return KlingUnknownOutcome("Retake ended while Kling searched for faces.", hint=SEARCH_MAY_BE_PAID)


def lip_sync_of(session: FaceSession, speech: Speech, sound: str) -> LipSync:
    """With the face that is seen longest while the sound plays; the clip's own sound is silent then.

    Raises InputError where no face is seen for long enough.
    """
    end_ms = speech.insert_ms + speech.length_ms

    def seen_ms(face: Face) -> int:
        return min(face.end_ms, end_ms) - max(face.start_ms, speech.insert_ms)

    face = max(session.faces, key=seen_ms, default=None)
    if face is None or seen_ms(face) < OVERLAP_MIN_MS:
        shown = f"a clip with {len(session.faces)} faces" if session.faces else "a clip without a face"
        raise InputError(
            "lips",
            shown,
            f"one has to be seen for {OVERLAP_MIN_MS // 1000} s while the sound plays",
            hint="Move the sound to where a face is seen.",
        )
    return LipSync(
        session_id=session.session_id,
        face=face,
        sound_start_ms=0,
        sound_end_ms=speech.length_ms,
        sound_insert_ms=speech.insert_ms,
        sound_file=sound,
        original_audio_volume=0.0,
    )
