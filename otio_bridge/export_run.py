# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of one export needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .edit_findings import muted_by_channel
from .flatten import flattened
from .flavour import PLAIN, Flavour
from .links import link_groups
from .report import Findings

if TYPE_CHECKING:
    from fractions import Fraction

    from .media_url import UrlForm
    from .snapshot import TimelineSnapshot

ELSEWHERE = frozenset({"media", "foreign", "children", "markers", "shot_id", "take_number"})
"""Fields of a strip that the clip itself carries."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`url_form` None: what the flavour's program reads best. `base`: the folder of the file to be, for relative paths.

    `schema_target`: an older version of OpenTimelineIO that has to read the file, such as 0.14.0. `flatten`: metas as
    the strips within them, for a program that reads no nested edits.
    """

    flavour: Flavour = PLAIN
    url_form: UrlForm | None = None
    base: str = ""
    schema_target: str = ""
    flatten: bool = False


@dataclass(frozen=True, slots=True)
class ExportRun:
    """`fps`: the exact `rate` as OpenTimelineIO holds it. `frame`: (width, height) in pixels. `groups`: which strips
    move together, by name. `muted`: strips on muted channels, by name."""

    snapshot: TimelineSnapshot
    options: ExportOptions
    flavour: Flavour
    form: UrlForm
    rate: Fraction
    fps: float
    frame: tuple[int, int]
    groups: dict[str, int]
    muted: frozenset[str]
    findings: Findings


def begin_run(snapshot: TimelineSnapshot, options: ExportOptions) -> ExportRun:
    findings = Findings()
    if options.flatten:
        snapshot = flattened(snapshot, findings)
    return ExportRun(
        snapshot,
        options,
        options.flavour,
        options.url_form or options.flavour.url_form,
        snapshot.rate,
        float(snapshot.rate),
        (snapshot.width_px, snapshot.height_px),
        link_groups(snapshot.walk()),
        muted_by_channel(snapshot),
        findings,
    )
