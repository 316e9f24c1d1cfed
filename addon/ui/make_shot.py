# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a Shot of This: a strip of another maker becomes take 0 of a shot, its first visible frame the start image.

The frame is read on a thread; the strip is taken over when it is there, as one undo step.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import bpy

from ..vse.compat import edit_scene

if TYPE_CHECKING:
    from ..media.first_frame import Source

_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class _Wanted:
    scene_name: str
    strip_name: str
    shot_id: str
    clip: Path
    picture: Path
    found: Future[Source]


_wanted: list[_Wanted] = []


class RETAKE_OT_make_shot(bpy.types.Operator):
    bl_idname = "retake.make_shot"
    bl_label = "Make a Shot of This"
    bl_description = (
        "Let the selected strip be take 0 of a new shot, with its first visible frame as the start image. A movie's "
        "takes come in its place, and it can be shown again; over an image the shot is laid"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
        if strip is None or strip.type not in ("MOVIE", "IMAGE"):
            cls.poll_message_set("Select a movie or an image strip")
            return False
        if strip.retake.shot_id:
            cls.poll_message_set("This strip is a shot already: regenerate it")
            return False
        if len(strip.retiming_keys):
            cls.poll_message_set("The strip is retimed: render it, and make a shot of that")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .drafted_shot import media_folder, next_shot_id

        scene = edit_scene()
        strip = scene.sequence_editor.active_strip
        draft = scene.retake_draft
        shot_id = next_shot_id(scene)
        if strip.type == "IMAGE":
            element = strip.elements[0]
            draft.image = str(Path(bpy.path.abspath(strip.directory)) / element.filename)
            draft.kind, draft.place, draft.shot_id = "IMAGE", "STRIP", shot_id
            self.report({"INFO"}, f"{shot_id} begins with {element.filename}: describe it, and generate")
            return {"FINISHED"}
        clip = Path(bpy.path.abspath(strip.filepath))
        if not clip.is_file():
            self.report({"ERROR"}, f"The file of this strip is missing: {clip}")
            return {"CANCELLED"}
        _begin(scene, strip, shot_id, clip, media_folder() / f"{shot_id}_start.png")
        self.report({"INFO"}, f"{shot_id}: its first frame is being read")
        return {"FINISHED"}


def _begin(scene: bpy.types.Scene, strip: bpy.types.Strip, shot_id: str, clip: Path, picture: Path) -> None:
    from ..timeline.rate import scene_rate
    from ..vse.adopt import hidden_before_s

    wanted = _Wanted(scene.name, strip.name, shot_id, clip, picture, Future())
    at_s = hidden_before_s(strip, scene_rate(scene.render.fps, scene.render.fps_base))
    _wanted.append(wanted)

    def read() -> None:
        from ..media.first_frame import write_frame

        try:
            wanted.found.set_result(write_frame(clip, at_s, picture))
        except Exception as error:  # noqa: BLE001
            # The timer shows it.
            wanted.found.set_exception(error)

    Thread(target=read, name="retake-frame", daemon=True).start()
    if not bpy.app.timers.is_registered(take_over):
        bpy.app.timers.register(take_over, first_interval=_STEP_S)


def take_over() -> float | None:
    """One turn of the timer; also for tests. None where nothing is awaited any more."""
    for wanted in [one for one in _wanted if one.found.done()]:
        _wanted.remove(wanted)
        _take_over(wanted)
    return _STEP_S if _wanted else None


def _take_over(wanted: _Wanted) -> None:
    from ..errors import RetakeError
    from ..timeline.take import Take
    from ..vse.adopt import adopt
    from . import desk

    scene = bpy.data.scenes.get(wanted.scene_name)
    editor = scene.sequence_editor if scene else None
    strip = editor.strips_all.get(wanted.strip_name) if editor else None
    if scene is None or strip is None or strip.retake.shot_id:
        return  # it was deleted meanwhile, or another file loaded
    try:
        source = wanted.found.result()
    except (RetakeError, OSError) as error:
        desk.desk().trouble = f"No shot could be made of {wanted.strip_name}: {error}"
        desk.redraw()
        return
    take = Take(
        shot_id=wanted.shot_id,
        number=0,
        file=wanted.clip,
        frame_count=source.frame_count,
        rate=source.rate,
        has_sound=source.has_sound,
        size_px=source.size_px,
    )
    adopt(scene, strip, take)
    draft = scene.retake_draft
    draft.shot_id, draft.kind, draft.image = wanted.shot_id, "IMAGE", str(wanted.picture)
    bpy.ops.ed.undo_push(message="Make a Shot of This")
    desk.redraw()


def register() -> None:
    """Nothing: the timer starts with the first strip."""


def unregister() -> None:
    if bpy.app.timers.is_registered(take_over):
        bpy.app.timers.unregister(take_over)
    _wanted.clear()


CLASSES = (RETAKE_OT_make_shot,)
