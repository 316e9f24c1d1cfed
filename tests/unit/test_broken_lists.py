# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken shot lists of every form, as files, and every sentence that is said of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from addon.errors import InputError
from addon.shots.list_problem import ShotListErrors
from addon.shots.read_list import read_list

FOLDER = Path(__file__).parents[1] / "data" / "broken_lists"
SAID = tomllib.loads((FOLDER.parent / "broken_lists.toml").read_text(encoding="utf-8"))
INCLUDED_ONLY = {"include_circle_b.toml"}


@pytest.mark.parametrize("name", sorted(SAID))
def test_all_that_is_wrong_is_said_at_once(name: str) -> None:
    with pytest.raises(ShotListErrors) as caught:
        read_list(FOLDER / name)
    said = [problem.sentence(FOLDER) for problem in caught.value.problems]
    wanted = SAID[name]["says"]
    assert len(said) == len(wanted), said
    for sentence, pattern in zip(said, wanted, strict=True):
        assert re.fullmatch(".+".join(map(re.escape, pattern.split("…"))), sentence), sentence
    assert all(sentence in str(caught.value) for sentence in said)
    assert isinstance(caught.value, InputError)


def test_every_broken_list_has_its_sentences() -> None:
    assert {path.name for path in FOLDER.iterdir()} - INCLUDED_ONLY == set(SAID)
    assert len(SAID) >= 25


def test_a_list_that_is_not_there() -> None:
    with pytest.raises(ShotListErrors, match=r"gone\.toml cannot be used; it cannot be read \(No such file"):
        read_list(FOLDER / "gone.toml")
