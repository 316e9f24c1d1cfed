# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracks of one level, and the nested stacks of metas with theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .clip_color import tag_color
from .export_clip import clips_of, foreign_name, metadata_of, note_strip, own_record
from .export_effects import clip_effects
from .export_level import Level, plan_level
from .export_transition import edge_fades, fade, transition
from .import_time import time_scalar
from .items import gap, item
from .markers import write_marker
from .namespaces import BLENDER, SCHEMA, mapping
from .record import to_record
from .snapshot import StripKind
from .times import Json, time_range
from .tracks import Placed, TrackPlan, plan_tracks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .export_run import ExportRun
    from .snapshot import Channel, StripSnapshot


def tracks_of(run: ExportRun, strips: Sequence[StripSnapshot], level: Level, channels: Iterable[Channel]) -> list[Json]:
    known = {channel.number: channel for channel in channels}
    folded = {fold.effect.name for fold in level.folds}
    left = {strip.name for strip in level.left_out}
    carried = {one.name for many in level.attached.values() for one in many}
    carried |= {effect.name for effect, _ in level.speeds.values()}
    laid = [one for one in strips if one.name not in folded and one.name not in left and one.name not in carried]
    plans = plan_tracks(laid, level.folds)
    tracks = [_track(run, plan, level, known.get(plan.channel)) for plan in plans]
    used = {plan.channel for plan in plans}
    for channel in known.values():
        kind = channel.foreign.get("kind")
        if channel.number not in used and isinstance(kind, str):
            # Another program's empty track: what it knows of it goes back.
            tracks.append(_track(run, TrackPlan(kind != "Video", channel.number, ()), level, channel, kind))
    return tracks


def _track(run: ExportRun, plan: TrackPlan, level: Level, channel: Channel | None, kind: str = "") -> Json:
    foreign = channel.foreign if channel else {}
    children: list[Json] = []
    at = level.zero
    for number, placed in enumerate(plan.placed):
        if placed.start > at:
            children.append(gap(placed.start - at, run.fps))
        after = plan.placed[number + 1].start if number + 1 < len(plan.placed) else None
        fades = edge_fades(run, placed, at_edge=placed.start > at or number == 0, after=after)
        if placed.head is not None and run.flavour.transitions:
            children.append(transition(run, placed.head))
        elif fades[0]:
            children.append(fade(run, placed.strip, 0, fades[0]))
        note_strip(run, placed.strip)
        if placed.strip.kind is StripKind.META:
            children.append(_stack(run, placed, level, plan.channel))
        else:
            children += clips_of(run, placed, level, plan.channel)
        if fades[1]:
            children.append(fade(run, placed.strip, fades[1], 0))
        at = placed.end_exclusive
    name = channel.name if channel and channel.name else f"Channel {plan.channel}"
    metadata: Json = {
        **mapping(foreign.get("metadata")),
        BLENDER: {"schema": SCHEMA, "channel": plan.channel, "name": name},
    }
    if run.flavour.name == "resolve":
        metadata.setdefault("Resolve_OTIO", {"Locked": bool(channel and channel.lock)})
    return {
        **item("Track.1", name, None),
        "enabled": not (channel and channel.mute),
        "metadata": metadata,
        "effects": list(foreign.get("effects", [])),
        "kind": kind or ("Audio" if plan.is_sound else "Video"),
        "children": children,
    }


def _stack(run: ExportRun, placed: Placed, level: Level, channel: int) -> Json:
    strip = placed.strip
    zero = min([strip.content_start, strip.start, *(child.start for child in strip.children)])
    inner = plan_level(run, strip.children, zero)
    tracks = tracks_of(run, strip.children, inner, strip.channels)
    own = own_record(run, strip, placed, level, channel)
    source = placed.start - zero
    length = placed.end_exclusive - placed.start
    speed = time_scalar(dict(strip.foreign))
    used = length * abs(speed) if run.flavour.source_lengths and speed else length
    # A meta keeps its speed in Blender: another program's is written back.
    own["written"]["pieces"] = [[length, float(source), speed]]
    own["written"]["zero"] = zero
    if inner.left_out:
        own["left_out"] = [to_record(one) for one in inner.left_out]
    return {
        **item("Stack.1", foreign_name(strip), time_range(source, used, run.fps)),
        "metadata": metadata_of(run, strip, {"schema": SCHEMA, **own}),
        "enabled": not strip.mute,
        "color": tag_color(strip),
        "effects": clip_effects(run, strip, speed, level, source),
        "markers": [
            write_marker(one, one.frame + strip.content_start - zero, run.rate, run.flavour) for one in strip.markers
        ],
        "children": tracks,
    }
