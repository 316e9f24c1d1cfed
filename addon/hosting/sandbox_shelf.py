# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads to a local Kling, for rehearsal: nothing leaves this computer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import AccountError, StorageError
from ..kling.tokens import TokenSource
from .bucket import parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from ..kling.credentials import Credential
    from .shelf import Progress, UploadNotes

_TIMEOUT_S = 30.0


class SandboxShelf:
    """The calls under /uploads of `retake sandbox`."""

    def __init__(self, base_url: str, credential: Credential) -> None:
        self.name = f"sandbox {base_url}"
        self.address = base_url
        self._tokens = TokenSource(credential)

    def size_bytes(self, object_name: str) -> int | None:
        with self._client() as client:
            answer = client.head(self._path(object_name))
            return None if answer.status_code == 404 else int(_good(answer).headers["content-length"])

    def put(self, object_name: str, path: Path, content_type: str, progress: Progress, notes: UploadNotes) -> None:
        """On this computer: begun anew after a crash."""
        _ = notes
        headers = {"content-type": content_type, "content-length": str(path.stat().st_size)}
        with self._client() as client:
            _good(client.put(self._path(object_name), content=parts(path, progress), headers=headers))
        progress(1.0)

    def abandon(self, object_name: str, upload_id: str) -> None:
        """Nothing: the local Kling keeps whole files only."""

    def signed_url(self, object_name: str) -> str:
        with self._client() as client:
            return str(_good(client.head(self._path(object_name))).headers["location"])

    def delete(self, object_name: str) -> None:
        with self._client() as client:
            answer = client.delete(self._path(object_name))
            if answer.status_code != 404:
                _good(answer)

    def _path(self, object_name: str) -> str:
        return f"/uploads/{object_name.rpartition('/')[2]}"

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        import httpx

        headers = {"authorization": f"Bearer {self._tokens.token()}"}
        try:
            with httpx.Client(base_url=self.address, headers=headers, timeout=_TIMEOUT_S) as client:
                yield client
        except httpx.HTTPError as error:
            raise StorageError(
                f"The local Kling at {self.address} did not take the reference video.",
                hint="Is it still running? Nothing was asked for yet.",
                detail=repr(error),
            ) from error


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.status_code in (401, 403):
        raise AccountError("The local Kling refused the key.", hint="Use the key that it printed when it started.")
    if not answer.is_success:
        raise StorageError(
            f"{answer.url.host} has no place for reference videos (HTTP {answer.status_code}).",
            hint="Set up a storage, or run `retake sandbox` of this version.",
        )
    return answer
