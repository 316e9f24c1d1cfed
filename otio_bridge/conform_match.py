# SPDX-License-Identifier: GPL-3.0-or-later
"""Which strip of a living timeline a strip of an edit is: by shot, by file and what of it is shown, by name."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from .media_url import file_name
from .retime import pieces_of
from .snapshot import StripKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from .snapshot import StripSnapshot

Pairs = dict[str, str]
"""From the name of a strip of the edit to that of the living one."""


def match_strips(living: Sequence[StripSnapshot], edit: Sequence[StripSnapshot], rate: Fraction) -> Pairs:
    """Effects are left to `match_effects`. Each strip is matched once; a surer sign goes before a weaker one."""
    free_living = {strip.name: strip for strip in living if strip.kind is not StripKind.EFFECT}
    free_edit = {strip.name: strip for strip in edit if strip.kind is not StripKind.EFFECT}
    pairs: Pairs = {}
    for sign in (_name_and_file, _name_and_shot, _shot, _file, _file_name, _name):
        groups: dict[Hashable, list[StripSnapshot]] = defaultdict(list)
        for strip in free_living.values():
            if (key := sign(strip)) is not None:
                groups[key].append(strip)
        for strip, other in _best_pairs(groups, free_edit, sign, rate):
            pairs[other.name] = strip.name
            del free_living[strip.name], free_edit[other.name]
    return pairs


def match_effects(living: Sequence[StripSnapshot], edit: Sequence[StripSnapshot], pairs: Pairs) -> Pairs:
    """Effects of one kind over the same strips are the same; names say it where strips are missing."""
    found: Pairs = {}
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    names = {}
    for strip in living:
        if strip.kind is StripKind.EFFECT:
            known[strip.effect_type, strip.inputs] = strip.name
            names[strip.name] = strip
    for strip in edit:
        if strip.kind is not StripKind.EFFECT:
            continue
        inputs = tuple(pairs.get(name, name) for name in strip.inputs)
        name = known.get((strip.effect_type, inputs))
        if name is None and strip.name in names and names[strip.name].effect_type == strip.effect_type:
            name = strip.name
        if name is not None and name not in found.values():
            found[strip.name] = name
    return found


def _best_pairs(
    groups: dict[Hashable, list[StripSnapshot]],
    edit: dict[str, StripSnapshot],
    sign: Callable[[StripSnapshot], Hashable | None],
    rate: Fraction,
) -> list[tuple[StripSnapshot, StripSnapshot]]:
    wanted: dict[Hashable, list[StripSnapshot]] = defaultdict(list)
    for strip in edit.values():
        key = sign(strip)
        if key is not None and key in groups:
            wanted[key].append(strip)
    pairs = []
    for key, others in wanted.items():
        same = groups[key]
        if len(same) == len(others) == 1:
            pairs.append((same[0], others[0]))
            continue
        if len(same) * len(others) > 40_000:
            # A file that is cut up thousands of times: in the order of time, for a table of all pairs takes too long.
            pairs += zip(sorted(same, key=_when), sorted(others, key=_when), strict=False)
            continue
        ranked = sorted(
            ((_rank(one, other, rate), one, other) for one in same for other in others), key=lambda row: row[0]
        )
        used: set[str] = set()
        for _, one, other in ranked:
            if f"l{one.name}" not in used and f"e{other.name}" not in used:
                used |= {f"l{one.name}", f"e{other.name}"}
                pairs.append((one, other))
    return pairs


def _rank(one: StripSnapshot, other: StripSnapshot, rate: Fraction) -> tuple[Fraction, int, int, str, str]:
    return (-_overlap(one, other, rate), abs(one.start - other.start), one.start, one.name, other.name)


def _when(strip: StripSnapshot) -> tuple[int, str]:
    return (strip.start, strip.name)


def _overlap(one: StripSnapshot, other: StripSnapshot, rate: Fraction) -> Fraction:
    """Seconds of the source that both show."""
    low, high = _source(one, rate)
    other_low, other_high = _source(other, rate)
    return max(Fraction(0), min(high, other_high) - max(low, other_low))


def _source(strip: StripSnapshot, rate: Fraction) -> tuple[Fraction, Fraction]:
    pieces = pieces_of(strip, rate).pieces
    frames = [frame for piece in pieces for frame in (piece.lowest, piece.lowest + abs(piece.speed) * piece.length)]
    return min(frames) / rate, max(frames) / rate


def _name_and_file(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind, strip.name, _path(strip)) if _path(strip) else None


def _name_and_shot(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind, strip.name, strip.shot_id) if strip.shot_id else None


def _shot(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, strip.shot_id) if strip.shot_id else None


def _file(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, _path(strip)) if _path(strip) else None


def _file_name(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, file_name(_path(strip)).lower()) if _path(strip) else None


def _name(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, strip.name)


def _path(strip: StripSnapshot) -> str:
    media = strip.shown
    return media.path if media is not None else ""
