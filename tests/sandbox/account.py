# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as the tests use it: sends bodies as they are and reads answers as they come."""

from __future__ import annotations

import time
from typing import Any

import httpx

from addon.sandbox.server import SandboxServer

TEXT, IMAGE = "/v1/videos/text2video", "/v1/videos/image2video"
# The quickest clip there is; kling-v1, the default, is discontinued.
QUICK = {"model_name": "kling-v3", "prompt": "a lamp", "duration": "3"}


class Account:
    def __init__(self, server: SandboxServer, client: httpx.Client) -> None:
        self.server = server
        self.client = client

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.server.credentials.api_key}", **options.pop("headers", {})}
        return self.client.request(method, self.server.base_url + path, headers=headers, **options)

    def create(self, body: dict[str, Any], path: str = TEXT) -> httpx.Response:
        return self.send("POST", path, json=body)

    def task_id(self, body: dict[str, Any], path: str = TEXT) -> str:
        answer = self.create(body, path)
        assert answer.status_code == 200, answer.text
        task_id = answer.json()["data"]["task_id"]
        assert isinstance(task_id, str)
        return task_id

    def query(self, wanted: str, path: str = TEXT) -> dict[str, Any]:
        answer = self.send("GET", f"{path}/{wanted}")
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def wait(self, wanted: str, path: str = TEXT, timeout_s: float = 20) -> dict[str, Any]:
        """The task once it has ended."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            data = self.query(wanted, path)
            if data["task_status"] in ("succeed", "failed"):
                return data
            time.sleep(0.02)
        raise AssertionError(f"task {wanted} did not end within {timeout_s} s")

    def url(self, wanted: str, path: str = TEXT) -> str:
        """Wait for the task and return its result's address."""
        data = self.wait(wanted, path)
        assert data["task_status"] == "succeed", data
        url = data["task_result"]["videos"][0]["url"]
        assert isinstance(url, str)
        return url
