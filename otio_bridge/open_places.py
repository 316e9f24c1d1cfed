# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of an edit that prompts ask to be filled: gaps, and clips without their media.

A prompt is the item's metadata `retake.prompt`, the comment of a marker on it that begins with `RETAKE:`, its name if
that begins so, or the comment of a marker of its track or of the timeline that lies over it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .errors import BridgeError
from .import_time import Clock, active_reference, check_depth, children_of, schema_of, time_scalar
from .markers import read_marker
from .media_url import to_path
from .namespaces import RETAKE, own_part
from .times import Json, known_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROMPT_SIGN = "RETAKE:"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""What serves as a shot's name."""

_NO_WISHES = frozenset({"schema", "prompt", "shot", "take", "job", "cost_units", "recipe"})
"""Keys of the namespace that say what was made, not what is wanted."""

Path = tuple[int, ...]
"""The way to an item: the number of a child at each level, from the timeline's stack on."""


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """All lengths are seconds of media."""

    path: Path
    where: str
    """For a person: track, item and time."""
    shot_id: str
    prompt: str
    """Empty where the sign is there, and nothing behind it."""
    length_s: Fraction
    """What the edit shows."""
    head_s: Fraction = Fraction(0)
    """What a transition before shows in addition; `tail_s`: one after."""
    tail_s: Fraction = Fraction(0)
    marker: str = ""
    """The name of the marker that has the prompt."""
    at_s: Fraction = Fraction(0)
    """Where it begins on its track."""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the shot, as the edit names them."""

    @property
    def needed_s(self) -> Fraction:
        return self.head_s + self.length_s + self.tail_s


@dataclass(frozen=True, slots=True)
class LostPrompt:
    """A marker that lies over nothing that could be filled. Seconds of its level of the edit."""

    prompt: str
    name: str
    where: str
    at_s: Fraction
    length_s: Fraction
    """What it marks; 0 for a point."""

    @property
    def sentence(self) -> str:
        place = f" on {self.where}" if self.where else ""
        return (
            f"The marker “{self.prompt[:60]}” at {_clock_words(self.at_s)}{place} lies over no gap and no clip without "
            "its media."
        )


@dataclass(frozen=True, slots=True)
class OpenPlaces:
    places: tuple[OpenPlace, ...]
    lost: tuple[LostPrompt, ...]
    rate: Fraction
    """What the edit is counted in."""


def find_open_places(timeline: Json, base: str, exists: Callable[[str], bool]) -> OpenPlaces:
    """`base`: the folder of the file, for relative paths. Raises BridgeError for what is no timeline."""
    if schema_of(timeline) != "Timeline" or schema_of(timeline.get("tracks")) != "Stack":
        raise BridgeError("Only a timeline can be filled.", hint="Export the edit itself, not a bin or a single clip.")
    stack = timeline["tracks"]
    check_depth(stack)
    finder = _Finder(Clock(_rate_of(stack)), base, exists)
    try:
        finder.search(stack, (), "", ())
    except (TypeError, ValueError, AttributeError) as error:
        raise BridgeError(
            f"The edit cannot be understood: {str(error)[:200]}.", hint="The file is damaged: export the edit again."
        ) from error
    return OpenPlaces(_with_ids(finder.found), tuple(finder.lost), finder.clock.rate)


@dataclass(frozen=True, slots=True)
class _Prompt:
    """From a marker of a track or of the timeline; `at` in seconds of that level."""

    text: str
    name: str
    at: Fraction
    length: Fraction


@dataclass(slots=True)
class _Finder:
    clock: Clock
    base: str
    exists: Callable[[str], bool]
    found: list[OpenPlace] = field(default_factory=list)
    lost: list[LostPrompt] = field(default_factory=list)

    def search(self, stack: Json, way: Path, outer: str, inherited: tuple[_Prompt, ...]) -> None:
        """A stack's tracks from the lowest up; what no track takes of the stack's own prompts is lost."""
        waiting = [*inherited, *self._prompts(stack)]
        covered: set[_Prompt] = set()
        for number, track in enumerate(children_of(stack)):
            here = f"{outer}track {number + 1}"
            is_sound = track.get("kind") == "Audio"
            own = self._prompts(track)
            taken = self._track(track, (*way, number), here, [*own, *([] if is_sound else waiting)], covered)
            waiting = [prompt for prompt in waiting if prompt not in taken]
            self.lost += [
                LostPrompt(one.text, one.name, here, one.at, one.length)
                for one in own
                if one not in taken and one not in covered
            ]
        where = outer.rstrip(", ")
        self.lost += [
            LostPrompt(one.text, one.name, where, one.at, one.length) for one in waiting if one not in covered
        ]

    def _track(self, track: Json, way: Path, here: str, prompts: list[_Prompt], covered: set[_Prompt]) -> set[_Prompt]:
        """The prompts that a place of this track answers to."""
        children = children_of(track) if schema_of(track) == "Track" else [track]
        taken: set[_Prompt] = set()
        at = Fraction(0)
        for number, item in enumerate(children):
            schema = schema_of(item)
            if schema == "Transition":
                continue
            length = self.clock.duration(item)
            over = [one for one in prompts if at <= one.at < at + length]
            path = (*way, number) if schema_of(track) == "Track" else way
            if schema == "Stack":
                self.search(item, path, f"{here}, nested edit {number + 1}, ", ())
            elif schema == "Track":
                self._track(item, path, f"{here}, nested track {number + 1}", [], covered)
            elif schema in ("Gap", "Clip") and length:
                where = f"{here}, item {number + 1}, at {_clock_words(at)}"
                place = self._place(item, children, number, path, (where, at), over)
                if place is not None:
                    taken.update(over)
                    self.found.append(place)
                elif _is_filled(item):
                    covered.update(over)
            at += length
        return taken

    def _place(
        self,
        item: Json,
        children: list[Json],
        number: int,
        path: Path,
        place: tuple[str, Fraction],
        over: list[_Prompt],
    ) -> OpenPlace | None:
        """None where nobody wants it filled, or the media is there."""
        if schema_of(item) == "Clip" and not self._is_missing(item):
            return None
        own = own_part(item.get("metadata"), RETAKE)
        prompt, marker = self._own_prompt(item, own) or next(((one.text, one.name) for one in over), (None, ""))
        if prompt is None:
            return None
        speed = Fraction(abs(time_scalar(item)))
        head, tail = self._transition(children, number - 1)[0], self._transition(children, number + 1)[1]
        wanted = own.get("shot") or item.get("name")
        where, at = place
        return OpenPlace(
            path, where, wanted if isinstance(wanted, str) and _ID.fullmatch(wanted) else "", prompt,
            self.clock.duration(item) * speed, head * speed, tail * speed, marker, at,
            {key: value for key, value in own.items() if key not in _NO_WISHES},
        )  # fmt: skip

    def _own_prompt(self, item: Json, own: Json) -> tuple[str, str] | None:
        """With the name of its marker."""
        written = own.get("prompt")
        if isinstance(written, str) and written.strip():
            return written.strip(), ""
        for marker in self._prompts(item):
            return marker.text, marker.name
        named = _signed(item.get("name"))
        return None if named is None else (named, "")

    def _prompts(self, item: Json) -> list[_Prompt]:
        markers = item.get("markers")
        found = []
        for marker in markers if isinstance(markers, list) else []:
            read = read_marker(marker, self.clock.rate)
            if read is None:
                continue
            text = _signed(read[0].comment)
            if text is None:
                text = _signed(read[0].name)
            if text is not None:
                found.append(_Prompt(text, read[0].name, read[1] / self.clock.rate, read[0].length / self.clock.rate))
        return found

    def _transition(self, children: list[Json], number: int) -> tuple[Fraction, Fraction]:
        if 0 <= number < len(children) and schema_of(children[number]) == "Transition":
            return self.clock.offsets(children[number])
        return Fraction(0), Fraction(0)

    def _is_missing(self, clip: Json) -> bool:
        reference = active_reference(clip)[1]
        match schema_of(reference):
            case "" | "MissingReference":
                return True
            case "ExternalReference":
                url = reference.get("target_url")
                path = to_path(url, self.base) if isinstance(url, str) else ""
                return not path or ("://" not in path and not self.exists(path))
        return False


def _is_filled(item: Json) -> bool:
    """An earlier run put a take there."""
    return isinstance(own_part(item.get("metadata"), RETAKE).get("take"), int)


def _signed(text: Any) -> str | None:
    """What follows the sign; None without it."""
    if not isinstance(text, str) or not text.lstrip().upper().startswith(PROMPT_SIGN):
        return None
    return text.lstrip()[len(PROMPT_SIGN) :].strip()


def _with_ids(places: list[OpenPlace]) -> tuple[OpenPlace, ...]:
    """Ids that stay when the edit around them changes: made of what is asked for, counted where it is asked for twice.

    A name that the edit gives twice is two places of one shot, and told apart likewise.
    """
    counts: dict[str, int] = {}
    found = []
    for place in places:
        wish = json.dumps([place.prompt, dict(place.wishes)], sort_keys=True, default=str)
        words = "-".join(re.findall(r"[a-z0-9]+", place.prompt.lower()))[:24].strip("-") or "fill"
        stem = place.shot_id or f"{words}-{hashlib.sha256(wish.encode()).hexdigest()[:4]}"
        counts[stem] = counts.get(stem, 0) + 1
        found.append(replace(place, shot_id=stem if counts[stem] == 1 else f"{stem}-{counts[stem]}"))
    return tuple(found)


def _rate_of(stack: Json) -> Fraction:
    """The rate that the items are counted in; what has none of its own is counted in it."""
    for item in _walk(stack):
        source = item.get("source_range")
        time = source.get("duration") if isinstance(source, dict) else None
        rate = time.get("rate") if isinstance(time, dict) else None
        if isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate < 100_000:
            return known_rate(rate)
    return Fraction(24)


def _walk(item: Json) -> Iterator[Json]:
    pending = [item]
    while pending:
        one = pending.pop()
        yield one
        pending += children_of(one)


def _clock_words(seconds: Fraction) -> str:
    whole, rest = divmod(seconds, 1)
    return f"{int(whole) // 3600}:{int(whole) // 60 % 60:02}:{int(whole) % 60:02}.{int(rest * 1000):03}"
