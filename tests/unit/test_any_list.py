# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is in a file, reading it as a list gives shots or sentences, and what it gives can be written and priced."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addon.cli.listed_price import fault_sentences, hint_sentences, price_list
from addon.shots.list_problem import ListProblem, ShotListErrors
from addon.shots.read_list import read_list
from addon.shots.readers import TEXT_READERS
from addon.shots.shot_list import ShotList
from addon.shots.write_list import write_list
from tests.unit.test_shot_lists import SCREENPLAY

EXAMPLES = int(os.environ.get("RETAKE_EXAMPLES", "60"))
SAMPLES = {
    ".toml": (
        '[defaults]\nsound = true\n[variables]\na = "x"\n[cast.b]\nvoice = "B"\n[[rule]]\nname = "r"\n'
        'model = "auto"\nwhen = { words = ["a"] }\n[[shot]]\nid = "s1"\nprompt = "{a} [B]: “Hi.”"\n'
        'start = "last frame of s2"\n[[shot]]\nid = "s2"\ncuts = [{ prompt = "p", duration = 3 }]\nlength = 2.5\n'
    ),
    ".csv": 'id,prompt,voices,cuts,camera,start\ns1,"a ""b""",A=1;B,3: x | 4: y,pan=5,last frame of s2\ns2,x,,,,\n',
    ".json": '{"project": {"fps": 24}, "shots": [{"id": "s1", "prompt": "x", "takes": 2, "tags": ["a"]}, {"id": "b"}]}',
    ".fountain": SCREENPLAY,
    ".srt": "1\n00:00:01,000 --> 00:00:03,500\n<i>Where?</i>\n\n2\n00:00:04,000 --> 00:00:12,000\nHere.\n",
    ".lrc": "[ti:Rain]\n[offset:+500]\n[00:01.50]Rain\n[00:05.50]<00:05.60>Down\n[00:15.5][00:20.500]Come\n",
}
SAMPLES |= {".tsv": SAMPLES[".csv"].replace(",", "\t"), ".spmd": SAMPLES[".fountain"]}


def test_every_form_has_a_sample() -> None:
    assert set(SAMPLES) == set(TEXT_READERS)


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_list_is_read_or_refused(suffix: str, data: st.DataObject) -> None:
    text = SAMPLES[suffix]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        piece = data.draw(
            st.sampled_from([*'{}[]"=\n:,;|~@.#>-1', "[[", "]]", "RETAKE: x", "00:"]) | st.text(max_size=4)
        )
        text = text[:start] + piece + text[end:]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"list{suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        listed, found = _read(path)
        if listed is None:
            sentences = [problem.sentence(path.parent) for problem in found]
            assert sentences
            assert [one for one in sentences if not one.endswith((".", "?"))] == []
            lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
            assert all(1 <= (problem.place.line or 1) <= lines for problem in found)
            return
        priced = price_list(listed, voices_are_free=False)
        assert all(one.units > 0 or one.faults for one in priced)
        assert all([*fault_sentences(listed, priced), *hint_sentences(listed, priced)])
        write_list(listed, path.with_name("out.toml"))
        again = read_list(path.with_name("out.toml"))
        assert [(shot.shot_id, shot.fields, shot.links) for shot in again.shots] == [
            (shot.shot_id, shot.fields, shot.links) for shot in listed.shots
        ]


def _read(path: Path) -> tuple[ShotList | None, tuple[ListProblem, ...]]:
    try:
        return read_list(path), ()
    except ShotListErrors as errors:
        return None, errors.problems
