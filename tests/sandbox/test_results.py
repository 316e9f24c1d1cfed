# SPDX-License-Identifier: GPL-3.0-or-later
"""Result files over HTTP: signed addresses, parts, ETag."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from addon.sandbox.result_urls import signed_path
from addon.sandbox.secrets_file import load_or_create
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import QUICK, Account

THIRTY_DAYS_S = 30 * 24 * 3600


class Result:
    """One finished clip: its address and its bytes as they are on disk."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.client = account.client
        self.base_url = account.server.base_url
        self.data = account.wait(account.task_id(QUICK))
        self.url = self.data["task_result"]["videos"][0]["url"]
        self.file = urlsplit(self.url).path.rpartition("/")[2]
        self.secret = load_or_create(folder, None).url_secret
        (clip,) = (folder / "clips").iterdir()
        self.content = clip.read_bytes()

    def part(self, wanted: str, **headers: str) -> httpx.Response:
        return self.client.get(self.url, headers={"Range": wanted, **headers})


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    folder = tmp_path_factory.mktemp("results")
    with SandboxServer(SandboxSettings(folder, speed=float("inf"))) as server, httpx.Client(timeout=20) as client:
        yield Result(folder, Account(server, client))


def test_address_works_without_authorization(result: Result) -> None:
    answer = result.client.get(result.url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == result.content


def test_address_expires_thirty_days_after_the_update(result: Result) -> None:
    query = parse_qs(urlsplit(result.url).query)
    assert set(query) == {"Expires", "Signature"}
    assert int(query["Expires"][0]) == result.data["updated_at"] // 1000 + THIRTY_DAYS_S
    assert re.fullmatch(r"[0-9a-f]{64}", query["Signature"][0])


def test_head_tells_the_same_without_a_body(result: Result) -> None:
    whole, head = result.client.get(result.url), result.client.head(result.url)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-length", "etag", "accept-ranges", "content-type", "last-modified"):
        assert head.headers[name] == whole.headers[name]


def test_wrong_or_missing_signature_is_403(result: Result) -> None:
    plain = result.url.partition("?")[0]
    digit = "0" if result.url[-1] != "0" else "1"
    later = re.sub(r"Expires=(\d+)", lambda match: f"Expires={int(match[1]) + 1}", result.url)
    for url in (plain, result.url[:-1] + digit, later, result.url.partition("&")[0]):
        answer = result.client.get(url)
        assert answer.status_code == 403
        assert result.content[:64] not in answer.content
        assert result.client.head(url).status_code == 403


def test_signature_belongs_to_one_file(result: Result) -> None:
    other = "111111111111111111.mp4"
    assert result.client.get(result.url.replace(result.file, other)).status_code == 403
    signed = signed_path(other, int(time.time() * 1000), result.secret)
    assert result.client.get(result.base_url + signed).status_code == 403


def test_expired_address_is_403(result: Result) -> None:
    now_ms = int(time.time() * 1000)
    for age_s, status in ((THIRTY_DAYS_S + 2, 403), (THIRTY_DAYS_S - 60, 200)):
        signed = signed_path(result.file, now_ms - age_s * 1000, result.secret)
        assert result.client.get(result.base_url + signed).status_code == status


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=1000-", 1000, None), ("bytes=-500", -500, None)],
)
def test_range_is_206(result: Result, wanted: str, first: int, last: int | None) -> None:
    size = len(result.content)
    start = first if first >= 0 else size + first
    end = size - 1 if last is None else last
    answer = result.part(wanted)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
    assert int(answer.headers["content-length"]) == end - start + 1
    assert answer.content == result.content[start : end + 1]


def test_range_beyond_the_end_is_cut_or_416(result: Result) -> None:
    size = len(result.content)
    assert result.part(f"bytes={size - 10}-{size + 10}").content == result.content[-10:]
    assert result.part(f"bytes=-{size + 10}").content == result.content
    for wanted in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"):
        answer = result.part(wanted)
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("wanted", ["bytes=", "bytes=-", "bytes=9-3", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b"])
def test_range_that_is_not_understood_is_ignored(result: Result, wanted: str) -> None:
    answer = result.part(wanted)
    assert answer.status_code == 200
    assert len(answer.content) == len(result.content)


def test_if_range_guards_a_resumed_download(result: Result) -> None:
    etag = result.client.head(result.url).headers["etag"]
    assert result.part("bytes=10-19", **{"If-Range": etag}).status_code == 206
    assert result.part("bytes=10-19", **{"If-Range": '"another"'}).status_code == 200


def test_task_that_is_not_done_has_no_file(idle: Account, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = idle.query(idle.task_id(QUICK))
    assert "task_result" not in data
