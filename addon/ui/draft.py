# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the Shot panel, kept on the scene. Nothing heavy is loaded before a panel is drawn."""

import zlib

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from . import loading

AUTOMATIC = "auto"
_FIRST_MODEL = "kling-2.6"

_Item = tuple[str, str, str, int]

# Blender keeps no reference to the texts of an enum's items: they have to live here.
_models: list[_Item] = []
_qualities: dict[str, list[_Item]] = {}


def _item(identifier: str, name: str, description: str) -> _Item:
    # An enum keeps its number, 0 to begin with: one that comes from the name stays right when models are added.
    number = 0 if identifier in (_FIRST_MODEL, AUTOMATIC) else zlib.crc32(identifier.encode()) & 0x7FFFFFFF
    return identifier, name, description, number


_DEFAULT_MODEL = _item(_FIRST_MODEL, "Kling 2.6", "The list of models is being read")
_AUTOMATIC = _item(AUTOMATIC, "Cheapest That Fits", "The lowest quality that can do what is asked")


def _model_items(_draft: object, _context: object) -> list[_Item]:
    if not loading.is_done():
        return [_DEFAULT_MODEL]
    if not _models:
        from ..kling.catalogue import catalogue

        _models.extend(
            _item(row.id, row.label, f"{row.durations_s[0]} to {row.durations_s[-1]} s; "
                  f"{'can make sound' if row.has_sound else 'silent'}")
            for row in catalogue().model if not row.discontinued
        )  # fmt: skip
    return _models


def _quality_items(draft: "RetakeDraft", _context: object) -> list[_Item]:
    if not loading.is_done():
        return [_AUTOMATIC]
    model = draft.model
    if model not in _qualities:
        from ..kling.catalogue import catalogue

        rows = catalogue().model_row(model).mode
        _qualities[model] = [
            _AUTOMATIC,
            *(_item(row.name, f"{row.name} ({row.resolution})", f"Pictures of {row.resolution}") for row in rows),
        ]
    return _qualities[model]


class RetakeDraft(bpy.types.PropertyGroup):
    shot_id: StringProperty(
        name="Name",
        description="Up to 40 letters, digits, dots, dashes and underscores. Empty: the next free name",
        maxlen=40,
    )
    prompt: StringProperty(
        name="Prompt",
        description="What the shot shows. Dialogue as [Anna, whispering]: “We made it.”",
    )
    negative: StringProperty(name="Negative", description="What the shot must not show; up to 2,500 characters")
    model: EnumProperty(name="Model", description="Which of Kling's models makes the shot", items=_model_items)
    quality: EnumProperty(name="Quality", description="The size of the picture", items=_quality_items)
    duration: IntProperty(name="Length", description="In whole seconds", default=5, min=1, max=30)
    aspect: EnumProperty(
        name="Aspect",
        description="The picture's shape; with a start image its own is kept",
        items=[("16:9", "16:9", "Wide"), ("9:16", "9:16", "Upright"), ("1:1", "1:1", "Square")],
    )
    sound: BoolProperty(name="Sound", description="Let Kling make sound with the picture")
    image: StringProperty(
        name="Start Image",
        description="The first frame: jpg or png, up to 10 MB, sides from 300 px",
        subtype="FILE_PATH",
    )
    end_image: StringProperty(
        name="End Image",
        description="The last frame: jpg or png, up to 10 MB, sides from 300 px",
        subtype="FILE_PATH",
    )


def register() -> None:
    bpy.utils.register_class(RetakeDraft)
    bpy.types.Scene.retake_draft = PointerProperty(type=RetakeDraft, name="Retake Draft")


def unregister() -> None:
    del bpy.types.Scene.retake_draft
    bpy.utils.unregister_class(RetakeDraft)
