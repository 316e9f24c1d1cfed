# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion control on both standards: what is refused, what fails, and how the clip follows its reference."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from addon.sandbox.motion_rules import motion_units
from tests.clip_pattern import read_frames, read_sound, take_mark
from tests.sandbox.account import Account
from tests.sandbox.conftest import Opened, picture

Open = Callable[..., Opened]
LEGACY, NEW = "/v1/videos/motion-control", "/motion-control/kling-3.0"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        pass


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of some references."""
    folder = tmp_path_factory.mktemp("references")
    write_video(folder / "good.mp4", 100, Fraction(30), sound=True)
    write_video(folder / "silent.mov", 76, Fraction(24000, 1001))
    write_video(folder / "short.mp4", 60, Fraction(30))
    write_video(folder / "long.mp4", 31 * 10, Fraction(10))
    write_video(folder / "middling.mp4", 120, Fraction(10))
    write_video(folder / "small.mp4", 100, Fraction(30), size=(320, 240))
    write_video(folder / "other.mkv", 100, Fraction(30))
    (folder / "broken.mp4").write_bytes(b"no video at all")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def write_video(
    path: Path, frames: int, rate: Fraction, *, sound: bool = False, size: tuple[int, int] = (640, 360)
) -> None:
    """Frames that get brighter one after the other; with sound, a tone in the second second."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "16"}
        audio = container.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for number in range(frames):
            level = np.full((size[1], size[0], 3), 2 * min(number, 120), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(level, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            time_s = np.arange(int(44_100 * frames / rate)) / 44_100
            tone = np.where((time_s >= 1) & (time_s < 2), 0.5 * np.sin(2 * np.pi * 440 * time_s), 0).astype(np.float32)
            for start in range(0, len(tone), 1024):
                piece = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], format="fltp", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = 44_100, start, Fraction(1, 44_100)
                container.mux(audio.encode(piece))
            container.mux(audio.encode(None))


def legacy(video: str, **more: Any) -> dict[str, Any]:
    body = {"image_url": picture(400, 400), "video_url": video, "character_orientation": "video", "mode": "std"}
    return {**body, **more}


def new(video: str, *parts: dict[str, Any], **settings: Any) -> dict[str, Any]:
    contents = [{"type": "image", "url": picture(400, 400)}, {"type": "video", "url": video}, *parts]
    return {"contents": contents, "settings": {"character_orientation": "video", **settings}}


def wait_new(account: Account, task_id: str, timeout_s: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        task: dict[str, Any] = account.send("GET", "/tasks", params={"task_ids": task_id}).json()["data"][0]
        if task["status"] in ("succeeded", "failed"):
            return task
        time.sleep(0.02)
    raise AssertionError(f"task {task_id} did not end")


def save(account: Account, url: str, path: Path) -> Path:
    path.write_bytes(account.client.get(url).content)
    return path


def test_clip_follows_its_reference(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    _, account = open_sandbox()
    task_id = account.task_id(legacy(f"{host}/good.mp4", model_name="kling-v3"), LEGACY)
    data = account.wait(task_id, LEGACY, timeout_s=30)
    assert data["task_status"] == "succeed", data
    (video,) = data["task_result"]["videos"]
    # 100 frames at 30 fps are 3.333 s, which are billed as 3 s.
    assert (video["duration"], data["final_unit_deduction"]) == ("3.333", "2.7")
    file = save(account, video["url"], tmp_path / "clip.mp4")
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(100))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (1280, 720, 30)
        seen = [np.asarray(frame.to_ndarray(format="rgb24")) for frame in container.decode(stream)]
    # The reference's brightness grows with each frame, and the white character stands elsewhere in each.
    corner = [float(picture[500:520, 900:1000].mean()) for picture in seen]
    assert corner[99] > corner[50] > corner[10]
    columns = [int(np.flatnonzero(picture[280].min(axis=1) > 200).mean()) for picture in (seen[5], seen[30], seen[55])]
    assert columns[0] < columns[1] < columns[2]
    samples, rate_hz, start_s = read_sound(file)
    loud = np.flatnonzero(np.abs(samples) > 0.2) / rate_hz + start_s
    assert loud[0] == pytest.approx(1, abs=0.03)
    assert loud[-1] == pytest.approx(2, abs=0.03)


def test_new_standard_keeps_rate_and_follows_the_image(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    server, account = open_sandbox()
    body = new(f"{host}/silent.mov", character_orientation="image", audio="off", resolution="1080p")
    task_id = account.create(body, "/motion-control/kling-2.6").json()["data"]["id"]
    task = wait_new(account, task_id)
    assert task["status"] == "succeeded", task
    (output,) = task["outputs"]
    assert (output["duration"], task["billing"][0]["amount"]) == ("3.169", "2.4")
    file = save(account, output["url"], tmp_path / "clip.mp4")
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (1440, 1440, Fraction(24000, 1001))
        assert not container.streams.audio
    assert [reading.frame_number for reading in read_frames(file)] == list(range(76))
    assert [str(units) for _, _, units in server.charges()] == ["2.4"]


@pytest.mark.parametrize(("keep", "audio", "tracks"), [("yes", "original", 1), ("no", "off", 0)])
def test_sound_is_kept_or_left_out(
    open_sandbox: Open, host: str, tmp_path: Path, keep: str, audio: str, tracks: int
) -> None:
    _, account = open_sandbox()
    first = account.task_id(legacy(f"{host}/good.mp4", keep_original_sound=keep), LEGACY)
    second = account.create(new(f"{host}/good.mp4", audio=audio), NEW).json()["data"]["id"]
    for task_id in (first, second):
        url = wait_new(account, task_id)["outputs"][0]["url"]
        with av.open(str(save(account, url, tmp_path / f"{task_id}.mp4"))) as container:
            assert len(container.streams.audio) == tracks


@pytest.mark.parametrize(
    ("file", "orientation", "said"),
    [
        ("short.mp4", "video", "duration of the video is invalid (2.000 s)"),
        ("long.mp4", "video", "duration of the video is invalid (31.000 s)"),
        ("middling.mp4", "image", "duration of the video is invalid (12.000 s)"),
        ("small.mp4", "video", "resolution of the video is invalid (320x240)"),
        ("other.mkv", "video", "format of the video is invalid"),
        ("broken.mp4", "video", "cannot be decoded"),
        ("missing.mp4", "video", "Failed to download the video: HTTP 404"),
    ],
)
def test_bad_reference_makes_the_task_fail(
    open_sandbox: Open, host: str, file: str, orientation: str, said: str
) -> None:
    server, account = open_sandbox()
    task_id = account.task_id(legacy(f"{host}/{file}", character_orientation=orientation), LEGACY)
    data = account.wait(task_id, LEGACY)
    assert data["task_status"] == "failed"
    assert said in data["task_status_msg"]
    assert wait_new(account, task_id)["message"] == data["task_status_msg"]
    assert server.charges() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"video_url": picture(300, 300)}, "video_url value"),
        ({"video_url": "ftp://127.0.0.1/a.mp4"}, "video_url value 'ftp://127.0.0.1/a.mp4' is invalid"),
        ({"video_url": ""}, "video_url value '' is invalid"),
        ({"image_url": ""}, "image_url value '' is invalid"),
        ({"character_orientation": ""}, "character_orientation value '' is invalid"),
        ({"mode": ""}, "mode value '' is invalid"),
        ({"mode": "4k"}, "mode value '4k' is invalid"),
        ({"keep_original_sound": "on"}, "keep_original_sound value 'on' is invalid"),
        ({"element_list": [{"element_id": 1}]}, "element_list value '1 entries' is invalid"),
        ({"model_name": "kling-v2-5-turbo"}, "model_name value 'kling-v2-5-turbo' is invalid"),
    ],
)
def test_refused_legacy_creates(idle: Account, change: dict[str, Any], sentence: str) -> None:
    answer = idle.create(legacy("http://127.0.0.1/a.mp4", **change), LEGACY)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert answer.json()["message"].startswith(sentence)


def test_refused_new_creates(idle: Account) -> None:
    url = "http://127.0.0.1/a.mp4"
    element = {"type": "element", "element_id": "1"}
    for path, body, sentence in (
        (NEW, new("AAAA"), "contents[1].url value 'AAAA' is invalid"),
        (NEW, new(url, resolution="4k"), "settings.resolution value '4k' is invalid"),
        (NEW, {"contents": new(url)["contents"]}, "settings.character_orientation value '' is invalid"),
        (NEW, {**new(url), "contents": new(url)["contents"][:1]}, "contents.video value '' is invalid"),
        (NEW, new(url, element, element), "contents[3] value 'element' is invalid"),
        ("/motion-control/kling-2.6", new(url, element), "contents[2].type value 'element' is invalid"),
    ):
        answer = idle.create(body, path)
        assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
        assert answer.json()["message"].startswith(sentence)
    assert idle.create(new(url), "/motion-control/kling-2.5-turbo").json()["code"] == 1203
    assert idle.create(new(url, element), NEW).status_code == 200


@pytest.mark.parametrize(
    ("model", "quality", "length_s", "units"),
    [
        ("kling-v2-6", "std", "3.4", "1.5"),
        ("kling-2.6", "pro", "3.5", "3.2"),
        ("kling-3.0", "std", "10.04", "9.0"),
        ("kling-v3", "pro", "29.5", "36.0"),
    ],
)
def test_seconds_are_rounded_to_the_nearest(model: str, quality: str, length_s: str, units: str) -> None:
    assert str(motion_units(model, quality, Fraction(length_s))) == units
