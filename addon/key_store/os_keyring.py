# SPDX-License-Identifier: GPL-3.0-or-later
"""The system's keyring: one entry for each host, asked on a thread of its own because it may never answer."""

from __future__ import annotations

import json
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..errors import AccountError
from ..redaction import logger, remember_secret
from .stored_row import Row, checked_row

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "retake"
WAIT_S = 30.0
"""How long a keyring may take, a person unlocking it included (guess). One on a screen nobody sees never answers."""

_log = logger("keys")
_Answer = TypeVar("_Answer")
_unanswered: list[threading.Thread] = []


def read(host: str) -> Row:
    """Empty where there is no entry, no keyring, or one that fails."""
    try:
        text = _ask(lambda backend: backend.get_password(SERVICE, host))
    except (_NoKeyring, _KeyringFailed):
        return {}
    if text is None:
        return {}
    remember_secret(text)
    try:
        return checked_row(json.loads(text))
    except (ValueError, RecursionError):
        _log.warning("the keyring's entry for %s is not one of Retake's", host)
        return {}


def keep(host: str, row: Row) -> bool:
    """Whether the keyring has it now. Raises AccountError where it holds on to another key, which would be read."""
    text = json.dumps(row)
    remember_secret(text)

    def keep_it(backend: _Backend) -> None:
        backend.set_password(SERVICE, host, text)
        if backend.get_password(SERVICE, host) != text:
            raise _KeyringFailed

    try:
        _ask(keep_it)
        return True
    except _NoKeyring:
        return False
    except _KeyringFailed:
        pass
    try:
        kept = _ask(lambda backend: backend.get_password(SERVICE, host))
    except (_NoKeyring, _KeyringFailed):
        return False
    if kept is None:
        return False
    raise AccountError(f"The keyring has a key for {host} and does not let it be replaced.", hint=_by_hand(host))


def remove(host: str) -> bool:
    """Whether it had a key. Raises AccountError where it may still have one."""

    def remove_it(backend: _Backend) -> bool:
        had_one = backend.get_password(SERVICE, host) is not None
        if had_one:
            backend.delete_password(SERVICE, host)
            if backend.get_password(SERVICE, host) is not None:
                raise _KeyringFailed
        return had_one

    try:
        return _ask(remove_it)
    except _NoKeyring:
        return False
    except _KeyringFailed:
        raise AccountError(
            f"The keyring may still have a key for {host}: it does not do what it is asked.", hint=_by_hand(host)
        ) from None


def _by_hand(host: str) -> str:
    return f"Look for its entry “{SERVICE}” for {host} in the system's own program, and remove it there."


class _Backend(Protocol):
    @property
    def priority(self) -> float: ...
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class _NoKeyring(Exception):
    """There is none."""


class _KeyringFailed(Exception):
    """There is one, and it does not do what it should, or does not answer."""


def _ask(question: Callable[[_Backend], _Answer]) -> _Answer:
    """Raises _NoKeyring or _KeyringFailed. A thread without an answer is left behind, and none sent after it."""
    if any(thread.is_alive() for thread in _unanswered):
        raise _KeyringFailed
    answers: list[_Answer] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question(_backend()))
        except Exception as error:  # noqa: BLE001  # backends raise what their systems raise
            failures.append(error)

    thread = threading.Thread(target=ask, name="retake-keyring", daemon=True)
    thread.start()
    thread.join(WAIT_S)
    if answers:
        return answers[0]
    if not failures:
        _log.warning("the keyring gave no answer within %s s", WAIT_S)
        _unanswered.append(thread)
    elif isinstance(failures[0], _NoKeyring):
        raise failures[0]
    else:
        # Its kind alone: the text is the backend's, and may repeat what it was given.
        _log.warning("the keyring failed (%s)", type(failures[0]).__name__)
    raise _KeyringFailed


def _backend() -> _Backend:
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise _NoKeyring from error
    backend: _Backend = keyring.get_keyring()
    # Backends below 1 are not recommended by keyring itself: they fail, forget, or keep plain text. A chain is as good
    # as its first link, the one that takes what is set.
    links: list[_Backend] = list(getattr(backend, "backends", ())) or [backend]
    if links[0].priority < 1:
        raise _NoKeyring
    return backend
