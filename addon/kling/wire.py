# SPDX-License-Identifier: GPL-3.0-or-later
"""What both standards' JSON have in common: strict in what we send, open in what comes back."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """A part of a request. A field that is None is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class Received(BaseModel):
    """A part of an answer. Fields that we do not know are kept out of the way; numbers may come for texts."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class Envelope(Received):
    """Around every answer of either standard. `code` 0 is success."""

    code: int
    message: str | None = None
    request_id: str | None = None
    data: Any = None
