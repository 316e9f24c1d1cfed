# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a sandbox: in a daemon thread of this process, or in the foreground for the command line.

    with SandboxServer(SandboxSettings(data_dir=folder, speed=100)) as server:
        ...  # server.base_url, server.credentials

It listens on 127.0.0.1 only, without TLS.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from types import FrameType, TracebackType
from typing import Self

import uvicorn

from .application import Services, build_application
from .callbacks import Callbacks
from .data_lock import DataLock
from .fault_book import FaultBook
from .faults import Fault
from .library_lookup import lookup_in
from .renderer import Renderer
from .request_log import RequestLog
from .result_urls import signed_path
from .secrets_file import SandboxSecrets, load_or_create
from .settings import Credentials, SandboxSettings
from .simulated_time import clock_of
from .task_store import TaskStore
from .transport import BreakableProtocol

_HOST = "127.0.0.1"
_BACKLOG = 128
_log = logging.getLogger("retake.sandbox")


class SandboxServer:
    """One sandbox. Making it reads or writes the credentials in `data_dir`; `start` begins to listen.

    Every method may be called from any thread, `start`, `stop` and `restart` from one at a time. Two servers
    cannot use one `data_dir` at the same time.

    Raises:
        ValueError: `data_dir` holds files that are not a sandbox's.
        OSError: `data_dir` cannot be written.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._secrets = load_or_create(settings.data_dir, settings.credentials)
        self._faults = FaultBook(settings.faults)
        self._log = RequestLog(settings.data_dir)
        self._port = settings.port
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The address, such as http://127.0.0.1:8123. With port 0 it is known from the first start on, and kept."""
        if self._port == 0:
            raise RuntimeError("the sandbox has no address before its first start")
        return f"http://{_HOST}:{self._port}"

    @property
    def credentials(self) -> Credentials:
        return self._secrets.credentials

    def start(self) -> None:
        """Begin to listen; returns when connections are accepted.

        Raises:
            OSError: the port is taken.
            DataDirInUseError: another sandbox is running in this `data_dir`.
            RuntimeError: it runs already.
        """
        if self._running is not None:
            raise RuntimeError("the sandbox runs already")
        listener = _listen(self._port)
        try:
            port = int(listener.getsockname()[1])
            self._running = _Running(self._settings, self._secrets, self._log, self._faults, listener)
        except BaseException:
            listener.close()
            raise
        self._port = port
        _log.info("sandbox listening base_url=%s", self.base_url)

    def stop(self) -> None:
        """Close all connections, end all threads and close all files. Does nothing when it does not run."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()
            _log.info("sandbox stopped base_url=%s", self.base_url)

    def restart(self) -> None:
        """Stop and start on the same port; tasks go on. Fault counts go on too."""
        self.stop()
        self.start()

    def add_fault(self, fault: Fault) -> None:
        """Add a rule to a server, running or not; its matches are counted from now on."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Forget all rules, those of the settings too. Tasks already stuck or doomed stay so."""
        self._faults.clear()

    def requests(self) -> list[dict[str, object]]:
        """The request log of `data_dir`, oldest first; see `request_log.LogEntry` for the keys."""
        return self._log.read()

    def accepted_creates(self) -> Counter[str]:
        """How many creates made a task, by external id; those without one are under ""."""
        return self._log.accepted_creates()

    def charges(self) -> list[tuple[str, str | None, Decimal]]:
        """(task_id, external_task_id, units) of each task and face session that has succeeded by now, oldest first.

        Image units stand beside video units.

        Units are deducted at success, not at submission (kling-api section 4, [L]).
        """
        running = self._running
        clock = clock_of(self._settings.clock)
        store = running.store if running is not None else TaskStore(self._settings.data_dir, clock)
        try:
            return [(task.task_id, task.external_task_id, task.units) for task in store.succeeded()]
        finally:
            if running is None:
                store.close()


class _Running:
    """What exists only while a server listens. Everything it opens is closed again when it cannot start."""

    def __init__(
        self,
        settings: SandboxSettings,
        secrets: SandboxSecrets,
        log: RequestLog,
        faults: FaultBook,
        listener: socket.socket,
    ) -> None:
        self._lock = DataLock(settings.data_dir)
        clock = clock_of(settings.clock)
        self.store = TaskStore(settings.data_dir, clock)
        self._renderer = Renderer(self.store, settings.data_dir, settings.picture_divisor)
        base_url = f"http://{_HOST}:{listener.getsockname()[1]}"
        self._callbacks = Callbacks(
            self.store,
            settings.data_dir,
            clock,
            lambda file, updated_ms: base_url + signed_path(file, updated_ms, secrets.url_secret),
            settings.webhook_secret,
        )
        try:
            self._renderer.start()
            self._callbacks.start()
            services = Services(
                settings=settings,
                secrets=secrets,
                store=self.store,
                renderer=self._renderer,
                log=log,
                faults=faults,
                clock=clock,
                library=lookup_in(self.store),
            )
            config = uvicorn.Config(
                build_application(services),
                http=BreakableProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
            self._server = _SignallingServer(config)
            self._thread = threading.Thread(
                target=self._server.run, args=([listener],), name="sandbox-http", daemon=True
            )
            self._thread.start()
            self._wait_until_started()
        except BaseException:
            self._callbacks.stop()
            self._renderer.stop()
            self.store.close()
            self._lock.release()
            raise
        self._listener = listener

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
        self._callbacks.stop()
        self._renderer.stop()
        self.store.close()
        self._lock.release()

    def _wait_until_started(self) -> None:
        while not self._server.ready.wait(timeout=0.1):
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox's HTTP server ended while it was starting; see the log")


class _SignallingServer(uvicorn.Server):
    """uvicorn's server that says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def serve(settings: SandboxSettings, on_ready: Callable[[SandboxServer], None] | None = None) -> None:
    """Run a sandbox in the foreground until SIGINT or SIGTERM, then stop it cleanly. Main thread only.

    `on_ready` is called once with the running server, so that a command line can show address and keys.
    """
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with SandboxServer(settings) as server:
            if on_ready is not None:
                on_ready(server)
            # A wait without an end cannot be interrupted by Ctrl+C on Windows.
            while not ended.wait(timeout=0.5):
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # A restart must not wait for old connections to time out. On Windows the option means something else:
            # it would let two servers share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
