# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of each feature in each flavour, found by exporting an edit and reading the file again.

What another program gets is what the export's report says; what comes back is compared field by field.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from .export import ExportOptions, export_text
from .feature_samples import EDIT, features
from .flavour import FLAVOURS
from .import_timeline import import_text
from .report import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .feature_samples import Feature
    from .flavour import Flavour
    from .report import Finding, Report
    from .snapshot import StripSnapshot, TimelineSnapshot

_ORDER = list(Fate)
_KIND = re.compile(r"no \w+ strips")
"""In the table, the row says which."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`fates` counts what has the feature by the worst that the report says of it; empty where it says nothing.

    `differs`: in words, what was not the same when the file was read again.
    """

    fates: Mapping[Fate, int]
    reasons: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()

    @property
    def fate(self) -> Fate | None:
        return max(self.fates, key=_ORDER.index, default=None)

    @property
    def comes_back(self) -> bool:
        return not self.differs


@dataclass(frozen=True, slots=True)
class Row:
    """`count`: how many strips, channels or markers have it; 1 for what the whole edit has."""

    feature: str
    count: int
    cells: Mapping[str, Cell]
    """By the flavour's name."""

    def as_json(self) -> dict[str, Any]:
        flavours = {
            name: {
                "fate": cell.fate.value if cell.fate else None,
                "counts": {fate.value: count for fate, count in cell.fates.items()},
                "reasons": list(cell.reasons),
                "comes_back": cell.comes_back,
                "differs": list(cell.differs),
            }
            for name, cell in self.cells.items()
        }
        return {"feature": self.feature, "count": self.count, "flavours": flavours}


def sample_table() -> tuple[Row, ...]:
    """Of the built-in sample edit. Raises BridgeError where one of its files cannot be read again."""
    return tuple(
        Row(
            one.name,
            len(one.held_by(one.sample)),
            {
                flavour.name: _cell(one, flavour, one.held_by(one.sample), one.sample, *_trip(one.sample, flavour))
                for flavour in FLAVOURS.values()
            },
        )
        for one in features()
    )


def table_of(edit: TimelineSnapshot) -> tuple[Row, ...]:
    """Of the features that `edit` has. Raises BridgeError where its file cannot be read again."""
    trips = {flavour.name: _trip(edit, flavour) for flavour in FLAVOURS.values()}
    rows = []
    for feature in features():
        if holders := feature.held_by(edit):
            cells = {
                flavour.name: _cell(feature, flavour, holders, edit, *trips[flavour.name])
                for flavour in FLAVOURS.values()
            }
            rows.append(Row(feature.name, len(holders), cells))
    return tuple(rows)


def _trip(edit: TimelineSnapshot, flavour: Flavour) -> tuple[Report, TimelineSnapshot]:
    text, report = export_text(edit, ExportOptions(flavour))
    return report, import_text(text)[0]


def _cell(
    feature: Feature,
    flavour: Flavour,
    holders: frozenset[str],
    edit: TimelineSnapshot,
    report: Report,
    again: TimelineSnapshot,
) -> Cell:
    found: dict[str, list[Finding]] = {}
    gone = report.gone
    for one in (*report.findings, *report.edit):
        is_gone = one.strip in gone and one.fate is Fate.DROPPED
        if one.strip in holders and (one.feature in feature.words or is_gone):
            found.setdefault(one.strip, []).append(one)
    worst = [max((one.fate for one in many), key=_ORDER.index) for many in found.values()]
    told = [
        _KIND.sub("no such strips", one.reason.replace(flavour.title, "the program"))
        for many, fate in zip(found.values(), worst, strict=True)
        for one in many
        if one.reason and one.fate is fate
    ]
    return Cell(dict(Counter(worst)), tuple(dict.fromkeys(told)), tuple(_differences_of(holders, edit, again)))


def _differences_of(holders: Iterable[str], edit: TimelineSnapshot, again: TimelineSnapshot) -> list[str]:
    """Of the strips that have the feature, and of the edit beside its strips for what is no strip."""
    before, after = _by_name(edit), _by_name(again)
    lines: list[str] = []
    for name in sorted(holders):
        if name not in before:
            lines += differences(replace(edit, strips=()), replace(again, strips=()), "edit")
        elif name in after:
            lines += differences(before[name], after[name], name)
        else:
            lines.append(f"{name}: is not there")
    if EDIT in holders:
        for name in sorted(before.keys() | after.keys()):
            if name not in after or name not in before:
                lines.append(f"{name}: is not in both")
            else:
                lines += differences(before[name], after[name], name)
    return list(dict.fromkeys(lines))


def _by_name(edit: TimelineSnapshot) -> dict[str, StripSnapshot]:
    return {strip.name: strip for strip in edit.walk()}


def differences(one: Any, other: Any, where: str) -> list[str]:
    """Where two parts of a snapshot are not equal: `movie.crop.left_px: 100 is 0 now`."""
    if is_dataclass(one) and type(one) is type(other):
        return [
            line
            for each in fields(one)
            for line in differences(getattr(one, each.name), getattr(other, each.name), f"{where}.{each.name}")
        ]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return [
            line
            for number, (left, right) in enumerate(zip(one, other, strict=True))
            for line in differences(left, right, f"{where}[{number}]")
        ]
    return [] if one == other else [f"{where}: {one!r:.200} is {other!r:.200} now"]
