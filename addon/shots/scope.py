# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the shots of one file: its defaults, variables, characters and rules, then those of the lists that
include it. What is nearer to the shot wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .list_problem import ListProblem
from .model_rules import Rule
from .schema import wrong
from .variables import VARIABLE

if TYPE_CHECKING:
    from .raw_list import RawList, RawTable

CAST_FIELDS = ("look", "voice", "voice_id", "element", "element_id")


@dataclass(frozen=True, slots=True)
class Member:
    """A character: how it looks, and what Kling knows it by. Ids may be empty: the account's are looked up by name."""

    name: str
    look: str = ""
    voice: str = ""
    voice_id: str = ""
    element: str = ""
    element_id: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    defaults: tuple[RawTable, ...]
    """The nearest first."""
    variables: dict[str, str]
    cast: dict[str, Member]
    """By the name in lower case."""
    rules: tuple[Rule, ...]


def scope_of(raw: RawList, outer: Scope | None, problems: list[ListProblem]) -> Scope:
    variables = dict(outer.variables) if outer else {}
    cast = dict(outer.cast) if outer else {}
    own_cast = _cast(raw, problems)
    cast.update(own_cast)
    for name, member in own_cast.items():
        said = member.look or (f"@{member.element}" if member.element else "")
        if said and VARIABLE.fullmatch(name):
            variables[name] = said
    for name, value in raw.variables.values.items():
        place = raw.variables.place_of(name)
        if not VARIABLE.fullmatch(name):
            allowed = "a variable's name has letters, digits and underscores"
            problems.append(ListProblem(place, "variables", name, name, allowed))
        elif isinstance(value, bool) or not isinstance(value, str | int | float):
            problems.append(ListProblem(place, "variables", name, value, "a text is needed"))
        else:
            variables[name] = str(value)
    rules = tuple(rule for table in raw.rules if (rule := _rule(table, problems)) is not None)
    return Scope(
        (raw.defaults, *(outer.defaults if outer else ())),
        variables,
        cast,
        (*rules, *(outer.rules if outer else ())),
    )


def _cast(raw: RawList, problems: list[ListProblem]) -> dict[str, Member]:
    found = {}
    for name, values in raw.cast.values.items():
        place = raw.cast.place_of(name)
        if not isinstance(values, dict):
            problems.append(ListProblem(place, "cast", name, values, f"a table of {', '.join(CAST_FIELDS)} is needed"))
            continue
        fine: dict[str, str] = {}
        for field, value in values.items():
            if field not in CAST_FIELDS:
                allowed = f"a character has {', '.join(CAST_FIELDS)}"
                problems.append(ListProblem(place, f"cast: {name}", field, value, allowed))
            elif not isinstance(value, str):
                problems.append(ListProblem(place, f"cast: {name}", field, value, "a text is needed"))
            else:
                fine[field] = value.strip()
        found[name.casefold()] = Member(name, **fine)
    return found


def _rule(table: RawTable, problems: list[ListProblem]) -> Rule | None:
    values: dict[str, Any] = table.values
    owner = f"rule “{values['name']}”" if isinstance(values.get("name"), str) else "rule"
    faults = list(wrong(Rule, values))
    for name, within, value, allowed in faults:
        place = table.place_of(name)
        problems.append(ListProblem(place, owner, within, value, allowed.removeprefix("value error, ")))
    return None if faults else Rule.model_validate(values)
