# SPDX-License-Identifier: GPL-3.0-or-later
"""The effects of a clip: its speed, the effect strips that use it, its levels, and what others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .effects import effects_of
from .export_run import ELSEWHERE
from .import_time import is_time_effect, time_scalar
from .namespaces import BLENDER, SCHEMA, mapping
from .record import to_record

if TYPE_CHECKING:
    from .export_level import Level
    from .export_run import ExportRun
    from .snapshot import StripSnapshot
    from .times import Json


def clip_effects(run: ExportRun, strip: StripSnapshot, speed: float, level: Level, source_start: float) -> list[Json]:
    foreign = [one for one in strip.foreign.get("effects", []) if isinstance(one, dict)]
    timed = [one for one in foreign if is_time_effect(one)]
    effects = []
    behind = level.speeds.get(strip.name)
    if run.flavour.retimes:
        if timed and behind is None and abs(time_scalar({"effects": timed}) - speed) < 1e-9:
            effects += timed
        elif speed != 1.0 or behind is not None:
            effects.append(_time_effect(speed, behind[0] if behind else None))
    elif behind is not None:
        effects.append(_strip_effect(behind[0]))
    effects += effects_of(strip, run.flavour, run.frame, run.rate, source_start)
    effects += [_strip_effect(one) for one in level.attached.get(strip.name, ())]
    effects += [one for one in foreign if not is_time_effect(one)]
    return effects


def _time_effect(speed: float, effect: StripSnapshot | None) -> Json:
    own: Json = {"schema": SCHEMA, "speed": speed}
    if effect is not None:
        own["strip"] = to_record(effect, leave_out=ELSEWHERE)
    schema, name = ("FreezeFrame.1", "FreezeFrame") if speed == 0 else ("LinearTimeWarp.1", "LinearTimeWarp")
    foreign = mapping(effect.foreign.get("metadata")) if effect is not None else {}
    return {
        "OTIO_SCHEMA": schema,
        "metadata": {**foreign, BLENDER: own},
        "name": effect.name if effect is not None else "",
        "effect_name": name,
        "time_scalar": speed,
        "enabled": True,
    }


def _strip_effect(effect: StripSnapshot) -> Json:
    own = {"schema": SCHEMA, "strip": to_record(effect, leave_out=ELSEWHERE)}
    return {
        "OTIO_SCHEMA": "Effect.1",
        "metadata": {**mapping(effect.foreign.get("metadata")), BLENDER: own},
        "name": effect.name,
        "effect_name": f"blender:{effect.effect_type}",
        "enabled": not effect.mute,
    }
