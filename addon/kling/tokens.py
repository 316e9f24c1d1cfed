# SPDX-License-Identifier: GPL-3.0-or-later
"""The bearer token of a credential: an API key as it is, a key pair as a signed JWT that is renewed in time.

Claims as the official sample has them: iss, exp = now + 1800 s, nbf = now - 5 s, HS256 (kling-api section 1).
"""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING

import jwt

from .credentials import AccessKeyPair, ApiKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from .credentials import Credential

LIFETIME_S = 1800
RENEW_BEFORE_EXPIRY_S = 120
CLOCK_SKEW_S = 5


class TokenSource:
    """Hands out the bearer token; one per client, used on the engine's thread only."""

    def __init__(self, credential: Credential, now: Callable[[], float] = time.time) -> None:
        self._credential = credential
        self._now = now
        self._token = ""
        self._renew_at_s = 0.0

    def token(self) -> str:
        match self._credential:
            case ApiKey(value):
                return value
            case AccessKeyPair(access_key, secret_key):
                now = self._now()
                if not self._token or now >= self._renew_at_s:
                    claims = {"iss": access_key, "exp": int(now) + LIFETIME_S, "nbf": int(now) - CLOCK_SKEW_S}
                    with warnings.catch_warnings():
                        # PyJWT warns of short secrets; their length is the service's choice, not the user's.
                        warnings.simplefilter("ignore")
                        self._token = jwt.encode(claims, secret_key, algorithm="HS256", headers={"typ": "JWT"})
                    self._renew_at_s = now + LIFETIME_S - RENEW_BEFORE_EXPIRY_S
                return self._token

    def can_renew(self) -> bool:
        """Whether signing again can cure a token that Kling calls expired or not valid yet."""
        return isinstance(self._credential, AccessKeyPair)

    def discard(self) -> None:
        """Sign anew at the next use."""
        self._token = ""
