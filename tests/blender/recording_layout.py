# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Blender's layout, which exists only while a window is drawn: it notes what a panel asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import bpy

_CONTAINERS = ("row", "column", "box", "split", "grid_flow", "column_flow")


@dataclass
class Drawn:
    """One thing on a panel. `enabled` is False where it, or what it lies in, cannot be used."""

    kind: str
    text: str
    enabled: bool
    arguments: dict[str, Any] = field(default_factory=dict)


class RecordingLayout:
    """`textbox` exists where Blender has it."""

    def __init__(self, drawn: list[Drawn] | None = None, *, enabled: bool = True) -> None:
        self.drawn = [] if drawn is None else drawn
        self.enabled = enabled
        self.active = True
        self.use_property_split = self.use_property_decorate = False
        self.scale_x = self.scale_y = 1.0
        self.alignment = "EXPAND"
        if "textbox" in bpy.types.UILayout.bl_rna.functions:
            self.textbox = self._textbox

    def __getattr__(self, name: str) -> Any:
        if name in _CONTAINERS:
            return lambda **_: RecordingLayout(self.drawn, enabled=self.enabled)
        raise AttributeError(f"the layout of the tests knows no {name}")

    def label(self, *, text: str = "", icon: str = "NONE", icon_value: int = 0, translate: bool = True) -> None:
        self._note("label", text, icon=icon, icon_value=icon_value, translate=translate)

    def prop(self, data: Any, name: str, *, text: str | None = None, **options: Any) -> None:
        rna = data.bl_rna.properties[name]
        self._note("prop", rna.name if text is None else text, property=name, **options)

    def _textbox(self, data: Any, name: str, **options: Any) -> None:
        assert name in data.bl_rna.properties
        self._note("textbox", "", property=name, **options)

    def operator(self, idname: str, *, text: str | None = None, icon: str = "NONE", **options: Any) -> Any:
        module, _, name = idname.partition(".")
        rna = getattr(getattr(bpy.ops, module), name).get_rna_type()
        self._note("operator", rna.name if text is None else text, idname=idname, icon=icon, **options)
        return SimpleNamespace()

    def operator_menu_enum(self, idname: str, name: str, **options: Any) -> Any:
        return self.operator(idname, enum=name, **options)

    def progress(self, *, text: str, factor: float) -> None:
        assert 0 <= factor <= 1
        self._note("progress", text, factor=factor)

    def panel(self, _idname: str, *, default_closed: bool = False) -> tuple[RecordingLayout, RecordingLayout | None]:
        """A section, which the tests see open: what is in it has to be drawable."""
        return RecordingLayout(self.drawn, enabled=self.enabled), RecordingLayout(self.drawn, enabled=self.enabled)

    def template_icon(self, *, icon_value: int, scale: float = 1.0) -> None:
        self._note("picture", "", icon_value=icon_value, scale=scale)

    def template_list(
        self, listtype: str, _list_id: str, data: Any, propname: str, active: Any, active_propname: str, **_: Any
    ) -> None:
        """Draws the rows as Blender does: those that the list lets through, one below the other."""
        cls = getattr(bpy.types, listtype)
        shown = 1 << 30
        stand_in = SimpleNamespace(filter_name="", bitflag_filter_item=shown)
        flags, _order = cls.filter_items(stand_in, bpy.context, data, propname)
        for index, item in enumerate(getattr(data, propname)):
            if flags[index] & shown:
                self._note("list row", item.name, index=index, chosen=getattr(active, active_propname) == index)
                layout = RecordingLayout(self.drawn, enabled=self.enabled)
                cls.draw_item(stand_in, bpy.context, layout, data, item, 0, active, active_propname, index, 0)

    def menu(self, idname: str, *, text: str | None = None, icon: str = "NONE") -> None:
        cls = getattr(bpy.types, idname)
        self._note("menu", cls.bl_label if text is None else text, idname=idname, icon=icon)

    def separator(self, **_: Any) -> None:
        pass

    def texts(self, kind: str = "label") -> str:
        return "\n".join(one.text for one in self.drawn if one.kind == kind)

    def said(self) -> str:
        """All labels as one text: sentences are broken into lines by the panel's width."""
        return self.texts().replace("\n", " ")

    def find(self, idname: str) -> Drawn:
        (found,) = (one for one in self.drawn if one.arguments.get("idname") == idname)
        return found

    def _note(self, kind: str, text: str, **arguments: Any) -> None:
        self.drawn.append(Drawn(kind, text, self.enabled, arguments))


def draw(panel: type) -> RecordingLayout:
    """What `panel` shows now."""
    layout = RecordingLayout()
    panel.draw(SimpleNamespace(layout=layout), bpy.context)
    return layout
