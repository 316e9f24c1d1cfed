# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake shots check`, `retake shots convert` and `retake estimate` on lists of every form."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from addon.shots.read_list import read_list
from tests.rehearsal import Shell
from tests.sandbox.reference_host import write_video
from tests.unit.test_media import write_picture

LIST = """include = ["ride.fountain", "rain.lrc"]
[project]
title = "Night ride"
fps = 25
[variables]
style = "16 mm"
[cast.anna]
voice = "Alto"
voice_id = "77"
[[rule]]
name = "rain"
why = "it is cheap"
when = { words = ["rain"] }
model = "kling-2.5-turbo"
[[shot]]
id = "s010"
prompt = "{style}, rain on a window"
takes = 3
[[shot]]
id = "s020"
prompt = "she turns"
start = "last frame of s010"
end = "anna.png"
[[shot]]
id = "s030"
image = "anna.png"
motion = "dance.mp4"
motion_in = 1
motion_out = 4.5
"""
SCREENPLAY = "INT. CAR - NIGHT\n\nThe road.\n\nANNA\nWe made it.\n"
SONG = "[length: 00:09]\n[00:01.00]Rain is falling\n[00:04.00]Down it goes\n"
UNITS = {
    "the-road": 6.0,
    "rain-is-falling": 1.5,
    "down-it-goes": 1.5,
    "s010": 4.5,
    "s020": 2.5,
    # 3.5 s are paid as 4.
    "s030": 2.0,
}


@pytest.fixture
def list_path(shell: Shell) -> Path:
    write_video(shell.folder / "dance.mp4", 120, Fraction(24))
    write_picture(shell.folder / "anna.png", 640, 360)
    (shell.folder / "ride.fountain").write_text(SCREENPLAY, encoding="utf-8")
    (shell.folder / "rain.lrc").write_text(SONG, encoding="utf-8")
    path = shell.folder / "list.toml"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_a_list_is_checked_priced_and_explained_and_nothing_is_sent(shell: Shell, list_path: Path) -> None:
    done = shell.run("shots", "check", str(list_path), "--json")
    assert done.code == 0, done.err
    shots = {shot["id"]: shot for shot in done.json["shots"]}
    assert {shot_id: shot["units"] for shot_id, shot in shots.items()} == UNITS
    assert done.json["problems"] == []
    assert {shot_id: (shot["model"], shot["why"]) for shot_id, shot in shots.items()} == {
        "the-road": ("kling-2.6", "dialogue: native audio"),
        "rain-is-falling": ("kling-2.5-turbo", "rain: it is cheap"),
        "down-it-goes": ("kling-2.6", "anything else: the usual one"),
        "s010": ("kling-2.5-turbo", "rain: it is cheap"),
        "s020": ("kling-2.6", "start and end frame: a model that takes both"),
        "s030": ("kling-2.6", "motion reference: motion control"),
    }
    words = shell.run("shots", "check", str(list_path))
    assert "list.toml: 6 shots in 8 takes, no problems: 18 units = 180 credits = $2.52 list price" in words.out
    estimate = shell.run("estimate", str(list_path), "--json").json
    assert (estimate["estimated_units"], [shot["units"] for shot in estimate["shots"]]) == (18.0, list(UNITS.values()))
    assert shell.rehearsal.requests_seen() == 0


def test_what_kling_cannot_make_is_told_with_its_line(shell: Shell, list_path: Path) -> None:
    text = LIST.replace("motion_out = 4.5", "motion_out = 9").replace(
        'prompt = "she turns"', 'duration = 7\naspect = "4:3"'
    )
    text = text.replace('end = "anna.png"', 'end = "gone.png"') + '[[shot]]\nid = "s040"\nprompt = "x"\nlength = 20\n'
    list_path.write_text(text, encoding="utf-8")
    done = shell.run("shots", "check", str(list_path), "--json")
    assert done.code == 2
    problems = done.json["problems"]
    # A path is cut where it is long.
    assert problems[0].startswith(f"list.toml:24: s020: end image: {shell.folder}"[:80])
    assert [problem.partition(" cannot be used")[0] for problem in problems[1:]] == [
        "list.toml:21: s020: duration: 7 s",
        "list.toml:22: s020: aspect: 4:3",
        "list.toml:30: s030: motion_out: 1 to 9 s",
    ]
    assert done.json["hints"] == [
        "list.toml:33: s040: it lasts 20 s, and kling-3.0 makes 15 s of it. "
        "Make two shots of it, or choose a model that makes longer ones."
    ]
    words = shell.run("shots", "check", str(list_path))
    assert "list.toml:21: s020: duration: 7 s cannot be used; Kling 2.6 makes 5 or 10 s." in words.err
    assert "5 of 7 shots in 7 takes, 4 problems" in words.out


@pytest.mark.parametrize("command", [("estimate",), ("shots", "check")])
def test_all_faults_of_a_list_come_together(shell: Shell, list_path: Path, command: tuple[str, ...]) -> None:
    list_path.write_text(LIST.replace("takes = 3", "takes = 0").replace("{style}", "{stile}"), encoding="utf-8")
    (shell.folder / "rain.lrc").write_text("[offset: soon]\n[00:01.00]Rain\n", encoding="utf-8")
    done = shell.run(*command, str(list_path))
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "Error: 3 problems:",
        "rain.lrc:1: offset: soon cannot be used; milliseconds are needed, as +250.",
        "list.toml:17: s010: prompt: {stile} cannot be used; the variables are id, style, title. Did you mean style?",
        "list.toml:18: s010: takes: 0 cannot be used; a whole number of 1 to 20 is needed.",
    ]
    assert len(shell.run(*command, str(list_path), "--json").json.get("problems", [1] * 3)) == 3


def test_a_list_is_turned_into_every_form(shell: Shell, list_path: Path) -> None:
    before = list_path
    for name in ("lists/all.csv", "all.json", "all.toml"):
        out = shell.folder / name
        out.parent.mkdir(exist_ok=True)
        done = shell.run("shots", "convert", str(before), str(out))
        assert (done.code, done.out) == (0, f"{out}: 6 shots\n"), done.err
        before = out
    # File names count from where the list is now.
    assert "../dance.mp4" in (shell.folder / "lists" / "all.csv").read_text(encoding="utf-8")
    assert json.loads((shell.folder / "all.json").read_text(encoding="utf-8"))["shots"][5]["motion"] == "dance.mp4"
    priced = shell.run("shots", "check", str(before), "--json").json
    assert {shot["id"]: shot["units"] for shot in priced["shots"]} == UNITS
    assert [(shot.fields, shot.links) for shot in read_list(before).shots] == [
        (shot.fields, shot.links) for shot in read_list(list_path).shots
    ]
    kept = before.read_bytes()
    again = shell.run("shots", "convert", str(list_path), str(before))
    assert (again.code, "there is a file of that name" in again.err, before.read_bytes()) == (2, True, kept)
    assert shell.run("shots", "convert", str(list_path), str(before), "--force").code == 0
    unknown = shell.run("shots", "convert", str(list_path), str(shell.folder / "all.xml"))
    assert (unknown.code, "a list is written as .toml, .csv or .json" in unknown.err) == (2, True)
