# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits on disk: .otio, .otioz and .otiod, and the formats of other_formats.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .bundle import read_bundle, write_bundle
from .errors import BridgeError
from .export import ExportOptions, export_text
from .import_timeline import ImportOptions, import_text

if TYPE_CHECKING:
    from .report import Report
    from .snapshot import TimelineSnapshot

ENDINGS = (".otio", ".otioz", ".otiod")
OTHER_ENDINGS = (".edl", ".xml", ".fcpxml", ".aaf")
"""Carried by adapters, which know nothing of flavours, forms of paths and older versions."""


def write_edit(
    snapshot: TimelineSnapshot, path: Path, options: ExportOptions, *, strict: bool = False, leave_missing: bool = False
) -> Report:
    """Written whole or not at all. `strict` writes nothing where the report has a loss.

    Raises BridgeError for that, for another ending, for a bundle's missing media and for what another format cannot
    hold; OSError for the disk.
    """
    _check_ending(path)
    if path.suffix.lower() in OTHER_ENDINGS:
        from .other_formats import write_other

        return write_other(snapshot, path, strict=strict, flatten=options.flatten)
    options = replace(options, base=str(path.absolute().parent))
    if path.suffix != ".otio":
        if strict:
            export_text(snapshot, options)[1].refuse_losses()
        return write_bundle(snapshot, path, options, leave_missing=leave_missing)
    text, report = export_text(snapshot, options)
    if strict:
        report.refuse_losses()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return report


def read_edit(
    path: Path, options: ImportOptions | None = None, *, media_folder: Path | None = None
) -> tuple[TimelineSnapshot, Report]:
    """`media_folder`: where the media of an .otioz is unpacked to. Media that is not there is marked as missing.

    Raises BridgeError for what cannot be read as an edit; OSError for the disk.
    """
    _check_ending(path)
    options = options or ImportOptions()
    if options.exists is None:
        options = replace(options, exists=lambda found: Path(found).is_file())
    if path.suffix.lower() in OTHER_ENDINGS:
        from .other_formats import read_other

        return read_other(path, replace(options, base=options.base or str(path.absolute().parent)))
    if path.suffix == ".otio":
        raw = path.read_bytes()
        text, base = raw.decode("utf-8-sig", errors="replace"), str(path.absolute().parent)
    else:
        text, base = read_bundle(path, media_folder)
    return import_text(text, replace(options, base=options.base or base))


def _check_ending(path: Path) -> None:
    if path.suffix not in ENDINGS and path.suffix.lower() not in OTHER_ENDINGS:
        others = ", ".join(OTHER_ENDINGS)
        raise BridgeError(
            f"{path.name} is not an .otio, .otioz or .otiod file, and none of {others}.",
            hint="Give a name with one of these endings.",
        )
