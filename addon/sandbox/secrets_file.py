# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with a sandbox's keys: made once with mode 0600, read again at every later start.

These keys open nothing but this sandbox. They are kept so that a client's settings survive a restart.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from .settings import Credentials

SECRETS_FILE = "credentials.json"
_KEYS = ("api_key", "access_key", "secret_key", "url_secret")


@dataclass(frozen=True, slots=True)
class SandboxSecrets:
    """The account's credentials and the secret that signs result URLs."""

    credentials: Credentials
    url_secret: bytes = field(repr=False)


def load_or_create(data_dir: Path, given: Credentials | None) -> SandboxSecrets:
    """Read the secrets of `data_dir`, or make them. `given` credentials win and replace the stored ones.

    The URL secret is kept in every case, so addresses handed out before stay good.

    Raises:
        ValueError: the file is there and is not what this function writes.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SECRETS_FILE
    stored = _read(path) if path.exists() else None
    if stored is not None and given in (None, stored.credentials):
        return stored
    credentials = given or Credentials(
        api_key=f"sandbox-{secrets.token_urlsafe(32)}",
        access_key=secrets.token_hex(16),
        secret_key=secrets.token_hex(32),
    )
    url_secret = stored.url_secret if stored is not None else secrets.token_bytes(32)
    made = SandboxSecrets(credentials, url_secret)
    _write(path, made)
    return made


def _read(path: Path) -> SandboxSecrets:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        texts = [str(values[key]) for key in _KEYS]
        return SandboxSecrets(Credentials(*texts[:3]), bytes.fromhex(texts[3]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a sandbox credentials file; delete it to have a new one made") from error


def _write(path: Path, made: SandboxSecrets) -> None:
    keys = made.credentials
    text = json.dumps(
        dict(zip(_KEYS, (keys.api_key, keys.access_key, keys.secret_key, made.url_secret.hex()), strict=True))
    )
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    # The mode is given at creation: a chmod afterwards would leave the keys readable for a moment.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
