# SPDX-License-Identifier: GPL-3.0-or-later
"""What others wrote with a clip, kept to be written back; and its markers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .import_clip import Place, is_own_levels
from .import_time import effects_of, is_time_effect, schema_of
from .markers import read_marker
from .namespaces import BLENDER, own_part, without_own
from .snapshot import StripKind
from .times import nearest

if TYPE_CHECKING:
    from .import_run import ImportRun
    from .snapshot import Marker, StripSnapshot
    from .times import Json


def foreign_of(item: Json, own: Json, strip: StripSnapshot | None = None) -> Json:
    foreign: Json = {}
    made = own.get("made")
    metadata = without_own(item.get("metadata"))
    for namespace in made if isinstance(made, list) else ():
        metadata.pop(namespace, None) if isinstance(namespace, str) else None
    if metadata:
        foreign["metadata"] = metadata
    effects = [one for one in effects_of(item) if not is_own_levels(one) and not own_part(one.get("metadata"), BLENDER)]
    if effects:
        foreign["effects"] = effects
    color = item.get("color")
    if isinstance(color, dict) and (strip is None or not strip.color_tag):
        foreign["color"] = color
    return foreign


def note_foreign(run: ImportRun, strip: StripSnapshot, item: Json) -> None:
    for effect in effects_of(item):
        if not is_time_effect(effect):
            title = str(effect.get("effect_name") or effect.get("name") or schema_of(effect))
            run.findings.approximated(strip.name, "effect", f"{title} is kept to be written back, not shown")
    shown = strip.shown
    if strip.kind is StripKind.MOVIE and (shown is None or not shown.path):
        run.findings.approximated(strip.name, "media", "the file is not named: a stand-in holds its place")
    elif shown is not None and shown.missing:
        run.findings.approximated(strip.name, "media", f"{shown.path} is not there: a stand-in holds its place")


def clip_markers(run: ImportRun, item: Json, strip: StripSnapshot, place: Place) -> tuple[Marker, ...]:
    found = item.get("markers")
    if not isinstance(found, list) or not found:
        return ()
    source = Fraction(0) if run.marks_from_in or place.source is None else place.source
    # A marker lies at the source's time, and where the source begins, some of the strip may lie before, under a
    # transition.
    first = strip.content_offset + place.start - strip.start
    if strip.kind is StripKind.META and place.source is not None:
        first, source = place.start - strip.content_start, place.source
    read = [read_marker(one, run.rate) for one in found]
    return tuple(replace(one[0], frame=nearest(one[1] - source) + first) for one in read if one is not None)


def without_made(metadata: Json, made: dict[str, set[str]]) -> Json:
    """Without what our export wrote for another program, and nobody else added to."""
    return {
        key: value
        for key, value in metadata.items()
        if not (key in made and isinstance(value, dict) and set(value) <= made[key])
    }
