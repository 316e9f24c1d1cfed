# SPDX-License-Identifier: GPL-3.0-or-later
"""A stored credential: the names and values kept for one host, the same in the file and in the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.credentials import ApiKey, Credential, KeyNames, can_be_key, find_credential
from ..redaction import remember_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, str]

_NAMES = _API_KEY, _ACCESS_KEY, _SECRET_KEY = ("api_key", "access_key", "secret_key")


def row_of(credential: Credential) -> Row:
    """Raises InputError, which does not repeat it, for what cannot be a key."""
    if isinstance(credential, ApiKey):
        row = {_API_KEY: credential.value}
    else:
        row = {_ACCESS_KEY: credential.access_key, _SECRET_KEY: credential.secret_key}
    for value in row.values():
        remember_secret(value)
        if not can_be_key(value):
            raise InputError("key", "what was given", "a key is one word of plain letters, digits and signs")
    return row


def checked_row(value: object) -> Row:
    """Raises ValueError for anything unknown: a name that is mistyped would look like no key."""
    if not isinstance(value, dict) or set(value) - set(_NAMES):
        raise ValueError("these are not the names of keys")
    if not all(isinstance(text, str) for text in value.values()):
        raise ValueError("a key is a text")
    for text in value.values():
        remember_secret(text.strip())
    return value


def credential_in(row: Mapping[str, str], place: str) -> Credential | None:
    """`place` follows a key's name in a sentence. Raises AccountError for half a pair and for what cannot be a key."""
    return find_credential(row, KeyNames(*_NAMES, place=f" {place}", cure="Run `retake key set --pair`."))
