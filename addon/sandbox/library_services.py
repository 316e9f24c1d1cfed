# SPDX-License-Identifier: GPL-3.0-or-later
"""What the library's and the account's calls work with, and what a call is for the routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from starlette.requests import Request

from .exchange import Exchange, Handler, has_fault
from .fault_book import RequestKind
from .library_use import LibraryLookup
from .renderer import Renderer
from .result_urls import signed_path
from .settings import SandboxSettings
from .simulated_time import Clock
from .task_state import TaskState, state_of
from .task_store import Task, TaskStore


@dataclass(frozen=True, slots=True)
class LibraryCall:
    """One route. `kind` says which faults can strike it."""

    method: Literal["GET", "POST"]
    path: str
    kind: RequestKind
    handle: Handler


@dataclass(frozen=True, slots=True)
class LibraryServices:
    """`folder` is where result files are; `url_secret` signs their addresses."""

    settings: SandboxSettings
    store: TaskStore
    renderer: Renderer
    clock: Clock
    url_secret: bytes
    lookup: LibraryLookup
    folder: Path

    def address(self, request: Request) -> Callable[[str, int], str]:
        """Makes the URL of a result file, as the asking client reaches this server."""
        base = str(request.base_url).rstrip("/")
        return lambda file, updated_ms: base + signed_path(file, updated_ms, self.url_secret)

    def state(self, task: Task, at_ms: int, exchange: Exchange) -> TaskState:
        return state_of(task, at_ms, backwards=has_fault(exchange.struck, "status_backwards"))
