# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences: rehearsal or account, and where takes go."""

import bpy
from bpy.props import BoolProperty, StringProperty

from .host import ROOT_PACKAGE


class RetakePreferences(bpy.types.AddonPreferences):
    bl_idname = ROOT_PACKAGE

    use_sandbox: BoolProperty(
        name="Rehearse for Free",
        description="Use a local Kling on this computer. Its clips show prompt and frame number; nothing is paid",
        default=False,
    )
    media_folder: StringProperty(
        name="Takes Folder",
        description="Where clips go; beside the .blend where it begins with //",
        subtype="DIR_PATH",
        default="//takes",
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "use_sandbox")
        layout.prop(self, "media_folder")
        box = layout.box()
        box.label(text="The key is read from KLING_API_KEY, or stored by the command “retake key set”.", icon="KEY_HLT")


class _Defaults:
    """For scripts and tests that use bpy as a module, where no add-on is enabled."""

    use_sandbox = False
    media_folder = "//takes"


_defaults = _Defaults()


def preferences() -> RetakePreferences | _Defaults:
    entry = bpy.context.preferences.addons.get(ROOT_PACKAGE)
    return _defaults if entry is None or entry.preferences is None else entry.preferences
