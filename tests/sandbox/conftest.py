# SPDX-License-Identifier: GPL-3.0-or-later
"""Sandboxes to ask and pictures to send. The tests speak plain HTTP and use nothing of the product's client."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from PIL import Image

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import Account

Opened = tuple[SandboxServer, Account]


def picture(width: int, height: int, colour: str = "white", kind: str = "PNG") -> str:
    """An image of one colour as raw base64."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def open_sandbox(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Start a sandbox with the given settings and a client with its API key; both end with the test."""
    with ExitStack() as stack:

        def start(*faults: Fault, speed: float = math.inf, concurrency: int = 5) -> Opened:
            settings = SandboxSettings(tmp_path / "sandbox", speed=speed, concurrency=concurrency, faults=faults)
            server = stack.enter_context(SandboxServer(settings))
            client = stack.enter_context(httpx.Client(timeout=20))
            return server, Account(server, client)

        yield start


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A sandbox that accepts any number of tasks and renders none: each stays in processing."""
    folder = tmp_path_factory.mktemp("idle")
    settings = SandboxSettings(folder, concurrency=100_000, faults=(Fault("stuck"),))
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        yield Account(server, client)
