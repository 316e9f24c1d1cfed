# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this is Blender, the program, or a Python that has Blender as a module."""

from __future__ import annotations

import bpy


def is_program() -> bool:
    """With or without a window. The module has no path of a program."""
    return bool(bpy.app.binary_path)
