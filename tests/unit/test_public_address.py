# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses Kling could fetch, told from the text alone; and files sent inside a request."""

from __future__ import annotations

import base64

import pytest

from addon.errors import InputError
from addon.kling.public_address import check_public_url, is_loopback
from addon.kling.sent_file import sent_file

KLING = "https://api-singapore.klingai.com"
SANDBOX = "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.com/a.mp4?Signature=abc&Expires=1",
        "http://example.com:8080/a.mp4",
        "HTTPS://EXAMPLE.COM/a",
        "https://example.com./a",
        "https://8.8.8.8/a",
        "https://[2606:4700:4700::1111]/a",
        "https://user@example.com/a",
        "https://localhost.example.com/a",
        "https://internal.example/a",
        "https://v1-kling.klingai.com/a%20b.mp4",
        "https://bücher.example/a",
        "https://1password.com/a",
    ],
)
def test_a_public_address_is_taken(url: str) -> None:
    check_public_url(url, KLING, "motion")


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "studio.local", "metadata.google.internal", "nas.lan",
        "x.home.arpa", "nas", "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
        "0.0.0.0", "10.1.2.3", "172.16.0.9", "192.168.0.4", "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1",
        "192.0.2.7", "[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[ff02::1]", "\uff11\uff12\uff17.0.0.\uff11",
        "127。0。0。1", "a..b", "user:password@127.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_kling_cannot_reach_is_refused_and_its_secrets_stay_unsaid(host: str) -> None:
    url = f"http://{host}:8000/a.mp4?Signature=very-secret"
    with pytest.raises(InputError, match="cannot reach") as refused:
        check_public_url(url, KLING, "motion")
    assert refused.value.field == "motion"
    assert "secret" not in str(refused.value)
    assert "password" not in str(refused.value)
    assert "secret" not in str(refused.value.value)
    check_public_url(url, SANDBOX, "motion")


@pytest.mark.parametrize(
    "url",
    [
        "", "clip.mp4", "/home/me/clip.mp4", "file:///clip.mp4", "ftp://example.com/a", "https://", "https:///a",
        "//example.com/a", "https://example.com/a b", "https://example.com\\@127.0.0.1/", "https://exa\nmple.com/",
        "https://[::1/", "https://example.com:99999/", "https://example.com:0/", "javascript:alert(1)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("api_base_url", [KLING, SANDBOX])
def test_what_is_no_web_address_is_refused_everywhere(url: str, api_base_url: str) -> None:
    with pytest.raises(InputError, match="https://"):
        check_public_url(url, api_base_url, "motion")


@pytest.mark.parametrize(
    ("base_url", "loopback"),
    [
        (SANDBOX, True),
        ("http://localhost:9", True),
        ("http://[::1]:9", True),
        ("http://127.8.8.8", True),
        (KLING, False),
        ("http://192.168.0.4:8123", False),
        ("http://localhost.example.com", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_an_api_on_this_computer_reaches_private_addresses(base_url: str, loopback: bool) -> None:
    assert is_loopback(base_url) is loopback


CONTENT = bytes(range(256))
BARE = base64.b64encode(CONTENT).decode()


@pytest.mark.parametrize(
    "value",
    [BARE, f"data:image/png;base64,{BARE}", f"DATA:image/png;name=a;Base64,{BARE}", f"{BARE[:76]}\r\n{BARE[76:]}\n"],
)
def test_a_file_goes_out_as_bare_base64(value: str) -> None:
    assert sent_file(value, KLING, "image", 256) == BARE


def test_an_address_goes_out_as_it_is_where_kling_reaches_it() -> None:
    url = "https://cdn.example.com/a.png?Signature=a+b%2F"
    assert sent_file(url, KLING, "image", 1) == url
    with pytest.raises(InputError, match="127"):
        sent_file("http://127.0.0.1/a.png", KLING, "image", 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (BARE, "at most 0 MB"),
        ("", "an empty file"),
        ("data:image/png;base64,", "an empty file"),
        ("data:image/png,abc", "not base64"),
        ("data:image/png;base64", "not base64"),
        ("pictures/char.png", "this text"),
        (BARE[:-3], "this text"),
        (BARE.replace("/", "_"), "this text"),
    ],
)
def test_what_is_neither_a_file_nor_an_address_is_refused_without_showing_it(value: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        sent_file(value, KLING, "image", 255)
    assert BARE[:8] not in str(refused.value)
