# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender knows of a strip's time and Python is not told: the speed between retiming keys, the playback rate.

Python has of a retiming key only its frame, and that resolves to the wrong strip where there are several; setting it
crashes (measured on 4.5.15, 5.0.1 and 5.2.3). So both are read in the strip's own structure, at the places which the
running Blender describes itself, and only where the structure shows the strip's own name and number of keys.
Keys are changed in place, never added. Of too many the last are forgotten: Blender's own function for that looks for
the strip of the key, finds a wrong one, and crashes (measured on 5.2.3).
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from .dna import Structure, structures

if TYPE_CHECKING:
    from bpy.types import Strip

RAMP_START, RAMP_END, FREEZE_START, FREEZE_END = 1 << 0, 1 << 1, 1 << 2, 1 << 3
"""Flags of a key (a fifth says that it is selected)."""
_PLAYBACK_RATE_IS_SET = 1 << 17
_HIGHEST_RATE = 100_000
_MOST_CONNECTED = 1000


@dataclass(frozen=True, slots=True)
class MemoryKey:
    """`frame` counts the media's frames from the content's start, as they would be without retiming; `share` is the
    share of the media that shows there, 0 to 1. The `corner` is where the key comes back when its ramp is removed."""

    frame: float
    share: float
    flag: int = 0
    corner_frame: float = 0.0
    corner_share: float = 0.0


@dataclass(frozen=True, slots=True)
class StripMemory:
    media_frames: int
    """Frames of the media, without those that are trimmed off it."""
    playback_rate: Fraction | None
    """None: one frame of the media for each of the timeline."""
    media_rate: Fraction | None
    """Of the media that the strip was added with."""
    keys: tuple[MemoryKey, ...]


@dataclass(frozen=True, slots=True)
class _Connections:
    first: int
    """In the strip."""
    next: int
    strip: int
    """Both in the connection."""


@dataclass(frozen=True, slots=True)
class _Places:
    name: int
    flag: int
    length: int
    rate: int
    keys: int
    key_count: int
    key: Structure
    connections: _Connections | None


def strip_memory(strip: Strip) -> StripMemory | None:
    """None where the structure in memory is not what it should be. Valid for this moment, on the main thread."""
    address = _address(strip)
    places = _places()
    if address is None or places is None:
        return None
    count = _read(address, places.key_count, "i")
    if count != _key_count(strip):
        return None
    is_set = int(_read(address, places.flag, "I")) & _PLAYBACK_RATE_IS_SET
    value = _read(address, places.rate, "f")
    rate = Fraction(value).limit_denominator(1001) if 0 < value < _HIGHEST_RATE else None
    return StripMemory(
        media_frames=int(_read(address, places.length, "i")),
        playback_rate=rate if is_set else None,
        media_rate=rate,
        keys=tuple(_read_key(places, address, number) for number in range(count)),
    )


def connected_names(strip: Strip) -> list[str]:
    """The strips that are selected and moved with it, which Python is told from 5.2 on."""
    address = _address(strip)
    places = _places()
    if address is None or places is None or places.connections is None:
        return []
    found = []
    link = int(_read(address, places.connections.first, "Q"))
    while link and len(found) < _MOST_CONNECTED:
        other = int(_read(link, places.connections.strip, "Q"))
        if other:
            found.append(_name_at(other, places))
        link = int(_read(link, places.connections.next, "Q"))
    return found


def overwrite_keys(strip: Strip, keys: tuple[MemoryKey, ...]) -> bool:
    """Give the strip's keys, of which there are so many at least, other places and shares. False: nothing changed."""
    address = _address(strip)
    places = _places()
    if address is None or places is None or not keys:
        return False
    count = int(_read(address, places.key_count, "i"))
    if count < len(keys) or _key_count(strip) != count:
        return False
    start = _read(address, places.keys, "Q")
    if not start:
        return False
    for number, key in enumerate(keys):
        values = {
            "strip_frame_index": key.frame,
            "retiming_factor": key.share,
            "flag": key.flag,
            "original_strip_frame_index": key.corner_frame,
            "original_retiming_factor": key.corner_share,
        }
        for name, value in values.items():
            field = places.key.fields[name]
            packed = struct.pack(_FORMATS[field.type_name], value)
            ctypes.memmove(start + number * places.key.size + field.offset, packed, len(packed))
    packed = struct.pack("=i", len(keys))
    ctypes.memmove(address + places.key_count, packed, len(packed))
    return True


_FORMATS = {"double": "=d", "float": "=f", "int": "=i"}


def _read_key(places: _Places, address: int, number: int) -> MemoryKey:
    start = _read(address, places.keys, "Q") + number * places.key.size

    def value(name: str) -> float:
        field = places.key.fields[name]
        return _read(start, field.offset, _FORMATS[field.type_name].strip("="))

    return MemoryKey(
        frame=value("strip_frame_index"),
        share=value("retiming_factor"),
        flag=int(value("flag")),
        corner_frame=value("original_strip_frame_index"),
        corner_share=value("original_retiming_factor"),
    )


@cache
def _places() -> _Places | None:
    try:
        found = structures()
        strip, key = found["Sequence"], found["SeqRetimingHandle"]
        fields = strip.fields
        types = {name: field.type_name for name, field in key.fields.items()}
        if types["strip_frame_index"] != "double" or types["retiming_factor"] != "float" or types["flag"] != "int":
            return None
        return _Places(
            name=fields["name"].offset,
            flag=fields["flag"].offset,
            length=fields["len"].offset,
            rate=fields["media_playback_rate"].offset,
            keys=fields["*retiming_handles"].offset,
            key_count=fields["retiming_handle_num"].offset,
            key=key,
            connections=_connections(found),
        )
    except (KeyError, ValueError, OSError):
        return None


def _connections(found: dict[str, Structure]) -> _Connections | None:
    link = found.get("SeqConnection")
    first = found["Sequence"].fields.get("connections")
    if link is None or first is None or first.type_name != "ListBase":
        return None
    return _Connections(first.offset, link.fields["*next"].offset, link.fields["*seq_ref"].offset)


def _address(strip: Strip) -> int | None:
    """Where the strip's structure is, once the name in it was found to be the strip's."""
    places = _places()
    if places is None:
        return None
    address = int(strip.as_pointer())
    return address if _name_at(address, places) == strip.name else None


def _name_at(address: int, places: _Places) -> str:
    """The first two bytes say what kind of data-block it would be."""
    kept = ctypes.string_at(address + places.name, 64).split(b"\0")[0]
    return kept[2:].decode(errors="replace")


def _key_count(strip: Strip) -> int:
    return len(strip.retiming_keys) if "retiming_keys" in strip.bl_rna.properties else 0


def _read(address: int, offset: int, layout: str) -> float:
    (value,) = struct.unpack(f"={layout}", ctypes.string_at(address + offset, struct.calcsize(f"={layout}")))
    return value  # type: ignore[no-any-return]
