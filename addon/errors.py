# SPDX-License-Identifier: GPL-3.0-or-later
"""The error tree. Every error carries a sentence for the user and what to do next.

RetakeError
├── InputError          a value that cannot be: names the field, the value and what is allowed
├── BudgetError         a cap would be exceeded; nothing was sent
├── AccountError        no key, a refused key, an account that cannot pay
├── OfflineError        network access is switched off
├── StorageError        a folder or file that cannot be read or written
├── LedgerError         the record of jobs and money cannot be used as asked
├── PlacementError      a take cannot be put on the timeline
├── ExchangeError       an edit cannot be written to or read from OpenTimelineIO
└── KlingError          see kling/errors.py
"""

from __future__ import annotations


class RetakeError(Exception):
    """`message` is one sentence for the user, `hint` what to do next, `detail` goes to the log only."""

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(RetakeError):
    """A value the user gave cannot be used. `field` is the name the user knows it by."""

    def __init__(self, field: str, value: object, allowed: str, *, hint: str = "") -> None:
        shown = str(value)
        if len(shown) > 80:
            shown = f"{shown[:79]}…"
        super().__init__(f"{field}: {shown} cannot be used; {allowed}.", hint=hint)
        self.field = field
        self.value = value
        self.allowed = allowed


class BudgetError(RetakeError):
    """Sending the job would exceed a cap. Raised before anything is sent."""


class AccountError(RetakeError):
    """The key is missing or refused, or the account cannot pay or may not use this."""


class OfflineError(RetakeError):
    """The job needs the network and it is switched off."""


class StorageError(RetakeError):
    """A folder or file cannot be read or written."""


class LedgerError(RetakeError):
    """The record of jobs and money cannot be used as asked."""


class PlacementError(RetakeError):
    """A take cannot be put on the timeline."""


class ExchangeError(RetakeError):
    """An edit cannot be written to or read from OpenTimelineIO."""


class EditChangedError(ExchangeError):
    """The edit was changed while it was being read: what was read of it is of two moments."""

    def __init__(self) -> None:
        super().__init__("The edit was changed while it was being read.", hint="Try again when nothing moves it.")
