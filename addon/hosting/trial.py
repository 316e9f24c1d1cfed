# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a storage does what Retake needs of it: found out with a small object that is taken away again."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StorageError

if TYPE_CHECKING:
    from .bucket import Bucket

_TIMEOUT_S = 20.0


class _NoNotes:
    """The object is far too small for parts."""

    def read(self) -> str | None:
        return None

    def write(self, upload_id: str | None) -> None:
        pass


def try_storage(bucket: Bucket) -> None:
    """Put an object, fetch it by its address without a key, as Kling would, and delete it. Blocks for some requests.

    Raises AccountError, InputError or StorageError with what does not work.
    """
    import httpx

    content = secrets.token_bytes(64)
    name = f"{bucket.place.prefix.strip('/')}/trial-{secrets.token_hex(8)}.bin"
    with tempfile.TemporaryDirectory(prefix="retake-") as folder:
        path = Path(folder) / "trial.bin"
        path.write_bytes(content)
        bucket.put(name, path, "application/octet-stream", lambda _share: None, _NoNotes())
    try:
        try:
            answer = httpx.get(bucket.signed_url(name), timeout=_TIMEOUT_S, follow_redirects=True)
        except httpx.HTTPError as error:
            # The cause stays out of the chain: its text may carry the signed address.
            raise StorageError(
                f"{bucket.place.host} took an object, but did not give it back ({type(error).__name__}).",
                hint="Check the storage's address: Kling fetches from there.",
            ) from None
        if answer.content != content:
            raise StorageError(
                f"{bucket.place.host} did not give an object by its signed address (HTTP {answer.status_code}).",
                hint="Check the region, and that signed addresses are allowed for these keys.",
            )
    finally:
        bucket.delete(name)
