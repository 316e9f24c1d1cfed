# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators beside threads that run Python all the time. In a process of its own: what goes wrong here ends Blender."""

import subprocess
import sys
from pathlib import Path

from addon.timeline.take import Take

ADDED = 150
"""Without `context_of`, 4.5.15 and 5.0.1 crash before the hundredth (measured)."""
_PROGRAM = """
import functools, os, sys, threading
import bpy
from addon.vse.context import sequencer_context

def keep_busy():
    while True:
        try:
            keep_busy.nothing_of_this_name
        except AttributeError:
            functools.lru_cache(5)(keep_busy)

sys.setswitchinterval(2e-5)
for _ in range(2):
    threading.Thread(target=keep_busy, daemon=True).start()
scene = bpy.context.scene
editor = scene.sequence_editor_create()
options = {} if bpy.app.version < (5, 0) else {"move_strips": False}
for number in range(int(sys.argv[2])):
    with sequencer_context(scene):
        bpy.ops.sequencer.movie_strip_add(filepath=sys.argv[1], frame_start=1, channel=1, sound=False, **options)
    (added,) = editor.strips
    editor.strips.remove(added)
assert bpy.context.area is None
print("added all", flush=True)
os._exit(0)
"""


def test_operators_do_not_break_blender_while_other_threads_run_python(takes: dict[str, Take]) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(takes["silent"].file), str(ADDED)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2])
    assert run.returncode == 0, run.stderr[-2000:]
    assert "added all" in run.stdout
