# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to the API with the account's token, each sent once.

The single exception is a token that Kling calls expired (1004) or not valid yet (1003): such a request was refused
before it was read, so it is signed anew and sent once more. Used on the engine's thread only.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .errors import KlingAuthRefused
from .tokens import TokenSource
from .transport import ResultBody, Transport

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .credentials import Credential
    from .wire import Envelope

_NOT_YET_VALID = 1003
_EXPIRED = 1004
_CLOCK_PAUSE_S = 5.0


class SignedCalls:
    def __init__(self, base_url: str, credential: Credential) -> None:
        self._tokens = TokenSource(credential)
        self._transport = Transport(base_url)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, query: dict[str, str] | None = None
    ) -> Envelope:
        """The envelope of a call that Kling carried out. Raises the errors of kling/errors.py."""
        try:
            return await self._transport.call(method, path, self._tokens.token(), body=body, query=query)
        except KlingAuthRefused as error:
            if error.code not in (_NOT_YET_VALID, _EXPIRED) or not self._tokens.can_renew():
                raise
            if error.code == _NOT_YET_VALID:
                await asyncio.sleep(_CLOCK_PAUSE_S)
        self._tokens.discard()
        return await self._transport.call(method, path, self._tokens.token(), body=body, query=query)

    def result(self, url: str, offset: int) -> AbstractAsyncContextManager[ResultBody]:
        """The bytes of a result from `offset` on; sent without the key, which is not the file server's business."""
        return self._transport.result(url, offset)
