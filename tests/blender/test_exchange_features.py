# SPDX-License-Identifier: GPL-3.0-or-later
"""Every feature of the table of the exchange, as Blender itself holds it: there, out, back and the same."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import bpy
import pytest

from addon.interchange.media_facts import with_media_facts
from addon.interchange.otio_file import read_otio, write_otio
from addon.vse.project import new_project, save_project
from addon.vse.read import read_timeline
from addon.vse.write_timeline import TimelineWriter
from otio_bridge.feature_samples import Feature, features
from otio_bridge.flavour import FLAVOURS
from otio_bridge.snapshot import Media, StripKind, StripSnapshot, TimelineSnapshot
from tests.numbered_video import write_numbered
from tests.rehearsal import Shell

from .rich_edit import rich_edit, write_picture, write_tone
from .test_exchange import by_place, differences
from .test_place import SIZE_PX

FRAMES = 200
FEATURES = features()
OVERLAP = "overlap on a channel"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 24 and one of 30 frames a second, one with a clock that begins at an hour, a sound and a picture."""
    folder = tmp_path_factory.mktemp("files")
    for rate in (24, 30):
        write_numbered(folder / f"{rate}.mov", FRAMES, Fraction(rate), size=SIZE_PX)
    with av.open(str(folder / "24.mov")) as source, av.open(str(folder / "tape.mov"), "w") as out:
        video = out.add_stream_from_template(source.streams.video[0])
        video.metadata["timecode"] = "01:00:00:00"
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
    write_tone(folder / "tone.wav", 9)
    write_picture(folder / "picture.png", 128)
    return folder


def with_real_media(edit: TimelineSnapshot, folder: Path, files: Path) -> TimelineSnapshot:
    """`edit` with its files made in `folder`."""

    def media(one: Media, kind: StripKind) -> Media:
        name = Path(one.path).name
        if kind is StripKind.MOVIE:
            source = "tape.mov" if one.start_frame else f"{round(one.rate)}.mov"
        else:
            source = "tone.wav" if kind is StripKind.SOUND else "picture.png"
        for each in one.files or (name,):
            shutil.copy(files / source, folder / each)
        return replace(one, path=str(folder / name))

    def strip(one: StripSnapshot) -> StripSnapshot:
        return replace(
            one,
            media={key: media(each, one.kind) for key, each in one.media.items()},
            children=tuple(strip(child) for child in one.children),
        )

    return replace(edit, strips=tuple(strip(one) for one in edit.strips))


def written(edit: TimelineSnapshot) -> tuple[TimelineSnapshot, list[Any]]:
    """The edit as Blender holds it once it is written to a scene of its own."""
    writer = TimelineWriter.into_new_scene(edit)
    writer.run()
    return by_place(with_media_facts(read_timeline(writer.scene))), writer.notes


@pytest.mark.parametrize("feature", [one for one in FEATURES if one.name != OVERLAP], ids=lambda one: one.name)
def test_a_feature_of_blender_goes_out_and_comes_back_in_every_flavour(
    feature: Feature, files: Path, tmp_path: Path
) -> None:
    bpy.data.scenes.new("Set")
    there, notes = written(with_real_media(feature.sample, tmp_path, files))
    assert notes == []
    assert feature.held_by(there) == feature.held_by(feature.sample), "Blender has it"
    for name in FLAVOURS:
        report = write_otio(there, tmp_path / f"{name}.otio", flavour=name)
        assert all(one.comes_back for one in report.losses)
        again, notes = written(read_otio(tmp_path / f"{name}.otio")[0])
        assert notes == []
        for scene in [one for one in bpy.data.scenes if one.name.startswith("sample.")]:
            bpy.data.scenes.remove(scene)
        assert differences(there, replace(again, name=there.name)) == [], name


def test_what_overlaps_on_a_channel_keeps_its_time_on_another(files: Path, tmp_path: Path) -> None:
    """Blender takes no trimmed strip over another one on its channel, and would move it to where there is room."""
    (overlap,) = (one for one in FEATURES if one.name == OVERLAP)
    edit = with_real_media(overlap.sample, tmp_path, files)
    there, notes = written(edit)
    assert notes == [("later", "channel", "it lies on channel 2, as 1 was taken")]
    assert [(one.name, one.channel, one.start, one.length, one.content_offset) for one in there.strips] == [
        ("first", 1, 1, 50, 0), ("later", 2, 21, 50, 0),
    ]  # fmt: skip


def test_the_command_tells_of_the_strips_that_are_there(shell: Shell) -> None:
    blend = shell.folder / "edit.blend"
    new_project(blend, Fraction(25), SIZE_PX)
    scene = rich_edit(shell.folder / "media", Fraction(25))
    save_project(blend)
    strips = list(scene.sequence_editor.strips_all)
    pictures = [one for one in strips if one.type != "SOUND"]
    sounds = [one for one in strips if one.type == "SOUND"]
    keyed = {curve.data_path for curve in _curves(scene)}

    done = shell.run("otio", "features", "edit.blend", "--scene", scene.name, "--json")
    assert done.code == 0, done.err
    rows = {row["feature"]: row for row in done.json["features"]}
    counts = {name: row["count"] for name, row in rows.items()}
    expected = {
        "movie strip": sum(one.type == "MOVIE" for one in strips),
        "sound strip": len(sounds),
        "image strip": sum(one.type == "IMAGE" and len(one.elements) == 1 for one in strips),
        "image sequence": sum(one.type == "IMAGE" and len(one.elements) > 1 for one in strips),
        "meta strip": sum(one.type == "META" for one in strips),
        "scene strip": sum(one.type == "SCENE" for one in strips),
        "colour strip": sum(one.type == "COLOR" for one in strips),
        "text strip": sum(one.type == "TEXT" for one in strips),
        "adjustment strip": sum(one.type == "ADJUSTMENT" for one in strips),
        "effect strip": sum(one.type in ("GLOW", "GAUSSIAN_BLUR", "ADD", "MULTICAM") for one in strips),
        "crossfade": sum(one.type == "CROSS" for one in strips),
        "wipe": sum(one.type == "WIPE" for one in strips),
        "speed effect": sum(one.type == "SPEED" for one in strips),
        "reverse": sum(bool(getattr(one, "use_reverse_frames", False)) for one in strips),
        "mute": sum(one.mute for one in strips),
        "lock": sum(one.lock for one in strips),
        "colour tag": sum(one.color_tag != "NONE" for one in strips),
        "opacity": sum(one.blend_alpha != 1 for one in pictures),
        "flip": sum(bool(getattr(one, "use_flip_x", False)) for one in pictures),
        "modifier": sum(len(one.modifiers) > 0 for one in pictures),
        "volume": sum(one.volume != 1 for one in sounds),
        "pan": sum(one.pan != 0 for one in sounds),
        "sound between frames": sum(one.sound_offset != 0 for one in sounds),
        "keyframes of opacity": sum(path.endswith("blend_alpha") for path in keyed),
        "keyframes of volume": sum(path.endswith("volume") for path in keyed),
        "keyframes of a transform": sum("transform" in path for path in keyed),
        "channel name": 1,
        "channel mute": 1,
        "channel lock": 1,
        "marker": len(scene.timeline_markers),
    }
    assert {name: counts.get(name) for name in expected} == expected
    assert not rows.keys() & {"gamma cross", "shot", "takes of a shot", "rate 29.97", "first frame of the scene"}
    for row in rows.values():
        assert all(cell["comes_back"] for cell in row["flavours"].values()), row
        assert row["flavours"]["plain"]["counts"] == {"kept": row["count"]}, row
        assert None not in {cell["fate"] for cell in row["flavours"].values()}, row
    assert rows["movie strip"]["flavours"]["kdenlive"]["counts"] == {"kept": 7, "dropped": 2}  # muted, within a meta
    assert rows["crop"]["flavours"]["resolve"]["fate"] == "dropped"

    printed = shell.run("otio", "features", "edit.blend", "--scene", scene.name)
    assert "movie strip (9)" in printed.out
    assert "7 kept, 2 dropped" in printed.out


def _curves(scene: bpy.types.Scene) -> list[Any]:
    action = scene.animation_data.action
    return [
        curve for layer in action.layers for strip in layer.strips for bag in strip.channelbags for curve in bag.fcurves
    ]
