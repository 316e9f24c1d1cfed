# SPDX-License-Identifier: GPL-3.0-or-later
"""What Retake keeps in a .blend: on a strip which shot and take it shows, on the scene all takes of all shots.

Blender clones a strip's properties when it is duplicated, split or pasted, so a shot id names a shot, never one strip.
Values are read by attribute only: from 5.0 on they are not among a strip's keys.
"""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    FloatProperty,
    IntProperty,
    IntVectorProperty,
    PointerProperty,
    StringProperty,
)


def _edge_moved(scene: bpy.types.PropertyGroup, _context: object) -> None:
    from .compare import move_edge

    move_edge(scene.id_data, scene.compare_edge)


class RetakeTake(bpy.types.PropertyGroup):
    number: IntProperty(name="Take", description="Counted from 1; 0 is the clip that the shot was made of", min=0)
    filepath: StringProperty(
        name="File",
        description="The clip, relative to the .blend where it can be",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    job_id: StringProperty(name="Job", description="The job in Retake's ledger that made this take")
    frame_count: IntProperty(name="Frames", description="Frames of the clip at its own rate", min=0)
    rate: StringProperty(name="Rate", description="The clip's frames per second, as a fraction", default="24")
    has_sound: BoolProperty(name="Sound", description="The clip came with sound")
    size_px: IntVectorProperty(
        name="Size", description="Width and height of the clip; 0 where not known", size=2, min=0
    )
    cost_units: StringProperty(name="Cost", description="What Kling billed, in units; empty where it did not say")
    recipe: StringProperty(name="Recipe", description="What was asked for, as JSON; holds no key")
    label: StringProperty(name="Name", description="A name of your own for this take, shown in this list", maxlen=80)
    is_deleted: BoolProperty(name="Deleted", description="Its clip is among the deleted takes, and lists leave it out")


class RetakeAsked(bpy.types.PropertyGroup):
    """`name` is the id of a job."""


class RetakeShot(bpy.types.PropertyGroup):
    # `name`, which every property group has, is the shot's id: collections find their items by it.
    active_take: IntProperty(name="Active take", description="The take that the shot's strips show", min=0)
    takes: CollectionProperty(type=RetakeTake, name="Takes", description="All takes of the shot, oldest first")
    asked: CollectionProperty(type=RetakeAsked, name="Asked For", description="The jobs that this shot asked for")
    chosen_row: IntProperty(name="Chosen Take", description="Double-click a name to change it", min=0)


class RetakeScene(bpy.types.PropertyGroup):
    shots: CollectionProperty(type=RetakeShot, name="Shots", description="The shots of this scene's edit")
    exchange: StringProperty(
        name="Exchange", description="What an imported edit says of itself and Blender has no place for, as JSON"
    )
    half_import: StringProperty(
        name="Half Import", description="Which import is being written into this scene; empty while none is"
    )
    compare_edge: FloatProperty(
        name="Edge",
        description="Left of it is the take that the strip shows, right of it the other one",
        subtype="FACTOR",
        default=0.5,
        min=0,
        max=1,
        update=_edge_moved,
    )


class RetakeStrip(bpy.types.PropertyGroup):
    shot_id: StringProperty(name="Shot", description="The shot this strip belongs to; empty on other strips")
    take_number: IntProperty(name="Take", description="The take this strip shows; 0 while there is none", min=0)
    job_id: StringProperty(name="Job", description="The job whose take this strip waits for; empty on other strips")
    reference_id: StringProperty(name="Reference", description="Which motion reference this strip gave; else empty")
    is_silenced: BoolProperty(name="Silenced", description="Muted by Retake, as the take shown has no sound")
    exchange: StringProperty(
        name="Exchange", description="What an imported edit says of this strip and Blender has no place for, as JSON"
    )
    content_frame: FloatProperty(
        name="Content", description="Its keyframe lies where the missing media of this stand-in begins"
    )
    import_id: StringProperty(name="Import", description="Which import wrote this strip; empty on other strips")
    compares: StringProperty(
        name="Compares", description="What this strip is for while two takes are compared; empty on other strips"
    )
    compare_crop: IntProperty(name="Crop", description="What the compared strip cuts off at its left, in pixels", min=0)


CLASSES = (RetakeTake, RetakeAsked, RetakeShot, RetakeScene, RetakeStrip)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.retake = PointerProperty(type=RetakeScene, name="Retake")
    bpy.types.Strip.retake = PointerProperty(type=RetakeStrip, name="Retake")


def unregister() -> None:
    del bpy.types.Strip.retake
    del bpy.types.Scene.retake
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


def ensure_registered() -> None:
    """For scripts that use bpy as a module, where no add-on is enabled."""
    if not hasattr(bpy.types.Strip, "retake"):
        register()
