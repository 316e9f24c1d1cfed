# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of keys: TOML with one table for each host, for its owner's eyes only."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shlex
import stat
import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import AccountError, StorageError
from .stored_row import Row, checked_row

if TYPE_CHECKING:
    from pathlib import Path

Rows = dict[str, Row]
"""By host, in lower case."""

_HEADER = """\
# Retake's Kling keys, one table for each host: keys of one region do not open another.
# Keep this file to yourself.
"""


def read(path: Path, *, must_be_private: bool = True) -> Rows:
    """Empty where there is no file. Raises AccountError; its sentence repeats nothing of what the file holds."""
    try:
        content = _read_plain_file(path, must_be_private=must_be_private)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise AccountError(f"{path} cannot be read ({error.strerror}).", hint="Or set KLING_API_KEY.") from error
    try:
        return _rows(tomllib.loads(content.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        # The cause stays out of the chain: it may quote the file.
        place = re.search(r"at line \d+, column \d+", str(error))
        raise AccountError(
            f"{path} is not a file of keys as Retake writes it{f' ({place[0]})' if place else ''}.",
            hint="Correct it, or delete it and run `retake key set`.",
        ) from None


def write(path: Path, rows: Rows) -> None:
    """Whole or not at all; without rows there is no file. Raises StorageError."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        if not rows:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # The mode is given at creation: a chmod afterwards would leave the keys readable for a moment.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            if _others_may(os.fstat(descriptor).st_mode):
                raise StorageError(
                    f"The drive of {path.parent} keeps no file private, so no key is written there.",
                    hint="Set KLING_API_KEY, or RETAKE_HOME to a folder of another drive.",
                )
            file.write(_toml(rows))
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}).", hint="Set RETAKE_HOME to a folder that can."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _rows(document: dict[str, object]) -> Rows:
    tables = document.get("hosts", {})
    if set(document) - {"hosts"} or not isinstance(tables, dict):
        raise ValueError("there is more than hosts")
    return {str(host).lower(): checked_row(table) for host, table in tables.items()}


def _toml(rows: Rows) -> str:
    # Of a key's characters JSON escapes the two that TOML does, in the same way.
    tables = [
        f"\n[hosts.{json.dumps(host, ensure_ascii=False)}]\n"
        + "".join(f"{name} = {json.dumps(value)}\n" for name, value in row.items())
        for host, row in sorted(rows.items())
    ]
    return _HEADER + "".join(tables)


def _read_plain_file(path: Path, *, must_be_private: bool) -> bytes:
    if path.is_symlink():
        raise _is_link(path)
    # O_NOFOLLOW: it may become a link after the look above. O_NONBLOCK: a pipe would be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _is_link(path) from error
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise AccountError(f"{path} is not a plain file.", hint="Remove it, then run `retake key set`.")
        if must_be_private and _others_may(mode):
            raise AccountError(
                f"Others on this computer can read the keys in {path} (mode {stat.S_IMODE(mode):04o}).",
                hint=f"Close it with `chmod 600 {shlex.quote(str(path))}`; if others may have read it, make a new key.",
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _is_link(path: Path) -> AccountError:
    return AccountError(
        f"{path} is a link, and keys are read from a plain file only.",
        hint="Put the file itself there, or remove the link and run `retake key set`.",
    )


def _others_may(mode: int) -> bool:
    # Windows has no such bits: there the folder, in the user's profile, keeps others out.
    return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
