# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that an earlier version of the sandbox wrote is taken over with its tasks."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import httpx
import pytest

from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import QUICK, Account

ADDED_IN_2 = ("standard", "callback_url", "told")
ADDED_IN_3 = ("package_type", "slots", "facts", "deleted_ms")


@pytest.mark.parametrize(("version", "missing"), [(1, ADDED_IN_2 + ADDED_IN_3), (2, ADDED_IN_3)])
def test_earlier_format_is_upgraded(tmp_path: Path, version: int, missing: tuple[str, ...]) -> None:
    settings = SandboxSettings(tmp_path, speed=math.inf)
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        task_id = Account(server, client).task_id(QUICK)
        Account(server, client).wait(task_id)
    database = sqlite3.connect(tmp_path / "tasks.sqlite3")
    for column in missing:
        database.execute(f"ALTER TABLE tasks DROP COLUMN {column}")
    database.execute("DROP TABLE account")
    database.execute(f"PRAGMA user_version = {version}")
    database.commit()
    database.close()
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        assert account.query(task_id)["task_status"] == "succeed"
        (task,) = account.send("GET", "/tasks", params={"task_ids": task_id}).json()["data"]
        assert task["status"] == "succeeded"
        assert account.wait(account.task_id(QUICK))["task_status"] == "succeed"
