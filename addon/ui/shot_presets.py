# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of the Shot panel, in Blender's own way: everything but the name, the prompt and the pictures."""

from typing import ClassVar

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

_FOLDER = "retake/shot"
_FIELDS = ("model", "quality", "kind", "duration", "aspect", "sound", "negative", "orientation", "keep_sound", "camera",
           "camera_amount", "use_cfg", "cfg")  # fmt: skip
"""In the order they are set: which qualities there are hangs on the model."""


class RETAKE_MT_shot_presets(bpy.types.Menu):
    bl_label = "Shot Presets"
    preset_subdir = _FOLDER
    preset_operator = "script.execute_preset"
    draw = bpy.types.Menu.draw_preset


class RETAKE_OT_add_shot_preset(AddPresetBase, bpy.types.Operator):
    """Keep these settings under a name, or forget the chosen ones"""

    bl_idname = "retake.add_shot_preset"
    bl_label = "Add Shot Preset"
    preset_menu = "RETAKE_MT_shot_presets"
    preset_subdir = _FOLDER
    preset_defines: ClassVar = [
        # From 5.0 on the workspace names the scene of the sequencer.
        "import bpy",
        "scene = getattr(bpy.context, 'sequencer_scene', None) or bpy.context.scene",
        "draft = scene.retake_draft",
    ]
    preset_values: ClassVar = [f"draft.{name}" for name in _FIELDS]


class RETAKE_PT_shot_presets(PresetPanel, bpy.types.Panel):
    bl_label = "Shot Presets"
    preset_subdir = _FOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = RETAKE_OT_add_shot_preset.bl_idname


CLASSES = (RETAKE_MT_shot_presets, RETAKE_OT_add_shot_preset, RETAKE_PT_shot_presets)
