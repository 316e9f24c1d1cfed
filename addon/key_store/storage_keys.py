# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of the user's storage: from the environment, else kept beside Kling's under the storage's own name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import AccountError
from ..hosting.place import StorageKind, StorageSecret
from ..kling.credentials import AccessKeyPair, ApiKey, KeyNames, find_credential
from ..redaction import remember_secret
from . import key_file, os_keyring
from .stored_row import credential_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..hosting.place import StoragePlace
    from ..kling.credentials import Credential

_FILE_VARIABLE = "RETAKE_STORAGE_ACCOUNT_FILE"
_NAMES = KeyNames("RETAKE_STORAGE_KEY", "RETAKE_STORAGE_ACCESS_KEY", "RETAKE_STORAGE_SECRET_KEY")
_HOWS = {
    StorageKind.S3: "Run `retake storage key`, or set RETAKE_STORAGE_ACCESS_KEY and RETAKE_STORAGE_SECRET_KEY.",
    StorageKind.AZURE: "Run `retake storage key`, or set RETAKE_STORAGE_KEY to the account's key.",
    StorageKind.GCS: f"Set {_FILE_VARIABLE} to the JSON file of a service account.",
}


def storage_key_host(place: StoragePlace) -> str:
    """What the keys of `place` are kept under. It never is a host of Kling's: it holds a `://`."""
    return place.name.lower()


def read_storage_secret(
    environ: Mapping[str, str], home: Path, place: StoragePlace, *, use_keyring: bool = True
) -> StorageSecret:
    """Raises AccountError where there is none, or not of the kind that the storage needs."""
    if place.kind is StorageKind.GCS:
        return _service_account(environ)
    host = storage_key_host(place)
    credential = find_credential(environ, _NAMES)
    if credential is None and use_keyring:
        credential = credential_in(os_keyring.read(host), f"for {host} in the keyring")
    if credential is None:
        credential = credential_in(key_file.read(home / "keys.toml").get(host, {}), f"for {host}")
    return _secret(credential, place)


def _service_account(environ: Mapping[str, str]) -> StorageSecret:
    text = environ.get(_FILE_VARIABLE, "").strip()
    path = Path(text).expanduser()
    if not text or not path.is_file():
        problem = f"{path} is not there" if text else f"{_FILE_VARIABLE} is not set"
        raise AccountError(f"Google's storage needs a service account, and {problem}.", hint=_HOWS[StorageKind.GCS])
    return StorageSecret(service_account=path)


def _secret(credential: Credential | None, place: StoragePlace) -> StorageSecret:
    match credential, place.kind:
        case AccessKeyPair(access_key, secret_key), StorageKind.S3:
            pass
        case ApiKey(value), StorageKind.AZURE:
            access_key, secret_key = "", value
        case _:
            what = "There are no keys" if credential is None else "The keys are of another kind than it takes"
            raise AccountError(f"{what} for the storage {place.name}.", hint=_HOWS[place.kind])
    remember_secret(access_key)
    remember_secret(secret_key)
    return StorageSecret(access_key, secret_key)
