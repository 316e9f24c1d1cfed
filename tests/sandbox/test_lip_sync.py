# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces and lip-sync: which faces are told, what is refused, and where the sound is in the finished clip."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.clip_pattern import click_times_s, read_frames, read_sound, take_mark
from tests.sandbox.account import QUICK, Account
from tests.sandbox.conftest import Opened
from tests.sandbox.library_material import (
    hosted,
    pitch_hz,
    read_tone,
    refused,
    tone,
    wait_new,
    write_sound,
    write_video,
)

Open = Callable[..., Opened]
FACES, LIPS, VOICES = "/v1/videos/identify-face", "/v1/videos/advanced-lip-sync", "/v1/general/custom-voices"
SPOKEN = {"model_name": "kling-v2-6", "prompt": "a lamp speaks", "duration": "5", "mode": "pro", "sound": "on"}
RATE_HZ = 48_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lips")


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[str]:
    # 7 s at 24 fps: to be seen from 0 to 3 s and from 4 to 6.5 s.
    levels = np.zeros(168, dtype=np.uint8)
    levels[:72] = levels[96:156] = 200
    write_video(folder / "two.mp4", levels, sound=tone(7, 300))
    write_video(folder / "mute.mov", np.full(72, 200, dtype=np.uint8))
    write_video(folder / "black.mp4", np.zeros(72, dtype=np.uint8))
    write_video(folder / "short.mp4", np.full(40, 200, dtype=np.uint8))
    write_video(folder / "long.mp4", np.full(62 * 24, 200, dtype=np.uint8), size=(512, 512))
    write_video(folder / "small.mp4", np.full(72, 200, dtype=np.uint8), size=(640, 480))
    write_video(folder / "other.mkv", np.full(72, 200, dtype=np.uint8))
    # Its pitch says which second is heard.
    scale = np.concatenate([tone(1, 500 + 100 * second) for second in range(6)])
    write_sound(folder / "scale.mp3", scale, "libmp3lame")
    write_sound(folder / "scale.wav", scale, "pcm_s16le")
    write_sound(folder / "scale.m4a", scale, "aac")
    write_sound(folder / "short.wav", tone(1.5), "pcm_s16le")
    write_sound(folder / "long.mp3", tone(61), "libmp3lame")
    write_sound(folder / "other.flac", tone(6), "flac")
    with hosted(folder) as address:
        yield address


def session(account: Account, **source: str) -> dict[str, Any]:
    answer = account.create(source, FACES)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def lips(session_id: str, sound: str, **choice: Any) -> dict[str, Any]:
    values = {"sound_start_time": 0, "sound_end_time": 2000, "sound_insert_time": 0, "face_id": "0"}
    return {"session_id": session_id, "face_choose": [{**values, "sound_file": sound, **choice}]}


def finished(account: Account, body: dict[str, Any], path: Path) -> dict[str, Any]:
    """The task once it has ended well; its clip is at `path`."""
    data = account.wait(account.task_id(body, LIPS), LIPS, timeout_s=60)
    assert data["task_status"] == "succeed", data
    path.write_bytes(account.client.get(data["task_result"]["videos"][0]["url"]).content)
    return data


def heard_hz(path: Path, from_s: float, to_s: float) -> float:
    """The strongest pitch in that part of a clip's sound; 0 when it is silent."""
    samples, rate_hz, start_s = read_sound(path)
    assert rate_hz == RATE_HZ
    part = samples[round((from_s - start_s) * RATE_HZ) : round((to_s - start_s) * RATE_HZ)].astype(np.float32)
    return pitch_hz(part) if float(np.abs(part).max()) > 0.01 else 0.0


def test_faces_of_a_video(open_sandbox: Open, host: str) -> None:
    server, account = open_sandbox()
    data = session(account, video_url=f"{host}/two.mp4")
    assert data["final_unit_deduction"] == "0.05"
    assert [(face["face_id"], face["start_time"], face["end_time"]) for face in data["face_data"]] == [
        ("0", 0, 3000),
        ("1", 4000, 6500),
    ]
    for face in data["face_data"]:
        answer = account.client.get(face["face_image"])
        assert answer.headers["content-type"] == "image/jpeg"
        with Image.open(io.BytesIO(answer.content), formats=["JPEG"]) as shown:
            grey = np.asarray(shown.convert("L"), dtype=float)
        # The middle of a picture that grows brighter to the right.
        assert shown.size == (320, 320)
        assert grey[:, 10].mean() == pytest.approx(50, abs=8)
        assert grey[:, 300].mean() == pytest.approx(145, abs=8)
    assert server.charges() == [(data["session_id"], None, Decimal("0.05"))]
    assert server.accepted_creates() == {}
    # A session is no task.
    assert account.send("GET", "/tasks", params={"task_ids": data["session_id"]}).json()["data"] == []
    assert account.send("POST", "/tasks", json={}).json()["data"]["result"] == []
    assert session(account, video_url=f"{host}/black.mp4")["face_data"] == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("short.mp4", "duration of the video is invalid (1.667 s): it must be 2 to 60 s"),
        ("long.mp4", "duration of the video is invalid (61."),
        ("small.mp4", "resolution of the video is invalid (640x480): each side must be 512 to 2160"),
        ("other.mkv", "format of the video is invalid"),
        ("missing.mp4", "Failed to download the video: HTTP 404"),
    ],
)
def test_bad_videos_are_refused_at_once(open_sandbox: Open, host: str, tmp_path: Path, file: str, said: str) -> None:
    server, account = open_sandbox()
    answer = account.create({"video_url": f"{host}/{file}?token=hidden"}, FACES)
    refused(answer, "video_url value")
    assert said in answer.json()["message"]
    assert "hidden" not in answer.text
    assert server.charges() == []
    assert list((tmp_path / "sandbox" / "clips").iterdir()) == []


def test_refused_sessions(idle: Account) -> None:
    stuck = idle.query(idle.task_id(QUICK))["task_id"]
    url = "http://127.0.0.1:9/a.mp4"
    for body, sentence in (
        ({}, "video_id value '' is invalid"),
        ({"video_id": "1", "video_url": url}, "video_id and video_url exclude each other"),
        ({"video_id": "1"}, "video_id value '1' is invalid"),
        ({"video_id": stuck}, f"video_id value '{stuck}' is invalid"),
        ({"video_url": "AAAA"}, "video_url value 'AAAA' is invalid"),
        ({"video_url": url}, f"video_url value '{url}' is invalid: Failed to download the video"),
    ):
        refused(idle.create(body, FACES), sentence)


@pytest.mark.parametrize("kind", ["mp3", "wav", "m4a"])
def test_the_sound_is_where_it_was_put(open_sandbox: Open, folder: Path, host: str, tmp_path: Path, kind: str) -> None:
    server, account = open_sandbox()
    opened = session(account, video_url=f"{host}/two.mp4")
    content = base64.b64encode((folder / f"scale.{kind}").read_bytes()).decode()
    # Seconds 1, 2 and 3 of the scale are put at 3.5 s.
    times = {"sound_start_time": 1000, "sound_end_time": 4000, "sound_insert_time": 3500}
    sound = content if kind != "mp3" else f"{host}/scale.mp3"
    body = lips(opened["session_id"], sound, face_id="1", original_audio_volume=0, **times)
    data = finished(account, body, tmp_path / "clip.mp4")
    assert [round(heard_hz(tmp_path / "clip.mp4", at_s + 0.2, at_s + 0.8), -1) for at_s in (3.5, 4.5, 5.5)] == [
        600,
        700,
        800,
    ]
    assert heard_hz(tmp_path / "clip.mp4", 0.1, 3.4) == 0
    assert heard_hz(tmp_path / "clip.mp4", 6.6, 6.9) == 0
    (video,) = data["task_result"]["videos"]
    # 7 s begin a second time of 5 s.
    assert (video["duration"], data["final_unit_deduction"]) == ("7.000", "1")
    parent = data["task_info"]["parent_video"]
    assert (parent["id"], parent["duration"]) == (opened["session_id"], "7.000")
    assert account.client.get(parent["url"]).content == (folder / "two.mp4").read_bytes()
    with av.open(str(tmp_path / "clip.mp4")) as container:
        levels = [float(frame.to_ndarray(format="gray")[:, 630:].mean()) for frame in container.decode(video=0)]
    # The pictures are the source's, one for one.
    assert len(levels) == 168
    assert [number for number, level in enumerate(levels) if level > 100] == [*range(72), *range(96, 156)]
    assert server.charges()[-1] == (data["task_id"], None, Decimal("1.0"))


@pytest.mark.parametrize(
    ("original", "added", "first", "second"), [(1, 0, 300, 300), (1, 2, 300, 500), (2, 0.1, 300, 300)]
)
def test_both_sounds_have_their_volume(
    open_sandbox: Open, host: str, tmp_path: Path, original: float, added: float, first: float, second: float
) -> None:
    _, account = open_sandbox()
    opened = session(account, video_url=f"{host}/two.mp4")
    body = lips(
        opened["session_id"],
        f"{host}/scale.wav",
        sound_insert_time=1000,
        original_audio_volume=original,
        sound_volume=added,
    )
    finished(account, body, tmp_path / "clip.mp4")
    assert heard_hz(tmp_path / "clip.mp4", 0.2, 0.9) == pytest.approx(first, abs=3)
    assert heard_hz(tmp_path / "clip.mp4", 1.1, 1.9) == pytest.approx(second, abs=3)
    samples, _, start_s = read_sound(tmp_path / "clip.mp4")
    alone = samples[round((0.2 - start_s) * RATE_HZ) : round((0.8 - start_s) * RATE_HZ)]
    # From the loudness in all: single peaks come from the encoder.
    assert float(np.sqrt(2 * (alone**2).mean())) == pytest.approx(0.4 * original, rel=0.06)


def test_a_clip_of_the_sandbox_keeps_its_marks_and_gives_a_voice(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    server, account = open_sandbox()
    source = account.task_id(SPOKEN)
    made = account.wait(source, timeout_s=60)["task_result"]["videos"][0]
    opened = session(account, video_id=made["id"])
    (face,) = opened["face_data"]
    assert (face["start_time"], face["end_time"]) == (0, 5041)
    body = {
        **lips(opened["session_id"], f"{host}/scale.mp3", sound_insert_time=3000),
        "watermark_info": {"enabled": True},
        "external_task_id": "lips",
    }
    data = finished(account, body, tmp_path / "clip.mp4")
    (video,) = data["task_result"]["videos"]
    # 5.041 s count as 5.
    assert (video["duration"], data["final_unit_deduction"]) == ("5.041", "0.5")
    assert data["task_info"]["external_task_id"] == "lips"
    assert data["task_info"]["parent_video"]["id"] == made["id"]
    assert data["watermark_info"] == {"enabled": True}
    readings = read_frames(tmp_path / "clip.mp4")
    assert [reading.frame_number for reading in readings] == list(range(121))
    assert {reading.take_mark for reading in readings} == {take_mark(source)}
    assert click_times_s(tmp_path / "clip.mp4")[:3] == pytest.approx([0, 1, 2], abs=0.01)
    assert heard_hz(tmp_path / "clip.mp4", 3.2, 3.8) == pytest.approx(500, abs=3)
    assert heard_hz(tmp_path / "clip.mp4", 4.2, 4.8) == pytest.approx(600, abs=3)
    (tmp_path / "marked.mp4").write_bytes(account.client.get(video["watermark_url"]).content)
    assert [reading.frame_number for reading in read_frames(tmp_path / "marked.mp4")] == list(range(121))
    assert not np.array_equal(middle_frame(tmp_path / "marked.mp4"), middle_frame(tmp_path / "clip.mp4"))
    voice = account.wait(account.task_id({"voice_name": "Lip", "video_id": video["id"]}, VOICES), VOICES)
    trial = voice["task_result"]["voices"][0]["trial_url"]
    assert read_tone(account.client.get(trial).content)[0] == pytest.approx(5.041, abs=0.1)
    assert [str(units) for _, _, units in server.charges()] == ["5.0", "0.05", "0.5", "0.05"]
    task = wait_new(account, data["task_id"])
    assert (task["outputs"][0]["type"], task["external_id"]) == ("video", "lips")
    assert [entry["id"] for entry in account.send("POST", "/tasks", json={}).json()["data"]["result"]][1] == task["id"]
    assert [entry["task_id"] for entry in account.send("GET", LIPS).json()["data"]] == [task["id"]]


def middle_frame(path: Path) -> Any:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return frames[len(frames) // 2]


def test_a_silent_source_gets_a_sound(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    _, account = open_sandbox()
    opened = session(account, video_url=f"{host}/mute.mov")
    finished(account, lips(opened["session_id"], f"{host}/scale.wav", sound_insert_time=500), tmp_path / "clip.mp4")
    assert heard_hz(tmp_path / "clip.mp4", 0.05, 0.4) == 0
    assert heard_hz(tmp_path / "clip.mp4", 0.6, 1.4) == pytest.approx(500, abs=3)


@pytest.mark.parametrize(
    ("file", "end_ms", "said"),
    [
        ("short.wav", 2000, "duration of the sound is invalid (1.500 s): it must be 2 to 60 s"),
        ("long.mp3", 2000, "duration of the sound is invalid (61."),
        ("other.flac", 2000, "format of the sound is invalid: it must be mp3, wav, m4a or aac"),
        ("missing.wav", 2000, "Failed to download the sound: HTTP 404"),
        ("scale.wav", 6500, "sound_end_time value '6500' is invalid"),
    ],
)
def test_a_bad_sound_is_refused_or_makes_the_task_fail(
    open_sandbox: Open, folder: Path, host: str, file: str, end_ms: int, said: str
) -> None:
    server, account = open_sandbox()
    opened = session(account, video_url=f"{host}/two.mp4")
    times = {"sound_start_time": end_ms - 2000, "sound_end_time": end_ms}
    data = account.wait(account.task_id(lips(opened["session_id"], f"{host}/{file}", **times), LIPS), LIPS)
    assert data["task_status"] == "failed"
    assert said in data["task_status_msg"]
    if (folder / file).exists():
        content = base64.b64encode((folder / file).read_bytes()).decode()
        answer = account.create(lips(opened["session_id"], content, **times), LIPS)
        refused(answer, "face_choose[0].sound_")
        assert said in answer.json()["message"]
    assert len(server.charges()) == 1


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, host: str) -> Iterator[tuple[Account, str]]:
    """A sandbox with a session, which is all that refused creates need."""
    settings = SandboxSettings(tmp_path_factory.mktemp("waiting"), faults=(Fault("stuck"),))
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        yield account, session(account, video_url=f"{host}/two.mp4")["session_id"]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"face_id": "2"}, "face_choose[0].face_id value '2' is invalid"),
        ({"face_id": ""}, "face_choose[0].face_id value '' is invalid"),
        ({"sound_file": ""}, "face_choose[0].sound_file value '' is invalid"),
        ({"sound_file": "", "audio_id": "1"}, "face_choose[0].audio_id value '1' is invalid"),
        ({"audio_id": "1"}, "face_choose[0].audio_id and face_choose[0].sound_file exclude each other"),
        ({"sound_file": "data:audio/wav;base64,AAAA"}, "face_choose[0].sound_file value 'data:"),
        ({"sound_file": "no sound"}, "face_choose[0].sound_file value 'no sound' is invalid: it is neither"),
        ({"sound_file": "A" * (7 * 2**20)}, "at most 5 MB"),
        ({"sound_start_time": None}, "face_choose[0].sound_start_time value '' is invalid"),
        ({"sound_start_time": "0"}, "face_choose[0].sound_start_time value '0' is invalid"),
        ({"sound_start_time": -1}, "face_choose[0].sound_start_time value '-1' is invalid"),
        ({"sound_end_time": 1999}, "face_choose[0].sound_end_time value '1999' is invalid: the cut sound must last"),
        ({"sound_insert_time": 5001}, "face_choose[0].sound_insert_time value '5001' is invalid: the sound would end"),
        ({"sound_insert_time": 1001}, "face_choose[0].sound_insert_time value '1001' is invalid: the sound must meet"),
        ({"face_id": "1"}, "face_choose[0].sound_insert_time value '0' is invalid: the sound must meet"),
        ({"sound_volume": 2.1}, "face_choose[0].sound_volume value '2.1' is invalid"),
        ({"original_audio_volume": -0.1}, "face_choose[0].original_audio_volume value '-0.1' is invalid"),
    ],
)
def test_refused_lip_syncs(waiting: tuple[Account, str], choice: dict[str, Any], sentence: str) -> None:
    account, session_id = waiting
    refused(account.create(lips(session_id, "http://127.0.0.1:9/a.wav", **choice), LIPS), sentence)


def test_refused_sessions_of_lip_syncs(waiting: tuple[Account, str]) -> None:
    account, session_id = waiting
    body = lips(session_id, "http://127.0.0.1:9/a.wav")
    task_id = account.task_id(body, LIPS)
    for change, sentence in (
        ({"session_id": ""}, "session_id value '' is invalid"),
        ({"session_id": "1"}, "session_id value '1' is invalid"),
        ({"session_id": task_id}, f"session_id value '{task_id}' is invalid"),
        ({"face_choose": []}, "face_choose value '0 entries' is invalid"),
        ({"face_choose": body["face_choose"] * 2}, "face_choose value '2 entries' is invalid"),
        ({"face_choose": None}, "face_choose value '' is invalid"),
    ):
        refused(account.create({**body, **change}, LIPS), sentence)


def test_a_session_ends_and_survives_a_restart(tmp_path: Path, host: str) -> None:
    now = [1_800_000_000.0]
    settings = SandboxSettings(tmp_path, clock=lambda: now[0])
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        opened = session(account, video_url=f"{host}/two.mp4")
        body = lips(opened["session_id"], f"{host}/scale.wav")
        now[0] += 23 * 3600
        server.restart()
        task_id = account.task_id(body, LIPS)
        # Killed or stopped before it was made: it is made after the start.
        server.restart()
        now[0] += 600
        assert account.wait(task_id, LIPS)["task_status"] == "succeed"
        now[0] += 3600
        refused(account.create(body, LIPS), f"session_id value '{opened['session_id']}' is invalid")
