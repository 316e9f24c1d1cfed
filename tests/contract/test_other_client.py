# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kling client by somebody else, as it was published, makes clips with the sandbox: only the base URL is another.

The package is kling-api 1.0.0 from the npm registry, in JavaScript, with its own JWT, checks, polling and download. npm
compares it with the digest in the lock file, so it is what its author published. It speaks the legacy standard only. It
refuses base URLs and clips that are not https under a public name; `https_door.py` gives the sandbox one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.child_process import run_child
from tests.clip_pattern import click_times_s, read_frames
from tests.contract.other_client.https_door import HttpsDoor

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "other_client"
INSTALLED = ROOT / "build" / "other_client"
PROGRAMS = ("node", "npm", "openssl")
PROMPT = "A paper boat in the rain"
# A clip of 5 s in quality pro is ready 1.55 s after its create at the earliest: the first look is always too early.
SPEED = 100.0


@pytest.fixture(scope="module")
def installed() -> Path:
    """A folder with the package, fresh from the registry or npm's cache."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        reason = f"the other client needs {', '.join(absent)}"
        if os.environ.get("CI") or os.environ.get("RETAKE_REQUIRE_LAYERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "drive.mjs"):
        shutil.copyfile(SOURCE / name, INSTALLED / name)
    command = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
    run_child(command, env=os.environ, timeout_s=300, cwd=INSTALLED)
    return INSTALLED


@dataclass(frozen=True)
class OtherClient:
    installed: Path
    server: SandboxServer
    door: HttpsDoor
    folder: Path

    def make(self, create: str, *, secret_key: str | None = None, **params: object) -> dict[str, Any]:
        """What the client printed after `create`, waiting and saving."""
        keys = self.server.credentials
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),  # it would read keys from there
            "HTTPS_PROXY": self.door.proxy_url,
            "NODE_EXTRA_CA_CERTS": str(self.door.certificate),
            "KLING_ACCESS_KEY": keys.access_key,
            "KLING_SECRET_KEY": secret_key or keys.secret_key,
        }
        task = {"baseUrl": self.door.base_url, "create": create, "params": params, "folder": str(self.folder / "takes")}
        command = ["node", self.installed / "drive.mjs", json.dumps(task)]
        printed = run_child(command, env=environ, timeout_s=120, cwd=self.folder)
        assert printed.err == ""
        value = json.loads(printed.out)
        assert isinstance(value, dict)
        return value

    def assert_made_once(self, path: str, made: dict[str, Any]) -> Path:
        """One create, looked at more than once, fetched once; returns the file."""
        assert "error" not in made, made
        requests = self.server.requests()
        assert not any(entry["ignored_fields"] for entry in requests)
        counted = Counter((entry["method"], str(entry["path"]), entry["http_status"]) for entry in requests)
        looked = counted.pop(("GET", f"{path}/{made['taskId']}", 200))
        assert looked > 1
        (fetched,) = [asked for asked in counted if asked[1].startswith("/results/")]
        assert counted == {("POST", path, 200): 1, fetched: 1}
        assert [task_id for task_id, _, _ in self.server.charges()] == [made["taskId"]]
        (file,) = made["files"]
        return Path(file)


@pytest.fixture
def client(installed: Path, tmp_path: Path) -> Iterator[OtherClient]:
    home = tmp_path / "home"
    home.mkdir()
    with (
        SandboxServer(SandboxSettings(tmp_path / "sandbox", speed=SPEED)) as server,
        HttpsDoor(server.base_url, tmp_path) as door,
    ):
        yield OtherClient(installed, server, door, home)


def assert_clip(path: Path, size: tuple[int, int], duration_s: int, *, sound: bool, rate_fps: int = 24) -> None:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert ((video.width, video.height), video.average_rate) == (size, Fraction(rate_fps))
        assert len(container.streams.audio) == sound
    assert [frame.frame_number for frame in read_frames(path)] == list(range(rate_fps * duration_s + 1))
    if sound:
        assert [round(time_s, 2) for time_s in click_times_s(path)] == list(range(duration_s + 1))


@pytest.fixture
def picture(client: OtherClient) -> str:
    path = client.folder / "boat.png"
    Image.new("RGB", (640, 360), "teal").save(path)
    return str(path)


def test_text_becomes_a_clip_with_sound(client: OtherClient) -> None:
    made = client.make(
        "textToVideo", prompt=PROMPT, model_name="kling-v2-6", mode="pro", duration="5", aspect_ratio="9:16", sound="on"
    )
    assert_clip(client.assert_made_once("/v1/videos/text2video", made), (1080, 1920), 5, sound=True)
    assert made["duration"] == "5.041"


def test_a_picture_becomes_a_silent_clip(client: OtherClient, picture: str) -> None:
    made = client.make("imageToVideo", image=picture, prompt=PROMPT, model_name="kling-v2-6", mode="pro", duration="5")
    assert_clip(client.assert_made_once("/v1/videos/image2video", made), (1920, 1080), 5, sound=False)


def test_a_first_frame_becomes_an_omni_clip(client: OtherClient, picture: str) -> None:
    frame = {"image_url": picture, "type": "first_frame"}
    made = client.make("omniVideo", image_list=[frame], prompt=PROMPT, model_name="kling-video-o1", duration="5")
    assert_clip(client.assert_made_once("/v1/videos/omni-video", made), (1920, 1080), 5, sound=False)


def test_several_pictures_become_one_clip(client: OtherClient, picture: str) -> None:
    images = [{"image": picture}, {"image": picture}]
    options = {"model_name": "kling-v1-6", "mode": "pro", "duration": "5"}
    made = client.make("multiImageToVideo", image_list=images, prompt=PROMPT, **options)
    path = client.assert_made_once("/v1/videos/multi-image2video", made)
    assert_clip(path, (1920, 1080), 5, sound=False, rate_fps=30)


def test_the_other_client_understands_a_refusal_and_a_failed_task(client: OtherClient) -> None:
    options = {"prompt": PROMPT, "model_name": "kling-v2-6"}
    client.server.add_fault(Fault("status", code=1301, method="POST", when=[1]))
    assert client.make("textToVideo", **options) == {"error": "Triggered the content security policy", "code": 1301}
    assert client.server.accepted_creates() == {}
    client.server.add_fault(Fault("fail_task"))
    assert client.make("textToVideo", **options)["error"] == "Failure to pass the risk control system"
    assert client.server.charges() == []


def test_the_other_client_with_a_wrong_key_is_refused(client: OtherClient) -> None:
    refused = client.make("textToVideo", secret_key="k" * 40, prompt=PROMPT, model_name="kling-v2-6")
    assert refused["code"] == 1000
    assert client.server.accepted_creates() == {}
