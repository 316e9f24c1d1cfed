# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program's exit code says."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from ..errors import AccountError, BudgetError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExitCode(IntEnum):
    DONE = 0
    SHOTS_FAILED = 1
    BAD_INPUT = 2
    BUDGET_REFUSED = 3
    ACCOUNT_REFUSED = 4
    STOPPED = 130
    """By the user, with Ctrl-C; the number shells use for it."""


def exit_code_for(error: BaseException) -> ExitCode:
    match error:
        case InputError():
            return ExitCode.BAD_INPUT
        case BudgetError():
            return ExitCode.BUDGET_REFUSED
        case AccountError():
            return ExitCode.ACCOUNT_REFUSED
        case KeyboardInterrupt():
            return ExitCode.STOPPED
        case _:
            return ExitCode.SHOTS_FAILED


def exit_code_for_all(errors: Sequence[BaseException]) -> ExitCode:
    """For the errors of several shots: the code they share, else that some shots failed."""
    codes = {exit_code_for(error) for error in errors}
    if not codes:
        return ExitCode.DONE
    return codes.pop() if len(codes) == 1 else ExitCode.SHOTS_FAILED
