# SPDX-License-Identifier: GPL-3.0-or-later
"""A local file becomes an address in Azure's blob storage, by a real server that checks keys and signatures."""

from __future__ import annotations

import base64
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import httpx
import pytest

from addon.errors import AccountError, InputError
from addon.hosting.bucket import Bucket
from addon.hosting.hosting import Hosting
from addon.hosting.place import StoragePlace, StorageSecret
from addon.hosting.trial import try_storage
from tests.contract.azure_server import ACCOUNT, CONTAINER, PROGRAMS, SECRET, AzureServer, install
from tests.rehearsal import Shell, rehearsal, shell
from tests.sandbox.reference_host import read_pictures, write_video
from tests.unit.test_media import write_picture

__all__ = ["rehearsal", "shell"]

HERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        reason = f"the Azure server needs {', '.join(absent)}"
        if os.environ.get("CI") or os.environ.get("RETAKE_REQUIRE_LAYERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with AzureServer(install(), tmp_path_factory.mktemp("azure")) as running:
        yield running


def hosting_in(tmp_path: Path, place: StoragePlace, secret: StorageSecret = SECRET) -> Hosting:
    return Hosting(tmp_path / "home", Bucket(place, secret), place.prefix, HERE)


def write(path: Path, size_bytes: int) -> Path:
    path.write_bytes(random.Random(str(path)).randbytes(size_bytes))
    return path


def test_a_file_is_fetched_by_its_address_alone_and_goes_with_the_last_job(server: AzureServer, tmp_path: Path) -> None:
    hosting = hosting_in(tmp_path, server.place)
    video = write(tmp_path / "dance.mp4", 300_000)
    hosted = hosting.host(video, "job-1")
    answer = httpx.get(hosted.url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.content == video.read_bytes()
    assert httpx.get(hosted.url.partition("?")[0]).status_code in (401, 403, 404)
    assert httpx.get(hosted.url.replace("sp=r&", "sp=rd&")).status_code == 403, "its rights are signed too"
    assert httpx.delete(hosted.url).status_code == 403, "it opens the file to be read, and nothing else"
    assert hosting.host(video, "job-2").was_there
    assert (hosting.release("job-1"), hosting.release("job-2")) == (0, 1)
    assert httpx.get(hosted.url).status_code == 404


def test_a_large_file_goes_in_parts(server: AzureServer, tmp_path: Path) -> None:
    video = write(tmp_path / "long.mov", 20 * 1024 * 1024)
    shares: list[float] = []
    url = hosting_in(tmp_path, server.place).host(video, "job-1", shares.append).url
    assert shares == [0.0, 0.4, 0.8, 1.0]
    assert httpx.get(url, timeout=60).content == video.read_bytes()


def test_a_wrong_key_and_a_container_that_is_not_there_are_named(server: AzureServer, tmp_path: Path) -> None:
    video = write(tmp_path / "dance.mp4", 1000)
    other = StorageSecret(secret=base64.b64encode(b"w" * 64).decode())
    with pytest.raises(AccountError, match=f"refused the keys for the bucket {CONTAINER}") as refused:
        hosting_in(tmp_path, server.place, other).host(video, "job-1")
    assert other.secret not in f"{refused.value} {refused.value.detail}"
    with pytest.raises(InputError, match="bucket: nowhere cannot be used; there is no such bucket"):
        hosting_in(tmp_path, replace(server.place, bucket="nowhere")).host(video, "job-1")


def test_the_trial_says_that_it_serves(server: AzureServer) -> None:
    try_storage(Bucket(server.place, SECRET))


def test_from_the_shell(server: AzureServer, shell: Shell) -> None:
    write_video(shell.folder / "dance.mp4", 86, Fraction(24))
    write_picture(shell.folder / "anna.png", 640, 360)
    done = shell.run(
        "generate", "--motion", "dance.mp4", "--image", "anna.png", "--json",
        RETAKE_STORAGE=f"az://{ACCOUNT}/{CONTAINER}", RETAKE_STORAGE_ENDPOINT=server.endpoint,
        RETAKE_STORAGE_KEY=SECRET.secret,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "sig=" not in done.out + done.err
    assert len(read_pictures(Path(done.json["shots"][0]["file"]))[0]) == 86
    kept = [path for path in server.log.read_text().splitlines() if '"DELETE ' in path]
    assert kept, "it was deleted when Kling was done"
