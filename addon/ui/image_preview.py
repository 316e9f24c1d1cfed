# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures in panels. Blender reads and scales them in a job of its own once they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from bpy.utils.previews import ImagePreviewCollection

_MOST_KEPT = 200
_ADDRESSES = ("http://", "https://")
_previews: ImagePreviewCollection | None = None


def draw_preview(layout: bpy.types.UILayout, path: str, *, scale: float) -> None:
    """The picture at `path`, about `scale` buttons high; nothing for an address, which is not fetched."""
    if path and not path.startswith(_ADDRESSES):
        layout.template_icon(icon_value=icon_of(bpy.path.abspath(path)), scale=scale)


def icon_of(path: str) -> int:
    """The number of an icon that shows the picture, or an empty one where there is none."""
    if _previews is None:
        return 0
    if len(_previews) >= _MOST_KEPT:
        _previews.clear()
    preview = _previews.get(path) or _previews.load(path, path, "IMAGE")
    return int(preview.icon_id)


def register() -> None:
    global _previews
    import bpy.utils.previews

    _previews = bpy.utils.previews.new()


def unregister() -> None:
    global _previews
    import bpy.utils.previews

    previews, _previews = _previews, None
    if previews is not None:
        bpy.utils.previews.remove(previews)
