# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices: made from sounds and clips, listed, official ones, deleted, and what deleting means for a clip."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import IMAGE, QUICK, TEXT, Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.library_material import hosted, read_tone, refused, tone, wait_new, write_sound, write_video

Open = Callable[..., Opened]
VOICES, PRESETS, DELETE = "/v1/general/custom-voices", "/v1/general/presets-voices", "/v1/general/delete-voices"
SPOKEN = {"model_name": "kling-v2-6", "prompt": "a lamp speaks", "duration": "5", "mode": "pro", "sound": "on"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sounds")
    write_sound(folder / "good.mp3", tone(6, 330), "libmp3lame")
    write_sound(folder / "good.wav", tone(6, 550), "pcm_s16le")
    write_sound(folder / "short.wav", tone(4), "pcm_s16le")
    write_sound(folder / "long.mp3", tone(31), "libmp3lame")
    write_sound(folder / "silent.wav", np.zeros(6 * 44_100, dtype=np.float32), "pcm_s16le")
    write_sound(folder / "other.flac", tone(6), "flac")
    write_video(folder / "spoken.mp4", np.full(144, 200, dtype=np.uint8), sound=tone(6, 660))
    write_video(folder / "mute.mov", np.full(144, 200, dtype=np.uint8))
    (folder / "broken.mp3").write_bytes(b"no sound at all")
    with hosted(folder) as address:
        yield address


def voice_of(account: Account, task_id: str) -> dict[str, Any]:
    data = account.wait(task_id, VOICES)
    assert data["task_status"] == "succeed", data
    (voice,) = data["task_result"]["voices"]
    assert isinstance(voice, dict)
    return voice


@pytest.mark.parametrize(("file", "pitch"), [("good.mp3", 330), ("good.wav", 550), ("spoken.mp4", 660)])
def test_a_voice_sounds_like_what_it_was_made_from(open_sandbox: Open, host: str, file: str, pitch: float) -> None:
    server, account = open_sandbox()
    body = {"voice_name": "Ida", "voice_url": f"{host}/{file}", "external_task_id": "ida"}
    task_id = account.task_id(body, VOICES)
    voice = voice_of(account, task_id)
    assert voice["voice_name"] == "Ida"
    assert voice["voice_id"].isdecimal()
    assert voice["owned_by"].isdecimal()
    answer = account.client.get(voice["trial_url"])
    assert answer.headers["content-type"] == "audio/mpeg"
    length_s, heard_hz, _ = read_tone(answer.content)
    assert length_s == pytest.approx(6, abs=0.1)
    assert heard_hz == pytest.approx(pitch, abs=2)
    data = account.query("ida", VOICES)
    assert (data["task_id"], data["final_unit_deduction"]) == (task_id, "0.05")
    assert data["task_info"] == {"external_task_id": "ida"}
    assert server.charges() == [(task_id, "ida", Decimal("0.05"))]
    # The id is taken for every product.
    refused(account.create({**QUICK, "external_task_id": "ida"}), "External_task_id ida already exists")


def test_a_voice_of_a_clip_with_sound(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    data = account.wait(account.task_id(SPOKEN), timeout_s=60)
    video_id = data["task_result"]["videos"][0]["id"]
    voice = voice_of(account, account.task_id({"voice_name": "Clicks", "video_id": video_id}, VOICES))
    length_s, _, samples = read_tone(account.client.get(voice["trial_url"]).content)
    assert length_s == pytest.approx(5.041, abs=0.1)
    assert float(np.abs(samples).max()) > 0.3


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("short.wav", "duration of the voice is invalid (4.000 s): it must be 5 to 30 s"),
        ("long.mp3", "duration of the voice is invalid (31."),
        ("silent.wav", "is silent"),
        ("other.flac", "format of the voice is invalid: it must be mp3, wav, mp4 or mov"),
        ("mute.mov", "has no sound"),
        ("broken.mp3", "cannot be decoded"),
        ("missing.mp3", "Failed to download the voice: HTTP 404"),
    ],
)
def test_a_bad_sound_makes_the_task_fail(open_sandbox: Open, host: str, file: str, said: str) -> None:
    server, account = open_sandbox()
    task_id = account.task_id({"voice_name": "Ida", "voice_url": f"{host}/{file}"}, VOICES)
    data = account.wait(task_id, VOICES)
    assert data["task_status"] == "failed"
    assert said in data["task_status_msg"]
    assert server.charges() == []


def test_refused_voices(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    silent = account.wait(account.task_id(QUICK))["task_result"]["videos"][0]["id"]
    short = account.wait(account.task_id({**QUICK, "sound": "on"}))["task_result"]["videos"][0]["id"]
    url = f"{host}/good.mp3"
    voice = voice_of(account, account.task_id({"voice_name": "Ida", "voice_url": url}, VOICES))
    for body, sentence in (
        ({"voice_url": url}, "voice_name value '' is invalid"),
        ({"voice_name": "x" * 21, "voice_url": url}, "it has 21 characters, at most 20"),
        ({"voice_name": "Ida"}, "voice_url value '' is invalid"),
        ({"voice_name": "Ida", "voice_url": url, "video_id": silent}, "voice_url and video_id exclude each other"),
        ({"voice_name": "Ida", "voice_url": "AAAA"}, "voice_url value 'AAAA' is invalid"),
        ({"voice_name": "Ida", "video_id": "1"}, "video_id value '1' is invalid"),
        ({"voice_name": "Ida", "video_id": voice["voice_id"]}, f"video_id value '{voice['voice_id']}' is invalid"),
        ({"voice_name": "Ida", "video_id": silent}, "only clips of kling-v2-6 with sound"),
        ({"voice_name": "Ida", "video_id": short}, "only clips of kling-v2-6 with sound"),
    ):
        refused(account.create(body, VOICES), sentence)


def test_lists_have_pages_of_up_to_a_thousand(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    made = [account.task_id({"voice_name": name, "voice_url": f"{host}/good.wav"}, VOICES) for name in "abc"]
    for task_id in made:
        account.wait(task_id, VOICES)

    def page(**query: int) -> list[str]:
        data = account.send("GET", VOICES, params=query).json()["data"]
        return [entry["task_id"] for entry in data]

    assert page(pageSize=1000) == list(reversed(made))
    assert page(pageNum=2, pageSize=2) == made[:1]
    refused(account.send("GET", VOICES, params={"pageSize": 1001}), "pageSize value '1001' is invalid")
    refused(account.send("GET", f"{VOICES}/1"), "Task not found by id/external id: 1")


def test_official_voices_differ_and_can_be_heard(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    data = account.send("GET", PRESETS).json()["data"]
    assert len(data) >= 3
    heard = set()
    for entry in data:
        (voice,) = entry["task_result"]["voices"]
        assert voice["owned_by"] == "kling"
        length_s, pitch, _ = read_tone(account.client.get(voice["trial_url"]).content)
        assert length_s == pytest.approx(5, abs=0.1)
        heard.add(round(pitch))
    assert len(heard) == len(data)
    second = account.send("GET", PRESETS, params={"pageNum": 2, "pageSize": 2}).json()["data"]
    assert [entry["task_id"] for entry in second] == [entry["task_id"] for entry in data[2:4]]
    voice_id = data[0]["task_result"]["voices"][0]["voice_id"]
    refused(account.send("POST", DELETE, json={"voice_id": voice_id}), f"voice_id value '{voice_id}' is invalid")
    body = {**SPOKEN, "prompt": "<<<voice_1>>> speaks", "voice_list": [{"voice_id": voice_id}]}
    assert account.create(body).status_code == 200


def test_a_deleted_voice_is_refused_from_then_on(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    task_id = account.task_id({"voice_name": "Ida", "voice_url": f"{host}/good.wav"}, VOICES)
    voice_id = voice_of(account, task_id)["voice_id"]
    body = {**SPOKEN, "voice_list": [{"voice_id": voice_id}]}
    assert account.create(body).status_code == 200
    answer = account.send("POST", DELETE, json={"voice_id": voice_id})
    assert answer.json()["data"] == {"task_id": task_id, "task_status": "succeed"}
    refused(account.create(body), f"voice_list[0].voice_id value '{voice_id}' is invalid: it has been deleted")
    pictured = {**body, "image": picture(400, 400)}
    refused(account.create(pictured, IMAGE), f"voice_list[0].voice_id value '{voice_id}' is invalid")
    assert account.send("GET", VOICES).json()["data"] == []
    assert account.query(task_id, VOICES)["task_result"] == {"voices": []}
    assert wait_new(account, task_id)["outputs"][0]["status"] == "deleted"
    refused(account.send("POST", DELETE, json={"voice_id": voice_id}), f"Voice already be deleted for id: {voice_id}")
    refused(account.send("POST", DELETE, json={}), "voice_id value '' is invalid")
    refused(account.send("POST", DELETE, json={"voice_id": "5"}), "voice_id value '5' is invalid")


def test_voices_are_tasks_of_the_new_standard_too(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    body = {"voice_name": "Ida", "voice_url": f"{host}/good.wav", "external_task_id": "ida"}
    task_id = account.task_id(body, VOICES)
    task = wait_new(account, task_id)
    (output,) = task["outputs"]
    assert (output["type"], output["name"], output["status"]) == ("voice", "Ida", "succeed")
    assert read_tone(account.client.get(output["url"]).content)[1] == pytest.approx(550, abs=2)
    assert task["billing"] == [{"charge_type": "unit", "amount": "0.05", "package_type": "video"}]
    assert account.send("POST", "/tasks", json={}).json()["data"]["result"] == [task]
    filters = [{"key": "product_type", "values": ["video"]}]
    assert account.send("POST", "/tasks", json={"filters": filters}).json()["data"]["result"] == []


def test_states_follow_the_clock_and_survive_a_restart(tmp_path: Path, host: str) -> None:
    now = [1_800_000_000.0]
    settings = SandboxSettings(tmp_path, clock=lambda: now[0])
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        task_id = account.task_id({"voice_name": "Ida", "voice_url": f"{host}/good.wav"}, VOICES)
        assert account.query(task_id, VOICES)["task_status"] == "submitted"
        now[0] += 2
        assert account.query(task_id, VOICES)["task_status"] == "processing"
        server.restart()
        assert account.query(task_id, VOICES)["task_status"] == "processing"
        now[0] += 8
        voice = voice_of(account, task_id)
        server.restart()
        assert read_tone(client.get(voice["trial_url"]).content)[0] == pytest.approx(6, abs=0.1)
        # The address is good for 30 days.
        now[0] += 31 * 24 * 3600
        assert client.get(voice["trial_url"]).status_code == 403


def test_faults_and_the_log_know_the_library(open_sandbox: Open, host: str) -> None:
    lost = Fault("drop_after", method="POST", path=VOICES, when=[1])
    server, account = open_sandbox(lost, Fault("fail_task", path=VOICES, when=[2], message="no"))
    body = {"voice_name": "Ida", "voice_url": f"{host}/good.wav?secret=1"}
    with pytest.raises(httpx.TransportError):
        account.create({**body, "external_task_id": "a"}, VOICES)
    assert account.wait("a", VOICES)["task_status"] == "succeed"
    data = account.wait(account.task_id({**body, "external_task_id": "b", "colour": "red"}, VOICES), VOICES)
    assert (data["task_status"], data["task_status_msg"]) == ("failed", "no")
    assert server.accepted_creates() == {"a": 1, "b": 1}
    creates = [entry for entry in server.requests() if entry["method"] == "POST"]
    assert [entry["ignored_fields"] for entry in creates] == [[], ["colour"]]
    assert "secret" not in json.dumps(server.requests())


def test_a_trial_is_sent_in_parts_and_only_to_who_has_its_address(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    voice = voice_of(account, account.task_id({"voice_name": "a", "voice_url": f"{host}/good.wav"}, VOICES))
    whole = account.client.get(voice["trial_url"]).content
    part = account.client.get(voice["trial_url"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert account.client.get(voice["trial_url"].replace("Signature=", "Signature=0")).status_code == 403
    assert account.send("GET", TEXT).json()["data"] == []
