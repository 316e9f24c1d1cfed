# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits to and from files, with the errors of the add-on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExchangeError, InputError, StorageError
from .bridge import FLAVOURS, BridgeError, UrlForm, bridge_module
from .media_facts import media_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from otio_bridge.relink import Relinked

    from .bridge import Report, TimelineSnapshot


def write_otio(
    snapshot: TimelineSnapshot,
    path: Path,
    *,
    flavour: str = "plain",
    url_form: str = "",
    schema_target: str = "",
    strict: bool = False,
    leave_missing: bool = False,
    flatten: bool = False,
) -> Report:
    """Written whole or not at all. `strict` writes nothing where something would not be kept. `flatten`: metas as the
    strips within them.

    Raises ExchangeError for that, for another kind of file and for a bundle's missing media; InputError for a flavour
    or form that is none; StorageError for the disk.
    """
    if path.suffix.lower() in bridge_module("edit_file").OTHER_ENDINGS:
        given = {"flavour": flavour if flavour != "plain" else "", "path form": url_form, "version": schema_target}
        for name, value in given.items():
            if value:
                raise InputError(name, value, f"it counts for .otio only, and {path.name} is none")
    if flavour not in FLAVOURS:
        raise InputError("flavour", flavour, f"allowed are {', '.join(FLAVOURS)}")
    forms = {form.value: form for form in UrlForm}
    if url_form and url_form not in forms:
        raise InputError("path form", url_form, f"allowed are {', '.join(forms)}")
    options = bridge_module("export").ExportOptions(
        FLAVOURS[flavour], url_form=forms.get(url_form), schema_target=schema_target, flatten=flatten
    )
    with translated(f"The edit cannot be written to {path}", "Choose another folder."):
        report: Report = bridge_module("edit_file").write_edit(
            snapshot, path, options, strict=strict, leave_missing=leave_missing
        )
    return report


def read_otio(
    path: Path,
    *,
    rate: Fraction | None = None,
    start: int = 1,
    media_folder: Path | None = None,
    base: Path | None = None,
    edit_rate: Fraction | None = None,
    moved: Mapping[str, str] | None = None,
) -> tuple[TimelineSnapshot, Report]:
    """`rate`: that of the scene it goes into; None: the edit's own. `start`: the frame of the edit's first moment,
    where the file does not say. `media_folder`: where a bundle's media is unpacked to; None: beside the bundle.
    `base`: the folder that relative paths start from; None: the file's own. `edit_rate`: what an EDL counts in, which
    does not say so; None: `rate`. `moved`: where files are that the edit looks for elsewhere, for formats that do not
    say where their media begins; the paths stay the edit's own.

    Raises ExchangeError for what is no edit, StorageError for the disk.
    """
    places = moved or {}
    options = bridge_module("import_timeline").ImportOptions(
        rate=rate,
        start=start,
        base=str(base or ""),
        edit_rate=edit_rate,
        facts=lambda found: media_of_file(places.get(found, found)),
    )
    if path.suffix == ".otioz" and media_folder is None:
        media_folder = path.absolute().parent / f"{path.stem} media"
    with translated(f"{path} cannot be read", "Check the path and its permissions."):
        found: tuple[TimelineSnapshot, Report] = bridge_module("edit_file").read_edit(
            path, options, media_folder=media_folder
        )
    return found


def relink_media(snapshot: TimelineSnapshot, folders: Iterable[Path]) -> Relinked:
    """As otio_bridge/relink.py says. Raises StorageError for a folder that cannot be read."""
    with translated("The folders cannot be searched", "Check the paths and their permissions."):
        found: Relinked = bridge_module("relink").relink(snapshot, folders)
    return found


def relinked_edit(
    snapshot: TimelineSnapshot, report: Report, folders: Iterable[Path]
) -> tuple[TimelineSnapshot, Report]:
    """What `read_otio` gave, without findings about media that is found again. Raises StorageError."""
    relinked = relink_media(snapshot, folders)
    there = {strip.name for strip in snapshot.walk() if strip.shown and strip.shown.path in relinked.found}
    findings = tuple(one for one in report.findings if one.feature != "media" or one.strip not in there)
    return relinked.snapshot, replace(report, findings=findings)


@contextmanager
def translated(what: str, hint: str) -> Iterator[None]:
    """Errors of the bridge and of the disk as the add-on's; `what` and `hint` are said of the disk's."""
    try:
        yield
    except BridgeError as error:
        raise ExchangeError(error.message, hint=error.hint) from error
    except OSError as error:
        raise StorageError(f"{what}: {error}.", hint=hint) from error
