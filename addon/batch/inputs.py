# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shot takes from other shots' takes, or from a part of a video, made into files that Kling takes.

Each file is made once and named after what it was made of, so that the same list asks for the same on every run.
Reads and encodes files and may ask Kling: not for a thread that must not wait.
"""

from __future__ import annotations

import asyncio
import hashlib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError, StorageError
from ..kling.client import KlingClient
from ..kling.request import Orientation
from ..media.exact_frame import write_exact_frame
from ..media.reference_file import make_reference
from ..media.reference_plan import plan_reference
from ..media.video_source import open_video_source
from ..shots.reference_check import reference_limits
from .recipe import MADE_INPUTS
from .wanted import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..app import Settings
    from ..jobs.job import Job
    from ..shots.shot_fields import ShotFields
    from .wanted import Link, WantedShot


class Inputs:
    """`media_dir` is where the takes are, and the made files in a folder of their own."""

    def __init__(self, settings: Settings, media_dir: Path) -> None:
        self._settings = settings
        self._folder = media_dir / MADE_INPUTS

    def fields_of(self, shot: WantedShot, shown: Mapping[str, Job]) -> ShotFields:
        """The shot's fields with all that comes from elsewhere filled in, from the take each shot shows.

        Raises InputError naming shot and field, StorageError for the disk, and Kling's errors.
        """
        update: dict[str, Any] = {}
        for link in shot.links:
            update[link.field] = self._from_take(link, shown[link.shot_id])
        fields = shot.fields.model_copy(update=update)
        if fields.motion is not None and (shot.motion_in_s is not None or shot.motion_out_s is not None):
            part = self._part(shot, fields, (shot.folder / Path(fields.motion).expanduser()).absolute())
            fields = fields.model_copy(update={"motion": str(part)})
        return fields

    def _from_take(self, link: Link, job: Job) -> str:
        match link.piece:
            case Piece.FIRST_FRAME:
                return str(self._frame(job, 0, "first", link))
            case Piece.LAST_FRAME:
                return str(self._frame(job, job.take().frame_count - 1, "last", link))
            case Piece.CLIP if link.field == "extend":
                return self._clip_id(job)
            case Piece.CLIP:
                return str(job.file)

    def _frame(self, job: Job, number: int, word: str, link: Link) -> Path:
        picture = self._folder / f"{job.file.stem}_{word}.png"
        if not picture.is_file():
            try:
                found = write_exact_frame(job.file, number, job.take().frame_count, picture)
            except OSError as error:
                raise StorageError(
                    f"{picture.name} cannot be written to {self._folder}: {error.strerror or error}.",
                    hint="Make room or choose another folder for takes.",
                ) from error
            if not found:
                raise InputError(link.field, str(link), f"{job.file.name} has no such frame any more")
        return picture

    def _clip_id(self, job: Job) -> str:
        """Kling's own id of the clip, asked once: Kling knows it for 30 days."""
        kept = self._folder / f"{job.file.stem}.clip-id"
        if kept.is_file():
            return kept.read_text(encoding="ascii").strip()

        async def ask() -> str:
            client = KlingClient(self._settings.base_url, self._settings.credential)
            try:
                task = await client.task(job.standard, job.request.product, job.task_id or "")
            finally:
                await client.aclose()
            return task.videos[0].video_id if task.videos else ""

        clip_id = asyncio.run(ask())
        if not clip_id:
            raise RetakeError(
                f"Kling does not know the clip of {job.take().name} any more, so it cannot be extended.",
                hint="Clips are known for 30 days. Make a new take of it first.",
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept.write_text(clip_id, encoding="ascii")
        except OSError as error:
            raise StorageError(f"{kept} cannot be written: {error.strerror or error}.") from error
        return clip_id

    def _part(self, shot: WantedShot, fields: ShotFields, video: Path) -> Path:
        """The part of `video` between the shot's in and out points, on whole frames."""
        source = open_video_source(video)
        begin_s = shot.motion_in_s or Fraction(0)
        end_s = source.duration_s if shot.motion_out_s is None else shot.motion_out_s
        start, end = _frame_at(begin_s, source.rate), _frame_at(end_s, source.rate)
        if not 0 <= start < end <= source.frame_count:
            raise InputError(
                f"{shot.shot_id}: motion_in, motion_out",
                f"{float(begin_s):g} to {float(end_s):g} s",
                f"{video.name} has {float(source.duration_s):.2f} s",
            )
        limits = reference_limits(fields.model, Orientation(fields.orientation))
        plan = plan_reference(source, limits, (start, end))
        with video.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        wish = repr((content, start, end, plan.size_px, str(plan.rate), fields.keep_sound))
        part = self._folder / f"{video.stem[:40]}_{start}-{end}_{hashlib.sha256(wish.encode()).hexdigest()[:10]}.mp4"
        if not part.is_file():
            make_reference(source, plan, limits, part, keep_sound=fields.keep_sound)
        return part


def _frame_at(seconds: Fraction, rate: Fraction) -> int:
    """The frame that begins nearest to a time; halves up."""
    return int(seconds * rate + Fraction(1, 2))
