# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in the sequencer; the preferences' keymap shows them under Video Sequencer, where they can be changed.

Free in the default keymaps of 4.5.15, 5.0.1 and 5.2.3, read from the file that Blender makes them of, in the keymaps
that reach the sequencer. Taken there with the same letters: Shift G, Ctrl G and Ctrl Alt G (grouping), R, Ctrl R, Alt R
and Shift Alt R (retiming, reloading), Shift R (repeat), Page Up and Down alone, with Alt, and with Ctrl (jumps,
workspaces).
"""

from __future__ import annotations

import bpy

_KEYMAP = "Sequencer"
KEYS = (
    ("retake.add_shot", "G"),
    ("retake.regenerate", "R"),
    ("retake.next_take", "PAGE_UP"),
    ("retake.previous_take", "PAGE_DOWN"),
)
"""Each with Ctrl and Shift."""

_added: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    """After the operators: one that is not there gets no key."""
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    if keyconfig is None:  # no user interface at all
        return
    keymap = keyconfig.keymaps.new(name=_KEYMAP, space_type="SEQUENCE_EDITOR")
    for idname, key in KEYS:
        if hasattr(bpy.types, idname.replace("retake.", "RETAKE_OT_")):
            _added.append((keymap, keymap.keymap_items.new(idname, key, "PRESS", ctrl=True, shift=True)))


def unregister() -> None:
    while _added:
        keymap, entry = _added.pop()
        keymap.keymap_items.remove(entry)
