# SPDX-License-Identifier: GPL-3.0-or-later
"""Transitions as effect strips over two overlapping ones, and as fades at open ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .fades import fade_curve, fade_path, pure_fades
from .import_run import text_of
from .namespaces import BLENDER, own_part, without_own
from .record import RecordDamaged, from_record
from .snapshot import StripKind, StripSnapshot
from .times import nearest

if TYPE_CHECKING:
    from .import_run import ImportRun, Level, Track
    from .import_time import Laid
    from .times import Json


def take_transition(
    run: ImportRun, level: Level, track: Track, transition: Json, out: StripSnapshot, into: StripSnapshot
) -> StripSnapshot:
    own = own_part(transition.get("metadata"), BLENDER)
    start, end = into.start, out.end_exclusive
    if end <= start:
        run.findings.dropped(into.name, "transition", "it is shorter than a frame")
        return into
    if track.is_sound:
        return _crossfade(run, level, out, into, end - start)
    asked = text_of(transition)
    kind = str(transition.get("transition_type", ""))
    effect = None
    if "strip" in own:
        try:
            effect = from_record(StripSnapshot, own["strip"], media={})
        except RecordDamaged as error:
            run.findings.approximated(into.name, "transition", f"its record is damaged: {error}")
    foreign = without_own(transition.get("metadata"))
    if effect is not None:
        name = run.names.renew(effect.name)
        effect = replace(effect, name=name, start=start, length=end - start, inputs=(out.name, into.name))
        kept: Json = {"metadata": foreign} if foreign or own.get("foreign") else {}
        if own.get("foreign"):
            kept |= {"name": asked, "transition_type": kind}
        level.strips.append(replace(effect, foreign=kept))
        return into
    name = run.names.unique(asked or "Crossfade")
    is_wipe = "wipe" in f"{kind} {asked}".lower()
    if kind != "SMPTE_Dissolve":
        what = "a wipe" if is_wipe else "a crossfade"
        run.findings.approximated(name, "transition", f"{what} stands for {kind or 'an unnamed one'}")
    level.strips.append(
        StripSnapshot(
            name,
            StripKind.EFFECT,
            track.channel + 2,
            start,
            end - start,
            0,
            {},
            "",
            blend_type="ALPHA_OVER",
            effect_type="WIPE" if is_wipe else "CROSS",
            inputs=(out.name, into.name),
            foreign={"metadata": foreign, "name": asked, "transition_type": kind},
        )
    )
    run.findings.kept(name, "strip")
    return into


def _crossfade(run: ImportRun, level: Level, out: StripSnapshot, into: StripSnapshot, length: int) -> StripSnapshot:
    """Blender has no crossfade of sounds: both fade over the overlap."""
    run.findings.approximated(into.name, "transition", "both sounds fade, for Blender has no crossfade of sounds")
    for place in range(len(level.strips) - 1, -1, -1):
        if level.strips[place].name == out.name:
            tail = min(length, out.length)
            level.strips[place] = _with_fade(out, 0, tail)
            break
    return _with_fade(into, min(length, into.length), 0)


def edge_fades(run: ImportRun, laid: Laid, strip: StripSnapshot) -> StripSnapshot:
    head = tail = 0
    for transition, joins, side in ((laid.before, laid.follows, 0), (laid.after, laid.leads, 1)):
        if transition is None or joins:
            continue
        own = own_part(transition.get("metadata"), BLENDER)
        lengths = [nearest(one * run.rate) for one in run.clock.offsets(transition)]
        if "fade" in own:
            if [own.get("in"), own.get("out")] == lengths and strip.curves:
                continue  # the strip's own keyframes are there already
            strip = replace(
                strip, curves=tuple(one for one in strip.curves if one.path not in ("blend_alpha", "volume"))
            )
        length = min(strip.length, sum(lengths))
        head, tail = (length, tail) if side == 0 else (head, length)
    if not head and not tail:
        return strip
    tail = min(tail, strip.length - head)
    run.findings.kept(strip.name, "fade")
    return _with_fade(strip, head, tail)


def _with_fade(strip: StripSnapshot, head: int, tail: int) -> StripSnapshot:
    """With what fades it has already, for a strip may fade at both ends by two transitions."""
    known = pure_fades(strip)
    head, tail = head or known.head, tail or known.tail
    level = strip.volume if strip.kind is StripKind.SOUND else strip.opacity
    others = tuple(one for one in strip.curves if one.path != fade_path(strip))
    return replace(strip, curves=(*others, fade_curve(strip, head, min(tail, strip.length - head), level)))
