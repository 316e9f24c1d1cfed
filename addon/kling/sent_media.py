# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures and the video of one request in the form they are sent in. Made at the create, never kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentMedia:
    """Pictures are addresses, or files as base64 without a `data:` prefix, in the request's own order.

    `video` is an address, which may be signed: a secret. None: that of the request itself.
    """

    image: str | None = None
    image_tail: str | None = None
    references: tuple[str, ...] = ()
    video: str | None = None
    sound: str | None = None
    """A file as base64."""

    def video_url(self, source: object) -> str:
        """The address of the video whose place in the request is `source`. Raises ValueError for a file without one."""
        url = self.video if self.video is not None else source
        if not isinstance(url, str):
            raise ValueError("the reference video has no address yet")  # noqa: TRY004 - it is the time that is wrong
        return url
