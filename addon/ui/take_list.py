# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a shot's takes, a row for each, and what is to be known of the chosen one below it."""

from __future__ import annotations

import functools
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import bpy

from ..vse.shots import absolute_path
from . import desk
from .image_preview import icon_of
from .take_look import look_of
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from ..jobs.take_file import TakeFile

_ROW_PICTURE = 1.9
_PICTURE = 6.0
_MOST_PROMPT = 160
_MISSING = "Its file is missing"
_DELETED = "Its file is among the deleted takes"


class RETAKE_UL_takes(bpy.types.UIList):
    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.PropertyGroup,
        item: bpy.types.PropertyGroup,
        icon: int,
        active_data: bpy.types.PropertyGroup,
        active_property: str,
        index: int = 0,
        flt_flag: int = 0,
    ) -> None:
        shows = data.active_take == item.number
        file = look_of(absolute_path(item.filepath)) if desk.load_when_drawn() else None
        row = layout.row(align=True)
        _draw_picture(row, file, _ROW_PICTURE)
        texts = row.column(align=True)
        texts.scale_y = 0.9
        name = texts.row(align=True)
        name.prop(item, "label", text="", emboss=False, placeholder=f"Take {item.number}")
        show = name.operator("retake.show_take", text="", icon="RADIOBUT_ON" if shows else "RADIOBUT_OFF", emboss=False)
        show.shot_id, show.number = data.name, item.number
        facts = texts.row(align=True)
        facts.active = False
        facts.label(text=" · ".join([str(item.number), *_short_facts(item, file)]))

    def filter_items(
        self, context: bpy.types.Context, data: bpy.types.PropertyGroup, propname: str
    ) -> tuple[list[int], list[int]]:
        takes = getattr(data, propname)
        wanted = self.filter_name.lower()
        flags = [
            0 if take.is_deleted or wanted not in f"{take.number} {take.label} {take.recipe}".lower()
            else self.bitflag_filter_item
            for take in takes
        ]  # fmt: skip
        return flags, []


def draw_details(layout: bpy.types.UILayout, context: bpy.types.Context, entry: bpy.types.PropertyGroup) -> None:
    """What a take is, and what is wrong with its file."""
    clip = absolute_path(entry.filepath)
    file = look_of(clip) if desk.load_when_drawn() else None
    if file is not None and not file.is_there:
        row = layout.row()
        row.alert = True
        row.label(text=_DELETED if file.is_deleted else _MISSING, icon="ERROR")
        layout.operator("retake.restore_takes" if file.is_deleted else "retake.relink_take", icon="FILE_REFRESH")
    row = layout.row()
    if file is not None and file.thumbnail is not None:
        row.template_icon(icon_value=icon_of(str(file.thumbnail)), scale=_PICTURE)
    facts = row.column(align=True)
    facts.scale_y = 0.8
    recipe = _recipe(entry.recipe)
    rate = Fraction(entry.rate)
    facts.label(text=_model(recipe))
    facts.label(text=f"{_seconds(entry)}, {entry.frame_count} frames")
    facts.label(text=f"{float(rate):g} fps, {'with sound' if entry.has_sound else 'silent'}")
    facts.label(text=f"{_units(entry)} units" if entry.cost_units else "cost not known")
    if file is not None and file.made_at is not None:
        facts.label(text=f"{file.made_at:%Y-%m-%d %H:%M}")
    prompt = recipe.get("prompt", "")
    if prompt:
        short = prompt if len(prompt) <= _MOST_PROMPT else prompt[: _MOST_PROMPT - 1] + "…"
        wrapped_label(layout, context, short, translate=False)
    name = layout.row()
    name.active = False
    name.label(text=clip.name, icon="FILE_MOVIE")


def prompt_of(entry: bpy.types.PropertyGroup) -> str:
    return str(_recipe(entry.recipe).get("prompt", ""))


def has_other_prompt(entry: bpy.types.PropertyGroup, draft: bpy.types.PropertyGroup) -> bool:
    """Whether the Shot panel has other words than the take was made from; never where that had none."""
    recipe = _recipe(entry.recipe)
    has_cuts = draft.kind != "MOTION" and len(draft.cuts) > 0
    words = [cut.prompt for cut in draft.cuts] if has_cuts else [draft.prompt]
    made_from = [cut["prompt"] for cut in recipe.get("cuts", ())] or [str(recipe.get("prompt", ""))]
    return any(made_from) and [one.strip() for one in words] != [one.strip() for one in made_from]


def _draw_picture(layout: bpy.types.UILayout, file: TakeFile | None, scale: float) -> None:
    if file is not None and not file.is_there:
        layout.label(text="", icon="ERROR")
    elif file is None or file.thumbnail is None:
        layout.label(text="", icon="FILE_MOVIE")
    else:
        layout.template_icon(icon_value=icon_of(str(file.thumbnail)), scale=scale)


def _short_facts(entry: bpy.types.PropertyGroup, file: TakeFile | None) -> list[str]:
    if file is not None and not file.is_there:
        return ["file is deleted" if file.is_deleted else "file is missing"]
    cost = [f"{_units(entry)} u"] if entry.cost_units else []
    date = [f"{file.made_at.day} {file.made_at:%b}"] if file is not None and file.made_at is not None else []
    return [_seconds(entry), *cost, *date, _model(_recipe(entry.recipe))]


def _seconds(entry: bpy.types.PropertyGroup) -> str:
    return f"{float(entry.frame_count / Fraction(entry.rate)):.1f}".removesuffix(".0") + " s"


def _units(entry: bpy.types.PropertyGroup) -> str:
    return str(entry.cost_units).rstrip("0").rstrip(".") if "." in entry.cost_units else str(entry.cost_units)


def _model(recipe: dict[str, Any]) -> str:
    from . import loading

    model = str(recipe.get("model_name", ""))
    if loading.is_done():
        from ..kling.catalogue import catalogue

        row = catalogue().find(model)
        model = row.label if row is not None else model
    return " ".join(word for word in (model, recipe.get("mode", "")) if word) or "model not known"


@functools.lru_cache(maxsize=256)
def _recipe(record: str) -> dict[str, Any]:
    """A list is drawn often, and a recipe does not change."""
    try:
        recipe = json.loads(record)
    except ValueError:
        return {}
    return recipe if isinstance(recipe, dict) else {}


CLASSES = (RETAKE_UL_takes,)
