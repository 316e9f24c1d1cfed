# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that look at shots before they are paid for, and those on what the account has."""

from __future__ import annotations

import wave
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from addon.media.probe import probe_clip
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import SPEED, Rehearsal, Shell
from tests.sandbox.reference_host import serve, write_video
from tests.unit.test_media import write_picture

LIST = """
[project]
title = "Night ride"
[defaults]
model = "kling-2.6"
[[shot]]
id = "s010"
prompt = "rain on a window"
[[shot]]
id = "s020"
prompt = "[Anna@Alto]: “We made it.”"
sound = true
voices = { Alto = "77" }
[[shot]]
id = "s030"
model = "kling-3.0"
quality = "pro"
duration = 7
cuts = [{ prompt = "a door opens", duration = 3 }, { prompt = "rain", duration = 4 }]
[[shot]]
id = "s040"
motion = "dance.mp4"
image = "anna.png"
"""


@pytest.fixture
def list_path(shell: Shell) -> Path:
    # 86 frames at 24 fps are 3.583 s, which are paid as 4 s.
    write_video(shell.folder / "dance.mp4", 86, Fraction(24))
    write_picture(shell.folder / "anna.png", 640, 360)
    path = shell.folder / "list.toml"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_estimate_prices_a_list_and_sends_nothing(shell: Shell, list_path: Path) -> None:
    done = shell.run("estimate", str(list_path), "--json")
    assert done.code == 0, done.err
    assert {shot["id"]: shot["units"] for shot in done.json["shots"]} == {
        "s010": 1.5,
        "s020": 6.0,
        "s030": 5.6,
        "s040": 2.0,
    }
    assert done.json["estimated_units"] == 15.1
    assert shell.run("estimate", str(list_path), "--json", RETAKE_VOICES_FREE="1").json["estimated_units"] == 14.1
    table = shell.run("estimate", str(list_path))
    assert "4 shots: 15.1 units = 151 credits = $2.11 list price" in table.out
    assert shell.rehearsal.requests_seen() == 0


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('id = "s010"', 'id = "s010"\nduration = 7', "s010: duration: 7 s cannot be used; Kling 2.6 makes 5 or 10 s"),
        (
            'id = "s010"',
            'id = "s010"\nduration = "5"',
            "list.toml:8: s010: duration: “5” cannot be used; a whole number is needed",
        ),
        ('id = "s010"', 'id = "s020"', "each shot has an id of its own"),
        ('id = "s010"', 'id = "s 10"', "list.toml:7: shot 1: id: s 10 cannot be used; up to 40 letters"),
        ('id = "s010"', 'id = "s010"\nfrobnicate = 1', "s010: frobnicate: 1 cannot be used; the fields are"),
        ('id = "s010"', "id = ", "it is not TOML"),
        ("[project]", "[projekt]", "list.toml:2: projekt: a table cannot be used; a list has include, project, "),
        ('motion = "dance.mp4"', 'motion = "gone.mp4"', "s040: reference video: "),
        ('image = "anna.png"', 'image = "gone.png"', "there is no such file"),
        ('quality = "pro"', 'quality = "max"', "quality: max cannot be used; Kling 3.0 has std, pro or 4k"),
    ],
)
def test_a_broken_list_is_told_by_field(shell: Shell, list_path: Path, before: str, after: str, words: str) -> None:
    list_path.write_text(LIST.replace(before, after, 1), encoding="utf-8")
    done = shell.run("estimate", str(list_path))
    assert done.code == 2
    assert words in done.err


def test_prompt_shows_findings_fixes_and_both_wire_forms(shell: Shell) -> None:
    script = '[Anna@Alto, whispering]: "We made it." [Ben@Gravel]: "Barely."'
    common = (
        "--quality",
        "pro",
        "--sound",
        "--voice",
        "Alto=7",
        "--voice",
        "Gravel=8",
        "--image",
        "https://x.org/a.png",
    )
    done = shell.run("prompt", "--prompt", script, *common, "--json")
    assert done.code == 0, done.err
    assert [one["rule"] for one in done.json["findings"]] == ["turns-without-linker"]
    assert done.json["wire"]["legacy"]["text"] == (
        '[Anna, whispering] <<<voice_1>>>: "We made it." [Ben] <<<voice_2>>>: "Barely."'
    )
    assert done.json["wire"]["new"]["voice_ids"] == ["7", "8"]
    fixed = shell.run("prompt", "--prompt", script, *common, "--fix").out.strip()
    assert fixed == '[Anna@Alto, whispering]: "We made it." Immediately, [Ben@Gravel]: "Barely."'
    assert shell.run("prompt", "--prompt", fixed, *common, "--json").json["findings"] == []
    unknown = shell.run("prompt", "--prompt", '[Anna@Nobody]: "Now."', *common)
    assert (unknown.code, "the known voices are: Alto, Gravel" in unknown.out) == (2, True)


def test_motion_control_is_made_from_the_command_line(shell: Shell, list_path: Path) -> None:
    with serve(shell.folder) as files:
        done = shell.run(
            "generate", "--prompt", "she dances", "--image", "anna.png", "--motion", f"{files}/dance.mp4", "--json"
        )
    assert done.code == 0, done.err
    (shot,) = done.json["shots"]
    assert shot["cost_units"] == 2.0
    facts = probe_clip(Path(shot["file"]))
    assert (facts.frame_count, facts.rate) == (86, 24)


def test_what_the_packages_cannot_pay_for_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    poor = SandboxSettings(data_dir=tmp_path / "sandbox", speed=SPEED, video_units=Decimal(1))
    with SandboxServer(poor) as server:
        shell = Shell(Rehearsal(server, tmp_path))
        done = shell.run("generate", "--prompt", "a tree")
        assert done.code == 4
        assert "packages hold 1 units, and this needs 1.5" in done.err
        assert shell.rehearsal.creates() == []
        assert shell.run("generate", "--prompt", "a tree", "--ignore-balance").code == 4
        assert len(shell.rehearsal.creates()) == 1


def test_the_account_tells_what_it_has(shell: Shell) -> None:
    before = shell.run("account", "--json")
    assert before.code == 0, before.err
    assert before.json["concurrency"] == 5
    assert shell.run("generate", "--prompt", "a tree").code == 0
    after = shell.run("account", "--json").json["remaining_video_units"]
    assert before.json["remaining_video_units"] - after == 1.5
    assert "Left for video: " in shell.run("account").out


def test_a_voice_is_made_once_listed_used_and_deleted(shell: Shell) -> None:
    with wave.open(str(shell.folder / "anna.wav"), "wb") as recording:
        recording.setparams((1, 2, 16_000, 0, "NONE", ""))
        tone = (np.sin(np.arange(16_000 * 6) * 0.1) * 9000).astype("<i2")
        recording.writeframes(tone.tobytes())
    with serve(shell.folder) as files:
        made = [shell.run("voices", "make", "Anna", "--url", f"{files}/anna.wav") for _ in range(2)]
    assert [one.code for one in made] == [0, 0], made[0].err
    assert made[0].out == made[1].out
    name, _, voice_id = made[0].out.strip().partition("=")
    assert name == "Anna"
    assert [units for _, _, units in shell.rehearsal.server.charges()] == [Decimal("0.05")]
    listed = shell.run("voices", "list", "--json").json["voices"]
    assert {"id": voice_id, "name": "Anna", "own": True} in listed
    assert any(not one["own"] for one in listed)
    spoken = shell.run("generate", "--prompt", '[Anna@Anna]: "Now."', "--sound", "--voice", "anna", "--json")
    assert spoken.code == 0, spoken.err
    assert spoken.json["spent_units"] == 6.0
    assert shell.run("voices", "delete", voice_id).code == 0
    assert voice_id not in shell.run("voices", "list").out
    again = shell.run("generate", "--prompt", '[Ben@Anna]: "No."', "--sound", "--voice", f"Anna={voice_id}")
    assert (again.code, "voice_list" in again.err) == (1, True)


def test_an_element_is_made_used_and_deleted(shell: Shell) -> None:
    for name in ("front.png", "side.png"):
        write_picture(shell.folder / name, 640, 640)
    with serve(shell.folder) as files:
        made = shell.run(
            "elements", "make", "Anna", "--description", "a woman in red",
            "--front", f"{files}/front.png", "--view", f"{files}/side.png",
        )  # fmt: skip
        assert made.code == 0, made.err
        name, _, element_id = made.out.strip().partition("=")
        assert name == "Anna"
        shot = shell.run(
            "generate", "--model", "kling-3.0-omni", "--duration", "3", "--prompt", "@Anna waits",
            "--element", "Anna", "--json",
        )  # fmt: skip
    assert shot.code == 0, shot.err
    assert shot.json["spent_units"] == 1.8
    assert any(one["id"] == element_id for one in shell.run("elements", "list", "--json").json["elements"])
    assert shell.run("elements", "delete", element_id).code == 0
    assert element_id not in shell.run("elements", "list").out
