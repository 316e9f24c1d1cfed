# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a Kling account, from the environment. Their values never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import AccountError
from ..redaction import remember_secret

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One static key; works on every path (kling-api section 1)."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessKeyPair:
    """Access key and secret key, which sign a JWT; works on the legacy paths only."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


Credential = ApiKey | AccessKeyPair


def credential_from(environ: Mapping[str, str]) -> Credential:
    """KLING_API_KEY, else KLING_ACCESS_KEY with KLING_SECRET_KEY. The values are remembered for redaction.

    Raises AccountError where there is no key, or half a pair.
    """
    api_key = environ.get("KLING_API_KEY", "").strip()
    if api_key:
        remember_secret(api_key)
        return ApiKey(api_key)
    access_key = environ.get("KLING_ACCESS_KEY", "").strip()
    secret_key = environ.get("KLING_SECRET_KEY", "").strip()
    if access_key and secret_key:
        remember_secret(access_key)
        remember_secret(secret_key)
        return AccessKeyPair(access_key, secret_key)
    if access_key or secret_key:
        missing = "KLING_SECRET_KEY" if access_key else "KLING_ACCESS_KEY"
        raise AccountError(f"Half of the Kling key pair is missing: {missing} is not set.", hint=f"Set {missing}.")
    raise AccountError(
        "No Kling key is set.",
        hint="Set KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY, or rehearse for free with --sandbox.",
    )
