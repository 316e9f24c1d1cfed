# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a Kling account, and finding them among named values. Their values never show in a repr."""

from __future__ import annotations

import re
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


@dataclass(frozen=True, slots=True)
class KeyNames:
    """What the keys are called in one place, and what a user does there when something is wrong."""

    api_key: str
    access_key: str
    secret_key: str
    place: str = ""
    """Follows a name in a sentence, such as ` in keys.toml`."""
    cure: str = ""
    """What to do about half a pair; empty: set the other half."""


IN_ENVIRONMENT = KeyNames("KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY")

# What an HTTP header can carry as one word; that no key of Kling's has other characters is a guess.
_NO_KEY_HAS = re.compile(r"[^\x21-\x7e]")


class HalfPairError(AccountError):
    """One half of an access and secret key pair is there. `missing` names the other."""

    def __init__(self, missing: str, names: KeyNames) -> None:
        super().__init__(
            f"Half of the Kling key pair is missing: {missing}{names.place} is not set.",
            hint=names.cure or f"Set {missing}.",
        )
        self.missing = missing


def credential_from(environ: Mapping[str, str]) -> Credential:
    """KLING_API_KEY, else KLING_ACCESS_KEY with KLING_SECRET_KEY. The values are remembered for redaction.

    Raises AccountError where there is no key, or half a pair.
    """
    credential = find_credential(environ, IN_ENVIRONMENT)
    if credential is None:
        raise no_key_error()
    return credential


def find_credential(values: Mapping[str, str], names: KeyNames) -> Credential | None:
    """The API key among `values`, else the pair; None where there is neither. All of them are remembered for redaction.

    Raises AccountError for what cannot be a key, and HalfPairError.
    """
    api_key, access_key, secret_key = (_read(values, name, names) for name in _names(names))
    if api_key:
        return ApiKey(api_key)
    if access_key and secret_key:
        return AccessKeyPair(access_key, secret_key)
    if access_key or secret_key:
        raise HalfPairError(names.secret_key if access_key else names.access_key, names)
    return None


def can_be_key(value: str) -> bool:
    return bool(value) and _NO_KEY_HAS.search(value) is None


def no_key_error(first_hint: str = "") -> AccountError:
    ways = (
        "Run `retake key set`, enter it in Retake's preferences in Blender, set KLING_API_KEY, "
        "or KLING_ACCESS_KEY and KLING_SECRET_KEY, or rehearse for free with --sandbox."
    )
    return AccountError("No Kling key is set.", hint=f"{first_hint} {ways}".strip())


def _names(names: KeyNames) -> tuple[str, str, str]:
    return names.api_key, names.access_key, names.secret_key


def _read(values: Mapping[str, str], name: str, names: KeyNames) -> str:
    value = values.get(name, "").strip()
    remember_secret(value)
    if value and not can_be_key(value):
        raise AccountError(
            f"{name}{names.place} has characters that no key has.", hint="Copy it anew, as one word without spaces."
        )
    return value
