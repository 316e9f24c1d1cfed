# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""The prompt lint on a list of prompts, right and wrong, and on any text at all."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.kling.prompt_lint import RULES, Finding, LintContext, apply_fix, lint_prompt

_TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "prompts.toml").read_text(encoding="utf-8"))["prompt"]
# Only a person can write the line in another language.
_WITHOUT_FIX = {"spoken-language"}


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    context: LintContext
    rules: tuple[str, ...]
    words: tuple[str, ...]
    is_from_guide: bool


def _example(row: dict[str, Any]) -> Example:
    context = LintContext(
        sound=row.get("sound", True),
        prompt_max_characters=row.get("most", 2500),
        voices=frozenset(row.get("voices", ["Warm Alto", "Gravel"])),
        references=frozenset(row.get("references", [])),
        ignores_camera=row.get("ignores_camera", False),
        ignores_negative=row.get("ignores_negative", False),
        spoken_languages=frozenset(row.get("languages", ["zh", "en"])),
    )
    return Example(row["text"], context, tuple(row["rules"]), tuple(row.get("words", [])), row.get("guide", False))


EXAMPLES = tuple(_example(row) for row in _TABLE)
_IDS = [f"{number}-{'+'.join(dict.fromkeys(one.rules)) or 'right'}" for number, one in enumerate(EXAMPLES)]


def _names(findings: tuple[Finding, ...]) -> set[str]:
    return {one.rule for one in findings}


@pytest.mark.parametrize("example", EXAMPLES, ids=_IDS)
def test_the_rules_and_places_are_those_expected(example: Example) -> None:
    findings = lint_prompt(example.text, example.context)
    assert _names(findings) == set(example.rules), findings
    for rule, word in zip(example.rules, example.words, strict=False):
        covered = [example.text[one.start : one.end_exclusive] for one in findings if one.rule == rule]
        assert any(word in piece for piece in covered), (word, covered)
    for one in findings:
        assert one.message.endswith(".")
        assert one.advice


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.rules])
def test_a_fix_ends_its_finding(example: Example) -> None:
    for rule in dict.fromkeys(example.rules):
        text = example.text
        while found := [one for one in lint_prompt(text, example.context) if one.rule == rule and one.fix is not None]:
            fixed = apply_fix(text, found[0])
            after = [one for one in lint_prompt(fixed, example.context) if one.rule == rule and one.fix is not None]
            assert len(after) < len(found), (text, fixed)
            text = fixed
        left = {one.rule for one in lint_prompt(text, example.context)}
        assert rule not in left - _WITHOUT_FIX, text


def test_precision_and_recall_over_the_whole_list(capsys: pytest.CaptureFixture[str]) -> None:
    right = wrong_alarms = missed = hits = 0
    of_rule: Counter[str] = Counter()
    for example in EXAMPLES:
        found = _names(lint_prompt(example.text, example.context))
        hits += len(found & set(example.rules))
        wrong_alarms += len(found - set(example.rules))
        missed += len(set(example.rules) - found)
        right += not example.rules
        of_rule.update(set(example.rules))
    with capsys.disabled():
        print(
            f"\nprompt lint: {len(EXAMPLES)} prompts, {right} right and {len(EXAMPLES) - right} wrong; "
            f"precision {hits / (hits + wrong_alarms):.3f}, recall {hits / (hits + missed):.3f}"
        )
    assert (wrong_alarms, missed) == (0, 0)
    assert len(EXAMPLES) >= 90
    assert set(of_rule) == set(RULES)
    assert min(of_rule.values()) >= 2


def test_the_examples_of_the_guide_raise_nothing() -> None:
    guide = [one for one in EXAMPLES if one.is_from_guide]
    assert len(guide) >= 10
    assert [lint_prompt(one.text, one.context) for one in guide] == [()] * len(guide)


@pytest.mark.parametrize(
    ("text", "rule", "fixed"),
    [
        ('The man says: "Go."', "dialogue-without-label", 'The man says, [Man]: "Go."'),
        ('Anna: "Go."', "dialogue-without-label", '[Anna]: "Go."'),
        ('"Go!" says the old captain.', "dialogue-without-label", '[Old captain]: "Go!" says the old captain.'),
        ('Anna @Gravel: "Go."', "voice-without-label", '[Anna@Gravel]: "Go."'),
        ('[Anna]: "Go @Gravel."', "at-sign-in-line", '[Anna]: "Go Gravel."'),
        ('[A@Gravel]: "1." Then [B@Gravel]: "2."', "two-characters-one-voice",
         '[A@Gravel]: "1." Then [B@Warm Alto]: "2."'),
        ("[Lamp@Gravel] flickers.", "voice-without-speech", "[Lamp] flickers."),
        ('[Anna@Warm Allto]: "Go."', "unknown-voice", '[Anna@Warm Alto]: "Go."'),
        ('[Agent]: "Go." Then, he says: "Now."', "pronoun-after-label", '[Agent]: "Go." Then, [Agent] says: "Now."'),
        ('[A]: "1." [B]: "2."', "turns-without-linker", '[A]: "1." Immediately, [B]: "2."'),
        ("A cat from <<<image_7>>>.", "unknown-reference", "A cat from <<<image_1>>>."),
        ("A dancer, camera slowly orbiting, sunset.", "camera-ignored", "A dancer, sunset."),
        ("The camera pans left. A dancer bows.", "camera-ignored", "A dancer bows."),
        ("A woman runs as the camera pans left.", "camera-ignored", "A woman runs."),
        ('[A] says, "1." and [B] says, "2."', "turns-without-linker", '[A] says, "1." and immediately, [B] says, "2."'),
        ('The Captain @Gravel says: "Go."', "voice-without-label", '[Captain@Gravel] says: "Go."'),
        ('The cop slams the desk: "Where?"', "dialogue-without-label", 'The cop slams the desk. [Cop]: "Where?"'),
        ("A street with no people.", "negative-ignored", "A street."),
        ("A street without people at night.", "negative-ignored", "A street."),
    ],
)  # fmt: skip
def test_what_a_fix_writes(text: str, rule: str, fixed: str) -> None:
    context = LintContext(
        sound=True,
        prompt_max_characters=2500,
        voices=frozenset({"Gravel", "Warm Alto"}),
        references=frozenset({"image_1"}),
        ignores_camera=True,
        ignores_negative=True,
    )
    finding = next(one for one in lint_prompt(text, context) if one.rule == rule)
    assert apply_fix(text, finding) == fixed


_PIECES = st.sampled_from([
    "[", "]", "@", '"', "“", "”", "「", "」", "'", ":", ", ", ". ", "\n", "\n\n", "\\", "<<<", ">>>", "voice_1", "Anna",
    "Gravel", "Warm Alto", "says", " he ", "Then, ", "Immediately, ", "no ", "without ", "camera pans", "music",
    "footsteps", " and ", "sign ", "，", "：", "说", "她", "【", "】", "é", "ß", "@image_1", "a@b.co", " ",
])  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=30).map("".join))


@given(_TEXTS, st.booleans(), st.integers(min_value=0, max_value=60))
def test_any_text_can_be_linted_and_fixed(text: str, sound: bool, most: int) -> None:
    context = LintContext(
        sound=sound,
        prompt_max_characters=most,
        voices=frozenset({"Gravel", "Warm Alto"}),
        references=frozenset({"image_1"}),
        ignores_camera=True,
        ignores_negative=True,
    )
    findings = lint_prompt(text, context)
    assert list(findings) == sorted(findings, key=lambda one: (one.start, one.end_exclusive, one.rule))
    for one in findings:
        assert one.rule in RULES
        assert 0 <= one.start <= one.end_exclusive <= len(text)
        assert one.start < one.end_exclusive
        apply_fix(text, one)


def test_two_words_of_one_clause_are_one_finding() -> None:
    text = "Footsteps echo, an orchestral score swells, traffic noise outside, a choir is singing."
    findings = lint_prompt(text, LintContext(sound=True, prompt_max_characters=2500))
    assert [(one.rule, text[one.start : one.end_exclusive]) for one in findings] == [
        ("too-many-sounds", ", a choir is singing")
    ]
