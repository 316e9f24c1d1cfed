# SPDX-License-Identifier: GPL-3.0-or-later
"""Retake: Kling takes, inside your edit.

Importing this package costs nothing and never imports bpy; it exports only what Blender calls.
"""


def register() -> None:
    from . import registration

    registration.register()


def unregister() -> None:
    from . import registration

    registration.unregister()
