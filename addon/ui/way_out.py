# SPDX-License-Identifier: GPL-3.0-or-later
"""What to click where nothing can be sent: the preferences, and the rehearsal that needs neither key nor network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .host import ROOT_PACKAGE
from .preferences import RetakePreferences, preferences

if TYPE_CHECKING:
    import bpy


def draw_way_out(layout: bpy.types.UILayout) -> None:
    """Where Retake is an enabled add-on; its preferences are those of an add-on."""
    own = preferences()
    row = layout.row(align=True)
    row.operator("preferences.addon_show", text="Preferences…", icon="PREFERENCES").module = ROOT_PACKAGE
    if isinstance(own, RetakePreferences):
        row.prop(own, "use_sandbox", toggle=True)
