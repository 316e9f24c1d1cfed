# SPDX-License-Identifier: GPL-3.0-or-later
"""Lip-sync: a face of the selected shot's take says what a selected sound strip plays, as one more take of the shot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..timeline.rate import scene_rate
from ..vse.compat import content_start, edit_scene, left_handle, right_handle
from ..vse.shots import await_take, takes_of
from . import desk, reading
from .generate import folder_of_names, why_not_now
from .sound_range import SoundRange, sound_range
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction
    from pathlib import Path

    from ..timeline.take import Take

_SHORTEST_S, _LONGEST_S = 2, 50
"""Of what is heard; 5 MB are taken, and a second has 0.1."""
_WIDTH_PX = 420


@dataclass(frozen=True, slots=True)
class LipSyncPlan:
    """`insert_s` is where in the take's clip the sound begins."""

    shot_id: str
    take: Take
    sound: SoundRange
    insert_s: Fraction
    units: Decimal


class RETAKE_OT_lip_sync(bpy.types.Operator):
    bl_idname = "retake.lip_sync"
    bl_label = "Lip-Sync to Sound"
    bl_description = (
        "Let a face of this shot's take say what the other selected strip plays, where the two meet: 2 to 50 s. It "
        "becomes a take of the shot, with that sound, and costs what the dialog says"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _chosen(edit_scene()) is None:
            cls.poll_message_set("Select a sound strip and then, as the active one, the shot that is to say it")
            return False
        if why_not := why_not_now():
            cls.poll_message_set(why_not)
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=_WIDTH_PX, confirm_text="Lip-Sync")

    def draw(self, context: bpy.types.Context) -> None:
        from ..errors import RetakeError
        from ..kling.catalogue import catalogue
        from .storage_words import where_videos_go

        layout = self.layout
        try:
            plan = planned(edit_scene())
        except RetakeError as error:
            wrapped_label(layout, context, str(error), "ERROR")
            return
        layout.label(text=f"{plan.take.name} says {plan.sound.file.name}", icon="SPEAKER")
        seconds = float(plan.sound.length_s)
        layout.label(text=f"{seconds:.1f} s, from {float(plan.insert_s):.1f} s of the take on", icon="TIME")
        words, is_good = where_videos_go()
        wrapped_label(layout, context, words, "EXPORT" if is_good else "ERROR")
        whole = catalogue()
        price = f"{whole.credits(plan.units).normalize():,f} credits, ${whole.dollars(plan.units):,.2f}"
        layout.label(text=f"{price}, {plan.units.normalize():f} units", icon="FUND")

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from .frame_image import picture_path

        scene = edit_scene()
        try:
            plan = planned(scene)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        out = picture_path(f"{plan.shot_id}_speech", scene.frame_current).with_suffix(".wav")
        job_id = desk.new_job_id()
        await_take(scene, plan.shot_id, job_id)

        def work(_unwanted: object) -> None:
            from ..media.sound_file import write_sound

            write_sound(plan.sound.file, plan.sound.start_s, plan.sound.length_s, out)

        reading.begin(
            scene, f"{plan.sound.file.name} is being read …", work, lambda _scene, _none: _send(plan, out, job_id)
        )
        self.report({"INFO"}, f"A lip-sync of {plan.take.name} is on its way")
        return {"FINISHED"}


def planned(scene: bpy.types.Scene) -> LipSyncPlan:
    """Of the selected strips. Raises InputError where they do not make a lip-sync."""
    from ..errors import InputError
    from ..kling.lip_sync import FACES_UNITS, estimate_lip_sync_units

    chosen = _chosen(scene)
    if chosen is None:
        raise InputError("strips", "these", "a sound strip and a shot with a take are needed")
    picture, sound = chosen
    take = _take(scene, picture)
    if take is None:
        raise InputError("shot", picture.name, "it shows no take yet")
    if len(picture.retiming_keys):
        raise InputError("shot", picture.name, "it is retimed: reset that, and retime the new take")
    start = max(left_handle(sound), left_handle(picture))
    end = min(right_handle(sound), right_handle(picture))
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    seconds = (end - start) / rate
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        shown = f"{max(float(seconds), 0):.1f} s that both strips play"
        raise InputError("sound", shown, f"{_SHORTEST_S} to {_LONGEST_S} s are needed")
    heard = sound_range(scene, sound, start, end)
    if heard is None:
        raise InputError("sound", sound.name, "it plays no file of its own, or is retimed")
    insert_s = (start - round(content_start(picture))) / rate
    units = FACES_UNITS + estimate_lip_sync_units(_decimal(take.duration_s))
    return LipSyncPlan(picture.retake.shot_id, take, heard, insert_s, units)


def _decimal(number: Fraction) -> Decimal:
    from decimal import Decimal

    return Decimal(number.numerator) / Decimal(number.denominator)


def _send(plan: LipSyncPlan, sound: Path, job_id: str) -> None:
    from ..shots.shot_fields import ShotFields
    from .drafted_shot import media_folder

    fields = ShotFields(lips=str(plan.take.file), speech=str(sound), speech_at=float(plan.insert_s))
    desk.wish(job_id, plan.shot_id, fields, folder_of_names(), media_folder())


def _take(scene: bpy.types.Scene, strip: bpy.types.Strip) -> Take | None:
    takes = takes_of(scene, strip.retake.shot_id)
    return next((take for take in takes if take.number == strip.retake.take_number), None)


def _chosen(scene: bpy.types.Scene | None) -> tuple[bpy.types.Strip, bpy.types.Strip] | None:
    """The active shot's picture and the one selected sound strip that is not its own."""
    editor = scene.sequence_editor if scene else None
    picture = editor.active_strip if editor else None
    if editor is None or picture is None or picture.type != "MOVIE" or not picture.retake.shot_id:
        return None
    shot_id = picture.retake.shot_id
    sounds = [one for one in editor.strips if one.select and one.type == "SOUND" and one.retake.shot_id != shot_id]
    return (picture, sounds[0]) if len(sounds) == 1 else None


CLASSES = (RETAKE_OT_lip_sync,)
