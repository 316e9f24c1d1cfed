# SPDX-License-Identifier: GPL-3.0-or-later
"""Which strip of a living timeline a strip of an edit is: by shot, by file and what of it is shown, by name, by place.

Metas are looked into: a strip is found again in whatever meta another program put it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .media_url import file_name
from .retime import pieces_of
from .snapshot import StripKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from .levels import Nested
    from .snapshot import StripSnapshot

Pairs = dict[str, str]
"""From the name of a strip of the edit to that of the living one."""

_NUMBERED = re.compile(r"\.\d{3}$")
_MOST_PAIRS = 1000
_MOST_OVERLAPS = 200_000
LEAST_OF_A_PART = Fraction(1, 2)
"""A new clip that shows so much of what a strip showed is a part that was cut off it."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """`names_are_ours`: the edit's names are those that we wrote. Other programs name clips by their file, and of two
    clips with one name nobody knows which it is."""

    living: Mapping[str, Nested]
    edit: Mapping[str, Nested]
    rate: Fraction
    names_are_ours: bool

    def pairs(self) -> Pairs:
        """Effects are left to `match_effects`. Each strip is matched once; a surer sign goes before a weaker one."""
        found: Pairs = {}
        self._by_signs(found, [self._said_name], is_meta=True)
        signs = [self._name_and_file, self._name_and_shot, _shot, self._said_name]
        self._by_signs(found, signs, is_meta=False)
        self._by_signs(found, [_file, _file_name], is_meta=False, needs_overlap=True)
        self._by_signs(found, [_text, _place], is_meta=False)
        self._by_signs(found, [self._rest_of_file], is_meta=False)
        self._by_contents(found)
        self._by_signs(found, [_meta_place], is_meta=True)
        return found

    def _by_signs(
        self,
        found: Pairs,
        signs: Sequence[Callable[[StripSnapshot], Hashable | None]],
        *,
        is_meta: bool,
        needs_overlap: bool = False,
    ) -> None:
        """`needs_overlap`: only strips that show something of the same source."""
        taken = set(found.values())
        free_living = {
            name: one.strip for name, one in self.living.items()
            if name not in taken and _is_wanted(one.strip, is_meta=is_meta)
        }  # fmt: skip
        free_edit = {
            name: one.strip for name, one in self.edit.items()
            if name not in found and _is_wanted(one.strip, is_meta=is_meta)
        }  # fmt: skip
        for sign in signs:
            groups: dict[Hashable, list[StripSnapshot]] = defaultdict(list)
            for strip in free_living.values():
                if (key := sign(strip)) is not None:
                    groups[key].append(strip)
            wanted: dict[Hashable, list[StripSnapshot]] = defaultdict(list)
            for strip in free_edit.values():
                if (key := sign(strip)) is not None and key in groups:
                    wanted[key].append(strip)
            for key, others in wanted.items():
                for strip, other in self._best_pairs(groups[key], others, found):
                    if needs_overlap and not _shared(strip, other, self.rate):
                        continue
                    found[other.name] = strip.name
                    del free_living[strip.name], free_edit[other.name]

    def _best_pairs(
        self, same: list[StripSnapshot], others: list[StripSnapshot], found: Pairs
    ) -> list[tuple[StripSnapshot, StripSnapshot]]:
        if len(same) == len(others) == 1:
            return [(same[0], others[0])]
        if len(same) * len(others) > _MOST_PAIRS:
            # A file that is cut up hundreds of times: a table of all pairs takes too long.
            tried = _overlapping(same, others, self.rate)
        else:
            tried = [(one, other) for one in same for other in others]
        ranked = sorted(((self._rank(*pair, found), *pair) for pair in tried), key=lambda row: row[0])
        used: set[str] = set()
        pairs = []
        for _, one, other in ranked:
            if f"l{one.name}" not in used and f"e{other.name}" not in used:
                used |= {f"l{one.name}", f"e{other.name}"}
                pairs.append((one, other))
        if len(same) * len(others) > _MOST_PAIRS:
            # The rest, which show nothing in common, in the order of time.
            left = sorted((one for one in same if f"l{one.name}" not in used), key=_when)
            pairs += zip(left, sorted((one for one in others if f"e{one.name}" not in used), key=_when), strict=False)
        return pairs

    def _rank(
        self, one: StripSnapshot, other: StripSnapshot, found: Pairs
    ) -> tuple[Fraction, bool, bool, int, int, str, str]:
        """The best first: what shows most of the same source, then the same name, then the same meta, then the nearest
        in time."""
        level = self.edit[other.name].level
        is_elsewhere = found.get(level, level) != self.living[one.name].level
        is_called_otherwise = said_name(one) != said_name(other)
        shared = -_shared(one, other, self.rate)
        return (shared, is_called_otherwise, is_elsewhere, abs(one.start - other.start), one.start, one.name,
                other.name)  # fmt: skip

    def _by_contents(self, found: Pairs) -> None:
        """A meta under another name holds what it held."""
        taken = set(found.values())
        for name, one in self.edit.items():
            if one.strip.kind is not StripKind.META or name in found:
                continue
            votes = Counter(
                level
                for child in one.strip.children
                if child.name in found and (level := self.living[found[child.name]].level) and level not in taken
            )
            if votes:
                found[name] = max(votes, key=lambda level: (votes[level], level))
                taken.add(found[name])

    def _rest_of_file(self, strip: StripSnapshot) -> Hashable | None:
        """Strips of a file that show nothing in common may be one that was slipped far; a part that was cut off another
        one is that other one's."""
        if strip.name in self.edit and self.edit[strip.name].strip is strip:
            same = (one.strip for one in self.living.values() if same_file(one.strip, strip))
            if any(shows_of(one, strip, self.rate) >= LEAST_OF_A_PART for one in same):
                return None
        return _file(strip)

    def _said_name(self, strip: StripSnapshot) -> Hashable | None:
        return (_family(strip), said_name(strip)) if self._speaks(strip) else None

    def _name_and_file(self, strip: StripSnapshot) -> Hashable | None:
        path = _path(strip)
        return (strip.kind, said_name(strip), path) if path and self._speaks(strip) else None

    def _name_and_shot(self, strip: StripSnapshot) -> Hashable | None:
        return (strip.kind, said_name(strip), strip.shot_id) if strip.shot_id and self._speaks(strip) else None

    def _speaks(self, strip: StripSnapshot) -> bool:
        """Whether the strip's name says more than its file does."""
        if self.names_are_ours or not _path(strip):
            return True
        name, file = _NUMBERED.sub("", said_name(strip)), file_name(_path(strip))
        return name not in (file, file.rpartition(".")[0])


def match_effects(living: Iterable[StripSnapshot], edit: Iterable[StripSnapshot], pairs: Pairs) -> Pairs:
    """Effects of one kind over the same strips are the same; names say it where strips are missing. A transition
    between other strips is another one."""
    found: Pairs = {}
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    names = {}
    for strip in living:
        if strip.kind is StripKind.EFFECT:
            known[strip.effect_type, strip.inputs] = strip.name
            names[strip.name] = strip
    edit = list(edit)
    there = {strip.name for strip in edit}
    for strip in edit:
        if strip.kind is not StripKind.EFFECT:
            continue
        is_between = len(strip.inputs) == 2 and there.issuperset(strip.inputs)
        # What is new may be called as a living strip is: it is marked as another one.
        inputs = tuple(pairs.get(name, found.get(name, f"+{name}")) for name in strip.inputs)
        name = known.get((strip.effect_type, inputs))
        if (
            name is None
            and not is_between
            and strip.name in names
            and names[strip.name].effect_type == strip.effect_type
        ):
            name = strip.name
        if name is not None and name not in found.values():
            found[strip.name] = name
    return found


def said_name(strip: StripSnapshot) -> str:
    """What the clip is called in the edit: names of strips are unique, those of clips need not be."""
    name = strip.foreign.get("name")
    if isinstance(name, dict) and name.get("as") == strip.name and isinstance(name.get("was"), str):
        return str(name["was"])
    return strip.name


def shows_of(one: StripSnapshot, other: StripSnapshot, rate: Fraction) -> Fraction:
    """The share of what `other` shows that `one` shows as well."""
    low, high = _source(one, rate)
    other_low, other_high = _source(other, rate)
    length = other_high - other_low
    return max(Fraction(0), min(high, other_high) - max(low, other_low)) / length if length else Fraction(0)


def same_file(one: StripSnapshot, other: StripSnapshot) -> bool:
    return bool(_path(one)) and _file(one) == _file(other)


def with_joined_pieces(
    living: Mapping[str, Nested], strips: Sequence[StripSnapshot], rate: Fraction
) -> tuple[StripSnapshot, ...]:
    """A strip whose speed changes goes out as several clips. Where another program dropped what says that they are one,
    the same clips in a row are that strip again."""
    several = {}
    for one in living.values():
        pieces = pieces_of(one.strip, rate).pieces
        if len(pieces) > 1 and _path(one.strip):
            several[one.strip.name] = (one.strip, pieces)
    if not several:
        return tuple(strips)
    rows = sorted(strips, key=lambda strip: (strip.channel, strip.start, strip.name))
    found: list[StripSnapshot] = []
    at = 0
    while at < len(rows):
        for name, (strip, pieces) in several.items():
            group = rows[at : at + len(pieces)]
            if len(group) == len(pieces) and _are_pieces(strip, group, rate):
                first = group[0]
                found.append(replace(strip, name=first.name, channel=first.channel, start=first.start,
                                     foreign=first.foreign))  # fmt: skip
                del several[name]
                at += len(pieces)
                break
        else:
            strip = rows[at]
            if strip.children:
                strip = replace(strip, children=with_joined_pieces(living, strip.children, rate))
            found.append(strip)
            at += 1
    return tuple(found)


def _are_pieces(strip: StripSnapshot, group: list[StripSnapshot], rate: Fraction) -> bool:
    for piece, one in zip(pieces_of(strip, rate).pieces, group, strict=True):
        shown = pieces_of(one, rate).pieces
        if _file(one) != _file(strip) or len(shown) != 1 or (one.start, one.length) != (group[0].start + piece.at,
                                                                                         piece.length):  # fmt: skip
            return False
        if abs(shown[0].first - piece.first) > 1 or abs(shown[0].speed - piece.speed) * piece.length > 1:
            return False
    return True


def _is_wanted(strip: StripSnapshot, *, is_meta: bool) -> bool:
    return strip.kind is not StripKind.EFFECT and (strip.kind is StripKind.META) is is_meta


def _when(strip: StripSnapshot) -> tuple[int, str]:
    return (strip.start, strip.name)


def _shared(one: StripSnapshot, other: StripSnapshot, rate: Fraction) -> Fraction:
    """Of the seconds of the source that either shows, the share that both show."""
    low, high = _source(one, rate)
    other_low, other_high = _source(other, rate)
    both = max(Fraction(0), min(high, other_high) - max(low, other_low))
    either = (high - low) + (other_high - other_low) - both
    return both / either if either else Fraction(0)


def _overlapping(
    same: Sequence[StripSnapshot], others: Sequence[StripSnapshot], rate: Fraction
) -> list[tuple[StripSnapshot, StripSnapshot]]:
    """The pairs that show something of the same source, from one pass over both in the order of the source. Where very
    many do, as of a clip that is repeated hundreds of times, not all of them."""
    rows = sorted(
        [(*_source(one, rate), 0, number, one) for number, one in enumerate(same)]
        + [(*_source(one, rate), 1, number, one) for number, one in enumerate(others)],
        key=lambda row: row[:4],
    )
    open_ones: tuple[list[tuple[Fraction, StripSnapshot]], list[tuple[Fraction, StripSnapshot]]] = ([], [])
    found: list[tuple[StripSnapshot, StripSnapshot]] = []
    for low, high, side, _, strip in rows:
        facing = [each for each in open_ones[1 - side] if each[0] > low]
        open_ones[1 - side][:] = facing
        for _, other in facing if len(found) < _MOST_OVERLAPS else ():
            found.append((strip, other) if side == 0 else (other, strip))
        open_ones[side].append((high, strip))
    return found


def _source(strip: StripSnapshot, rate: Fraction) -> tuple[Fraction, Fraction]:
    if strip.retiming is None and not strip.reverse_frames:
        return Fraction(strip.content_offset) / rate, Fraction(strip.content_offset + strip.length) / rate
    pieces = pieces_of(strip, rate).pieces
    frames = [frame for piece in pieces for frame in (piece.lowest, piece.lowest + abs(piece.speed) * piece.length)]
    return min(frames) / rate, max(frames) / rate


def _family(strip: StripSnapshot) -> str:
    """What may stand for what: a still for a movie, but no title for a clip."""
    return "picture" if strip.kind in (StripKind.MOVIE, StripKind.IMAGE) else strip.kind.value


def _shot(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, strip.shot_id) if strip.shot_id else None


def _file(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, _path(strip)) if _path(strip) else None


def _file_name(strip: StripSnapshot) -> Hashable | None:
    return (strip.kind is StripKind.SOUND, file_name(_path(strip)).lower()) if _path(strip) else None


def _place(strip: StripSnapshot) -> Hashable | None:
    """Other media under another name, exactly where the strip was."""
    return (_family(strip), strip.start, strip.length)


def _text(strip: StripSnapshot) -> Hashable | None:
    return str(strip.settings.get("text", "")) or None if strip.kind is StripKind.TEXT else None


def _meta_place(strip: StripSnapshot) -> Hashable | None:
    return (strip.start, strip.length)


def _path(strip: StripSnapshot) -> str:
    media = strip.shown
    return media.path if media is not None else ""
