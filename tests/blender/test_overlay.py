# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn on waiting strips, and where. The window's own tests look at the picture."""

from __future__ import annotations

import bpy
import pytest

from addon.sandbox.faults import Fault
from addon.ui import desk
from addon.ui.progress import WORDS, share
from addon.ui.strip_overlay import StripLabel, labels
from addon.vse.compat import set_left_handle, set_right_handle
from tests.blender.test_panels import editor, generate, movies, tick_until
from tests.rehearsal import Rehearsal, rehearsal

__all__ = ["editor", "rehearsal"]

WIDTH_PX, HEIGHT_PX = 1000, 400


def seen(scene: bpy.types.Scene, *, frame_px: float = 2.0, first_frame: int = 0) -> list[StripLabel]:
    """In a region of 1000 by 400 pixels, where a channel is 40 pixels high."""
    return labels(scene, lambda x, y: ((x - first_frame) * frame_px, y * 40), WIDTH_PX, HEIGHT_PX)


@pytest.fixture
def waiting(editor: bpy.types.Scene) -> bpy.types.Scene:
    """A shot that waits for its turn, from frame 11 on."""
    editor.retake_draft.prompt = "rain"
    editor.frame_set(11)
    generate(editor)
    movies(editor)[0].channel = 2
    return editor


def test_the_bar_lies_on_its_strip_and_moves_with_the_view(waiting: bpy.types.Scene) -> None:
    set_right_handle(movies(waiting)[0], 111)
    (label,) = seen(waiting)
    assert (label.left, label.right) == (22, 222)
    assert (round(label.bottom), round(label.top)) == (82, 118)
    (wide,) = seen(waiting, frame_px=4)
    assert (wide.left, wide.right) == (44, 444)
    (cut,) = seen(waiting, first_frame=50)
    assert (cut.left, cut.right) == (0, 122)


def test_what_is_out_of_sight_is_not_drawn(waiting: bpy.types.Scene) -> None:
    assert seen(waiting, first_frame=5000) == []
    movies(waiting)[0].channel = 40
    assert seen(waiting) == []


def test_it_says_the_state_until_the_take_is_there(waiting: bpy.types.Scene) -> None:
    (label,) = seen(waiting)
    assert (label.words, label.share, label.has_failed) == ("waits for its turn", 0.0, False)
    said = set()

    def is_there() -> bool:
        for one in seen(waiting):
            said.add(one.words)
            (entry,) = desk.desk().entries.values()
            assert one.share <= share(desk.desk(), entry)
        return movies(waiting)[0].retake.take_number == 1

    tick_until(is_there)
    # The sandbox is quick: which states last for a whole tick is chance.
    assert said <= set(WORDS.values())
    assert len(said) > 1
    assert seen(waiting) == []


def test_a_failure_is_told_on_the_strip(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", code=1301))
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: any(entry.error for entry in desk.desk().entries.values()))
    (label,) = seen(editor)
    assert (label.words, label.has_failed) == ("failed: see Queue", True)


def test_a_user_may_trim_and_rename_it_meanwhile(waiting: bpy.types.Scene) -> None:
    strip = movies(waiting)[0]
    strip.name = "my favourite"
    set_left_handle(strip, 31)
    (label,) = seen(waiting)
    assert label.left == 62
    assert movies(waiting)[0].name == "my favourite"
