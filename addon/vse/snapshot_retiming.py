# SPDX-License-Identifier: GPL-3.0-or-later
"""Retiming keys: which frame of its content a strip shows when.

Blender plays a strip backwards before it looks at the keys, the snapshot after: the keys of such a strip are turned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..interchange.bridge import RetimeKey, Retiming
from .compat import RETIMED_SPAN_LACKS
from .strip_memory import FREEZE_END, FREEZE_START, RAMP_END, RAMP_START, MemoryKey, overwrite_keys

if TYPE_CHECKING:
    from bpy.types import Strip

    from .strip_memory import StripMemory

_STEPS_PER_FRAME = 1000
"""Blender keeps shares of the media as 32-bit floats: a thousandth of a frame is what they are good for."""


def read_retiming(memory: StripMemory, factor: float, *, is_reversed: bool, keeps_pitch: bool) -> Retiming | None:
    """`factor`: frames of the media to one of the timeline."""
    if len(memory.keys) < 2:
        return None
    span = max(memory.media_frames - RETIMED_SPAN_LACKS, 1)
    keys = tuple(
        RetimeKey(_rounded(key.frame / factor), _rounded(key.share * span / factor), bool(key.flag & RAMP_START))
        for key in memory.keys
    )
    return Retiming(_turned(keys) if is_reversed else keys, keeps_pitch)


def write_retiming(strip: Strip, retiming: Retiming, memory: StripMemory, factor: float, *, is_reversed: bool) -> bool:
    """The strip has two keys at least; in a sequencer's context. False where Blender did not take the keys."""
    keys = _turned(retiming.keys) if is_reversed else retiming.keys
    span = max(memory.media_frames - RETIMED_SPAN_LACKS, 1)
    if not _make_keys(strip, len(keys)):
        return False
    made = []
    for number, key in enumerate(keys):
        before = keys[number - 1] if number else None
        flag = RAMP_START if key.ramp else 0
        if before is not None and before.ramp:
            flag |= RAMP_END
        following = keys[number + 1] if number + 1 < len(keys) else None
        if following is not None and following.content_frame == key.content_frame and not key.ramp:
            flag |= FREEZE_START
        if before is not None and before.content_frame == key.content_frame and not before.ramp:
            flag |= FREEZE_END
        corner = key
        if flag & (RAMP_START | RAMP_END):
            pair = (key, following) if flag & RAMP_START else (before, key)
            middle = [(getattr(pair[0], name) + getattr(pair[1], name)) / 2 for name in ("frame", "content_frame")]
            corner = RetimeKey(*middle)
        is_ramp = bool(flag & (RAMP_START | RAMP_END))
        made.append(
            MemoryKey(
                frame=key.frame * factor,
                share=key.content_frame * factor / span,
                flag=flag,
                corner_frame=corner.frame * factor if is_ramp else 0.0,
                corner_share=corner.content_frame * factor / span if is_ramp else 0.0,
            )
        )
    return overwrite_keys(strip, tuple(made))


def _make_keys(strip: Strip, count: int) -> bool:
    """As many keys as that or more, anywhere. The strip has its first and last one."""
    from .compat import left_handle, right_handle

    keys = strip.retiming_keys
    if len(keys) < 2:
        return False
    frame = left_handle(strip) + 1
    while len(keys) < count and frame < right_handle(strip) - 1:
        keys.add(timeline_frame=frame)
        frame += 1
    return len(keys) >= count


def _turned(keys: tuple[RetimeKey, ...]) -> tuple[RetimeKey, ...]:
    """Played from the end: frames and content count from there."""
    end = keys[-1].frame
    last = max(key.content_frame for key in keys)
    turned = [RetimeKey(_rounded(end - key.frame), _rounded(last - key.content_frame)) for key in reversed(keys)]
    ramps = [key.ramp for key in reversed(keys)]
    # A ramp belongs to the key that it begins at, which is the other one now.
    return tuple(
        RetimeKey(key.frame, key.content_frame, ramps[number + 1] if number + 1 < len(ramps) else False)
        for number, key in enumerate(turned)
    )


def _rounded(value: float) -> float:
    return round(value * _STEPS_PER_FRAME) / _STEPS_PER_FRAME
