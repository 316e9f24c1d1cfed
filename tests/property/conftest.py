# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories against the real parts. RETAKE_EXAMPLES says how many; what they came to is printed at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.property.tally import tally


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """The log of a thousand histories would be kept in memory until the end, with all that its records hold on to."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


_told: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes hands over what it has; the first prints it."""
    output = getattr(session.config, "workeroutput", None)
    if not tally:
        return
    if output is None:
        _told.extend(tally.lines())
    else:
        output["tally"] = tally.lines()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _told.extend(node.workeroutput.get("tally", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _told:
        terminalreporter.section("money under faults")
        for line in _told:
            terminalreporter.line(line)
