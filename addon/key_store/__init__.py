# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the keys are: the environment, then the system's keyring, then a file in Retake's home.

Keys of one region do not open another (kling-api section 1 [1]), so a stored key belongs to a host, and is only ever
read for that host. The keyring is used where the `keyring` package is installed and has a backend that keeps secrets;
Retake does not bring it along. It may ask the user to unlock it, so a thread that must not wait (Blender's main one)
passes `use_keyring=False`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import AccountError, InputError
from ..kling.credentials import IN_ENVIRONMENT, ApiKey, Credential, HalfPairError, find_credential, no_key_error
from . import key_file, os_keyring
from .stored_row import credential_in, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

KEYS_FILE = "keys.toml"


class KeySource(Enum):
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"


class KeyKind(Enum):
    API_KEY = "api_key"
    PAIR = "pair"
    HALF_PAIR = "half_pair"
    """Of no use; the other half is missing."""


@dataclass(frozen=True, slots=True)
class KeyFound:
    credential: Credential
    source: KeySource


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What a user may see of the keys: never a value."""

    host: str
    kind: KeyKind | None = None
    """None where no key was found, or what was found cannot be read."""
    source: KeySource | None = None
    """Where the key, or what is wrong with it, was found."""
    problem: str = ""
    """A sentence; empty where the key can be used, and where there is none."""
    hint: str = ""
    other_hosts: tuple[str, ...] = ()
    """Where there is no key for this host: those that the file has one for."""

    @property
    def is_usable(self) -> bool:
        return self.kind in (KeyKind.API_KEY, KeyKind.PAIR) and not self.problem


def key_host(environ: Mapping[str, str]) -> str:
    """The host whose keys are meant, KLING_BASE_URL's or else Kling's global one, with its port if it names one.

    Raises InputError where KLING_BASE_URL is no address.
    """
    base_url = environ.get("KLING_BASE_URL", "").strip() or _global_base_url()
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise InputError("KLING_BASE_URL", base_url, "an address such as https://host is needed")
    name = f"[{host}]" if ":" in host else host
    return name if port is None or (parts.scheme, port) in (("https", 443), ("http", 80)) else f"{name}:{port}"


def read_keys(environ: Mapping[str, str], home: Path, *, use_keyring: bool = True) -> KeyFound:
    """The first key that is set, for the host that KLING_BASE_URL names. Every value read is remembered for redaction.

    A keyring that fails is passed over. Raises AccountError where there is no key, half a pair, or a file that may not
    or cannot be read, and InputError where KLING_BASE_URL is no address.
    """
    host = key_host(environ)
    for source, read in _places(environ, home, host, use_keyring=use_keyring):
        credential = read()
        if credential is not None:
            return KeyFound(credential, source)
    others = " and ".join(_other_hosts(home, host))
    raise no_key_error(f"There is one for {others}, but not for {host}." if others else "")


def status(environ: Mapping[str, str], home: Path, *, use_keyring: bool = True) -> KeyStatus:
    """What `read_keys` would find. Never raises for what a user can cause."""
    try:
        host = key_host(environ)
    except InputError as error:
        return KeyStatus("", problem=error.message, hint=error.hint)
    for source, read in _places(environ, home, host, use_keyring=use_keyring):
        try:
            credential = read()
        except AccountError as error:
            kind = KeyKind.HALF_PAIR if isinstance(error, HalfPairError) else None
            return KeyStatus(host, kind, source, error.message, error.hint)
        if credential is not None:
            return KeyStatus(host, KeyKind.API_KEY if isinstance(credential, ApiKey) else KeyKind.PAIR, source)
    return KeyStatus(host, other_hosts=_other_hosts(home, host))


def store(home: Path, credential: Credential, *, host: str | None = None, use_keyring: bool = True) -> KeySource:
    """Keep the credential of `host` (None: Kling's global one) in place of what was kept, in the keyring or the file.

    Without the keyring an older key in it stays, and is read before the file's. Raises InputError for what cannot be a
    key, AccountError where the file may not or cannot be read or the keyring holds on to another key, and StorageError.
    """
    host = (host or key_host({})).lower()
    row = row_of(credential)
    path = home / KEYS_FILE
    rows = key_file.read(path)
    if use_keyring and os_keyring.keep(host, row):
        # A copy in plain text would outlive the reason for it.
        if rows.pop(host, None) is not None:
            key_file.write(path, rows)
        return KeySource.KEYRING
    key_file.write(path, {**rows, host: row})
    return KeySource.FILE


def forget(home: Path, *, host: str | None = None, use_keyring: bool = True) -> tuple[KeySource, ...]:
    """Remove the key of `host` (None: Kling's global one) from keyring and file; the places that had one.

    Raises AccountError where the file cannot be read or the keyring may still have a key, and StorageError.
    """
    host = (host or key_host({})).lower()
    path = home / KEYS_FILE
    places = []
    # One that others can read is to be emptied all the more.
    rows = key_file.read(path, must_be_private=False)
    if rows.pop(host, None) is not None:
        key_file.write(path, rows)
        places.append(KeySource.FILE)
    if use_keyring and os_keyring.remove(host):
        places.append(KeySource.KEYRING)
    return tuple(places)


def _global_base_url() -> str:
    from ..kling.client import GLOBAL_BASE_URL  # the whole client comes along, too much for an import of this module

    return GLOBAL_BASE_URL


def _places(
    environ: Mapping[str, str], home: Path, host: str, *, use_keyring: bool
) -> Iterator[tuple[KeySource, Callable[[], Credential | None]]]:
    """In the order in which they count."""
    yield KeySource.ENVIRONMENT, lambda: find_credential(environ, IN_ENVIRONMENT)
    if use_keyring:
        yield KeySource.KEYRING, lambda: credential_in(os_keyring.read(host), f"for {host} in the keyring")
    path = home / KEYS_FILE
    yield KeySource.FILE, lambda: credential_in(key_file.read(path).get(host, {}), f"for {host} in {path}")


def _other_hosts(home: Path, host: str) -> tuple[str, ...]:
    rows = key_file.read(home / KEYS_FILE)
    # A name with :// is a storage's.
    return tuple(sorted(name for name, row in rows.items() if name != host and row and "://" not in name))
