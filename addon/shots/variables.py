# SPDX-License-Identifier: GPL-3.0-or-later
"""`{style}` and `{anna}` in the texts of a list; a brace that is meant is doubled: `{{`, `}}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .list_problem import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_IN = ("id", "title", "line", "scene")
"""Of each shot: its id, the list's title, a line of a song or a screenplay, and the scene of a screenplay."""
VARIABLE = re.compile(r"[^\W\d]\w*")
_LONGEST = 100_000
"""Characters: far beyond any prompt, and reached at once by variables that double each other."""
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class VariableError(ValueError):
    """`value` is what stands there, the text what is allowed."""

    def __init__(self, value: str, allowed: str, hint: str = "") -> None:
        super().__init__(allowed)
        self.value = value
        self.hint = hint


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Values may use other variables. Raises VariableError for an unknown one, a circle or a single brace."""
    return _expand(text, variables, ())


def expand_all(value: Any, variables: Mapping[str, str]) -> Any:
    """In every text of a value, however deep; names of tables stay as they are."""
    match value:
        case str():
            return expand(value, variables)
        case list() | tuple():
            return [expand_all(one, variables) for one in value]
        case dict():
            return {name: expand_all(one, variables) for name, one in value.items()}
    return value


def escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _expand(text: str, variables: Mapping[str, str], inside: tuple[str, ...]) -> str:
    if "{" not in text and "}" not in text:
        return text

    def replaced(found: re.Match[str]) -> str:
        whole = found[0]
        if whole in ("{{", "}}"):
            return whole[0]
        name = (found[1] or "").strip()
        if found[1] is None or not VARIABLE.fullmatch(name):
            raise VariableError(whole, "a brace that is not a variable is written {{ or }}")
        if name in inside:
            raise VariableError(whole, f"it is made of itself: {' → '.join((*inside, name))}")
        key = name if name in variables else name.casefold()
        if key not in variables:
            known = sorted(variables)
            allowed = f"the variables are {', '.join(known)}" if known else "the list has no [variables]"
            raise VariableError(whole, allowed, did_you_mean(name, [one for one in known if one not in BUILT_IN]))
        return _expand(variables[key], variables, (*inside, name))

    said = _PIECE.sub(replaced, text)
    if len(said) > _LONGEST:
        raise VariableError(text, f"with its variables it is longer than {_LONGEST} characters")
    return said
