# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel, built and installed as pip does it, and OpenTimelineIO's own programs on .blend files."""

from __future__ import annotations

import json
import os
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import opentimelineio as otio
import pytest

from addon.timeline.take import Take
from addon.vse.compat import left_handle
from addon.vse.place import place_take
from addon.vse.project import new_project, open_project, save_project
from addon.vse.read import read_timeline
from addon.vse.shots import record_take, takes_of
from addon.vse.stand_in import stand_ins
from tests.child_process import Printed, run_child
from tests.numbered_video import write_numbered
from tests.wheel import ROOT, build_wheel

from .rich_edit import SIZE_PX, rich_edit
from .test_exchange import by_place, differences
from .test_place import add_colour, strips
from .test_shown_frames import edit, rendered

PROGRAMS = Path(sys.executable).parent
HEAVY = {"bpy", "av", "click", "httpx", "numpy", "pydantic", "rich"}


@dataclass(frozen=True, slots=True)
class Tools:
    """OpenTimelineIO's programs in a Python that has the wheel, called in `folder`."""

    folder: Path
    environ: Mapping[str, str]

    def run(self, program: str, *argv: object, code: int = 0) -> Printed:
        return self.python(PROGRAMS / program, *argv, code=code)

    def convert(self, source: str, target: str, *argv: object, code: int = 0) -> Printed:
        return self.run("otioconvert", "-i", source, "-o", target, *argv, code=code)

    def python(self, *argv: object, code: int = 0, **environ: str) -> Printed:
        command = [sys.executable, *argv]
        return run_child(command, env={**self.environ, **environ}, cwd=self.folder, timeout_s=120, exit_code=code)

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip makes of the wheel, beside the libraries of this Python."""
    folder = tmp_path_factory.mktemp("installed")
    pip = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check")
    run_child([sys.executable, *pip, "--target", folder, wheel], env=os.environ, timeout_s=60)
    return folder


@pytest.fixture
def tools(installed: Path, tmp_path: Path) -> Tools:
    folder = tmp_path / "a desk"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTIO_", "RETAKE_"))}
    return Tools(folder, {**kept, "PYTHONPATH": str(installed), "PYTHONWARNINGS": "error"})


def colour_edit(blend: Path) -> None:
    """One strip, at frame 10."""
    scene = new_project(blend, Fraction(25), SIZE_PX)
    add_colour(scene, channel=3, start=10, length=15)
    save_project(blend, keep_backup=False)


def test_the_wheel_has_the_plugin_and_names_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry_points,) = (name for name in names if name.endswith("dist-info/entry_points.txt"))
        said = archive.read(entry_points).decode("utf-8")
        manifest = json.loads(archive.read("retake/otio_plugin/plugin_manifest.json"))
    assert "[opentimelineio.plugins]\nretake = retake.otio_plugin" in said
    assert {f"retake/otio_plugin/{one['filepath']}" for one in manifest["adapters"]} <= names
    assert {"retake/otio_plugin/__init__.py", "retake/otio_bridge/__init__.py", "retake/blender_manifest.toml"} <= names
    assert not [name for name in names if name.startswith(("addon/", "otio_bridge/", "retake/dev/", "tests/"))]


def test_opentimelineio_lists_it_and_loads_nothing_for_that(tools: Tools) -> None:
    code = (
        "import opentimelineio as otio, sys; before = set(sys.modules); "
        "assert 'blend' in otio.adapters.suffixes_with_defined_adapters(read=True); "
        "assert 'blend' in otio.adapters.suffixes_with_defined_adapters(write=True); "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    loaded = set(tools.python("-c", code).out.split())
    assert "retake" in loaded
    assert not loaded & HEAVY
    version = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))["version"]
    assert f"retake {version}" in tools.run("otioconvert", "--version").out
    known = tools.run("otiopluginfo", "-p", "adapters").out
    assert "overwrite" in known
    assert "ERROR" not in known


def test_a_rich_edit_goes_through_otioconvert_and_back(tools: Tools) -> None:
    blend = tools.folder / "cut.blend"
    new_project(blend, Fraction(25), SIZE_PX)
    first = rich_edit(tools.folder / "media", Fraction(25))
    save_project(blend)
    before = read_timeline(first)

    assert tools.convert("cut.blend", "cut.otio", "-a", f"scene={first.name}") == Printed("", "")
    timeline = otio.adapters.read_from_file(str(tools.folder / "cut.otio"))
    assert timeline.name == "cut"
    clips = {clip.name: clip for clip in timeline.find_clips()}
    assert clips["first"].media_reference.target_url == str(tools.folder / "media/numbers 25.mp4")

    said = tools.convert("cut.otio", "back.blend")
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "back.blend: scene: scene approximated: Other: there is no such scene" in said.err
    back = read_timeline(open_project(tools.folder / "back.blend"))
    left_out = {"scene"}  # the scene that it shows is in the other file
    kept = {one.name: one for one in by_place(back).walk()}
    assert len(kept) == 26
    for strip in by_place(before).walk():
        if strip.name not in left_out:
            assert differences(strip, kept[strip.name]) == []
    assert differences(before.markers, back.markers) == []
    assert differences(before.channels, back.channels) == []
    assert not [name for name in tools.files() if "part" in name]


def test_every_frame_that_was_seen_is_seen_again(tools: Tools) -> None:
    new_project(tools.folder / "cut.blend", Fraction(25), SIZE_PX)
    scene = edit(tools.folder)
    save_project(tools.folder / "cut.blend")
    frames = [
        frame
        for strip in read_timeline(scene).strips
        for frame in range(strip.start, strip.end_exclusive - 2, strip.length // 5)
    ]
    seen = [rendered(scene, frame, tools.folder) for frame in frames]
    assert len(set(seen)) > 8
    tools.convert("cut.blend", "cut.otio")
    tools.convert("cut.otio", "back.blend")
    again = open_project(tools.folder / "back.blend")
    assert [rendered(again, frame, tools.folder) for frame in frames] == seen


def test_shots_and_takes_and_the_words_of_others_survive(takes: dict[str, Take], tools: Tools) -> None:
    blend = tools.folder / "cut.blend"
    scene = new_project(blend, Fraction(24), SIZE_PX)
    place_take(scene, takes["sound"], 1)
    record_take(scene, replace(takes["silent"], shot_id="sound", number=2), make_active=False)
    save_project(blend)
    made = takes_of(scene, "sound")
    tools.convert("cut.blend", "cut.otio")
    timeline = otio.adapters.read_from_file(str(tools.folder / "cut.otio"))
    words = {"approved": True, "notes": ["longer", {"by": "Ada"}]}
    timeline.metadata["tracker"] = words
    picture = timeline.video_tracks()[0].find_clips()[0]
    assert len(picture.media_references()) == 2
    assert picture.media_reference.target_url == str(takes["sound"].file)
    picture.metadata["tracker"] = {"shot": 7}
    otio.adapters.write_to_file(timeline, str(tools.folder / "noted.otio"))

    tools.convert("noted.otio", "noted.blend")
    back = open_project(tools.folder / "noted.blend")
    assert takes_of(back, "sound") == made
    assert back.retake.shots["sound"].active_take == 1
    assert {strip.retake.shot_id for strip in back.sequence_editor.strips_all} == {"sound"}

    tools.convert("noted.blend", "again.otio")
    assert json.loads((tools.folder / "again.otio").read_text(encoding="utf-8"))["metadata"]["tracker"] == words
    again = otio.adapters.read_from_file(str(tools.folder / "again.otio"))
    assert again.video_tracks()[0].find_clips()[0].metadata["tracker"]["shot"] == 7


def test_the_other_programs_take_a_blend(tools: Tools) -> None:
    colour_edit(tools.folder / "cut.blend")
    stat = tools.run("otiostat", "cut.blend").out
    assert "parsed: True" in stat
    assert "top level object: Timeline.1" in stat
    assert "total duration: RationalTime(24, 25)" in stat
    root = json.loads(tools.run("otiocat", "cut.blend").out)
    assert root["OTIO_SCHEMA"] == "Timeline.1"
    listed = tools.run("otiotool", "-i", "cut.blend", "cut.blend", "--stack", "--list-clips", "-o", "twice.blend").out
    assert listed.count("CLIP: colour") == 2
    assert len(strips(open_project(tools.folder / "twice.blend"))) == 2


def test_arguments_choose_the_scene_and_what_is_written(tools: Tools) -> None:
    blend = tools.folder / "cut.blend"
    scene = new_project(blend, Fraction(25), SIZE_PX)
    write_numbered(tools.folder / "clip #1.mp4", 30, Fraction(25), size=SIZE_PX)
    other = bpy.data.scenes.new("Trailer")
    other.sequence_editor_create().strips.new_movie(
        name="clip", filepath=str(tools.folder / "clip #1.mp4"), channel=1, frame_start=1
    )
    add_colour(other, channel=2, start=1, length=10)
    save_project(blend)

    def clips(name: str) -> dict[str, Any]:
        timeline = otio.adapters.read_from_file(str(tools.folder / name))
        return {clip.name: clip.media_reference.clone() for clip in timeline.find_clips()}

    tools.convert("cut.blend", "shown.otio")
    assert clips("shown.otio") == {}
    tools.convert("cut.blend", "trailer.otio", "-a", "scene=Trailer", "-a", "paths=file-url")
    found = clips("trailer.otio")
    assert found["clip"].target_url == (tools.folder / "clip #1.mp4").as_uri()
    assert found["colour"].schema_name() == "GeneratorReference"

    said = tools.convert("cut.blend", "files.otio", "-a", "scene=Trailer", "-a", "files_only=True")
    assert "colour: its media is no file" in said.err
    assert clips("files.otio")["colour"].schema_name() == "MissingReference"
    assert clips("files.otio")["clip"].target_url == str(tools.folder / "clip #1.mp4")

    for argument, words in {
        "scene=Nowhere": f"scene: Nowhere cannot be used; the file has {scene.name}, Trailer",
        "flavour=avid": "flavour: avid cannot be used; allowed are plain, resolve, premiere, kdenlive",
        "paths=relative": "paths: relative cannot be used; allowed are path and file-url",
        "strict=maybe": "strict: maybe cannot be used; allowed are True and False",
    }.items():
        assert words in tools.convert("cut.blend", "no.otio", "-a", argument, code=1).err
    strict = ("-a", "scene=Trailer", "-a", "strict=True")
    assert "no file" in tools.convert("cut.blend", "no.otio", *strict, "-a", "files_only=True", code=1).err
    assert "is not there" in tools.convert("none.blend", "no.otio", code=1).err
    (tools.folder / "damaged.blend").write_bytes(b"not a blend at all")
    assert "cannot open" in tools.convert("damaged.blend", "no.otio", code=1).err
    assert "no.otio" not in tools.files()


def test_a_blend_is_overwritten_only_when_that_is_said(tools: Tools) -> None:
    for name in ("cut.blend", "film.blend"):
        colour_edit(tools.folder / name)
    scene = open_project(tools.folder / "cut.blend")
    strips(scene)["colour"].name = "other"
    save_project(tools.folder / "cut.blend", keep_backup=False)
    was = (tools.folder / "film.blend").read_bytes()
    files = tools.files()

    tools.convert("cut.blend", "cut.otio", "-a", "strict=True")
    for words in ((), ("-A", "overwrite=false")):
        said = tools.convert("cut.otio", "film.blend", *words, code=1).err
        assert "film.blend exists, and is not overwritten. Give another name, or overwrite=True" in said
    timeline = otio.adapters.read_from_file(str(tools.folder / "cut.otio"))
    timeline.video_tracks()[0].append(
        otio.schema.Clip("gone", otio.schema.ExternalReference("/gone.mov"), otio.opentime.range_from_start_end_time(
            otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(10, 25)))
    )  # fmt: skip
    otio.adapters.write_to_file(timeline, str(tools.folder / "cut.otio"))
    said = tools.convert("cut.otio", "film.blend", "-A", "overwrite=True", "-A", "strict=True", code=1).err
    assert "Nothing was written" in said
    assert (tools.folder / "film.blend").read_bytes() == was
    assert tools.files() == files | {"cut.otio"}

    tools.convert("cut.otio", "film.blend", "-A", "overwrite=True")
    assert tools.files() == files | {"cut.otio", "film.blend1"}
    assert (tools.folder / "film.blend1").read_bytes() == was
    assert left_handle(strips(open_project(tools.folder / "film.blend"))["other"]) == 10


def test_relative_media_starts_from_the_folder_that_is_said_or_is_looked_for(tools: Tools) -> None:
    (tools.folder / "shoot").mkdir()
    write_numbered(tools.folder / "shoot/a.mp4", 30, Fraction(25), size=SIZE_PX)
    track = otio.schema.Track("V1", kind="Video")
    second = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(25, 25))
    track.append(otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4", second), second))
    timeline = otio.schema.Timeline("edit")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(tools.folder / "edit.otio"))

    said = tools.convert("edit.otio", "missing.blend").err
    assert "a: media approximated" in said
    assert "a.mp4 is not there" in said
    assert [strip.name for strip in stand_ins(open_project(tools.folder / "missing.blend"))] == ["a"]
    for name, argument in (("based.blend", "base=shoot"), ("found.blend", f"relink={tools.folder}")):
        assert tools.convert("edit.otio", name, "-A", argument).err == ""
        movie = strips(open_project(tools.folder / name))["a"]
        assert Path(bpy.path.abspath(movie.filepath)) == tools.folder / "shoot/a.mp4"
    assert "base: nowhere cannot be used" in tools.convert("edit.otio", "no.blend", "-A", "base=nowhere", code=1).err
    assert "no.blend" not in tools.files()


def test_what_is_open_in_a_tool_with_blender_in_it_stays_open(tools: Tools) -> None:
    colour_edit(tools.folder / "cut.blend")
    code = (
        "import bpy, opentimelineio as otio; bpy.data.scenes.new('Unsaved'); "
        "timeline = otio.adapters.read_from_file('cut.blend'); "
        "otio.adapters.write_to_file(timeline, 'back.blend'); "
        "print('Unsaved' in bpy.data.scenes, len(timeline.find_clips()), bpy.data.filepath == ''); "
        "import sys, os; sys.stdout.flush(); os._exit(0)"
    )
    assert tools.python("-c", code).out.splitlines()[-1] == "True 1 True"
    assert len(strips(open_project(tools.folder / "back.blend"))) == 1


def test_without_blender_it_says_what_to_install(tools: Tools, installed: Path, tmp_path: Path) -> None:
    colour_edit(tools.folder / "cut.blend")
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "opentimelineio").symlink_to(Path(otio.__file__).parent)
    # -S: without the packages of this Python, Blender among them.
    program = ("-S", PROGRAMS / "otioconvert")
    path = os.pathsep.join(map(str, (installed, libraries)))
    refused = tools.python(*program, "-i", "cut.blend", "-o", "cut.otio", code=1, PYTHONPATH=path).err
    assert "ReadingNotSupportedError: cut.blend: Blender's Python module is not installed here." in refused
    assert 'pip install "retake[blender]"' in refused
    (tools.folder / "edit.otio").write_text(otio.schema.Timeline("edit").to_json_string(), encoding="utf-8")
    refused = tools.python(*program, "-i", "edit.otio", "-o", "new.blend", code=1, PYTHONPATH=path).err
    assert "WritingNotSupportedError: new.blend: Blender's Python module is not installed here." in refused
    assert tools.files() == {"cut.blend", "edit.otio"}
