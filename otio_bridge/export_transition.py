# SPDX-License-Identifier: GPL-3.0-or-later
"""Transitions between clips, and fades at open ends, which OpenTimelineIO says as transitions to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .export_run import ELSEWHERE
from .fades import fade_path, pure_fades
from .namespaces import BLENDER, SCHEMA, mapping
from .record import to_record
from .times import Json, rational
from .transitions import DISSOLVES

if TYPE_CHECKING:
    from .export_run import ExportRun
    from .snapshot import StripSnapshot
    from .tracks import Placed
    from .transitions import Fold


def transition(run: ExportRun, fold: Fold) -> Json:
    effect = fold.effect
    is_dissolve = effect.effect_type in DISSOLVES or not run.flavour.wipes
    own = {
        "schema": SCHEMA,
        "strip": to_record(effect, leave_out=ELSEWHERE),
        "written": {"in": fold.in_offset, "out": fold.out_offset, "cut": fold.cut},
    }
    foreign = effect.foreign
    if "transition_type" in foreign:
        own["foreign"] = True
    if (is_dissolve and effect.effect_type in DISSOLVES) or run.flavour.wipes:
        run.findings.kept(effect.name, "transition")
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": {**mapping(foreign.get("metadata")), BLENDER: own},
        "name": str(foreign.get("name", effect.name)),
        "transition_type": str(
            foreign.get("transition_type", "SMPTE_Dissolve" if is_dissolve else "Custom_Transition")
        ),
        "in_offset": rational(fold.in_offset, run.fps),
        "out_offset": rational(fold.out_offset, run.fps),
    }


def edge_fades(run: ExportRun, placed: Placed, *, at_edge: bool, after: int | None) -> tuple[int, int]:
    """Frames of fade at head and tail that become a dissolve next to nothing."""
    strip = placed.strip
    if not run.flavour.edge_fades or not strip.curves or strip.mute:
        return 0, 0
    feature = "volume" if fade_path(strip) == "volume" else "opacity"
    if feature in run.flavour.effects:
        return 0, 0  # the program's own effect fades it already
    fades = pure_fades(strip)
    head = fades.head if at_edge and placed.head is None else 0
    tail = fades.tail if placed.tail is None and after != placed.end_exclusive else 0
    room = placed.end_exclusive - placed.start
    room -= (placed.head.out_offset if placed.head else 0) + (placed.tail.in_offset if placed.tail else 0)
    return (head, tail) if head + tail <= room else (0, 0)


def fade(run: ExportRun, strip: StripSnapshot, in_offset: int, out_offset: int) -> Json:
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": {BLENDER: {"schema": SCHEMA, "fade": strip.name, "in": in_offset, "out": out_offset}},
        "name": "Fade",
        "transition_type": "SMPTE_Dissolve",
        "in_offset": rational(in_offset, run.fps),
        "out_offset": rational(out_offset, run.fps),
    }
