# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing that keeps a request from being sent, and the words such sentences are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .catalogue import ModelRow


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is not possible: the field, what it holds, and what is allowed instead."""

    field: str
    value: str
    allowed: str
    hint: str = ""

    def error(self) -> InputError:
        return InputError(self.field, self.value, self.allowed, hint=self.hint)


def where(model: ModelRow, modes: Sequence[str]) -> str:
    """In which of its modes a model has something."""
    return f"{model.label} has it with quality {either(modes)}" if modes else f"{model.label} does not have it"


def either(words: Sequence[str]) -> str:
    """`a, b or c`; "none" without words."""
    if not words:
        return "none"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
