# SPDX-License-Identifier: GPL-3.0-or-later
"""EDL, Final Cut Pro 7 XML, FCPXML and AAF, through OpenTimelineIO's adapters.

None of them holds all of an edit, and every adapter loses or changes some of the rest. So the edit is brought down to
what is carried (carried.py), with a finding for each loss; and what was written is read back by the adapter and
compared, file by file and frame by frame, with what was meant (shown_media.py). Where they differ nothing is written.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from . import aaf, edl, fcp7, fcpxml
from .carried import Carrier, carried_snapshot, carried_timeline
from .errors import BridgeError
from .export import ExportOptions, export_json
from .flatten import flattened
from .import_timeline import ImportOptions, import_json
from .report import Findings, Report
from .shown_media import Shown, difference, shown_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction
    from pathlib import Path

    from .snapshot import TimelineSnapshot
    from .times import Json

CARRIERS = {one.ending: one for one in (edl.CARRIER, fcp7.CARRIER, fcpxml.CARRIER, aaf.CARRIER)}
MOST_BYTES = 256 * 1024 * 1024


def write_other(snapshot: TimelineSnapshot, path: Path, *, strict: bool = False, flatten: bool = False) -> Report:
    """By the ending of `path`, one of CARRIERS; whole or not at all. `strict` writes nothing where there is a loss,
    `flatten` lays metas out flat before.

    Raises BridgeError for that, for an edit that the format cannot hold, for an adapter that is not installed and for
    one that wrote something else than was meant; OSError for the disk.
    """
    carrier = CARRIERS[path.suffix.lower()]
    findings = Findings()
    if flatten:
        snapshot = flattened(snapshot, findings)
    lower = carried_snapshot(snapshot, carrier, findings)
    built, report = export_json(lower, ExportOptions(carrier.flavour, url_form=carrier.url_form))
    timeline = carried_timeline(built, snapshot.rate, carrier, findings)
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the ending last, for adapters that look at it.
    part = path.with_name(f".{path.stem}.part{carrier.ending}")
    try:
        meant = _write(timeline, snapshot, carrier, part, findings)
        shift = _check_written(meant, part, snapshot.rate, carrier)
        if shift:
            why = f"{carrier.title} has no place for the {shift} empty frames before the first clip"
            findings.approximated(snapshot.name or "edit", "beginning", why)
        report = _joined(report, findings)
        if strict:
            report.refuse_losses()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return report


def read_other(path: Path, options: ImportOptions) -> tuple[TimelineSnapshot, Report]:
    """By the ending of `path`. Raises BridgeError, whatever the file holds; OSError for the disk."""
    findings = Findings()
    rate = options.edit_rate or options.rate
    timeline = _read(path, rate, findings)
    if path.suffix.lower() == edl.CARRIER.ending and rate is not None and options.facts is not None:
        edl.put_files(timeline, rate, options.base, options.facts, findings)
    snapshot, report = import_json(timeline, options)
    return snapshot, replace(
        report, findings=(*report.findings, *findings.rows), notes=(*report.notes, *findings.notes)
    )  # fmt: skip


def _write(timeline: Json, snapshot: TimelineSnapshot, carrier: Carrier, part: Path, findings: Findings) -> Json:
    """What was meant, of which `write` may have left something out with a finding."""
    size_px = (snapshot.width_px, snapshot.height_px)
    meant = timeline
    if carrier is edl.CARRIER:
        meant = edl.fitting(timeline, snapshot.rate, findings)
        edl.write_edl(copy.deepcopy(meant), snapshot.rate, part, findings)
    elif carrier is fcp7.CARRIER:
        fcp7.write_fcp7(copy.deepcopy(timeline), snapshot.rate, part, size_px, findings)
    elif carrier is fcpxml.CARRIER:
        meant = fcpxml.with_files(timeline, snapshot.rate, findings)
        fcpxml.write_fcpxml(meant, snapshot.rate, part, size_px)
    else:
        aaf.write_aaf(timeline, part)
    return meant


def _read(path: Path, rate: Fraction | None, findings: Findings) -> Json:
    if path.stat().st_size > MOST_BYTES:
        raise BridgeError(f"{path.name} has more than {MOST_BYTES // 1024**2} MB.", hint="Choose an edit, not media.")
    ending = path.suffix.lower()
    if ending == aaf.CARRIER.ending:
        return aaf.read_aaf_file(path)
    raw = path.read_bytes()
    if ending == edl.CARRIER.ending:
        return edl.read_edl_file(raw, rate, findings)
    if ending == fcp7.CARRIER.ending:
        return fcp7.read_fcp7_file(raw, findings)
    return fcpxml.read_fcpxml_file(raw, findings)


def _check_written(meant: Json, part: Path, rate: Fraction, carrier: Carrier) -> int:
    """How many frames earlier everything lies in the file. Raises BridgeError where anything else differs."""
    options = ImportOptions(rate=None, base=str(part.absolute().parent), edit_rate=rate)
    wanted, _ = import_json(meant, options)
    found, _ = read_other(part, options)
    if found.rate != rate:
        why = f"it reads as {float(found.rate):.5g} frames a second and not as {float(rate):.5g}"
    else:
        shift = _first(shown_in(wanted)) - _first(shown_in(found))
        shift = max(0, shift) if carrier is edl.CARRIER else 0
        why = difference(_earlier(shown_in(wanted), shift), shown_in(found))
        if not why:
            return shift
    raise BridgeError(
        f"Nothing was written, for the adapter does not write this edit right as {carrier.ending}: {why}.",
        hint="Export it as .otio, or as another of the formats.",
    )


def _first(shown: Iterable[Shown]) -> int:
    return min((one.start for one in shown), default=0)


def _earlier(shown: Iterable[Shown], frames: int) -> tuple[Shown, ...]:
    return tuple(
        replace(one, start=one.start - frames, end_exclusive=one.end_exclusive - frames) for one in shown
    )  # fmt: skip


def _joined(report: Report, findings: Findings) -> Report:
    """Nothing of Retake's own is in the file: what is not kept does not come back either."""
    rows = tuple(replace(one, comes_back=False) if one.fate.value != "kept" else one for one in report.findings)
    own = tuple(replace(one, comes_back=False) if one.fate.value != "kept" else one for one in findings.rows)
    return replace(report, findings=(*rows, *own), notes=(*report.notes, *findings.notes))
