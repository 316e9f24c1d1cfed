# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a result onto the disk whole: to `.part`, going on where it stopped, verified, synced, then renamed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import StorageError
from ..kling.errors import KlingUnknownOutcome
from ..media.probe import ClipFacts, DamagedClip, probe_clip
from .sidecar import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from ..kling.client import KlingClient

Progress = Callable[[int, int | None], None]
"""Told the bytes received so far, of how many in all where that is known."""


async def whole_clip(file: Path) -> ClipFacts | None:
    """The facts of `file` where it is there and whole: a download that an earlier run had finished."""
    if not file.is_file():
        return None
    try:
        return await asyncio.to_thread(probe_clip, file)
    except DamagedClip:
        return None


async def download(client: KlingClient, url: str, file: Path, progress: Progress) -> ClipFacts:
    """One try to get `url` into `file`; what arrived stays in `.part` for the next try.

    Raises ResultGone (ask for a fresh address), KlingNotSent or KlingUnknownOutcome (try again), DamagedClip (what
    came is put aside as `.damaged`: try again from the start) and StorageError (the disk: the user must act).
    """
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        await _receive(client, url, part, progress)
        facts = await asyncio.to_thread(_verify, part, file)
        await asyncio.to_thread(_keep, part, file)
    except OSError as error:
        raise StorageError(
            f"The take cannot be written to {file.parent}: {error.strerror or error}.",
            hint="Make room or choose another folder and run it again: the take is paid for and is fetched then.",
        ) from error
    return facts


async def _receive(client: KlingClient, url: str, part: Path, progress: Progress) -> None:
    offset = part.stat().st_size if part.exists() else 0
    async with client.result(url, offset) as body:
        received = body.starts_at
        if received > offset:
            raise KlingUnknownOutcome("The download went on at the wrong place.", hint="It is tried again.")
        if body.total_bytes is not None and body.total_bytes < offset:
            part.unlink()
            raise KlingUnknownOutcome("The take's file changed while it was fetched.", hint="It is fetched anew.")
        with part.open("r+b" if part.exists() else "wb") as out:
            out.seek(received)
            out.truncate()
            async for chunk in body.chunks:
                out.write(chunk)
                received += len(chunk)
                progress(received, body.total_bytes)
    if body.total_bytes is not None and received < body.total_bytes:
        raise KlingUnknownOutcome(
            f"The download ended after {received} of {body.total_bytes} bytes.",
            hint="It goes on from where it stopped.",
        )


def _verify(part: Path, file: Path) -> ClipFacts:
    try:
        return probe_clip(part)
    except DamagedClip:
        # Kept, not deleted: should Kling never send a better one, this is what was paid for.
        part.replace(_damaged_copy(file))
        raise


def _damaged_copy(file: Path) -> Path:
    return file.with_name(f"{file.name}.damaged")


def _keep(part: Path, file: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(file)
    _damaged_copy(file).unlink(missing_ok=True)
    sync_folder(file.parent)
