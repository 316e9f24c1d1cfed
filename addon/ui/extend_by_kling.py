# SPDX-License-Identifier: GPL-3.0-or-later
"""Extend by Kling: the models that have it go on from a clip itself, and not from its last frame alone.

Kling's answer is the earlier clip with four to five seconds more. It becomes a shot of its own behind the strip, on the
same frames of the clip: it begins with the very frame at which the strip ends, wherever that one is trimmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..errors import InputError, PlacementError, RetakeError
from ..timeline.ranges import FrameRange
from ..timeline.rate import frames_at_rate, scene_rate
from ..timeline.spot import Spot
from ..vse.compat import content_start, edit_scene, left_handle, right_handle
from ..vse.shots import takes_of
from . import desk, reading
from .generate import folder_of_names, why_not_now
from .where import closed_channels
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from decimal import Decimal

    from ..app import Settings
    from ..shots.shot_fields import ShotFields
    from ..timeline.take import Take

_ADDED_S = 4
"""At least; up to 5 (kling-api section 2.3)."""
_LONGEST_S = 180
_WIDTH_PX = 420


@dataclass(frozen=True, slots=True)
class Extension:
    take: Take
    fields: ShotFields
    """Without Kling's id of the clip."""
    spot: Spot
    units: Decimal


class RETAKE_OT_extend_by_kling(bpy.types.Operator):
    bl_idname = "retake.extend_by_kling"
    bl_label = "Extend by Kling"
    bl_description = (
        "Let Kling go on from the clip of this strip's take: 4 to 5 s more, behind the strip, from the very frame at "
        "which it ends. For takes of the models 1.0, 1.5 and 1.6, up to 30 days old; it costs what the dialog says"
    )
    bl_options = {"REGISTER", "UNDO"}

    prompt: StringProperty(name="Prompt", description="How it goes on; empty: as it was")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not can_extend(edit_scene()):
            cls.poll_message_set("Select a take of Kling 1.0, 1.5 or 1.6: the other models cannot go on from a clip")
            return False
        if why_not := why_not_now():
            cls.poll_message_set(why_not)
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=_WIDTH_PX, confirm_text="Extend")

    def draw(self, context: bpy.types.Context) -> None:
        from ..kling.catalogue import catalogue

        layout = self.layout
        layout.prop(self, "prompt", text="", placeholder="How it goes on")
        try:
            plan = planned(edit_scene(), self.prompt)
        except RetakeError as error:
            wrapped_label(layout, context, str(error), "ERROR")
            return
        layout.label(text=f"{plan.take.name} goes on behind the strip, by 4 to 5 s", icon="TRIA_RIGHT_BAR")
        whole = catalogue()
        price = f"{whole.credits(plan.units).normalize():,f} credits, ${whole.dollars(plan.units):,.2f}"
        layout.label(text=f"{price}, {plan.units.normalize():f} units", icon="FUND")

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .drafted_shot import next_shot_id
        from .waiting import place_waiting

        scene = edit_scene()
        job_id, shot_id = desk.new_job_id(), next_shot_id(scene)
        try:
            plan = planned(scene, self.prompt)
            place_waiting(scene, shot_id, job_id, plan.fields, plan.spot)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        session = desk.open_session()

        def work(_unwanted: object) -> str:
            from ..clip_id import clip_id

            def look(settings: Settings) -> str:
                return clip_id(settings, plan.take.job_id)

            return session.ask(look).result()

        def send(_scene: bpy.types.Scene, clip: str) -> None:
            from .drafted_shot import media_folder

            fields = plan.fields.model_copy(update={"extend": clip})
            desk.wish(job_id, shot_id, fields, folder_of_names(), media_folder())

        reading.begin(scene, f"Kling is asked for the clip of {plan.take.name} …", work, send)
        self.report({"INFO"}, f"{shot_id} goes on from {plan.take.name}")
        return {"FINISHED"}


def can_extend(scene: bpy.types.Scene | None) -> bool:
    """Whether the active strip shows a take of a model that can go on from its clips."""
    from ..kling.catalogue import catalogue
    from ..kling.product import Product

    take = _take(scene)
    row = catalogue().find(str(take.recipe.get("model_name", ""))) if take is not None and take.job_id else None
    return row is not None and Product.VIDEO_EXTEND in row.products and not row.discontinued


def planned(scene: bpy.types.Scene, prompt: str) -> Extension:
    """Of the active strip. Raises InputError and PlacementError where it cannot be."""
    from ..kling.possible import problems
    from ..kling.price import estimate_units
    from ..shots.outline import outline
    from ..shots.shot_fields import ShotFields
    from .slates import slate_of

    take = _take(scene)
    if take is None:
        raise InputError("strip", "this one", "a strip that shows a take is needed")
    strip = scene.sequence_editor.active_strip
    if len(strip.retiming_keys):
        raise InputError("strip", strip.name, "it is retimed: reset that first")
    if take.duration_s + _ADDED_S > _LONGEST_S:
        raise InputError("take", f"{float(take.duration_s):.0f} s", f"Kling makes clips of up to {_LONGEST_S} s longer")
    fields = ShotFields(
        prompt=prompt.strip() or str(take.recipe.get("prompt", "")),
        model=str(take.recipe["model_name"]),
        quality=str(take.recipe["mode"]),
        aspect=str(take.recipe["aspect_ratio"]),
        duration=floor(take.duration_s) + _ADDED_S,
        extend="the clip",
    )
    request = outline(fields)
    for problem in problems(request):
        raise problem.error()
    slate = slate_of(fields)
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    return Extension(
        take,
        fields,
        _behind(scene, strip, frames_at_rate(slate.frame_count, slate.rate, rate)),
        estimate_units(request),
    )


def _behind(scene: bpy.types.Scene, strip: bpy.types.Strip, frames: int) -> Spot:
    """From the strip's end to the end of a clip of `frames` that begins where the strip's own does."""
    clip_start, start = round(content_start(strip)), right_handle(strip)
    later = [left_handle(one) for one in scene.sequence_editor.strips
             if one.channel == strip.channel and left_handle(one) >= start]  # fmt: skip
    end = min([clip_start + frames, *later])
    if end <= start:
        raise PlacementError("There is no room behind the strip.", hint="Move what follows it.")
    if strip.channel in closed_channels(scene):
        raise PlacementError("The strip's channel is locked or muted.", hint="Unlock it, or switch it on.")
    hidden, over = start - clip_start, frames - (end - start)
    return Spot(start, FrameRange(start, end), channel=strip.channel, head_share=Fraction(hidden, over))


def _take(scene: bpy.types.Scene | None) -> Take | None:
    """What the active strip shows; None where it is no picture of a shot."""
    editor = scene.sequence_editor if scene else None
    strip = editor.active_strip if editor else None
    if scene is None or strip is None or strip.type != "MOVIE" or not strip.retake.shot_id:
        return None
    takes = takes_of(scene, strip.retake.shot_id)
    return next((take for take in takes if take.number == strip.retake.take_number), None)


CLASSES = (RETAKE_OT_extend_by_kling,)
