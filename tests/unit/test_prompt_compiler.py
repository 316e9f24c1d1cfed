# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""What is read as dialogue, and what goes on the wire of either standard."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import InputError
from addon.kling.dialogue import read_script
from addon.kling.prompt_compiler import BoundVoice, CompiledPrompt, compile_prompt
from addon.kling.standard import Standard

VOICES = {"Warm Alto": "829877809978941442", "Gravel": "829877809978941443", "Boy": "829877809978941444"}
EXAMPLE = '[Anna@Warm Alto, whispering]: "We made it." Immediately, [Ben@Gravel, calm]: "Barely."'


def test_the_turns_of_the_example() -> None:
    anna, ben = read_script(EXAMPLE).turns
    assert (anna.label, anna.voice_name, anna.manner, anna.line) == ("Anna", "Warm Alto", "whispering", "We made it.")
    assert (ben.label, ben.voice_name, ben.manner, ben.line) == ("Ben", "Gravel", "calm", "Barely.")
    assert anna.span.of(EXAMPLE) == '[Anna@Warm Alto, whispering]: "We made it."'
    assert anna.label_span.of(EXAMPLE) == "[Anna@Warm Alto, whispering]"
    assert anna.voice_span is not None
    assert anna.voice_span.of(EXAMPLE) == "@Warm Alto"
    assert anna.line_span.of(EXAMPLE) == "We made it."


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ('[Anna]: "Hi."', [("Anna", None, "", "Hi.")]),
        ("[Anna]: “Hi.”", [("Anna", None, "", "Hi.")]),
        ("[安娜，低声]：「你好。」", [("安娜", None, "低声", "你好。")]),
        ("【安娜@Gravel】说：“你好。”", [("安娜", "Gravel", "", "你好。")]),
        ('[Anna] @Warm Alto: "Hi."', [("Anna", "Warm Alto", "", "Hi.")]),
        ('[Anna @ Warm  Alto , low]: "Hi."', [("Anna", "Warm Alto", "low", "Hi.")]),
        ('[Anna, low @Gravel]: "Hi."', [("Anna", "Gravel", "low", "Hi.")]),
        ('[Character A: Agent, raspy, deep]: "Hi."', [("Character A: Agent", None, "raspy, deep", "Hi.")]),
        (r'[Anna]: "She said \"go\" to me."', [("Anna", None, "", 'She said "go" to me.')]),
        ("[Anna] says, 'It's late.'", [("Anna", None, "", "It's late.")]),
        ('[Anna] leans in and says "Hi."', [("Anna", None, "", "Hi.")]),
        ('[Anna] says "Hi," then adds "Bye."', [("Anna", None, "", "Hi,"), ("Anna", None, "", "Bye.")]),
        ('[Anna]\n"Hi."', [("Anna", None, "", "Hi.")]),
        ('[Anna] holds a sign that says "OPEN".', []),
        ('[Anna] sits down. A book called "Moby Dick" falls.', []),
        ('A sign reading "OPEN".', []),
        ('[Anna]: "never closed', []),
        ('[]: "Hi."', []),
        ('[@anna]: "Hi."', [("@anna", None, "", "Hi.")]),
        ("12:30, 16:9, a 5\" screen", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_read_as_dialogue(text: str, turns: list[tuple[str, str | None, str, str]]) -> None:
    assert [(one.label, one.voice_name, one.manner, one.line) for one in read_script(text).turns] == turns


def test_the_example_on_both_standards() -> None:
    assert compile_prompt(EXAMPLE, VOICES, Standard.LEGACY) == CompiledPrompt(
        '[Anna, whispering] <<<voice_1>>>: "We made it." Immediately, [Ben, calm] <<<voice_2>>>: "Barely."',
        (BoundVoice(VOICES["Warm Alto"], "voice_1"), BoundVoice(VOICES["Gravel"], "voice_2")),
    )
    assert compile_prompt(EXAMPLE, VOICES, Standard.NEW) == CompiledPrompt(
        '[Anna, whispering] @voice_1: "We made it." Immediately, [Ben, calm] @voice_2: "Barely."',
        (BoundVoice(VOICES["Warm Alto"], "voice_1"), BoundVoice(VOICES["Gravel"], "voice_2")),
    )


@pytest.mark.parametrize(
    ("text", "legacy"),
    [
        ('[Anna] @Gravel: "Hi."', '[Anna] <<<voice_1>>>: "Hi."'),
        ('[Anna] @Gravel says: "Hi."', '[Anna] @Gravel says: "Hi."'.replace("@Gravel", "<<<voice_1>>>")),
        ("[安娜@Gravel]说：「你好。」", "[安娜] <<<voice_1>>> 说：「你好。」"),
        ('[Anna@gravel]: "Hi." [Anna]: "Bye."', '[Anna] <<<voice_1>>>: "Hi." [Anna] <<<voice_1>>>: "Bye."'),
        ('[A@Gravel]: "1." [B@Gravel]: "2."', '[A] <<<voice_1>>>: "1." [B] <<<voice_1>>>: "2."'),
        ("[Anna@Gravel] hums. Mail anna@example.com, follow @anna.",
         "[Anna] <<<voice_1>>> hums. Mail anna@example.com, follow @anna."),
    ],
)  # fmt: skip
def test_where_the_reference_stands(text: str, legacy: str) -> None:
    compiled = compile_prompt(text, VOICES, Standard.LEGACY)
    assert compiled.text == legacy
    assert compiled.voices == (BoundVoice(VOICES["Gravel"], "voice_1"),)


@pytest.mark.parametrize("text", [
    "A train at 12:30, 16:9, write to anna@example.com or @anna.", "[anna@example.com] on a card", "[@anna] on a phone",
    '[Anna]: "We made it."', 'The man <<<voice_1>>> said, "Hello."', "@image_1 walks to @Zhang.", "",
])  # fmt: skip
@pytest.mark.parametrize("standard", list(Standard))
def test_what_binds_no_voice_stays_as_it_is(text: str, standard: Standard) -> None:
    assert compile_prompt(text, VOICES, standard) == CompiledPrompt(text, ())


def test_an_unknown_voice_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        compile_prompt('[Anna@Thunder]: "Hi."', VOICES, Standard.NEW)
    assert caught.value.field == "voice"
    assert "Thunder" in str(caught.value)
    assert all(name in str(caught.value) for name in VOICES)


def test_three_voices_are_too_many_and_two_names_of_one_voice_are_one() -> None:
    three = '[A@Boy]: "1." Then [B@Gravel]: "2." Then [C@Warm Alto]: "3."'
    with pytest.raises(InputError, match="at most 2 voices"):
        compile_prompt(three, VOICES, Standard.LEGACY)
    alike = {**VOICES, "Boy": VOICES["Gravel"]}
    assert len(compile_prompt(three, alike, Standard.LEGACY).voices) == 2


def test_a_reference_written_by_hand_beside_a_bound_voice_is_refused() -> None:
    text = '[Anna@Gravel]: "Hi." Then the man <<<voice_1>>> said, "Hello."'
    with pytest.raises(InputError, match="voice_1"):
        compile_prompt(text, VOICES, Standard.LEGACY)


@pytest.mark.parametrize(
    ("beside", "reference"), [("", "voice_1"), ("the file voice_1", "tone_1"), ("@Voice and a tone_2", "speaker_1")]
)
def test_new_reference_ids_do_not_occur_in_the_text(beside: str, reference: str) -> None:
    compiled = compile_prompt(f'[Anna@Gravel]: "Hi." {beside}', VOICES, Standard.NEW)
    assert compiled.voices[0].reference_id == reference
    assert compiled.text.count(reference) == 1


_PIECES = st.sampled_from([
    "[", "]", "@", '"', "“", "”", "「", "」", "'", ":", ", ", ". ", "\n", "\\", "Anna", "Gravel", "Warm Alto", " says ",
    "voice_1", "@voice", "【", "】", "说", " ", "a@b.co", '[Anna@Gravel]: "Hi."', "[Ben@Boy] ",
])  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=30).map("".join))


@given(_TEXTS)
def test_reading_never_fails_and_every_span_is_in_the_text(text: str) -> None:
    script = read_script(text)
    ends = 0
    for quote in script.quotes:
        assert (
            ends <= quote.span.start < quote.line_span.start <= quote.line_span.end_exclusive < quote.span.end_exclusive
        )
        ends = quote.span.end_exclusive
    for turn in script.turns:
        assert 0 <= turn.span.start <= turn.line_span.start <= turn.line_span.end_exclusive < turn.span.end_exclusive
        assert turn.span.end_exclusive <= len(text)
        assert text[turn.label_span.start] in "[【［"
        assert (turn.voice_name is None) == (turn.voice_span is None)
    for label in script.labels:
        if label.voice_span is not None:
            assert text[label.voice_span.start] == "@"


@given(_TEXTS, st.sampled_from(list(Standard)))
def test_compiling_is_identity_without_a_voice_and_repeatable_with_one(text: str, standard: Standard) -> None:
    labels = read_script(text).labels
    if all(label.voice_name is None for label in labels):
        assert compile_prompt(text, VOICES, standard) == CompiledPrompt(text, ())
        return
    try:
        compiled = compile_prompt(text, VOICES, standard)
    except InputError:
        return  # an unknown voice, or more than fit
    assert compiled == compile_prompt(text, dict(reversed(VOICES.items())), standard)
    for voice in compiled.voices:
        token = f"<<<{voice.reference_id}>>>" if standard is Standard.LEGACY else f"@{voice.reference_id}"
        assert len(re.findall(rf"{re.escape(token)}(?![A-Za-z0-9_])", compiled.text)) >= 1
