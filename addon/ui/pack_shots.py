# SPDX-License-Identifier: GPL-3.0-or-later
"""Several neighbouring shots as the cuts of one: made in one request, by a model that can, and cut back into strips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..timeline.rate import scene_rate
from ..vse.compat import edit_scene, left_handle, right_handle
from ..vse.shots import takes_of
from . import desk
from .draft import AUTOMATIC

if TYPE_CHECKING:
    from ..kling.catalogue import ModelRow

_FEWEST = 2


class RETAKE_OT_pack_shots(bpy.types.Operator):
    bl_idname = "retake.pack_shots"
    bl_label = "Pack Selected Shots"
    bl_description = (
        "Let the selected shots, up to six that follow each other, be the cuts of one shot: their prompts and lengths, "
        "with all their elements. One request makes it, and each cut gets a strip of its own"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or len(_chosen(scene)) < _FEWEST:
            cls.poll_message_set("Select two or more strips that Retake made")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..kling.catalogue import catalogue

        scene = edit_scene()
        draft = scene.retake_draft
        strips = _chosen(scene)
        recipes = [_recipe(scene, strip) for strip in strips]
        missing = [strip.name for strip, recipe in zip(strips, recipes, strict=True) if not _prompt(recipe)]
        if missing:
            self.report({"ERROR"}, f"{missing[0]} has no prompt: it was not described in Retake")
            return {"CANCELLED"}
        model = _model(draft.model, catalogue().model)
        if len(strips) > model.limits.cuts:
            self.report({"ERROR"}, f"{len(strips)} shots are selected: {model.label} cuts at most {model.limits.cuts}")
            return {"CANCELLED"}
        if draft.model != model.id:
            draft.model, draft.quality = model.id, AUTOMATIC
            self.report({"INFO"}, f"{model.label} is chosen: it makes several shots in one clip")
        rate = scene_rate(scene.render.fps, scene.render.fps_base)
        draft.cuts.clear()
        for strip, recipe in zip(strips, recipes, strict=True):
            cut = draft.cuts.add()
            cut.prompt = _prompt(recipe)
            cut.duration = max(round((right_handle(strip) - left_handle(strip)) / rate), 1)
        _share_elements(draft, recipes)
        image = recipes[0].get("image") or {}
        draft.image, draft.end_image = image.get("path", image.get("url", "")), ""
        draft.kind = "IMAGE" if draft.image or len(draft.elements) else "TEXT"
        draft.shot_id, draft.place = "", "PLAYHEAD"
        scene.frame_current = left_handle(strips[0])
        return {"FINISHED"}


def _chosen(scene: bpy.types.Scene) -> list[bpy.types.Strip]:
    """The selected pictures of shots, in the order of the edit."""
    editor = scene.sequence_editor
    strips = editor.strips if editor is not None else ()
    chosen = [one for one in strips if one.select and one.type == "MOVIE" and one.retake.shot_id]
    return sorted(chosen, key=left_handle)


def _recipe(scene: bpy.types.Scene, strip: bpy.types.Strip) -> dict[str, Any]:
    """Of the take that the strip shows, or of the job that it waits for; empty where there is none."""
    for take in takes_of(scene, strip.retake.shot_id):
        if take.number == strip.retake.take_number and take.recipe:
            return take.recipe
    entry = desk.desk().entries.get(strip.retake.job_id)
    return entry.job.request.to_record() if entry is not None and entry.job is not None else {}


def _prompt(recipe: dict[str, Any]) -> str:
    return str(recipe.get("prompt", "")).strip()


def _model(chosen: str, rows: tuple[ModelRow, ...]) -> ModelRow:
    """The chosen model where it can cut and take elements, else the first that can."""
    able = [row for row in rows if row.limits.cuts and not row.discontinued]
    return next((row for row in able if row.id == chosen), able[0])


def _share_elements(draft: bpy.types.PropertyGroup, recipes: list[dict[str, Any]]) -> None:
    shared = {one["element_id"]: one["name"] for recipe in recipes for one in recipe.get("elements", ())}
    draft.elements.clear()
    for identifier, name in shared.items():
        row = draft.elements.add()
        row.name, row.identifier = name, identifier


CLASSES = (RETAKE_OT_pack_shots,)
