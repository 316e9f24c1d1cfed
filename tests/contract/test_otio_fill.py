# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio fill`, the real program against a real local Kling: an edit with a dissolve comes back with its gaps."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from addon.media.probe import probe_clip
from addon.sandbox.faults import Fault
from otio_bridge.open_places import find_open_places
from otio_bridge.read_file import read_text
from tests.prompted_edit import span, time, write_prompted_edit
from tests.rehearsal import Rehearsal, Shell
from tests.sandbox.reference_host import write_video


@pytest.fixture
def edit(shell: Shell) -> Path:
    footage = shell.folder / "street.mp4"
    write_video(footage, 30, Fraction(25))
    path = shell.folder / "edit.otio"
    write_prompted_edit(path, footage)
    return path


def _load(path: Path) -> otio.schema.Timeline:
    return otio.adapters.read_from_file(str(path), adapter_name="otio_json")


def _without_places(path: Path) -> dict[str, Any]:
    """The file with its three places taken out."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    tracks = document["tracks"]["children"]
    tracks[0]["children"][2] = tracks[1]["children"][0] = tracks[1]["children"][1] = None
    return document


def test_three_places_are_filled_with_whole_clips_and_the_rest_is_as_it_was(
    rehearsal: Rehearsal, shell: Shell, edit: Path
) -> None:
    out = shell.folder / "filled.otio"
    done = shell.run("otio", "fill", str(edit), str(out), "--json")
    assert done.code == 0, done.err
    assert done.json["filled"] == 3
    assert sorted(shot["state"] for shot in done.json["shots"]) == ["ready"] * 3
    assert len(rehearsal.creates()) == 3
    # Three silent clips of 5 s at 1.5 units.
    assert done.json["spent_units"] == 4.5

    lower, upper, _ = _load(out).tracks
    places = [(lower, lower[2], span(12, 101)), (upper, upper[0], span(0, 40)), (upper, upper[1], span(0, 80))]
    for track, clip, source in places:
        assert clip.source_range == source
        media = clip.media_reference
        facts = probe_clip(Path(media.target_url))
        assert media.available_range.duration == time(facts.frame_count, 24.0)
        assert facts.duration_s >= Fraction(int((source.start_time + source.duration).value), 25)
        assert track.range_of_child(clip).duration == source.duration
    assert _without_places(out) == _without_places(edit)

    # Again, and with what was filled as the edit: nothing is missing, nothing is paid.
    first = out.read_bytes()
    again = shell.run("otio", "fill", str(edit), str(out), "--json")
    assert (again.code, again.json["filled"]) == (0, 3)
    assert out.read_bytes() == first
    onwards = shell.run("otio", "fill", str(out), str(shell.folder / "more.otio"), "--json")
    assert (onwards.code, onwards.json["shots"]) == (0, [])
    assert len(rehearsal.creates()) == 3


def test_what_cannot_be_filled_is_told_before_anything_is_paid(rehearsal: Rehearsal, shell: Shell, edit: Path) -> None:
    whole = _load(edit)
    out = shell.folder / "filled.otio"

    def refused() -> str:
        otio.adapters.write_to_file(whole, str(edit), adapter_name="otio_json")
        done = shell.run("otio", "fill", str(edit), str(out))
        assert done.code == 2
        return done.err

    whole.tracks[0][2].source_range = span(0, 500)
    said = refused()
    assert "track 1, item 3, at 0:00:02.400: length: 20.48 s cannot be used; kling-3.0 makes 15 s of it." in said
    assert "Nothing was sent." in said
    whole.tracks[1][1].metadata["retake"]["duration"] = "red"
    whole.tracks[0].markers.append(otio.schema.Marker("x", marked_range=span(5, 0), comment="RETAKE: Snow"))
    said = refused()
    assert "The marker “Snow” at 0:00:00.200 on track 1 lies over no gap and no clip without its media." in said
    assert "s020: duration: “red” cannot be used" in said
    assert not out.exists()
    assert not rehearsal.creates()


def test_a_failed_shot_leaves_its_gap_and_the_same_command_fills_it(
    rehearsal: Rehearsal, shell: Shell, edit: Path
) -> None:
    rehearsal.server.add_fault(Fault("fail_task", method="POST", when=[2], message="content risk"))
    out = shell.folder / "filled.otio"
    done = shell.run("otio", "fill", str(edit), str(out), "--json")
    assert (done.code, done.json["filled"]) == (1, 2)
    assert sorted(shot["state"] for shot in done.json["shots"]) == ["failed", "ready", "ready"]
    assert sum(shot["cost_units"] or 0 for shot in done.json["shots"]) == 3.0
    document, _ = read_text(out.read_text(encoding="utf-8"))
    assert len(find_open_places(document, str(shell.folder), os.path.exists).places) == 1
    again = shell.run("otio", "fill", str(edit), str(out), "--json")
    assert (again.code, again.json["filled"]) == (0, 3)
    assert len(rehearsal.creates()) == 4
