# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the timeline where media is missing: a strip in one loud colour, which keeps all that it stands for.

Missing media itself would render as garbage, or crash Blender. A sound's stand-in is muted, so that it hides nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..interchange.bridge import StripKind, StripSnapshot
from ..timeline.ranges import FrameRange
from .compat import new_effect
from .exchange_record import as_text, from_record, kept_of, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene, Strip

_LOUD = (0.8, 0.0, 0.55)


def new_stand_in(owner: Any, strip: StripSnapshot, channel: int) -> Strip:
    """On the strips of an edit or a meta."""
    frames = FrameRange(strip.start, strip.end_exclusive)
    made = new_effect(owner, strip.name, "COLOR", channel, frames)
    made.color = _LOUD
    made.color_tag = "COLOR_01"
    made.mute = strip.mute or strip.kind is StripKind.SOUND
    made.retake.exchange = as_text({"stand_in": to_record(replace(strip, children=()))})
    return made


def stand_ins(scene: Scene) -> Iterator[Strip]:
    editor = scene.sequence_editor
    for strip in editor.strips_all if editor else ():
        if strip.type == "COLOR" and "stand_in" in kept_of(strip.retake.exchange):
            yield strip


def path_of(strip: Strip) -> str:
    """The file that a stand-in stands for; empty for other strips, and where the edit named none."""
    record = kept_of(strip.retake.exchange).get("stand_in")
    if not isinstance(record, dict):
        return ""
    shown = from_record(StripSnapshot, record).shown
    return shown.path if shown else ""


def as_it_was(shown: StripSnapshot, record: dict[str, Any]) -> StripSnapshot:
    """What the stand-in stands for, at the place where the stand-in is now."""
    was: StripSnapshot = from_record(StripSnapshot, record)
    media = {key: replace(one, missing=True) if key == was.active_media else one for key, one in was.media.items()}
    return replace(
        was,
        name=shown.name,
        channel=shown.channel,
        start=shown.start,
        length=shown.length,
        content_offset=was.content_offset + shown.content_offset,
        media=media,
        mute=was.mute if was.kind is StripKind.SOUND else shown.mute,
        lock=shown.lock,
        connections=shown.connections or was.connections,
    )
