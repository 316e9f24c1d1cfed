# SPDX-License-Identifier: GPL-3.0-or-later
"""What an edit changes on a scene's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..interchange.bridge import bridge_module
from ..interchange.media_facts import with_media_facts
from ..interchange.otio_file import read_otio
from .read import read_timeline

if TYPE_CHECKING:
    from pathlib import Path

    from bpy.types import Scene

    from otio_bridge.conform import ConformPlan

    from ..interchange.bridge import TimelineSnapshot


def plan_for(scene: Scene, edit: Path) -> ConformPlan:
    """Raises ExchangeError or StorageError. Waits for the files: for scripts."""
    living = read_timeline(scene)
    return plan_between(living, edit)


def plan_between(living: TimelineSnapshot, edit: Path) -> ConformPlan:
    """On any thread."""
    # The time zero of the edit as it went out: other programs do not say where that was.
    zero = min([living.start, *(strip.start for strip in living.strips)])
    wanted, report = read_otio(edit, rate=living.rate, start=zero)
    plan: ConformPlan = bridge_module("conform").plan_conform(
        with_media_facts(living), with_media_facts(wanted), with_channels=report.is_ours
    )
    return plan
