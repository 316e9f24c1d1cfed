# SPDX-License-Identifier: GPL-3.0-or-later
"""Which strips of one level are written where: as clips, as effects of other clips, as transitions, or beside all."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from .report import Findings
from .retime import Pieces, content_frames, pieces_of, with_speed_effect
from .snapshot import StripKind, StripSnapshot
from .times import is_number
from .transitions import DISSOLVES, FOLDED, Fold, plan_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .export_run import ExportRun


@dataclass(slots=True)
class Level:
    """One level of the edit: the timeline's or a meta's. `zero` is the frame of the timeline at its time zero."""

    zero: int
    folds: tuple[Fold, ...]
    attached: dict[str, list[StripSnapshot]] = field(default_factory=dict)
    """Effect strips that go with the clip of their first input."""
    speeds: dict[str, tuple[StripSnapshot, Pieces]] = field(default_factory=dict)
    left_out: list[StripSnapshot] = field(default_factory=list)


def plan_level(run: ExportRun, strips: Sequence[StripSnapshot], zero: int) -> Level:
    # Retake itself reads those that have no legal transition as the effects that they are.
    folds = plan_folds(strips, run.rate, Findings() if run.flavour.reads_namespace else run.findings)
    by_name = {strip.name: strip for strip in strips}
    laid = [all(_is_written(run, by_name[name]) for name in (fold.outgoing, fold.incoming)) for fold in folds]
    for fold, is_laid in zip(folds, laid, strict=True):
        if not is_laid:
            why = f"{run.flavour.title} gets only one of its strips, or none"
            run.findings.dropped(fold.effect.name, "transition", why)
    folds = tuple(fold for fold, is_laid in zip(folds, laid, strict=True) if is_laid)
    level = Level(zero, folds)
    for fold in folds:
        if not run.flavour.transitions:
            level.left_out.append(fold.effect)
            why = f"{run.flavour.title} reads none that lies about the cut: a cut in its middle stands for it"
            run.findings.approximated(fold.effect.name, "transition", why)
        elif not run.flavour.wipes and fold.effect.effect_type not in DISSOLVES:
            run.findings.approximated(fold.effect.name, "transition", "a dissolve stands for the wipe")
    folded = {fold.effect.name for fold in folds}
    for strip in strips:
        if strip.kind is not StripKind.EFFECT or strip.name in folded:
            continue
        first = by_name.get(strip.inputs[0]) if strip.inputs else None
        if not strip.inputs and run.flavour.generators:
            continue  # a generator of its own, such as Multicam
        if first is None or first.kind is StripKind.EFFECT or not _is_written(run, first):
            level.left_out.append(strip)
        elif strip.effect_type == "SPEED" and first.name not in level.speeds:
            if (pieces := _behind_speed(run, strip, first)) is None:
                level.attached.setdefault(first.name, []).append(strip)
            else:
                level.speeds[first.name] = (strip, pieces)
        else:
            level.attached.setdefault(first.name, []).append(strip)
        _note_effect(run, strip, is_speed=any(one is strip for one, _ in level.speeds.values()))
    for strip in strips:
        if strip.kind is not StripKind.EFFECT and not _is_written(run, strip):
            level.left_out.append(strip)
            run.findings.dropped(strip.name, "strip", _why_not(run, strip))
    level.left_out.sort(key=lambda strip: (strip.channel, strip.start, strip.name))
    return level


def _note_effect(run: ExportRun, strip: StripSnapshot, *, is_speed: bool) -> None:
    title = run.flavour.title
    if strip.effect_type in FOLDED and not run.flavour.reads_namespace:
        return  # why it is no transition is noted already
    if is_speed:
        if run.flavour.retimes:
            run.findings.kept(strip.name, "speed")
        else:
            run.findings.dropped(strip.name, "speed", f"{title} reads no speeds")
    elif run.flavour.reads_namespace:
        run.findings.kept(strip.name, "effect")
    else:
        run.findings.dropped(strip.name, "effect", f"{title} reads none of Blender's effects")


def _is_written(run: ExportRun, strip: StripSnapshot) -> bool:
    return not _why_not(run, strip)


def _why_not(run: ExportRun, strip: StripSnapshot) -> str:
    title = run.flavour.title
    if strip.mute and not run.flavour.disabled:
        return f"{title} plays muted strips, so it is left out"
    if strip.name in run.muted and not run.flavour.disabled:
        return f"{title} plays muted channels, so it is left out"
    if strip.kind is StripKind.META and not run.flavour.nested:
        return f"{title} reads no nested edits; metas can be laid out flat"
    if strip.media:
        shown = strip.shown
        if shown is not None and len(shown.files) > 1 and not run.flavour.image_sequences:
            return f"{title} reads no image sequences"
        return ""
    if strip.kind is StripKind.COLOR and run.flavour.name == "kdenlive":
        return ""
    if not run.flavour.generators and strip.kind in (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE):
        return "nobody named its file"
    if not run.flavour.generators and strip.kind is not StripKind.META:
        return f"{title} reads no {strip.kind.value} strips"
    return ""


def _behind_speed(run: ExportRun, effect: StripSnapshot, target: StripSnapshot) -> Pieces | None:
    """What shows through a speed effect that OpenTimelineIO has a word for."""
    if effect.mute or any(curve.path.startswith("speed_") for curve in effect.curves):
        return None
    settings = effect.settings
    control = settings.get("speed_control")
    first = Fraction(0)
    if control == "MULTIPLY" and is_number(factor := settings.get("speed_factor")):
        speed = Fraction(factor)
    elif control == "FRAME_NUMBER" and is_number(number := settings.get("speed_frame_number")):
        speed, first = Fraction(0), Fraction(number)
    elif control == "STRETCH":
        speed = Fraction(content_frames(target, run.rate) - target.content_offset, max(1, target.length))
    else:
        return None
    return with_speed_effect(pieces_of(target, run.rate), speed, first, target.length)
