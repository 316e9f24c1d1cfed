# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompt lint for one request: what its model and settings make of its words. Hints never hold a shot back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .catalogue import catalogue
from .possible import fitting_standards
from .prompt_lint import LintContext, lint_prompt
from .wire_prompt import reference_names

if TYPE_CHECKING:
    from .prompt_lint import Finding
    from .request import GenerationRequest

_LANGUAGE_RULE = "spoken-language"


def prompt_hints(request: GenerationRequest) -> tuple[Finding, ...]:
    """What to look at in the prompt of a request that `problems` finds nothing wrong with."""
    model = catalogue().model_row(request.model_name)
    fitting = fitting_standards(request)
    limits = (model.prompt_limit(standard, request.product) for standard in fitting)
    context = LintContext(
        sound=request.sound,
        prompt_max_characters=max(limits, default=model.prompt_max_characters),
        spoken_languages=model.spoken_languages,
        voices=frozenset(voice.name for voice in request.voices),
        references=frozenset({*reference_names(request), *(element.name for element in request.elements)}),
    )
    found = lint_prompt(request.prompt, context)
    if not model.spoken_languages:
        return tuple(finding for finding in found if finding.rule != _LANGUAGE_RULE)
    return found
