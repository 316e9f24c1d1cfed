# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice or an element as the library shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class ThingKind(Enum):
    VOICE = "voice"
    ELEMENT = "element"


@dataclass(frozen=True, slots=True)
class Thing:
    """`sample` is what it was made of, kept on this computer: a sound for a voice, a picture for an element.

    `uses` counts the takes that were asked for with it, in all projects of this computer.
    """

    kind: ThingKind
    thing_id: str
    name: str
    is_own: bool
    description: str = ""
    sample: Path | None = None
    uses: int = 0
