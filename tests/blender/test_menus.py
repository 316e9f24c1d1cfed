# SPDX-License-Identifier: GPL-3.0-or-later
"""Retake in the sequencer's menus, and its keys."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

import addon
from addon.ui import menus
from addon.ui.keymap import KEYS
from addon.vse.context import sequencer_context
from tests.blender.recording_layout import RecordingLayout
from tests.blender.test_panels import editor, generate, movies, tick_until
from tests.blender.test_where import add_color, select, waiting_frames
from tests.rehearsal import rehearsal

__all__ = ["editor", "rehearsal"]


class Properties:
    """Of an operator in a menu: like Blender's, they are those it has."""

    def __init__(self, idname: str) -> None:
        module, _, name = idname.partition(".")
        object.__setattr__(self, "known", getattr(getattr(bpy.ops, module), name).get_rna_type().properties.keys())

    def __setattr__(self, name: str, value: object) -> None:
        assert name in self.known, name


class MenuLayout(RecordingLayout):
    def operator(self, idname: str, **options: Any) -> Properties:
        super().operator(idname, **options)
        return Properties(idname)

    def menu(self, idname: str) -> None:
        self._note("menu", getattr(bpy.types, idname).bl_label, idname=idname)


def items(draw: Callable[[Any, Any], None]) -> list[str]:
    """The words of what a menu gets."""
    layout = MenuLayout()
    draw(SimpleNamespace(layout=layout), bpy.context)
    return [one.text for one in layout.drawn]


def test_the_add_menu_opens_the_dialog(editor: bpy.types.Scene) -> None:
    assert items(menus.draw_add) == ["Retake Shot…"]


def test_a_shot_from_the_dialog_lies_at_the_playhead_whatever_the_sidebar_says(editor: bpy.types.Scene) -> None:
    add_color(editor, "left", 1, 101, channel=3)
    add_color(editor, "right", 173, 300, channel=3)
    select(editor, "left", "right")
    draft = editor.retake_draft
    draft.prompt, draft.place = "rain", "GAP"
    editor.frame_set(400)
    layout = RecordingLayout()
    menus.RETAKE_OT_add_shot.draw(SimpleNamespace(layout=layout), bpy.context)
    assert "15 credits $0.21 1.5 units" in layout.said()
    with sequencer_context(editor):
        assert bpy.ops.retake.add_shot() == {"FINISHED"}
    ((_, start, _),) = waiting_frames(editor)
    assert (start, draft.place) == (400, "GAP")


def test_the_dialog_says_what_is_missing(editor: bpy.types.Scene) -> None:
    with sequencer_context(editor), pytest.raises(RuntimeError, match="needs a prompt"):
        bpy.ops.retake.add_shot()


def test_menus_show_what_the_strip_allows(editor: bpy.types.Scene) -> None:
    assert items(menus.draw_context) == items(menus.draw_strip) == []
    add_color(editor, "plain", 1, 50, channel=1)
    select(editor, "plain")
    assert items(menus.draw_context) == items(menus.draw_strip) == []
    editor.retake_draft.prompt = "rain"
    generate(editor)
    editor.sequence_editor.active_strip = movies(editor)[0]
    assert "Regenerate" in items(menus.draw_context)
    assert "Reveal Take" not in items(menus.draw_context)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    shown = items(menus.draw_context)
    assert {"Regenerate", "Edit Recipe", "Reveal Take"} <= set(shown)
    assert ("Next Take" in shown) == hasattr(bpy.types, "RETAKE_OT_next_take")
    assert items(menus.draw_strip) == ["Retake"]


@pytest.fixture
def default_keymaps() -> dict[str, list[dict[str, Any]]]:
    """What Blender makes its own keymap of: a module without a window has none."""
    folder = str(Path(bpy.utils.system_resource("SCRIPTS")) / "presets" / "keyconfig")
    sys.path.insert(0, folder)
    try:
        from keymap_data import blender_default

        made = blender_default.generate_keymaps(blender_default.Params())
    finally:
        sys.path.remove(folder)
    return {name: [item[1] for item in data["items"]] for name, _, data in made}


_REACHING = (
    "Sequencer",
    "Video Sequence Editor",
    "Window",
    "Screen",
    "Screen Editing",
    "View2D",
    "View2D Buttons List",
    "Frames",
    "Markers",
    "Animation",
    "User Interface",
)
_MODIFIERS = ("ctrl", "shift", "alt", "oskey")


def _chord(event: dict[str, Any]) -> tuple[object, ...]:
    return (event["type"], *(bool(event.get(name)) for name in _MODIFIERS))


def test_no_key_is_blenders_own(default_keymaps: dict[str, list[dict[str, Any]]]) -> None:
    assert set(_REACHING) <= set(default_keymaps)
    taken = {
        _chord(event): name
        for name in _REACHING
        for event in default_keymaps[name]
        if not event.get("any") and event["type"] not in ("TIMER", "MOUSEMOVE")
    }
    assert _chord({"type": "G", "ctrl": True}) in taken
    assert {_chord({"type": key, "ctrl": True, "shift": True}) for _, key in KEYS}.isdisjoint(taken)


def test_the_keys_are_in_the_keymap_and_leave_with_the_add_on(editor: bpy.types.Scene) -> None:
    def ours() -> list[str]:
        keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.get("Sequencer")
        return [item.idname for item in keymap.keymap_items if item.idname.startswith("retake.")] if keymap else []

    assert {"retake.add_shot", "retake.regenerate"} <= set(ours())
    addon.unregister()
    try:
        assert ours() == []
    finally:
        addon.register()


def test_the_menus_are_left_as_they_were(editor: bpy.types.Scene) -> None:
    def ours() -> int:
        names = ("SEQUENCER_MT_add", "SEQUENCER_MT_context_menu", "SEQUENCER_MT_strip")
        drawn = [getattr(bpy.types, name).draw._draw_funcs for name in names]
        return sum(function.__module__ == menus.__name__ for functions in drawn for function in functions)

    assert ours() == 3
    addon.unregister()
    try:
        assert ours() == 0
    finally:
        addon.register()
