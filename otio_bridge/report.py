# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each strip and each of its features, on the way out or in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from .errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fate(Enum):
    KEPT = "kept"
    APPROXIMATED = "approximated"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One feature of one strip. `reason` is empty only for what was kept."""

    strip: str
    feature: str
    fate: Fate
    reason: str = ""
    comes_back: bool = True
    """Retake reads it back from the file exactly, whatever the program in between makes of it."""

    @property
    def sentence(self) -> str:
        if self.fate is Fate.KEPT:
            return f"{self.strip}: {self.feature} kept"
        if self.feature == "strip":
            return f"{self.strip}: {self.reason}"
        return f"{self.strip}: {self.feature} {self.fate.value}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """`findings` in the order of the edit. `strips` counts all strips of the edit, those within metas included."""

    strips: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What concerns no single strip."""
    is_ours: bool = False
    """Of an import: the file comes from an export of ours, whatever was done to it since."""
    edit: tuple[Finding, ...] = ()
    """Of the edit as a whole (size, clock, names, shots …), `strip` empty. What a program never takes from such a file
    is told here and among the `notes`; it is no loss that `--strict` refuses for, for no edit could avoid it."""

    @property
    def losses(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.fate is not Fate.KEPT)

    @property
    def kept(self) -> int:
        """The strips that are there, whatever became of their features."""
        return self.strips - len(self.gone)

    @property
    def gone(self) -> frozenset[str]:
        return _gone(self.findings)

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(finding.sentence for finding in self.findings if finding.fate is Fate.DROPPED)

    @property
    def approximated(self) -> tuple[str, ...]:
        return tuple(finding.sentence for finding in self.findings if finding.fate is Fate.APPROXIMATED)

    def refuse_losses(self) -> None:
        """For strict writing. Raises BridgeError where there is a loss, naming the first five."""
        lost = self.losses
        if lost:
            shown = "; ".join(finding.sentence for finding in lost[:5])
            more = f"; and {len(lost) - 5} more" if len(lost) > 5 else ""
            raise BridgeError(
                f"Nothing was written, for {len(lost)} things would not be kept: {shown}{more}.",
                hint="Write it without strict to accept that.",
            )

    def as_json(self) -> dict[str, Any]:
        return {
            "strips": self.strips,
            "kept": self.kept,
            "findings": [
                {
                    "strip": one.strip,
                    "feature": one.feature,
                    "fate": one.fate.value,
                    "reason": one.reason,
                    "comes_back": one.comes_back,
                }
                for one in self.losses
            ],
            "edit": [
                {"feature": one.feature, "fate": one.fate.value, "reason": one.reason}
                for one in self.edit
                if one.fate is not Fate.KEPT
            ],
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Findings:
    """A report in the making."""

    rows: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    edit: list[Finding] = field(default_factory=list)

    def kept(self, strip: str, feature: str) -> None:
        self.rows.append(Finding(strip, feature, Fate.KEPT))

    def approximated(self, strip: str, feature: str, reason: str, *, comes_back: bool = True) -> None:
        self.rows.append(Finding(strip, feature, Fate.APPROXIMATED, reason, comes_back))

    def dropped(self, strip: str, feature: str, reason: str, *, comes_back: bool = True) -> None:
        self.rows.append(Finding(strip, feature, Fate.DROPPED, reason, comes_back))

    def of_edit(self, feature: str, fate: Fate = Fate.KEPT, reason: str = "") -> None:
        self.edit.append(Finding("", feature, fate, reason))

    @property
    def gone(self) -> frozenset[str]:
        return _gone(self.rows)

    def report(self, strips: int, *, is_ours: bool = False) -> Report:
        """All that was found of a strip stands together; what was lost of a feature goes before its being kept."""
        lost = {(one.strip, one.feature) for one in self.rows if one.fate is not Fate.KEPT}
        places: dict[str, int] = {}
        for one in self.rows:
            places.setdefault(one.strip, len(places))
        rows = [one for one in self.rows if one.fate is not Fate.KEPT or (one.strip, one.feature) not in lost]
        rows.sort(key=lambda one: places[one.strip])
        told = [f"{one.feature}: {one.reason}" for one in self.edit if one.fate is not Fate.KEPT]
        return Report(strips, tuple(rows), (*self.notes, *told), is_ours, tuple(self.edit))


def _gone(findings: Iterable[Finding]) -> frozenset[str]:
    """The strips that are not there at all. An effect strip is there as what it does to others, or not at all."""
    there = {one.strip for one in findings if one.feature == "strip" and one.fate is not Fate.DROPPED}
    gone = {one.strip for one in findings if one.feature == "strip" and one.fate is Fate.DROPPED}
    done = {
        one.strip for one in findings if one.feature in ("effect", "transition", "speed") and one.fate is Fate.DROPPED
    }
    return frozenset(gone | (done - there))
