# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding media again that was moved: by name over folders, by content where several have the name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .media_url import file_name, folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .snapshot import Media, StripSnapshot, TimelineSnapshot

MOST_FILES = 200_000
"""A search over a whole disk ends here."""


@dataclass(frozen=True, slots=True)
class Relinked:
    """`found` maps the old path to the new; `open_questions` names those with several candidates, best first."""

    snapshot: TimelineSnapshot
    found: dict[str, str]
    not_found: tuple[str, ...]
    open_questions: dict[str, tuple[str, ...]]


def relink(
    snapshot: TimelineSnapshot,
    folders: Iterable[Path],
    *,
    exists: Callable[[str], bool] = lambda path: Path(path).is_file(),
) -> Relinked:
    """For each missing file one of the same name below `folders`.

    Of several the one whose content has the hash in the media's metadata (`sha256`), or that shares most of the old
    path's folders; where two share equally many, none is taken.
    """
    media = [one for strip in snapshot.walk() for one in strip.media.values() if one.path and not exists(one.path)]
    wanted = {one.path: one for one in media}
    by_name = _index(folders, {file_name(path).lower() for path in wanted})
    found: dict[str, str] = {}
    open_questions: dict[str, tuple[str, ...]] = {}
    for path, one in wanted.items():
        candidates = [
            each
            for each in by_name.get(file_name(path).lower(), [])
            if all((each.parent / name).is_file() for name in one.files)
        ]
        best = _best(one, candidates)
        if best is not None:
            found[path] = str(best)
        elif candidates:
            ranked = sorted(candidates, key=lambda each: (-_shared(path, each), str(each)))
            open_questions[path] = tuple(str(each) for each in ranked)
    not_found = tuple(path for path in wanted if path not in found and path not in open_questions)
    strips = tuple(_with(strip, found) for strip in snapshot.strips)
    return Relinked(replace(snapshot, strips=strips), found, not_found, open_questions)


def _index(folders: Iterable[Path], names: set[str]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    seen = 0
    for top in folders:
        for path in sorted(top.rglob("*")):
            seen += 1
            if seen > MOST_FILES:
                return found
            if path.name.lower() in names and path.is_file() and path not in found.get(path.name.lower(), []):
                found.setdefault(path.name.lower(), []).append(path.absolute())
    return found


def _best(media: Media, candidates: list[Path]) -> Path | None:
    known = media.metadata.get("sha256")
    if isinstance(known, str):
        # A file of the same name and another content is another file.
        return next((one for one in candidates if _sha256(one) == known), None)
    if len(candidates) == 1:
        return candidates[0]
    ranked = sorted(candidates, key=lambda one: -_shared(media.path, one))
    if len(ranked) > 1 and _shared(media.path, ranked[0]) > _shared(media.path, ranked[1]):
        return ranked[0]
    if len(ranked) > 1 and len({(one.stat().st_size, _sha256(one)) for one in ranked}) == 1:
        return ranked[0]  # copies of one file
    return None


def _shared(old: str, new: Path) -> int:
    """How many of the innermost folders have the same names."""
    count = 0
    before = folder(old).replace("\\", "/").rstrip("/").split("/")
    for one, other in zip(reversed(before), reversed(new.parent.parts), strict=False):
        if one.lower() != other.lower():
            break
        count += 1
    return count


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with(strip: StripSnapshot, found: dict[str, str]) -> StripSnapshot:
    media = {
        key: replace(one, path=found[one.path], missing=False) if one.path in found else one
        for key, one in strip.media.items()
    }
    return replace(strip, media=media, children=tuple(_with(child, found) for child in strip.children))
