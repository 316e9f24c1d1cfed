# SPDX-License-Identifier: GPL-3.0-or-later
"""Which model makes a shot, by rules that a list can read, change and add to. A model that the shot names wins."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..kling.catalogue import DEFAULT_MODEL_NAME, catalogue
from ..kling.dialogue import read_script
from ..kling.possible import problems
from .outline import outline
from .shot_fields import FIELD_NAMES, ShotFields

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction


SETTABLE = ("quality", "aspect", "sound", "negative", "cfg", "free_cuts", "keep_sound", "orientation")


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class When(_Rules):
    """All that is given must hold."""

    speaks: bool | None = None
    has: tuple[str, ...] = Field(default=(), strict=False)
    lacks: tuple[str, ...] = Field(default=(), strict=False)
    tags: tuple[str, ...] = Field(default=(), strict=False)
    words: tuple[str, ...] = Field(default=(), strict=False)
    longer_than: float | None = None
    shorter_than: float | None = None

    @field_validator("has", "lacks")
    @classmethod
    def _are_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in FIELD_NAMES:
                raise ValueError(f"“{name}” is no field of a shot: {', '.join(sorted(FIELD_NAMES))}")
        return names


class Rule(_Rules):
    name: str
    why: str = ""
    when: When = When()
    model: tuple[str, ...] = Field(min_length=1, strict=False)
    set: dict[str, Any] = {}

    @field_validator("model", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("model")
    @classmethod
    def _is_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if catalogue().find(name) is None:
                raise ValueError(f"“{name}” is no model: {', '.join(row.id for row in catalogue().model)}")
        return names

    @field_validator("set")
    @classmethod
    def _can_be_set(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in values:
            if name not in SETTABLE:
                raise ValueError(f"a rule sets {', '.join(SETTABLE)}, not “{name}”")
        ShotFields.model_validate(values)
        return values


@dataclass(frozen=True, slots=True)
class Chosen:
    fields: ShotFields
    why: str


@cache
def default_rules() -> tuple[Rule, ...]:
    text = Path(__file__).with_name("model_rules.toml").read_text(encoding="utf-8")
    return tuple(Rule.model_validate(one) for one in tomllib.loads(text)["rule"])


def choose_model(
    fields: ShotFields, tags: Iterable[str], rules: Iterable[Rule], given: frozenset[str], length_s: Fraction | None
) -> Chosen:
    """`given`: the fields that the shot or its defaults name; they are never changed. `length_s`: that of the shot's
    source where it names no duration; the model's next longer one is taken.

    The first rule that holds and has a model that can make the shot decides. `fields` has stand-ins for what other
    shots give.
    """
    tag_set = {tag.casefold() for tag in tags}
    passed_rules: list[str] = []
    first: Chosen | None = None
    for rule in rules:
        if not _holds(rule.when, fields, tag_set, given, length_s):
            continue
        chosen = _by_rule(rule, fields, given, length_s)
        if chosen is not None:
            return Chosen(chosen.fields, "; ".join((chosen.why, *passed_rules)))
        names = ", ".join(rule.model)
        passed_rules.append(f"not {rule.name}: {names} cannot make it")
        if first is None:
            opened = fields.model_copy(update={**_opened(rule, given), "model": rule.model[0]})
            first = Chosen(fitted(opened, given, length_s), f"{rule.name}: none of {names} can make it")
    if first is not None:
        return first
    return Chosen(fitted(fields.model_copy(update={"model": DEFAULT_MODEL_NAME}), given, length_s), "no rule fits")


def _by_rule(rule: Rule, fields: ShotFields, given: frozenset[str], length_s: Fraction | None) -> Chosen | None:
    """None where none of its models can make the shot."""
    too_short: list[ShotFields] = []
    passed_over: list[str] = []
    for name in rule.model:
        one = fitted(fields.model_copy(update={**_opened(rule, given), "model": name}), given, length_s)
        found = problems(outline(one))
        if found:
            passed_over.append(f"not {name}: {found[0].allowed}")
        elif length_s is not None and "duration" not in given and one.duration < length_s:
            too_short.append(one)
            passed_over.append(f"not {name}: it makes at most {one.duration} s")
        else:
            return Chosen(one, _words(rule, passed_over))
    if not too_short:
        return None
    longest = max(too_short, key=lambda one: one.duration)
    return Chosen(longest, f"{_words(rule, [])}; none makes {float(length_s or 0):g} s, it makes most")


def _opened(rule: Rule, given: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in rule.set.items() if name not in given}


def fitted(fields: ShotFields, given: frozenset[str], length_s: Fraction | None) -> ShotFields:
    """With the shortest length that the model makes and that is not below `length_s`, else its longest."""
    if length_s is None or "duration" in given:
        return fields
    model = catalogue().find(fields.model)
    if model is None:
        return fields
    best = fields
    for seconds in model.durations_s:
        one = fields.model_copy(update={"duration": seconds})
        if any(problem.field == "duration" for problem in problems(outline(one))):
            continue
        best = one
        if seconds >= length_s:
            break
    return best


def speaks(fields: ShotFields) -> bool:
    return any(read_script(text).turns for text in _texts(fields))


def _holds(when: When, fields: ShotFields, tags: set[str], given: frozenset[str], length_s: Fraction | None) -> bool:
    if when.speaks is not None and when.speaks != (fields.sound is not False and speaks(fields)):
        return False
    if not all(_is_given(fields, name, given) for name in when.has):
        return False
    if any(_is_given(fields, name, given) for name in when.lacks):
        return False
    if when.tags and not tags & {tag.casefold() for tag in when.tags}:
        return False
    if when.words and not any(_has_words(when.words, text) for text in _texts(fields)):
        return False
    length = float(length_s) if length_s is not None and "duration" not in given else fields.duration
    if when.longer_than is not None and not length > when.longer_than:
        return False
    return when.shorter_than is None or length < when.shorter_than


def _is_given(fields: ShotFields, name: str, given: frozenset[str]) -> bool:
    return name in given or getattr(fields, name) != ShotFields.model_fields[name].get_default(
        call_default_factory=True
    )


def _has_words(words: Iterable[str], text: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)


def _texts(fields: ShotFields) -> tuple[str, ...]:
    return (fields.prompt, *(cut.prompt for cut in fields.cuts))


def _words(rule: Rule, passed_over: list[str]) -> str:
    said = f"{rule.name}: {rule.why}" if rule.why else rule.name
    return "; ".join((said, *passed_over))
