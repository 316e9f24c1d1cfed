# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong, in whatever order: a shot is paid once, its clip is not lost, and the ledger knows the sum."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.property.money_machine import MoneyMachine, servers

# A kill between the making and the first step of a connection leaves it so, as a killed process does.
# A killed process closes nothing and awaits nothing; here its remains are collected in the process of the tests.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '.*' was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

EXAMPLES = int(os.environ.get("RETAKE_EXAMPLES", "40"))


@pytest.fixture(autouse=True, scope="module")
def last_server() -> Iterator[None]:
    yield
    servers.close()


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=4,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
