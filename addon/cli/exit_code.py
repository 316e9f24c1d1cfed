# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program's exit code says."""

from __future__ import annotations

from enum import IntEnum

from ..errors import AccountError, BudgetError, InputError


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
