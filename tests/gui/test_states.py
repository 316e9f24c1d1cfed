# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar's states in the real window, against a local Kling: what an editor sees, and what was paid for it.

RETAKE_PICTURES names a folder that gets a picture of each state.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import opentimelineio as otio
import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.child_process import run_child
from tests.gui.test_program import program, program_zip
from tests.numbered_video import read_numbers, write_numbered
from tests.reference_clips import reference_clips
from tests.unit.test_media import write_picture

__all__ = ["program", "program_zip"]

SCRIPT = Path(__file__).parent / "inside" / "states.py"


class Editor:
    """Blender with the extension, a home of its own and the keys of a sandbox."""

    def __init__(self, program: str, folder: Path, server: SandboxServer) -> None:
        self.program, self.folder, self.server = program, folder, server
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
        self.environ = {
            **kept,
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
            "RETAKE_HOME": str(folder / "home"),
            "KLING_BASE_URL": server.base_url,
            "KLING_API_KEY": server.credentials.api_key,
            **({"PICTURES": "1"} if os.environ.get("RETAKE_PICTURES") else {}),
        }

    def run(self, *arguments: object) -> str:
        return run_child([self.program, *arguments], env=self.environ, timeout_s=240).out

    def play(self, mode: str, *options: str) -> dict[str, Any]:
        printed = self.run(*options, "--enable-event-simulate", "--python", SCRIPT, "--", self.folder, mode)
        said: dict[str, Any] = json.loads((self.folder / f"{mode}.json").read_text(encoding="utf-8"))
        assert "error" not in said, said["error"]
        assert "Traceback" not in printed, printed
        return said

    def creates(self) -> int:
        return sum(entry["method"] == "POST" for entry in self.server.requests())


@pytest.fixture
def editor(program: str, program_zip: Path, tmp_path: Path) -> Iterator[Editor]:
    refusal = Fault("status", method="POST", code=1301, when=(3,))
    settings = SandboxSettings(data_dir=tmp_path / "sandbox", speed=20.0, faults=(refusal,))
    (tmp_path / "profile").mkdir()
    with SandboxServer(settings) as server:
        editor = Editor(program, tmp_path, server)
        editor.run("--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
        yield editor


def test_an_editor_goes_through_the_states(editor: Editor) -> None:
    said = editor.play("whole")
    assert "needs a prompt" in said["empty prompt"]
    assert said["waiting"] == ["s010 (waiting)"]
    assert (said["first"], said["regenerate"], said["second"]) == ([1], "", [2])
    assert (said["switched"], said["undone"], said["redone"]) == ([1], [2], [1])
    assert (said["reloaded"], said["takes"]) == ([1], [1, 2])
    assert any("content check" in error for error in said["moderation"])
    assert "Allow Online Access is off" in said["offline"]
    assert any("key" in error for error in said["bad key"])
    # Two takes and the refused one; the bad key's was answered with 401 and made nothing.
    assert editor.creates() in (3, 4)
    if wanted := os.environ.get("RETAKE_PICTURES"):
        keep_pictures(editor.folder, Path(wanted), 8)


def test_an_editor_is_told_of_offline_mode_in_its_own_words(editor: Editor) -> None:
    said = editor.play("offline", "--offline-mode")
    assert "started with --offline-mode" in said["offline"]
    assert "Allow Online Access" not in said["offline"]
    assert editor.creates() == 0
    if wanted := os.environ.get("RETAKE_PICTURES"):
        keep_pictures(editor.folder, Path(wanted), 1)


def test_shots_stay_whole_through_undo_paste_and_a_second_window(editor: Editor) -> None:
    said = editor.play("copies")
    assert (said["arrival undone"], said["listed after undo"], said["still undone"]) == ([0], [1], [0])
    assert said["arrival redone"] == [[1], [1]]
    assert said["pasted"] == [[1], [1]]
    assert said["windows"] == 2
    assert said["second window"] == [[2], [1, 2], [1]]
    assert editor.creates() == 2


def test_an_editor_takes_references_from_the_timeline(editor: Editor) -> None:
    first, second = [clip for clip in reference_clips("report") if not clip.labels][:2]
    count = sum(1 for _ in first.frames())
    joined = replace(first, name="dance", rate_fps=24, frames=lambda: chain(first.frames(), second.frames()))
    joined.write(editor.folder).rename(editor.folder / "dance.mp4")
    write_picture(editor.folder / "anna.png", 640, 360)
    for name in ("left", "right"):
        write_numbered(editor.folder / f"{name}.mp4", 96, Fraction(24), first=0 if name == "left" else 5)
    said = editor.play("references")
    assert (said["motion"], said["generate"], said["gap"]) == ("", "", "")
    assert any(rule == "cut" and f"at frame {1 + count}" in message for rule, message in said["findings"])
    assert not any(rule == "cut" for rule, _ in said["fixed"])
    _, shown, motion_frames = said["over"]
    assert shown == motion_frames >= 72
    assert [497, 561] in said["filled"]
    mirrored = int(f"{5:010b}"[::-1], 2)
    assert [read_numbers(Path(one)) for one in said["images"]] == [[95], [mirrored]]
    assert editor.creates() == 2
    if wanted := os.environ.get("RETAKE_PICTURES"):
        keep_pictures(editor.folder, Path(wanted), 2)


def test_an_editor_imports_an_edit_and_conforms_it(editor: Editor) -> None:
    write_numbered(editor.folder / "a.mp4", 120, Fraction(24))
    write_numbered(editor.folder / "b.mp4", 120, Fraction(24))
    write_cut(editor.folder / "cut.otio", [("a", 0, 60), ("b", 10, 50), ("gone", 0, 40)])
    write_cut(editor.folder / "changed.otio", [("a", 0, 72), ("b", 30, 50), ("gone", 0, 40)])
    said = editor.play("exchange")
    assert said["imported"] == [
        ["a", "MOVIE", 1, 1, 61],
        ["b", "MOVIE", 1, 61, 111],
        ["gone", "COLOR", 1, 111, 151],
    ]
    assert [words.split(":")[0] for words in said["changes"]] == ["a", "b", "gone"]
    assert said["apply"] == ""
    assert said["conformed"] == {"a": [1, 73], "b": [73, 123], "gone": [123, 163]}
    assert said["undone"] == {"a": [1, 61], "b": [61, 111], "gone": [111, 151]}
    assert said["apply what is not locked"] == ""
    assert said["beside what is locked"] == {"a": [1, 73], "b": [73, 123], "gone": [111, 151]}
    if wanted := os.environ.get("RETAKE_PICTURES"):
        for path in sorted(editor.folder.glob("1?-*.png")):
            shrink(path, Path(wanted) / f"{path.stem}.jpg")


def write_cut(path: Path, clips: list[tuple[str, int, int]]) -> None:
    """As another program writes it: clips of files beside it, each from a frame on, at 24 fps."""
    track = otio.schema.Track("V1", kind="Video")
    for name, start, length in clips:
        span = otio.opentime.TimeRange(otio.opentime.RationalTime(start, 24), otio.opentime.RationalTime(length, 24))
        whole = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(120, 24))
        reference = otio.schema.ExternalReference(f"{name}.mp4", whole)
        track.append(otio.schema.Clip(name, reference, span))
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.append(track)
    path.write_text(timeline.to_json_string(), encoding="utf-8")


def keep_pictures(folder: Path, to: Path, count: int) -> None:
    pictures = sorted(folder.glob("[0-9]*-*.png"))
    assert len(pictures) == count
    for path in pictures:
        shrink(path, to / f"{path.stem}.jpg")


def shrink(path: Path, to: Path) -> None:
    """A small JPEG of a picture."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path)) as source, av.open(str(to), "w", format="mjpeg") as out:
        (frame,) = source.decode(video=0)
        stream = out.add_stream("mjpeg", rate=1, options={"qmin": "6", "qmax": "6"})
        stream.width, stream.height, stream.pix_fmt = 1280, frame.height * 1280 // frame.width // 2 * 2, "yuvj420p"
        small = frame.reformat(stream.width, stream.height, "yuvj420p")
        out.mux(stream.encode(small))
        out.mux(stream.encode(None))


def test_a_shot_goes_on_after_blender_was_quit(editor: Editor) -> None:
    assert editor.play("quit")["saved"] == [0]
    said = editor.play("restart")
    assert said["opened"] == [0]
    assert said["arrived"] == [1]
    assert editor.creates() == 1
