# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of Kling's two standards a request is sent on: by what it says, by the key, and by the user's own choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import AccountError, InputError
from .catalogue import catalogue
from .credentials import AccessKeyPair
from .possible import fitting_standards
from .standard import Standard

if TYPE_CHECKING:
    from .credentials import Credential
    from .request import GenerationRequest


def choose_standard(request: GenerationRequest, credential: Credential, wanted: Standard | None = None) -> Standard:
    """The standard for a request that `problems` finds nothing wrong with.

    Raises InputError where `wanted` cannot say it, AccountError where only an API key would reach the model.
    """
    fitting = fitting_standards(request)
    label = catalogue().model_row(request.model_name).label
    if wanted is not None:
        if wanted not in fitting:
            names = " or ".join(standard.value for standard in fitting)
            raise InputError("KLING_STANDARD", wanted.value, f"this shot with {label} can be sent on {names} only")
        fitting = (wanted,)
    for standard in fitting:
        if standard is Standard.LEGACY or not isinstance(credential, AccessKeyPair):
            return standard
    raise AccountError(
        f"{label} needs an API key: with an access key and secret key only the older request format can be used.",
        hint="Set KLING_API_KEY to a key from Kling's console, or choose another model.",
    )
