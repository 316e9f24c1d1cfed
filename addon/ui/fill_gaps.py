# SPDX-License-Identifier: GPL-3.0-or-later
"""Several gaps of a channel at once: one prompt, one price, and a shot for each, from neighbour to neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from ..timeline.spot import Spot, gaps_on
from ..vse.compat import edit_scene, left_handle, right_handle
from . import desk
from .frame_image import WantedFrame, neighbours, picture_path, read
from .generate import why_not_now
from .where import closed_channels, fitting_s
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from ..shots.shot_fields import ShotFields

_WIDTH_PX = 460
_MOST_SHOWN = 8
_IN_PLACE = "frame.png"
"""Stands for a picture that is not there yet: a price does not hang on which one it is."""


@dataclass(frozen=True, slots=True)
class GapShot:
    """A gap of `channel`, and the shot that is to fill it."""

    channel: int
    gap: FrameRange
    fields: ShotFields
    units: Decimal | None
    problem: str
    """Why it cannot be made; empty where it can."""


class RETAKE_OT_fill_gaps(bpy.types.Operator):
    bl_idname = "retake.fill_gaps"
    bl_label = "Fill All Gaps"
    bl_description = (
        "A shot for every gap of the selected strip's channel, or of those between the selected strips, from the last "
        "frame before it to the first one after it. It costs what the dialog says"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or not gaps_here(scene):
            cls.poll_message_set("Select a strip of a channel that has gaps")
            return False
        if why_not := why_not_now():
            cls.poll_message_set(why_not)
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        desk.load_when_drawn()
        wm = context.window_manager
        return set(wm.invoke_props_dialog(self, width=_WIDTH_PX, title="Fill All Gaps", confirm_text="Generate"))

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        if not desk.load_when_drawn():
            layout.label(text="Loading …", icon="SORTTIME")
            return
        scene = edit_scene()
        draft = scene.retake_draft
        placeholder = "What happens between the two strips"
        if hasattr(layout, "textbox"):  # 5.2 has a field of several lines
            layout.textbox(draft, "prompt", initial_visible_lines=3, placeholder=placeholder)
        else:
            layout.prop(draft, "prompt", text="", placeholder=placeholder)
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(draft, "model")
        draw_shots(layout, context, scene, planned(scene))

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError

        scene = edit_scene()
        shots = planned(scene)
        problem = next((one.problem for one in shots if one.problem), "")
        if problem or not shots:
            self.report({"ERROR"}, problem or "There is no gap here")
            return {"CANCELLED"}
        try:
            _begin(scene, shots)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(shots)} shots are on their way")
        return {"FINISHED"}


def gaps_here(scene: bpy.types.Scene) -> tuple[tuple[int, FrameRange], ...]:
    """Channel and frames of the gaps between the selected strips of the active one's channel; else of all of it."""
    editor = scene.sequence_editor
    active = editor.active_strip if editor is not None else None
    if active is None or active.channel in closed_channels(scene):
        return ()
    strips = [one for one in editor.strips if one.channel == active.channel and one.type != "SOUND"]
    chosen = [one for one in strips if one.select]
    within = None
    if len(chosen) > 1:
        within = FrameRange(min(map(left_handle, chosen)), max(map(right_handle, chosen)))
    taken = (FrameRange(left_handle(one), right_handle(one)) for one in strips)
    return tuple((active.channel, gap) for gap in gaps_on(taken, within))


def planned(scene: bpy.types.Scene) -> list[GapShot]:
    """A shot for each gap, as the Shot panel describes it but for its length and its images."""
    from ..kling.possible import problems
    from ..kling.price import estimate_units
    from ..shots.outline import outline
    from .drafted_shot import drafted_shot
    from .preferences import preferences

    draft = scene.retake_draft
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    shots = []
    for channel, gap in gaps_here(scene):
        fields = drafted_shot(draft).fields.model_copy(
            update={
                "duration": fitting_s(draft, gap.length / rate),
                "image": _IN_PLACE,
                "end_image": _IN_PLACE,
                "motion": None,
                "reference": (),
                "camera": None,
            }
        )
        request = outline(fields)
        found = [str(problem.error()) for problem in problems(request)]
        units = None if found else estimate_units(request, voices_are_free=preferences().voices_are_free)
        shots.append(GapShot(channel, gap, fields, units, found[0] if found else ""))
    return shots


def draw_shots(
    layout: bpy.types.UILayout, context: bpy.types.Context, scene: bpy.types.Scene, shots: list[GapShot]
) -> None:
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    column = layout.column(align=True)
    for one in shots[:_MOST_SHOWN]:
        seconds = float(one.gap.length / rate)
        row = column.row()
        row.label(text=f"Frame {one.gap.start}: {seconds:.1f} s", icon="ARROW_LEFTRIGHT")
        row.label(text=f"a shot of {one.fields.duration} s")
        row.label(text="–" if one.units is None else f"{one.units.normalize():f} units")
    if len(shots) > _MOST_SHOWN:
        column.label(text=f"and {len(shots) - _MOST_SHOWN} more", icon="BLANK1")
    problem = next((one.problem for one in shots if one.problem), "")
    if problem:
        wrapped_label(layout, context, problem, "ERROR")
        return
    total = sum((one.units for one in shots if one.units is not None), Decimal(0))
    layout.label(text=_price(len(shots), total), icon="FUND")


def _price(count: int, units: Decimal) -> str:
    from ..kling.catalogue import catalogue

    whole = catalogue()
    price = f"{whole.credits(units).normalize():,f}"
    return f"{count} shots: {price} credits, ${whole.dollars(units):,.2f}, {units.normalize():f} units"


def _begin(scene: bpy.types.Scene, shots: list[GapShot]) -> None:
    """Nothing is placed or sent before all frames are there. Raises StorageError."""
    frames: list[WantedFrame] = []
    pairs: list[tuple[GapShot, Path, Path]] = []
    for one in shots:
        left, right = neighbours(scene, one.channel, one.gap)
        first = picture_path(left.name, one.gap.start - 1)
        last = picture_path(right.name, one.gap.end_exclusive)
        frames += [
            WantedFrame(left.name, one.gap.start - 1, first),
            WantedFrame(right.name, one.gap.end_exclusive, last),
        ]
        pairs.append((one, first, last))

    def take_in(scene: bpy.types.Scene, _: object) -> None:
        _send(scene, pairs)

    read(scene, frames, take_in)


def _gaps_of(scene: bpy.types.Scene, channel: int) -> tuple[FrameRange, ...]:
    strips = (one for one in scene.sequence_editor.strips if one.channel == channel and one.type != "SOUND")
    return gaps_on(FrameRange(left_handle(one), right_handle(one)) for one in strips)


def _send(scene: bpy.types.Scene, pairs: list[tuple[GapShot, Path, Path]]) -> None:
    """Raises PlacementError, with nothing placed or sent, where one of the gaps is not one any more."""
    from .drafted_shot import media_folder, next_shot_id
    from .generate import folder_of_names
    from .waiting import place_waiting

    for one, _, _ in pairs:
        if one.gap not in _gaps_of(scene, one.channel):
            raise PlacementError(
                f"What began at frame {one.gap.start} of channel {one.channel} is not a gap any more.",
                hint="Nothing was sent. Fill the gaps once more.",
            )
    for one, first, last in pairs:
        shot_id, job_id = next_shot_id(scene), desk.new_job_id()
        fields = one.fields.model_copy(update={"image": str(first), "end_image": str(last)})
        spot = Spot(one.gap.start, one.gap, channel=one.channel, head_share=Fraction(1, 2))
        place_waiting(scene, shot_id, job_id, fields, spot)
        desk.wish(job_id, shot_id, fields, folder_of_names(), media_folder())
    bpy.ops.ed.undo_push(message="Fill All Gaps")


CLASSES = (RETAKE_OT_fill_gaps,)
