# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error of the bridge."""

from __future__ import annotations


class BridgeError(Exception):
    """An edit cannot be written, read or understood. `message` is a sentence for the user, `hint` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
