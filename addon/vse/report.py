# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender did not take, in the report of an import."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..interchange.bridge import Fate, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..interchange.bridge import Report

_NOT_EXACT = {"channel", "length", "media", "scene", "blend"}


def with_notes(report: Report, notes: Iterable[tuple[str, str, str]]) -> Report:
    """`notes`: (strip, feature, reason). What the report has found already is not said twice."""
    known = {(one.strip, one.feature) for one in report.findings if one.fate is not Fate.KEPT}
    found = [
        Finding(strip, feature, Fate.APPROXIMATED if feature in _NOT_EXACT else Fate.DROPPED, reason)
        for strip, feature, reason in notes
        if (strip, feature) not in known
    ]
    return replace(report, findings=(*report.findings, *found))
