# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles: an edit and its media in one zip (.otioz) or one folder (.otiod), as OpenTimelineIO lays them out.

OpenTimelineIO's own writer leaves image sequences out and stops at two files of one name (measured on 0.18.1); this one
takes both. Reading refuses whatever would be written outside of the folder.
"""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .errors import BridgeError
from .export import ExportOptions, export_text
from .media_url import UrlForm, file_name, folder, join
from .report import Fate, Finding

if TYPE_CHECKING:
    from .report import Report
    from .snapshot import Media, StripSnapshot, TimelineSnapshot

CONTENT = "content.otio"
VERSION = "1.0.0"
MOST_CONTENT = 512 * 1024 * 1024
"""Bytes of a content.otio. A cut of 10,000 clips has about 20 MB."""

_INSIDE = "/bundle"
_WHEN = (2020, 1, 1, 0, 0, 0)
"""The same edit gives the same bundle, byte for byte."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """`files` maps the name inside the bundle to the file."""

    snapshot: TimelineSnapshot
    files: dict[str, Path]
    findings: tuple[Finding, ...]


def write_bundle(
    snapshot: TimelineSnapshot, path: Path, options: ExportOptions, *, leave_missing: bool = False
) -> Report:
    """Whole or not at all; what is at `path` is replaced.

    Raises BridgeError for media that is not there, unless `leave_missing` keeps its outside path; OSError for the disk.
    """
    packed = _pack(snapshot, leave_missing=leave_missing)
    inside = replace(options, url_form=UrlForm.RELATIVE, base=_INSIDE)
    text, report = export_text(packed.snapshot, inside)
    report = replace(report, findings=(*report.findings, *packed.findings))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        if path.suffix == ".otiod":
            _write_folder(part, text, packed.files)
            _replace_folder(part, path)
        else:
            _write_zip(part, text, packed.files)
            part.replace(path)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
    return report


def read_bundle(path: Path, media_folder: Path | None) -> tuple[str, str]:
    """The text of the edit, and the folder that its relative paths count from.

    Of a zip the media is unpacked into `media_folder`, new files only; without it nothing is unpacked, and the media
    will be missing. Raises BridgeError for a bundle that is damaged or reaches outside of itself; OSError for the disk.
    """
    if path.suffix == ".otiod":
        content = path / CONTENT
        if not content.is_file():
            raise BridgeError(f"{path.name} holds no {CONTENT}.", hint="Choose a bundle that OpenTimelineIO wrote.")
        return content.read_bytes().decode("utf-8-sig", errors="replace"), str(path.absolute())
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_zip(archive, path, media_folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BridgeError(f"{path.name} is no readable .otioz: {error}.", hint="Export the bundle again.") from error


def _read_zip(archive: zipfile.ZipFile, path: Path, media_folder: Path | None) -> tuple[str, str]:
    members = archive.infolist()
    for member in members:
        if why := _outside(member):
            raise BridgeError(
                f"{path.name} holds the entry {member.filename!r}, {why}: nothing was unpacked.",
                hint="Do not use this file: no honest program writes such a bundle.",
            )
    content = next((member for member in members if member.filename == CONTENT), None)
    if content is None:
        raise BridgeError(f"{path.name} holds no {CONTENT}.", hint="Choose a bundle that OpenTimelineIO wrote.")
    if content.file_size > MOST_CONTENT:
        raise BridgeError(f"{path.name} holds an edit of {content.file_size} bytes.", hint="Export a smaller one.")
    with archive.open(content) as stream:
        raw = stream.read(MOST_CONTENT + 1)
    if media_folder is not None:
        for member in members:
            if member.is_dir() or not member.filename.startswith("media/"):
                continue
            target = media_folder / PurePosixPath(member.filename)
            if target.exists() and target.stat().st_size == member.file_size:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f"{target.name}.part")
            with archive.open(member) as source, part.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1024 * 1024)
            part.replace(target)
    base = media_folder if media_folder is not None else path.parent / path.stem
    return raw.decode("utf-8-sig", errors="replace"), str(base.absolute())


def _outside(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name):
        return "an absolute path"
    if "\\" in name or ".." in name.split("/") or "\x00" in name:
        return "which leads out of its folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    return ""


def _pack(snapshot: TimelineSnapshot, *, leave_missing: bool) -> _Packed:
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    taken: set[str] = set()
    files: dict[str, Path] = {}
    absent: dict[str, str] = {}

    def packed(strip: StripSnapshot) -> StripSnapshot:
        media = {key: inside(strip, one) for key, one in strip.media.items()}
        return replace(strip, media=media, children=tuple(packed(child) for child in strip.children))

    def inside(strip: StripSnapshot, media: Media) -> Media:
        if not media.path:
            return media
        key = (media.path, media.files)
        if key not in names:
            outside = [Path(join(folder(media.path), name)) for name in media.files] or [Path(media.path)]
            if not all(one.is_file() for one in outside):
                absent.setdefault(media.path, strip.name)
                return media
            names[key] = _free_name(media, taken)
            if media.files:
                files.update({f"media/{names[key]}/{one.name}": one for one in outside})
            else:
                files[f"media/{names[key]}"] = outside[0]
        name = names[key]
        if media.files:
            return replace(media, path=f"{_INSIDE}/media/{name}/{media.files[0]}")
        return replace(media, path=f"{_INSIDE}/media/{name}")

    strips = tuple(packed(strip) for strip in snapshot.strips)
    if absent and not leave_missing:
        named = ", ".join(list(absent)[:5])
        raise BridgeError(
            f"{len(absent)} of the edit's files are not there: {named}.",
            hint="Relink them, or let the bundle be written without them.",
        )
    findings = tuple(
        Finding(strip, "media", Fate.DROPPED, f"{path} is not there: the bundle names it and does not hold it")
        for path, strip in absent.items()
    )
    return _Packed(replace(snapshot, strips=strips), files, findings)


def _free_name(media: Media, taken: set[str]) -> str:
    wanted = file_name(media.path)
    stem, dot, ending = wanted.rpartition(".")
    if not dot:
        stem, ending = wanted, ""
    if media.files:
        stem, dot, ending = stem.rstrip("0123456789").rstrip("._-") or stem, "", ""
    number = 1
    name = f"{stem}{dot}{ending}"
    # Case counts on Linux only, and a bundle is carried around.
    while name.lower() in taken:
        number += 1
        name = f"{stem}_{number}{dot}{ending}"
    taken.add(name.lower())
    return name


def _write_zip(part: Path, text: str, files: dict[str, Path]) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, content in (("version.txt", VERSION), (CONTENT, text)):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
        for name, path in files.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = 0o644 << 16
            entry.file_size = path.stat().st_size
            # Media is packed already: compressing it again takes minutes and gains nothing.
            with path.open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 1024 * 1024)


def _write_folder(part: Path, text: str, files: dict[str, Path]) -> None:
    shutil.rmtree(part, ignore_errors=True)
    (part / "media").mkdir(parents=True)
    (part / "version.txt").write_text(VERSION, encoding="utf-8")
    (part / CONTENT).write_text(text, encoding="utf-8")
    for name, path in files.items():
        target = part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _replace_folder(part: Path, path: Path) -> None:
    """Only a bundle is replaced: a folder of another kind that happens to be there stays."""
    if path.exists():
        if not (path / CONTENT).is_file():
            raise BridgeError(f"{path.name} is there, and is no bundle.", hint="Choose another name.")
        old = path.with_name(f"{path.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        path.rename(old)
        part.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(path)
