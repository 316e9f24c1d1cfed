# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of features as words: for a terminal, and as Markdown for the documentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .flavour import FLAVOURS
from .report import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .feature_table import Cell, Row

_SIGNS = {Fate.KEPT: "✓", Fate.APPROXIMATED: "≈", Fate.DROPPED: "–"}
_SILENT = "?"
_NOT_WHOLE = "*"
_LEGEND = "✓ the program gets it, ≈ something near it, – nothing; of the plain file, the program is Retake itself."


@dataclass(frozen=True, slots=True)
class FeatureWords:
    """`rows`: the feature, then a cell for each flavour in the order of `columns`. `notes`: each once, as numbered."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    ending: str
    """Whether all of it comes back."""


@dataclass(slots=True)
class _Notes:
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, cell: Cell) -> str:
        found = [self.numbers.setdefault(one, len(self.numbers) + 1) for one in cell.reasons]
        return " ".join(str(one) for one in sorted(found))


def feature_words(rows: Sequence[Row]) -> FeatureWords:
    notes = _Notes()
    shown = tuple(
        (row.feature if row.count == 1 else f"{row.feature} ({row.count})", *_cells(row, notes, _counted))
        for row in rows
    )
    return FeatureWords(("", *FLAVOURS), shown, _numbered(notes), _ending(rows))


def feature_markdown(rows: Sequence[Row]) -> str:
    """Features of which the same is to be said share a row. Ends without a line break."""
    notes = _Notes()
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        alike.setdefault(_cells(row, notes, _sign), []).append(row.feature)
    lines = [
        f"| | {' | '.join(FLAVOURS)} |",
        f"|---|{'---|' * len(FLAVOURS)}",
        *(f"| {', '.join(names)} | {' | '.join(cells)} |" for cells, names in alike.items()),
        "",
        f"{_LEGEND} {_ending(rows)}",
        "",
        *(f"{one}  " for one in _numbered(notes)),
    ]
    return "\n".join(lines).rstrip()


def _cells(row: Row, notes: _Notes, say: Callable[[Cell], str]) -> tuple[str, ...]:
    return tuple(
        " ".join(filter(None, [say(row.cells[name]), notes.of(row.cells[name])]))
        + ("" if row.cells[name].comes_back else f" {_NOT_WHOLE}")
        for name in FLAVOURS
    )


def _sign(cell: Cell) -> str:
    return _SIGNS[cell.fate] if cell.fate else _SILENT


def _counted(cell: Cell) -> str:
    if len(cell.fates) < 2:
        return cell.fate.value if cell.fate else _SILENT
    return ", ".join(f"{cell.fates[fate]} {fate.value}" for fate in Fate if fate in cell.fates)


def _numbered(notes: _Notes) -> tuple[str, ...]:
    return tuple(f"{number}: {reason}" for reason, number in notes.numbers.items())


def _ending(rows: Sequence[Row]) -> str:
    if all(cell.comes_back for row in rows for cell in row.cells.values()):
        return "All of it comes back whole from the file of each flavour."
    return f"{_NOT_WHOLE} does not come back whole."
