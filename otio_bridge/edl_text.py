# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of an EDL (CMX 3600), read from its text without the adapter: what the adapter's reading is held against.

The adapter cmx_3600 1.0.0 (measured): gives the incoming clip of a transition the outgoing one's file, drops the frames
of a transition event's first line, stops at a speed beside drop-frame timecode and at a transition with nothing before
it, and reads no drop-frame locator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .errors import BridgeError
from .timecode import frames_of

if TYPE_CHECKING:
    from fractions import Fraction

MOST_EVENTS = 100_000

_CHANNELS = {"A": ("A1",), "AA": ("A1", "A2"), "B": ("V", "A1"), "A2/V": ("V", "A2"), "AA/V": ("V", "A1", "A2")}
_COMMENTS = (
    ("from_name", re.compile(r"\*?\s*FROM CLIP NAME:?\s*(.*)")),
    ("to_name", re.compile(r"\*?\s*TO CLIP NAME:?\s*(.*)")),
    ("from_file", re.compile(r"\*?\s*FROM (?:CLIP|FILE):?\s*(.*)")),
    ("to_file", re.compile(r"\*?\s*TO (?:CLIP|FILE):?\s*(.*)")),
    ("from_file", re.compile(r"\*\s*\*?\s*OTIO REFERENCE FROM:?\s*(.*)")),
    ("to_file", re.compile(r"\*\s*\*?\s*OTIO REFERENCE TO:?\s*(.*)")),
    ("locator", re.compile(r"\*?\s*LOC:?\s+(.*)")),
    ("speed", re.compile(r"M2\s+(.*)")),
    ("freeze", re.compile(r"\*\s*\*\s*FREEZE FRAME(.*)")),
)
_SPEED = re.compile(r"(?:.*\s)?(-?\d*\.?\d+)\s+(\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}|\d+)\s*")
_LOCATOR = re.compile(r"(\S+)\s+([A-Za-z]+)?(?:\s+|$)(.*)")
_WIPE = re.compile(r"W\d{3}")


@dataclass(frozen=True, slots=True)
class Span:
    """Frames of timecode, as the four columns of a line have them."""

    source_in: int
    source_out: int
    record_in: int
    record_out: int
    columns: tuple[str, str, str, str]

    @property
    def length(self) -> int:
        return self.record_out - self.record_in


@dataclass(frozen=True, slots=True)
class Locator:
    """`frame` counts on the clock of the edit."""

    frame: int
    color: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """`transition`: C for a cut, D, or W001 and the like over `transition_frames`. `outgoing`: the first line of a
    transition event, where it has frames of its own. `speed` is in frames a second, None at the edit's own."""

    number: str
    line: int
    reel: str
    channels: tuple[str, ...]
    span: Span
    transition: str = "C"
    transition_frames: int = 0
    outgoing: tuple[str, Span] | None = None
    speed: float | None = None
    freeze: bool = False
    named: dict[str, str] = field(default_factory=dict)
    locators: tuple[Locator, ...] = ()
    channel_code: str = "V"
    comments: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Of the clip that the event brings in; empty where it names none."""
        return self.named.get("from_file" if self.transition == "C" else "to_file", "")

    @property
    def name(self) -> str:
        return self.named.get("from_name" if self.transition == "C" else "to_name", "")


@dataclass(frozen=True, slots=True)
class Edl:
    title: str
    events: tuple[Event, ...]


def read_edl(text: str, rate: Fraction) -> Edl:
    """Raises BridgeError, naming the line, for what is no EDL or has events of another kind."""
    title = ""
    events: list[Event] = []
    open_lines: list[tuple[int, list[str]]] = []
    comments: list[str] = []

    def close() -> None:
        if open_lines:
            events.append(_event(open_lines, comments, rate))
            open_lines.clear()
        comments.clear()

    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped[0].isascii() and stripped[0].isdigit():
            fields = stripped.split()
            if open_lines and (len(open_lines) > 1 or int_of(open_lines[0][1][0]) != int_of(fields[0])):
                close()
            open_lines.append((number, fields))
            if len(events) > MOST_EVENTS:
                raise BridgeError(f"The EDL has more than {MOST_EVENTS} events.", hint="Export a shorter edit.")
        elif stripped.startswith("TITLE:") and not open_lines:
            title = stripped.removeprefix("TITLE:").strip()
        elif open_lines:
            comments.append(stripped)
        elif not stripped.startswith(("FCM", "SPLIT", "*", "TITLE")):
            raise BridgeError(f"Line {number} is no line of an EDL: {stripped[:60]!r}.", hint="Choose another file.")
    close()
    if not events:
        raise BridgeError("The EDL has no events.", hint="Choose another file.")
    return Edl(title, tuple(_checked(events)))


def int_of(digits: str) -> int:
    match = re.match(r"\d{1,9}", digits)
    return int(match.group()) if match else -1


def _event(lines: list[tuple[int, list[str]]], comments: list[str], rate: Fraction) -> Event:
    number, fields = lines[-1]
    if len(fields) not in (8, 9):
        raise BridgeError(f"Line {number} of the EDL has {len(fields)} columns, and not 8 or 9.", hint=_EXPORT_AGAIN)
    event, reel, code, kind = fields[:4]
    frames = 0
    if len(fields) == 9:
        if not fields[4].isascii() or not fields[4].isdigit() or len(fields[4]) > 6:
            raise BridgeError(f"Line {number} of the EDL: {fields[4]!r} is no transition's length.", hint=_EXPORT_AGAIN)
        frames = int(fields[4])
    if kind != "C" and (kind != "D" and not _WIPE.fullmatch(kind)):
        raise BridgeError(
            f"Line {number} of the EDL is an event of the kind {kind[:8]!r}, which cannot be read.",
            hint="Bake keys and other effects, and export cuts, dissolves and wipes.",
        )
    if (kind == "C") != (len(lines) == 1) or (kind == "C") != (len(fields) == 8):
        raise BridgeError(
            f"Line {number} of the EDL: event {event[:9]} is there twice, or is a transition from nothing.",
            hint=_EXPORT_AGAIN,
        )
    span = _span(number, fields[-4:], rate)
    outgoing = None
    if len(lines) == 2:
        first_number, first = lines[0]
        if len(first) != 8 or first[3] != "C" or first[2] != code:
            raise BridgeError(f"Line {first_number} of the EDL is not the cut that the transition begins at.",
                              hint=_EXPORT_AGAIN)  # fmt: skip
        out = _span(first_number, first[-4:], rate)
        outgoing = (first[1], out)
    channels = _CHANNELS.get(code, (code,))
    found = Event(event, number, reel, channels, span, kind, frames, outgoing, channel_code=code)
    return _commented(found, comments, rate)


_EXPORT_AGAIN = "The file is damaged or of another kind: export the edit again."


def _span(line: int, columns: list[str], rate: Fraction) -> Span:
    try:
        source_in, source_out, record_in, record_out = (frames_of(one, rate) for one in columns)
    except BridgeError as error:
        raise BridgeError(f"Line {line} of the EDL: {error.message}", hint=error.hint) from error
    if record_out < record_in:
        raise BridgeError(f"Line {line} of the EDL ends before it begins.", hint=_EXPORT_AGAIN)
    return Span(source_in, source_out, record_in, record_out, (columns[0], columns[1], columns[2], columns[3]))


def _commented(event: Event, comments: list[str], rate: Fraction) -> Event:
    named: dict[str, str] = {}
    locators: list[Locator] = []
    speed, freeze = None, False
    for comment in comments:
        for kind, pattern in _COMMENTS:
            match = pattern.match(comment)
            if match is None:
                continue
            body = match.group(1).strip()
            if kind == "freeze":
                freeze = True
            elif kind == "speed":
                told = _SPEED.fullmatch(body)
                if told is None:
                    raise BridgeError(f"The speed {comment[:60]!r} in the EDL cannot be read.", hint=_EXPORT_AGAIN)
                speed = float(told.group(1))
            elif kind == "locator":
                if (marked := _LOCATOR.fullmatch(body)) is not None:
                    locators += _locator(marked, rate)
            elif body:
                named[kind] = body
            break
    return replace(
        event, speed=speed, freeze=freeze, named=named, locators=tuple(locators), comments=tuple(comments)
    )  # fmt: skip


def _locator(marked: re.Match[str], rate: Fraction) -> list[Locator]:
    try:
        return [Locator(frames_of(marked.group(1), rate), (marked.group(2) or "").upper(), marked.group(3).strip())]
    except BridgeError:
        return []  # a comment that happens to begin like one


def _checked(events: list[Event]) -> list[Event]:
    ends: dict[str, int] = {}
    for event in events:
        span = event.span
        is_retimed = event.speed is not None or event.freeze
        if not is_retimed and span.source_out - span.source_in != span.length:
            raise BridgeError(
                f"Line {event.line} of the EDL: the source lasts {span.source_out - span.source_in} frames, its place "
                f"in the edit {span.length}.",
                hint="Look at the rate (--rate); or the edit was exported with speeds that the EDL does not tell.",
            )
        begins = event.outgoing[1].record_in if event.outgoing else span.record_in
        for channel in event.channels:
            if begins < ends.get(channel, begins):
                raise BridgeError(
                    f"Line {event.line} of the EDL lies over the event before it.", hint="Export the edit again."
                )
            ends[channel] = span.record_out
    return events
