# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Authorization headers are let in, and the code for each that is not."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest

from addon.sandbox.settings import Credentials, SandboxSettings
from tests.sandbox.account import TEXT, Account

OTHER_SECRET = "0123456789abcdef0123456789abcdef"


def token(account: Account, secret: str | None = None, algorithm: str = "HS256", **claims: object) -> str:
    keys = account.server.credentials
    now = int(time.time())
    payload = {"iss": keys.access_key, "exp": now + 1800, "nbf": now - 5, **claims}
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, keys.secret_key if secret is None else secret, algorithm=algorithm)


def ask(account: Account, authorization: str | None) -> tuple[int, int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = account.client.get(account.server.base_url + TEXT, headers=headers)
    body = answer.json()
    assert body["request_id"]
    return answer.status_code, body["code"], body["message"]


def test_api_key_is_let_in(idle: Account) -> None:
    assert ask(idle, f"Bearer {idle.server.credentials.api_key}")[:2] == (200, 0)


def test_signed_token_is_let_in(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle)}")[:2] == (200, 0)
    assert ask(idle, f"Bearer {token(idle, iat=int(time.time()) + 60)}")[:2] == (200, 0)


def test_no_header_is_1001(idle: Account) -> None:
    assert ask(idle, None) == (401, 1001, "Authorization is empty")
    assert ask(idle, "") == (401, 1001, "Authorization is empty")


def test_wrong_api_key_is_1002_with_the_live_sentence(idle: Account) -> None:
    status, code, message = ask(idle, "Bearer not-the-key")
    assert (status, code) == (401, 1002)
    assert "token was expected to have 3 parts, but got 0" in message


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer a.b.c.d",
        "Basic YTpi",
        "bearer-without-space",
    ],
)
def test_malformed_is_1002(idle: Account, authorization: str) -> None:
    assert ask(idle, authorization)[:2] == (401, 1002)


def test_bare_key_without_bearer_is_1002(idle: Account) -> None:
    assert ask(idle, idle.server.credentials.api_key)[:2] == (401, 1002)


def test_unsigned_token_is_1002(idle: Account) -> None:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    payload = {"iss": idle.server.credentials.access_key, "exp": int(time.time()) + 60}
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(payload)}."
    assert ask(idle, f"Bearer {unsigned}")[:2] == (401, 1002)


def test_token_without_end_is_1002(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle, exp=None)}")[:2] == (401, 1002)


def test_unknown_access_key_is_1000(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle, iss='somebody')}")[:2] == (401, 1000)
    assert ask(idle, f"Bearer {token(idle, iss=None)}")[:2] == (401, 1000)


def test_wrong_signature_is_1000(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle, secret=OTHER_SECRET)}")[:2] == (401, 1000)


def test_not_yet_valid_is_1003(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle, nbf=int(time.time()) + 60)}")[:2] == (401, 1003)


def test_expired_is_1004(idle: Account) -> None:
    assert ask(idle, f"Bearer {token(idle, exp=int(time.time()) - 1)}")[:2] == (401, 1004)


def test_authorization_is_checked_before_the_body(idle: Account) -> None:
    answer = idle.client.post(idle.server.base_url + TEXT, content=b"not json")
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_credentials_hide_their_values() -> None:
    keys = Credentials("the-api-key", "the-access-key", "the-secret-key-the-secret-key-32")
    assert "the-" not in repr(keys)
    assert "the-" not in repr(SandboxSettings.__dataclass_fields__) + str(keys)


def test_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret_key has 5 bytes"):
        Credentials("a", "b", "short")
