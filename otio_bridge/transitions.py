# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's crossfades and wipes lie over two overlapping strips; OpenTimelineIO's lie at a cut within one track.

A legal transition touches no other one, lies within what both neighbours have of themselves beyond the cut, and two on
one clip are no longer than it. OpenTimelineIO accepts others and stumbles over them later (measured on 0.18.1), so this
is the place where they are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .retime import content_frames, pieces_of
from .snapshot import StripKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from .report import Findings
    from .snapshot import StripSnapshot

DISSOLVES = ("CROSS", "GAMMA_CROSS")
FOLDED = (*DISSOLVES, "WIPE")

_ENDLESS = (StripKind.COLOR, StripKind.TEXT, StripKind.ADJUSTMENT, StripKind.EFFECT, StripKind.META)


@dataclass(frozen=True, slots=True)
class Fold:
    """An effect strip that becomes a transition. `cut` lies in the middle of the overlap."""

    effect: StripSnapshot
    outgoing: str
    incoming: str
    cut: int
    in_offset: int
    out_offset: int


def plan_folds(strips: Iterable[StripSnapshot], rate: Fraction, findings: Findings) -> tuple[Fold, ...]:
    """The crossfades and wipes among `strips`, one level of the edit, that have a legal transition."""
    by_name = {strip.name: strip for strip in strips}
    wanted = []
    for effect in by_name.values():
        if effect.kind is not StripKind.EFFECT or effect.effect_type not in FOLDED:
            continue
        fold, why = _fold(effect, by_name, rate)
        if fold is None:
            findings.dropped(effect.name, "transition", why)
        else:
            wanted.append(fold)
    wanted.sort(key=lambda fold: (fold.cut, fold.effect.name))
    heads: dict[str, Fold] = {}
    tails: dict[str, Fold] = {}
    for fold in wanted:
        out, into = by_name[fold.outgoing], by_name[fold.incoming]
        head = heads.get(fold.outgoing)
        # The outgoing strip begins at its own head transition's cut, and both must fit between the two cuts.
        begins = head.cut + head.out_offset if head else out.start
        if fold.outgoing in tails or fold.incoming in heads:
            findings.dropped(fold.effect.name, "transition", "another transition lies at the same cut")
        elif fold.cut - fold.in_offset < begins or fold.cut <= (head.cut if head else out.start):
            findings.dropped(fold.effect.name, "transition", f"{out.name} is too short for two transitions")
        elif fold.cut >= into.end_exclusive:
            findings.dropped(fold.effect.name, "transition", f"{into.name} is too short for it")
        else:
            tails[fold.outgoing] = fold
            heads[fold.incoming] = fold
            continue
    return tuple(sorted(heads.values(), key=lambda fold: (fold.cut, fold.effect.name)))


def _fold(effect: StripSnapshot, by_name: dict[str, StripSnapshot], rate: Fraction) -> tuple[Fold | None, str]:
    if len(effect.inputs) != 2 or any(name not in by_name for name in effect.inputs):
        return None, "it does not lie over two strips beside it"
    out, into = (by_name[name] for name in effect.inputs)
    if out is into or StripKind.SOUND in (out.kind, into.kind):
        return None, "it does not lie over two pictures"
    if StripKind.EFFECT in (out.kind, into.kind):
        return None, "it lies over another effect"
    if out.start >= into.start or out.end_exclusive >= into.end_exclusive:
        return None, "it does not lead from one strip to a later one"
    overlap = out.end_exclusive - into.start
    if overlap < 1:
        return None, "its strips do not overlap"
    if (effect.start, effect.end_exclusive) != (into.start, out.end_exclusive):
        return None, "it is not as long as the overlap of its strips"
    if effect.mute or out.mute or into.mute:
        return None, "one of its strips is muted"
    cut = into.start + overlap // 2
    if cut == into.start:
        cut += 1  # an overlap of one frame: the whole of it before the cut
    # A speed that changes cuts a strip into several clips: the transition lies within those at the cut.
    last = next(piece for piece in reversed(pieces_of(out, rate).pieces) if piece.at < cut - out.start)
    first = next(piece for piece in reversed(pieces_of(into, rate).pieces) if piece.at <= cut - into.start)
    in_offset = min(cut - into.start, _before(into, cut), cut - out.start - last.at)
    out_offset = min(out.end_exclusive - cut, _beyond(out, cut, rate), into.start + first.at + first.length - cut)
    if in_offset + out_offset < 1:
        return None, "neither strip has media beyond the cut"
    return Fold(effect, out.name, into.name, cut, in_offset, out_offset), ""


def _before(strip: StripSnapshot, cut: int) -> int:
    """Frames of real content that `strip` has before `cut`."""
    if _is_endless(strip) or strip.retiming is not None:
        return cut - strip.start
    return max(0, cut - max(strip.start, strip.content_start))


def _beyond(strip: StripSnapshot, cut: int, rate: Fraction) -> int:
    if _is_endless(strip) or strip.retiming is not None:
        return strip.end_exclusive - cut
    return max(0, min(strip.end_exclusive, strip.content_start + content_frames(strip, rate)) - cut)


def _is_endless(strip: StripSnapshot) -> bool:
    media = strip.shown
    return strip.kind in _ENDLESS or (strip.kind is StripKind.IMAGE and (media is None or not media.files))
