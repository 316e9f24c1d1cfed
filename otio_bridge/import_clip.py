# SPDX-License-Identifier: GPL-3.0-or-later
"""One clip as a strip: exactly as it was where our own record is with it and nothing was changed since, the changes
applied to it where something was, and from what OpenTimelineIO says of it where there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .media_url import file_name
from .namespaces import BLENDER, own_part
from .snapshot import Media, RetimeKey, Retiming, StripKind, StripSnapshot
from .times import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .times import Json

_IMAGES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "jpe",
        "tif",
        "tiff",
        "exr",
        "dpx",
        "cin",
        "tga",
        "bmp",
        "webp",
        "hdr",
        "sgi",
        "rgb",
        "rgba",
        "jp2",
        "j2c",
        "psd",
        "psb",
        "iff",
        "gif",
        "avif",
        "heic",
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Whole frames, `start` those of the timeline. `head` and `tail` lie beyond it, under transitions to neighbours.

    `source` is the source's start in frames of the timeline's rate, as written, None where the clip does not say.
    """

    start: int
    length: int
    head: int
    tail: int
    source: Fraction | None
    scalar: float

    @property
    def first(self) -> int:
        return self.start - self.head

    @property
    def whole(self) -> int:
        return self.head + self.length + self.tail


@dataclass(frozen=True, slots=True)
class Written:
    """What the export wrote of a strip, `start` counted from the time zero of its level."""

    start: int
    length: int
    head: int
    tail: int
    pieces: tuple[tuple[int, float, float], ...]
    channel: int | None
    zero: int | None

    @property
    def source(self) -> float:
        return self.pieces[0][1]

    @property
    def scalar(self) -> float:
        return self.pieces[0][2]


def read_written(own: Json) -> Written | None:
    """None for a record without it, or a damaged one."""
    found = own.get("written")
    if not isinstance(found, dict):
        return None
    pieces = []
    rows = found.get("pieces")
    for one in rows if isinstance(rows, list) else ():
        if not isinstance(one, list) or len(one) != 3 or not all(_is_number(each) for each in one):
            return None
        pieces.append((int(one[0]), float(one[1]), float(one[2])))
    numbers = [found.get("at"), found.get("length"), found.get("head", 0), found.get("tail", 0)]
    whole = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool) and abs(one) < 2**53]
    if not pieces or len(whole) != 4:
        return None
    start, length, head, tail = whole
    channel, zero = found.get("channel"), found.get("zero")
    return Written(
        start,
        length,
        head,
        tail,
        tuple(pieces),
        channel if type(channel) is int else None,
        zero if type(zero) is int else None,
    )


def changed(
    strip: StripSnapshot, written: Written, place: Place, zero: int, rate: Fraction
) -> tuple[StripSnapshot, str]:
    """`strip`, as it was, where `place` is now; and in words what of it was changed. `zero` is the frame of its level's
    time zero when it was written."""
    head_was, tail_was = written.head, written.tail
    own_zero = strip.start - written.start + head_was
    is_whole = not (head_was or tail_was) and written.length == strip.length
    if (is_whole and own_zero != zero) or not zero - strip.length <= own_zero <= zero:
        # It comes from another level, into or out of a nested edit. Under a transition less is on the track than the
        # strip has, which makes its own zero earlier by a part of its length, and no more.
        zero = own_zero
    moved = (place.start - place.head) - (zero + written.start - head_was)
    end_moved = (place.start + place.length + place.tail) - (zero + written.start + written.length + tail_was)
    is_retimed = strip.kind is not StripKind.META and not math.isclose(
        place.scalar, written.scalar, rel_tol=1e-6, abs_tol=1e-9
    )
    source = written.source if place.source is None else float(place.source)
    slip = source - written.source
    if is_retimed:
        base = replace(strip, start=place.first, length=max(1, place.whole))
        return retimed(base, place, _media_start(strip, rate), rate), "retimed"
    if not moved and not end_moved and abs(slip) < 0.5:
        return strip, ""
    offset = strip.content_offset + nearest(Fraction(_played(place, source) - _played_then(written)))
    length = max(1, strip.length + end_moved - moved)
    if len(written.pieces) > 1:
        offset = strip.content_offset
    words = "moved" if moved == end_moved and offset == strip.content_offset else "trimmed"
    if not moved and not end_moved:
        words = "slipped"
    return replace(strip, start=strip.start + moved, length=length, content_offset=offset), words


def _played(place: Place, source: float) -> float:
    """How far into the played content, in frames of the timeline, the strip begins, up to a constant."""
    return _begins(source, place.length, place.head, place.scalar)


def _played_then(written: Written) -> float:
    return _begins(written.source, written.length, written.head, written.scalar)


def _begins(source: float, length: int, head: int, scalar: float) -> float:
    if scalar > 0:
        return source / scalar - head
    if scalar < 0:
        return (source + abs(scalar) * (length - 1)) / scalar - head
    return 0.0


def _media_start(strip: StripSnapshot, rate: Fraction) -> Fraction:
    media = strip.shown
    return Fraction(media.start_frame) * rate / media.rate if media is not None else Fraction(0)


def content_start_of(media: Media | None, rate: Fraction) -> Fraction:
    """Where the media's own time begins, in frames of the timeline's rate."""
    return Fraction(media.start_frame) * rate / media.rate if media is not None else Fraction(0)


def retimed(strip: StripSnapshot, place: Place, begins: Fraction, rate: Fraction) -> StripSnapshot:
    """`strip`, of `place`'s start and length, playing the source as it says. `begins`: the media's own first frame.

    Of a reversed clip the source starts at the lowest frame it shows.
    """
    speed = Fraction(place.scalar).limit_denominator(1_000_000)
    off = Fraction(0) if place.source is None else place.source - begins
    media = strip.shown
    length = strip.content_length
    if not length and media is not None and media.frame_count:
        length = math.floor(media.frame_count * rate / media.rate)
    strip = replace(strip, keeps_speed=True, retiming=None, reverse_frames=False)
    if speed == 0:
        # A freeze keeps its frame wherever it is trimmed.
        keys = (RetimeKey(0.0, float(off)), RetimeKey(float(max(1, strip.length)), float(off)))
        return replace(strip, content_offset=0, retiming=Retiming(keys))
    if speed > 0:
        off -= place.head * speed
    else:
        # Counted from the other end of the content.
        off += speed * place.tail
        if not length:
            length = math.ceil(off - speed * strip.length)
        strip = replace(strip, reverse_frames=True, content_length=length)
        off = length - 1 - (off - speed * (strip.length - 1))
        speed = -speed
    if speed == 1:
        whole = nearest(off)
        rest = off - whole if strip.kind is StripKind.SOUND else Fraction(0)
        return replace(strip, content_offset=whole, sound_offset=float(-rest))
    offset = math.floor(off / speed)
    first = off - offset * speed
    last = offset + strip.length
    if length:
        last = max(last, math.floor((length - first) / speed))
    start, end = min(0, offset), last
    keys = (
        RetimeKey(float(start), float(first + speed * start)),
        RetimeKey(float(end), float(first + speed * end)),
    )
    return replace(strip, content_offset=offset, retiming=Retiming(keys))


def kind_of(reference: Json, media: Media | None, *, is_sound: bool) -> StripKind:
    schema = str(reference.get("OTIO_SCHEMA", "")).partition(".")[0]
    if schema == "GeneratorReference":
        return _generated(reference)
    if is_sound:
        return StripKind.SOUND
    if schema == "ImageSequenceReference":
        return StripKind.IMAGE
    if media is not None and media.path:
        ending = file_name(media.path).rpartition(".")[2].lower()
        if ending in _IMAGES:
            return StripKind.IMAGE
    return StripKind.MOVIE


def _generated(reference: Json) -> StripKind:
    kind = str(reference.get("generator_kind", "")).lower()
    parameters = reference.get("parameters")
    if "solid" in kind or "color" in kind.replace("colour", "color"):
        return StripKind.COLOR
    if ("text" in kind or "title" in kind) and isinstance(parameters, dict) and isinstance(parameters.get("text"), str):
        return StripKind.TEXT
    return StripKind.MOVIE


def generated_settings(kind: StripKind, reference: Json) -> Mapping[str, Any]:
    parameters = reference.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if kind is StripKind.TEXT:
        return {"text": parameters["text"]}
    if kind is StripKind.COLOR:
        return {"color": list(_color(parameters))}
    return {}


def _color(parameters: Json) -> tuple[float, float, float]:
    """Black where no colour is named in a way that is known."""
    for found in (own_part(parameters, "kdenlive").get("color"), parameters.get("color")):
        if isinstance(found, str):
            digits = found.removeprefix("0x").removeprefix("#")
            if len(digits) >= 6 and all(one in "0123456789abcdefABCDEF" for one in digits[:6]):
                red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
                return red, green, blue
        if isinstance(found, list) and len(found) >= 3 and all(_is_number(one) for one in found[:3]):
            red, green, blue = (min(1.0, max(0.0, float(one))) for one in found[:3])
            return red, green, blue
    return 0.0, 0.0, 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e15


def is_own_levels(effect: Json) -> bool:
    return own_part(effect.get("metadata"), BLENDER).get("made_of") == "levels"
