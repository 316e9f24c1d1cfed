# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's library and its bills: voices, elements, images, lip-sync. Both kinds of key reach all of it.

Used on the engine's thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .account_calls import AccountCalls
from .element_calls import ElementCalls
from .image_calls import ImageCalls
from .lip_sync_calls import LipSyncCalls
from .signed_calls import SignedCalls
from .voice_calls import VoiceCalls

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .credentials import Credential
    from .transport import ResultBody


class KlingLibrary:
    """That a key pair reaches the account's bills is a guess; live it reached /account/costs (kling-api section 1)."""

    def __init__(self, base_url: str, credential: Credential) -> None:
        self._calls = SignedCalls(base_url, credential)
        self.voices = VoiceCalls(self._calls, base_url)
        self.elements = ElementCalls(self._calls, base_url)
        self.images = ImageCalls(self._calls, base_url)
        self.lip_sync = LipSyncCalls(self._calls, base_url)
        self.account = AccountCalls(self._calls)

    async def aclose(self) -> None:
        await self._calls.aclose()

    def result(self, url: str, offset: int) -> AbstractAsyncContextManager[ResultBody]:
        """The bytes of a result from `offset` on; sent without the key, which is not the file server's business."""
        return self._calls.result(url, offset)
