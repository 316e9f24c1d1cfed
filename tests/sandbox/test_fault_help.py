# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program says about fault files: everything in its help, and the rule and the field of a mistake."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from addon.sandbox.faults import ACTIONS, Fault, load_faults


def retake_sandbox(home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "RETAKE_HOME": str(home), "COLUMNS": "300"}
    command = [sys.executable, "-m", "addon", "sandbox", *argv]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = retake_sandbox(tmp_path_factory.mktemp("home"), "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_has_each_action_on_its_own_line_and_each_field(page: str) -> None:
    explained = re.findall(r"^ +(\w+) {2,}\S", page, flags=re.MULTILINE)
    assert sorted(set(explained) & set(ACTIONS)) == sorted(ACTIONS)
    words = set(re.findall(r"\w+", page))
    assert {entry.name for entry in fields(Fault)} <= words


def test_the_example_in_the_help_is_a_fault_file(page: str, tmp_path: Path) -> None:
    lines = page[page.index("[[fault]]") : page.index("Actions, ")].splitlines()
    example = "\n".join(line.strip().split("  ")[0] for line in lines)
    path = tmp_path / "faults.toml"
    path.write_text(example)
    assert load_faults(path) == (Fault("drop_after", "POST", "/v1/videos/text2video", (1,), "the answer is lost"),)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('action = "explode"', "fault 2 (late): action 'explode' cannot be used: one of drop_after"),
        ('action = "delay"\nseconds = -1', "fault 2 (late): seconds -1 cannot be used: a number from 0 to 3600"),
        ('action = "stuck"\ncolour = 1', "fault 2 (late): field 'colour' is not known; allowed are action"),
    ],
)
def test_a_mistake_is_said_with_the_rule_and_the_field(tmp_path: Path, rule: str, said: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(f'[[fault]]\naction = "stuck"\n\n[[fault]]\nname = "late"\n{rule}\n')
    done = retake_sandbox(tmp_path / "home", "--port", "0", "--faults", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
