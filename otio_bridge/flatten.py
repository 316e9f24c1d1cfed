# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit without metas, for programs that read no nested edits: each meta's strips lie where it showed them.

A channel with metas becomes as many as the deepest of them needs, so that what lies above still does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .snapshot import Channel, Crop, StripKind, Transform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .report import Findings
    from .snapshot import Curve, StripSnapshot, TimelineSnapshot


def flattened(snapshot: TimelineSnapshot, findings: Findings) -> TimelineSnapshot:
    """What a meta does to its strips as a whole is lost, but for its opacity, volume, mute and lock; `findings` has it.

    It comes back flat: nothing remembers the metas.
    """
    if all(strip.kind is not StripKind.META for strip in snapshot.strips):
        return snapshot
    strips, channels = _flat(snapshot.strips, snapshot.channels, findings)
    there = {strip.name for strip in strips}
    kept = []
    for strip in strips:
        if gone := [name for name in strip.inputs if name not in there]:
            what = "transition" if len(strip.inputs) == 2 else "effect"
            findings.dropped(strip.name, what, f"it works on {gone[0]}, which was laid out flat", comes_back=False)
            continue
        connections = tuple(name for name in strip.connections if name in there)
        kept.append(strip if connections == strip.connections else replace(strip, connections=connections))
    return replace(snapshot, strips=tuple(kept), channels=channels)


def _flat(
    strips: Iterable[StripSnapshot], channels: Iterable[Channel], findings: Findings
) -> tuple[list[StripSnapshot], tuple[Channel, ...]]:
    strips = list(strips)
    opened = {strip.name: _opened(strip, findings) for strip in strips if strip.kind is StripKind.META}
    heights: dict[int, int] = {}
    for strip in strips:
        if strip.name in opened:
            highest = max((one.channel for one in opened[strip.name]), default=1)
            heights[strip.channel] = max(heights.get(strip.channel, 1), highest)

    def base(channel: int) -> int:
        return channel + sum(height - 1 for other, height in heights.items() if other < channel)

    found = []
    for strip in strips:
        lowest = base(strip.channel)
        if strip.name in opened:
            found += [replace(one, channel=lowest + one.channel - 1) for one in opened[strip.name]]
        else:
            found.append(replace(strip, channel=lowest) if lowest != strip.channel else strip)
    rows = [
        replace(one, number=base(one.number) + step, name=f"{one.name} {step + 1}" if step and one.name else one.name)
        for one in channels
        for step in range(heights.get(one.number, 1))
    ]
    return found, tuple(rows)


def _opened(meta: StripSnapshot, findings: Findings) -> list[StripSnapshot]:
    """What the meta shows, on channels from 1 without empty ones below."""
    findings.approximated(meta.name, "meta", "laid out flat: its strips come back without it", comes_back=False)
    for feature in _lost(meta):
        findings.dropped(meta.name, feature, "it is the meta's as a whole, which was laid out flat", comes_back=False)
    muted = {channel.number for channel in meta.channels if channel.mute}
    inner, _ = _flat([replace(one, mute=True) if one.channel in muted else one for one in meta.children], (), findings)
    shown = []
    for strip in inner:
        trimmed = _within(strip, meta)
        if trimmed is None:
            findings.dropped(strip.name, "strip", f"{meta.name} does not show it", comes_back=False)
        else:
            shown.append(trimmed)
            if trimmed.start != strip.start and strip.effect_type == "SPEED":
                findings.approximated(strip.name, "speed", f"{meta.name} cuts into it", comes_back=False)
    ranks = {channel: rank for rank, channel in enumerate(sorted({one.channel for one in shown}), 1)}
    return [replace(one, channel=ranks[one.channel]) for one in shown]


def _within(strip: StripSnapshot, meta: StripSnapshot) -> StripSnapshot | None:
    start, end = max(strip.start, meta.start), min(strip.end_exclusive, meta.end_exclusive)
    if end <= start:
        return None
    return replace(
        strip,
        start=start,
        length=end - start,
        content_offset=strip.content_offset + start - strip.start,
        mute=strip.mute or meta.mute,
        lock=strip.lock or meta.lock,
        opacity=strip.opacity * meta.opacity if strip.blend_type else strip.opacity,
        volume=strip.volume * meta.volume,
        curves=tuple(_scaled(curve, meta) for curve in strip.curves),
    )


def _scaled(curve: Curve, meta: StripSnapshot) -> Curve:
    factor = {"blend_alpha": meta.opacity, "volume": meta.volume}.get(curve.path, 1.0)
    if factor == 1.0:
        return curve
    points = (
        replace(
            point,
            value=point.value * factor,
            left=point.left and (point.left[0], point.left[1] * factor),
            right=point.right and (point.right[0], point.right[1] * factor),
        )
        for point in curve.points
    )
    return replace(curve, points=tuple(points))


def _lost(meta: StripSnapshot) -> list[str]:
    changed = {
        "blend": meta.blend_type not in ("", "REPLACE", "ALPHA_OVER"),
        "transform": meta.transform != Transform(filter=meta.transform.filter),
        "crop": meta.crop != Crop(),
        "flip": meta.flip_x or meta.flip_y,
        "keyframes": bool(meta.curves),
        "modifiers": bool(meta.settings.get("modifiers")),
        "pan": meta.pan != 0.0,
        "marker": bool(meta.markers),
    }
    return [feature for feature, is_used in changed.items() if is_used]
