# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the running Blender keeps the fields of its structures, by its own description.

Every .blend holds that description ("DNA"); Blender reads files of other versions by it, and its build checks that it
is the layout in memory. A .blend without anything in it is written once for it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy

_POINTER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Field:
    offset: int
    type_name: str


@dataclass(frozen=True, slots=True)
class Structure:
    size: int
    fields: dict[str, Field]
    """By name as in C without array bounds; pointers begin with `*`."""


@cache
def structures() -> dict[str, Structure]:
    """By the names they have in files, which are older than those in Blender's source. Raises ValueError."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.blend"
        bpy.data.libraries.write(str(file), set(), compress=False)
        content = file.read_bytes()
    start = content.find(b"SDNANAME")
    if start < 0:
        raise ValueError("this .blend has no description of its structures")
    return _Description(content, start + 4).read()


class _Description:
    def __init__(self, content: bytes, at: int) -> None:
        self._content = content
        self._start = self._at = at

    def read(self) -> dict[str, Structure]:
        names = self._strings(b"NAME")
        types = self._strings(b"TYPE")
        self._word(b"TLEN")
        sizes = self._numbers("h", len(types))
        self._align()
        self._word(b"STRC")
        (count,) = self._numbers("i", 1)
        found = {}
        for _ in range(count):
            type_index, field_count = self._numbers("h", 2)
            offset = 0
            fields = {}
            for _ in range(field_count):
                field_type, field_name = self._numbers("h", 2)
                name, *bounds = names[field_name].replace("]", "").split("[")
                size = _POINTER_BYTES if name.startswith(("*", "(*")) else sizes[field_type]
                for bound in bounds:
                    size *= int(bound)
                fields[name] = Field(offset, types[field_type])
                offset += size
            found[types[type_index]] = Structure(sizes[type_index], fields)
        return found

    def _word(self, word: bytes) -> None:
        if self._content[self._at : self._at + 4] != word:
            raise ValueError(f"the description of structures lacks {word.decode()}")
        self._at += 4

    def _numbers(self, kind: str, count: int) -> tuple[int, ...]:
        layout = f"<{count}{kind}"
        numbers = struct.unpack_from(layout, self._content, self._at)
        self._at += struct.calcsize(layout)
        return numbers

    def _strings(self, word: bytes) -> list[str]:
        self._word(word)
        (count,) = self._numbers("i", 1)
        found = []
        for _ in range(count):
            end = self._content.index(b"\0", self._at)
            found.append(self._content[self._at : end].decode())
            self._at = end + 1
        self._align()
        return found

    def _align(self) -> None:
        self._at += -(self._at - self._start) % 4
