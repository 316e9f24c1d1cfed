# SPDX-License-Identifier: GPL-3.0-or-later
"""What two requests have in common when they ask for the same: their words, settings and the content of their files.

Where a file lies does not count, and of a file that was made for the batch its name does, which says what it was made
of: made again by another version of a library it may differ in bytes.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..kling.request import GenerationRequest

MADE_INPUTS = "inputs"
"""The folder, among the takes, of files that are made for shots: frames of takes, parts of videos."""


def recipe_of(request: GenerationRequest) -> str:
    """Equal for requests that ask for the same."""
    return json.dumps(_plain(request.to_record()), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "sha256" in value:
        path = PurePath(value["path"])
        rest = {name: one for name, one in value.items() if name not in ("path", "sha256")}
        is_made = path.parent.name == MADE_INPUTS
        return {**rest, "file": path.name if is_made else value["sha256"]}
    return {name: _plain(one) for name, one in value.items()}
