# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: the Authorization header. It knows one account and no sessions.

Facts: kling-api section 1. HTTP 401 with 1000 unknown access key or wrong signature, 1001 no header, 1002
malformed, 1003 not valid yet, 1004 expired [D, L]. Guesses: no leeway for exp and nbf (undocumented), a token
without exp is malformed, a header without "Bearer " is malformed. On a path of the new standard a JWT, a wrong
key and no header at all are 1002 (the last seen by one probe); the sentence is live in its first part.
"""

from __future__ import annotations

import hmac

import jwt

from .refusal import Refusal
from .settings import Credentials


def check_authorization(header: str | None, credentials: Credentials) -> None:
    """Return when `header` carries the API key or a good HS256 JWT of this account.

    Raises:
        Refusal: 401 with the code that says why.
    """
    if header is None or not header.strip():
        raise Refusal(401, 1001, "Authorization is empty")
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token:
        raise Refusal(401, 1002, "Authorization is invalid: it must be 'Bearer <token>'")
    if hmac.compare_digest(token.encode(), credentials.api_key.encode()):
        return
    parts = token.count(".") + 1
    if parts != 3:
        seen = parts if parts > 1 else 0
        raise Refusal(401, 1002, f"Authorization is invalid: The token was expected to have 3 parts, but got {seen}.")
    _check_jwt(token, credentials)


def check_api_key(header: str | None, credentials: Credentials) -> None:
    """Return when `header` carries the API key, the only credential of the new standard.

    Raises:
        Refusal: 401/1002.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme != "Bearer" or not hmac.compare_digest(token.encode(), credentials.api_key.encode()):
        raise Refusal(401, 1002, "The current API does not support AK/SK. Make an API key in the console and use it")


def _check_jwt(token: str, credentials: Credentials) -> None:
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.InvalidTokenError as error:
        raise Refusal(401, 1002, "Authorization is invalid: the token cannot be read") from error
    if issuer != credentials.access_key:
        raise Refusal(401, 1000, "access key not found")
    try:
        jwt.decode(
            token,
            credentials.secret_key,
            algorithms=["HS256"],
            # Kling's sample has no iat and no aud, so neither is looked at.
            options={"require": ["exp"], "verify_iat": False, "verify_aud": False},
        )
    except jwt.ExpiredSignatureError as error:
        raise Refusal(401, 1004, "Authorization is expired") from error
    except jwt.ImmatureSignatureError as error:
        raise Refusal(401, 1003, "Authorization is not yet valid") from error
    except jwt.InvalidSignatureError as error:
        raise Refusal(401, 1000, "Authentication failed: the signature does not match") from error
    except jwt.InvalidTokenError as error:
        raise Refusal(401, 1002, "Authorization is invalid") from error
