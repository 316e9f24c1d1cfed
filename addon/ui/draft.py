# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the Shot panel, kept on the scene. Nothing heavy is loaded before a panel is drawn."""

import zlib

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

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


class RetakeNamedId(bpy.types.PropertyGroup):
    """A voice or an element of the account."""

    name: StringProperty(name="Name", description="What the prompt calls it, as in [Anna@Name] or @Name")
    identifier: StringProperty(name="Id", description="Kling's number for it; “retake voices” and “elements” list them")


class RetakeReference(bpy.types.PropertyGroup):
    filepath: StringProperty(
        name="Image",
        description="The prompt calls it @image_1, @image_2 … by its place: jpg or png, up to 10 MB, sides from 300 px",
        subtype="FILE_PATH",
    )


class RetakeCut(bpy.types.PropertyGroup):
    prompt: StringProperty(name="Prompt", description="What this part of the clip shows; up to 512 characters")
    duration: IntProperty(name="Length", description="In whole seconds", default=3, min=1, max=15)


class RetakeDraft(bpy.types.PropertyGroup):
    kind: EnumProperty(
        name="Kind",
        description="What the shot is made from",
        items=[
            ("TEXT", "Text", "From the prompt alone"),
            ("IMAGE", "Image", "From a start image, an end image or both, and the prompt"),
            ("MOTION", "Motion", "The character of an image moves as a video does"),
            ("REFERENCES", "References", "From pictures of people, things and places that the prompt names"),
        ],
    )
    shot_id: StringProperty(
        name="Name",
        description="Up to 40 letters, digits, dots, dashes and underscores. Empty: the next free name",
        maxlen=40,
    )
    prompt: StringProperty(
        name="Prompt",
        description="What the shot shows. Dialogue as [Anna, whispering]: “We made it.”",
    )
    prompt_block: PointerProperty(
        name="Prompt Text", description="The text that is kept in step with the prompt", type=bpy.types.Text
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
    references: CollectionProperty(type=RetakeReference, name="References")
    cuts: CollectionProperty(type=RetakeCut, name="Cuts")
    voices: CollectionProperty(type=RetakeNamedId, name="Voices")
    elements: CollectionProperty(type=RetakeNamedId, name="Elements")
    motion: StringProperty(
        name="Video",
        description="The video whose motion is followed, 3 to 30 s: a file, mp4 or mov up to 100 MB, or an address",
        subtype="FILE_PATH",
    )
    motion_strip: StringProperty(
        name="Motion Strip", description="The strip that the video was made of; the shot goes over it"
    )
    motion_offset: IntProperty(
        name="Motion Offset", description="Where the video begins in the strip's content, in frames"
    )
    motion_frames: IntProperty(name="Motion Frames", description="How many frames of the edit the video lasts", min=0)
    place: EnumProperty(
        name="Place",
        description="Where Generate puts the shot",
        items=[
            (
                "AUTOMATIC",
                "Automatic",
                "Exactly over the strip that the motion comes from; into the gap between two selected strips of a "
                "channel, trimmed to it; otherwise at the playhead",
            ),
            ("PLAYHEAD", "At Playhead", "From the playhead on, above all that lies there"),
            (
                "GAP",
                "In Gap",
                "Into the gap between two selected strips, or around the playhead on the active strip's channel, "
                "trimmed to it",
            ),
            ("STRIP", "Over Strip", "Above the selected strip, for as long as that one shows"),
            ("AFTER", "After Strip", "On the selected strip's channel, from its end on, up to the next strip"),
            ("BEFORE", "Before Strip", "On the selected strip's channel, ending where it begins"),
        ],
    )
    orientation: EnumProperty(
        name="Orientation",
        description="Which way the character faces, and how long the video may be",
        items=[
            ("video", "As in Video", "The character turns as in the video; 3 to 30 s"),
            ("image", "As in Image", "The character faces as in its image; 3 to 10 s"),
        ],
    )
    keep_sound: BoolProperty(name="Keep Its Sound", description="The clip keeps the video's own sound", default=True)
    camera: EnumProperty(
        name="Camera",
        description="A camera move of Kling's; words in the prompt move it with every model",
        items=[
            ("none", "By the Prompt", "The prompt says how the camera moves"),
            ("horizontal", "Horizontal", "Sideways"),
            ("vertical", "Vertical", "Up or down"),
            ("pan", "Pan", "Turn up or down"),
            ("tilt", "Tilt", "Turn left or right"),
            ("roll", "Roll", "Turn about the line of sight"),
            ("zoom", "Zoom", "Closer or wider"),
        ],
    )
    camera_amount: FloatProperty(
        name="Amount", description="How far the camera moves: -10 to 10, not 0", default=5, min=-10, max=10
    )
    use_cfg: BoolProperty(name="Set Prompt Strength", description="Otherwise Kling's own is used")
    cfg: FloatProperty(
        name="Prompt Strength", description="How closely the prompt is followed: 0 to 1", default=0.5, min=0, max=1
    )


_CLASSES = (RetakeNamedId, RetakeReference, RetakeCut, RetakeDraft)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.retake_draft = PointerProperty(type=RetakeDraft, name="Retake Draft")


def unregister() -> None:
    del bpy.types.Scene.retake_draft
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
