# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of Azure's blob storage, Microsoft's Azurite, in a process of its own: it checks every signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
from email.utils import formatdate
from pathlib import Path
from types import TracebackType

import httpx

from addon.hosting.place import StorageKind, StoragePlace, StorageSecret
from tests.child_process import run_child

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "azure"
INSTALLED = ROOT / "build" / "azure"
PROGRAMS = ("node", "npm")
ACCOUNT, CONTAINER = "retaketest", "retake-test"
SECRET = StorageSecret(
    secret=base64.b64encode(b"a key of the test server, of 64 bytes, which nobody else has !!!").decode()
)
_START_LIMIT_S = 60.0
_VERSION = "2023-11-03"


def install() -> Path:
    """Fresh from the registry or npm's cache, unless it is there; npm compares each package with the lock file."""
    lock = SOURCE / "package-lock.json"
    done = INSTALLED / "node_modules/.retake-lock.json"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SOURCE / name, INSTALLED / name)
        command = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
        run_child(command, env=os.environ, timeout_s=300, cwd=INSTALLED)
        shutil.copyfile(lock, done)
    return INSTALLED / "node_modules/azurite/dist/src/blob/main.js"


class AzureServer:
    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.log = folder / "azurite.log"
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}/{ACCOUNT}"
        self.place = StoragePlace(StorageKind.AZURE, CONTAINER, account=ACCOUNT, endpoint=self.endpoint)

    def __enter__(self) -> AzureServer:
        options = ["--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--location", str(self._folder / "data")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["node", str(self._program), *options, "--disableTelemetry"], stdout=log, stderr=log,
                cwd=self._folder, env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{SECRET.secret}"},
            )  # fmt: skip
        ends_at = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < ends_at:
            if self._make_container():
                return self
            time.sleep(0.2)
        self.__exit__(None, None, None)
        raise AssertionError(f"no Azure server within {_START_LIMIT_S} s:\n{self.log.read_text()[-3000:]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def _make_container(self) -> bool:
        """With the account's key, by Shared Key as Microsoft describes it: Retake's own addresses may not do that."""
        date = formatdate(usegmt=True)
        headers = f"x-ms-date:{date}\nx-ms-version:{_VERSION}\n"
        resource = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
        told = "PUT" + "\n" * 12 + headers + resource
        signature = hmac.digest(base64.b64decode(SECRET.secret), told.encode(), hashlib.sha256)
        authorization = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
        try:
            answer = httpx.put(
                f"{self.endpoint}/{CONTAINER}?restype=container",
                headers={"x-ms-date": date, "x-ms-version": _VERSION, "authorization": authorization},
                timeout=5,
            )
        except httpx.HTTPError:
            return False
        assert answer.status_code in (201, 409), answer.text
        return True
