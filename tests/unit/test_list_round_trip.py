# SPDX-License-Identifier: GPL-3.0-or-later
"""A list written in one form and read in another is the same list; and the lines that are told are the real ones."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from addon.errors import InputError
from addon.kling.catalogue import catalogue
from addon.shots.json_lines import json_lines
from addon.shots.read_list import read_list
from addon.shots.shot_list import ListedShot, ShotList
from addon.shots.toml_lines import toml_lines
from addon.shots.toml_text import toml_table
from addon.shots.write_list import write_list

EXAMPLES = int(os.environ.get("RETAKE_EXAMPLES", "60"))

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,8}[A-Za-z0-9]", fullmatch=True)
files = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.png", fullmatch=True)
seconds = st.integers(0, 86_399_999).map(lambda ms: ms / 1000)
models = st.sampled_from([row.id for row in catalogue().model])


def doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


texts = words.map(doubled)
shots = st.fixed_dictionaries(
    {"prompt": texts},
    optional={
        "model": models,
        "quality": st.sampled_from(["std", "pro", "4k"]),
        "duration": st.integers(1, 30),
        "length": seconds.filter(lambda one: one > 0),
        "at": seconds,
        "sound": st.booleans(),
        "keep_sound": st.booleans(),
        "free_cuts": st.booleans(),
        "negative": texts,
        "image": files,
        "reference": st.lists(files, max_size=3),
        "voices": st.dictionaries(names, st.sampled_from(["", "77"]), max_size=2),
        "elements": st.dictionaries(names, st.just("88"), max_size=2),
        "cuts": st.lists(st.fixed_dictionaries({"prompt": texts, "duration": st.integers(1, 9)}), max_size=3),
        "camera": st.fixed_dictionaries({"axis": st.just("pan"), "amount": st.floats(-10, 10)}),
        "cfg": st.floats(0, 1),
        "takes": st.integers(1, 20),
        "priority": st.integers(-1000, 1000),
        "notes": texts,
        "marker": texts,
        "tags": st.lists(names, max_size=3),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    listed = draw(st.lists(shots, min_size=1, max_size=4))
    for number, shot in enumerate(listed):
        shot["id"] = f"s{number:03}"
        if number and draw(st.booleans()):
            shot["end_image"] = f"first frame of s{draw(st.integers(0, number - 1)):03}"
        if draw(st.booleans()):
            shot |= {"motion": "dance.mp4", "motion_in": draw(seconds) / 2}
    project = {"title": draw(names), "fps": draw(st.sampled_from([24, 25, 23.976, "30000/1001", 12.5]))}
    if draw(st.booleans()):
        project["resolution"] = draw(st.tuples(*[st.integers(16, 16_384)] * 2).map(list))
    return {"project": project, "shots": listed}


def same(listed: ShotList) -> ShotList:
    """Without what a file cannot bring back: its own place, and why a model was chosen that is now written there."""
    return replace(listed, path=Path(), shots=tuple(map(_same, listed.shots)))


def _same(shot: ListedShot) -> ListedShot:
    return replace(shot, place=replace(shot.place, file=Path(), line=None), model_why="")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), st.sampled_from([".toml", ".json", ".csv"]))
def test_a_list_is_the_same_in_every_form(document: dict[str, Any], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        first, second = Path(name) / "first.json", Path(name) / f"second{suffix}"
        first.write_text(json.dumps(document), encoding="utf-8")
        listed = read_list(first)
        try:
            write_list(listed, second)
        except InputError:
            assert suffix == ".csv"
            assert not second.exists()
            assume(False)
        assert same(read_list(second)) == same(listed)
        assert [path.name for path in Path(name).iterdir() if path.name.endswith(".part")] == []


values = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\".'#[ ", min_size=1), inner, max_size=2),
    max_leaves=6,
)
tables = st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), values, max_size=4)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(tables, min_size=1, max_size=4), st.text("\n#", max_size=4))
def test_lines_in_toml_are_where_the_fields_are(listed: list[dict[str, Any]], between: str) -> None:
    text = ""
    wanted = {}
    for number, table in enumerate(listed):
        text += '# [[shot]] """\n' + between + "\n"
        wanted["shot", number] = text.count("\n") + 1
        text += "[[shot]]\n"
        for name, value in table.items():
            wanted["shot", number, name] = text.count("\n") + 1
            text += toml_table({name: value})
        wanted["shot", number, "many"] = text.count("\n") + 1
        text += 'many = """\n[[shot]]\nid = 1 \\" ""\n""""\nmuch = [\n  "[x]", # ]\n]\n'
        wanted["shot", number, "much"] = text.count("\n") - 2
    assert tomllib.loads(text)["shot"][0]["much"] == ["[x]"]
    found = toml_lines(text)
    assert {path: found.get(path) for path in wanted} == wanted


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(tables, min_size=1, max_size=4))
def test_lines_in_json_are_where_the_members_are(listed: list[dict[str, Any]]) -> None:
    text = json.dumps({"shots": listed}, indent=2, ensure_ascii=False)
    lines = text.split("\n")
    found, repeated = json_lines(text)
    assert repeated == []
    for number, table in enumerate(listed):
        for name in table:
            line = lines[found["shots", number, name] - 1]
            assert line.startswith(f"      {json.dumps(name)}: "), line
    members = sum(line.startswith('      "') for line in lines)
    assert members == sum(map(len, listed)) == sum(len(path) == 3 and isinstance(path[2], str) for path in found)
