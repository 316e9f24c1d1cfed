# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements and voices that a create names, and the one place where they are looked up.

What the library holds is not known here: a `LibraryLookup` says it, and an id it knows nothing of is accepted. Guesses:
the sentences; an element's id has at most 19 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .refusal import invalid_value

LibraryKind = Literal["element", "voice"]
# A signed number of 64 bits, "long" in the documents.
_ELEMENT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """What is known of an id. `made_from` is for elements: of images, or of a video of a character."""

    deleted: bool = False
    made_from: Literal["images", "video"] | None = None


# None: nothing is known of the id. It is called in a worker thread and may block.
LibraryLookup = Callable[[LibraryKind, str], LibraryEntry | None]


@dataclass(frozen=True, slots=True)
class LibraryUse:
    """One id in a create.

    path           the field that names it
    video_refused  why an element made from a video cannot be here; None: it can
    """

    path: str
    kind: LibraryKind
    library_id: str
    video_refused: str | None = None


def nothing_known(_kind: LibraryKind, _library_id: str) -> LibraryEntry | None:
    """The lookup of an empty library."""
    return None


def legacy_uses(values: Mapping[str, object], video_refused: str | None = None) -> tuple[LibraryUse, ...]:
    """The ids in the checked fields element_list and voice_list of a legacy create.

    Raises:
        Refusal: 400/1201 for an element's id that cannot be one.
    """
    uses: list[LibraryUse] = []
    for name, kind in _LISTS:
        entries = values.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            given = str(entry[f"{kind}_id"])
            uses.append(_use(f"{name}[{index}].{kind}_id", kind, given, video_refused))
    return tuple(uses)


def new_uses(
    parts: Mapping[str, list[dict[str, object]]], paths: Mapping[str, list[str]], video_refused: str | None = None
) -> tuple[LibraryUse, ...]:
    """The ids in the checked parts of a new-standard create; `paths` says where each part stands.

    Raises:
        Refusal: 400/1201 for an element's id that cannot be one.
    """
    return tuple(
        _use(f"{path}.{kind}_id", kind, str(part[f"{kind}_id"]), video_refused)
        for _, kind in _LISTS
        for part, path in zip(parts.get(kind, ()), paths.get(kind, ()), strict=True)
    )


def check_uses(uses: Iterable[LibraryUse], lookup: LibraryLookup) -> None:
    """Look every id up.

    Raises:
        Refusal: 400/1201 naming the first that is deleted or of the wrong sort.
    """
    for use in uses:
        entry = lookup(use.kind, use.library_id)
        if entry is None:
            continue
        if entry.deleted:
            raise invalid_value(use.path, use.library_id, "it has been deleted")
        if entry.made_from == "video" and use.video_refused is not None:
            raise invalid_value(use.path, use.library_id, use.video_refused)


_LISTS: tuple[tuple[str, LibraryKind], ...] = (("element_list", "element"), ("voice_list", "voice"))


def _use(path: str, kind: LibraryKind, given: str, video_refused: str | None) -> LibraryUse:
    if kind == "element" and not (given.isascii() and given.isdecimal() and 0 < int(given[:20]) <= _ELEMENT_MAX):
        raise invalid_value(path, given, "it is not the id of an element")
    return LibraryUse(path, kind, given, video_refused if kind == "element" else None)
