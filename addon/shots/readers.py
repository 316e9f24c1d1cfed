# SPDX-License-Identifier: GPL-3.0-or-later
"""Which reader a file needs, by its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kling.problem import either
from .csv_source import read_csv
from .fountain_source import read_fountain
from .json_source import read_json
from .lrc_source import read_lrc
from .otio_source import read_otio
from .raw_list import RawList
from .srt_source import read_srt
from .toml_source import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    TextReader = Callable[[str, Path], RawList]

TEXT_READERS: dict[str, TextReader] = {
    ".toml": read_toml,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".json": read_json,
    ".fountain": read_fountain,
    ".spmd": read_fountain,
    ".srt": read_srt,
    ".lrc": read_lrc,
}
OTIO_SUFFIXES = (".otio",)
SUFFIXES = (*TEXT_READERS, *OTIO_SUFFIXES)


def read_raw(path: Path) -> RawList:
    """What cannot be read at all is a problem of the list as well."""
    suffix = path.suffix.lower()
    if suffix in OTIO_SUFFIXES and path.is_file():
        return read_otio(path)
    reader = TEXT_READERS.get(suffix)
    raw = RawList.empty(path)
    if reader is None and suffix not in OTIO_SUFFIXES:
        raw.refuse("", "", path.name, f"a shot list ends in {either(SUFFIXES)}")
        return raw
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raw.refuse("", "the list", path, f"it cannot be read ({error.strerror})")
        return raw
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raw.refuse("", "", path.name, f"it is not a text in UTF-8 (byte {error.start})", line)
        return raw
    return reader(text.replace("\r\n", "\n").replace("\r", "\n"), path) if reader else raw
