# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories against the real parts. RETAKE_EXAMPLES says how many; what they came to is printed at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.property.tally import tally


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """The log of a thousand histories would be kept in memory until the end, with all that its records hold on to."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tally:
        terminalreporter.section("money under faults")
        for line in tally.lines():
            terminalreporter.line(line)
