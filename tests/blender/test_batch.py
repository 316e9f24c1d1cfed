# SPDX-License-Identifier: GPL-3.0-or-later
"""A list becomes an edit in Blender: by `retake batch` as a process, and by the Python API in a script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio

from addon.media.probe import probe_clip
from addon.vse.compat import left_handle, right_handle
from addon.vse.project import open_project, save_project
from addon.vse.shots import takes_of
from tests.rehearsal import ROOT, Shell

from .test_place import strips

LIST = """
[project]
title = "Night ride"
fps = 25
resolution = [640, 360]
[[shot]]
id = "s010"
prompt = "rain on a window"
[[shot]]
id = "s020"
prompt = "a bell rings"
sound = true
quality = "pro"
[[shot]]
id = "s030"
prompt = "dawn"
"""


def placed(blend: Path) -> dict[str, tuple[int, int]]:
    return {name: (left_handle(one), right_handle(one)) for name, one in strips(open_project(blend)).items()}


def test_a_list_becomes_an_edit_and_what_comes_later_goes_where_it_belongs(shell: Shell) -> None:
    (shell.folder / "list.toml").write_text(LIST, encoding="utf-8")
    blend = shell.folder / "ride.blend"
    argv = ["batch", "list.toml", "--blend", "ride.blend", "--otio", "ride.otio", "--json"]
    first = shell.run(*argv, "--only", "s010,s030", "--render", "ride.mp4")
    assert first.code == 0, first.err
    assert {shot["state"] for shot in first.json["shots"]} == {"placed"}
    # A shot of 5 s is 126 frames at 25 fps; the place of the one that is missing is kept.
    assert placed(blend) == {"s010 take 1": (1, 127), "s030 take 1": (253, 379)}
    scene = open_project(blend)
    assert {marker.name: marker.frame for marker in scene.timeline_markers} == {"s010": 1, "s020": 127, "s030": 253}
    assert (scene.render.resolution_x, scene.frame_end) == (640, 378)
    preview = probe_clip(shell.folder / "ride.mp4")
    assert (preview.frame_count, preview.rate) == (378, 25)

    # The editor moves on meanwhile: what is theirs stays.
    strips(scene)["s010 take 1"].blend_alpha = 0.5
    save_project(blend)
    whole = shell.run(*argv)
    assert whole.code == 0, whole.err
    assert placed(blend)["s020 take 1"] == placed(blend)["s020 take 1 sound"] == (127, 253)
    assert strips(open_project(blend))["s010 take 1"].blend_alpha == 0.5
    timeline = otio.adapters.read_from_file(str(shell.folder / "ride.otio"))
    picture = next(track for track in timeline.tracks if track.kind == "Video")
    assert [clip.name for clip in picture if isinstance(clip, otio.schema.Clip)] == [
        "s010 take 1", "s020 take 1", "s030 take 1"
    ]  # fmt: skip

    again = shell.run(*argv, "--retake", "s010")
    assert again.code == 0, again.err
    scene = open_project(blend)
    assert {name for name in strips(scene) if name.startswith("s010")} == {"s010 take 2"}
    assert [take.number for take in takes_of(scene, "s010")] == [1, 2]
    assert strips(scene)["s010 take 2"].blend_alpha == 0.5
    shell.run(*argv)
    assert len(strips(open_project(blend))) == 4
    assert sum(shell.rehearsal.server.accepted_creates().values()) == 4


def test_the_example_script_makes_an_edit(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
    environ = {**kept, "PYTHONPATH": str(ROOT), "RETAKE_HOME": str(tmp_path / "home")}
    script = ROOT / "tests" / "data" / "night_ride.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    scene = open_project(tmp_path / "night-ride.blend")
    assert set(strips(scene)) == {"s010 take 1", "s020 take 1", "s030 take 2", "s030 take 2 sound"}
    assert [take.number for take in takes_of(scene, "s030")] == [1, 2]
    assert scene.render.fps == 25
    timeline = otio.adapters.read_from_file(str(tmp_path / "night-ride.otio"))
    picture = next(track for track in timeline.tracks if track.kind == "Video")
    assert [set(clip.media_references()) for clip in picture] == [{"take 1"}, {"take 1"}, {"take 1", "take 2"}]
