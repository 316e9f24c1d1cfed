# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: two shots made by the sandbox, on a timeline of 25 fps, exported and rendered. Costs nothing.

It uses the same engine, adapter and bridge as the product; only the keys are the sandbox's.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from rich.table import Table

from ..app import Host, Services, rehearsal_settings
from ..cli.follow import Outcome, follow
from ..cli.output import Output, chatter_kept_in, command_output
from ..cli.program import BLENDER_LOG, start_log
from ..interchange.otio_file import write_otio
from ..jobs.job import Job, JobDraft
from ..jobs.ledger import Ledger
from ..jobs.state import JobState
from ..kling.choice import choose_standard
from ..kling.price import cheapest_mode, estimate_units
from ..kling.request import GenerationRequest, ImageFile

if TYPE_CHECKING:
    from ..vse.place import Placement

RATE = Fraction(25)
SIZE_PX = (1280, 720)
FOLDER = Path("demo")


def main() -> int:
    folder = FOLDER.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    start_log(folder / "home")
    with command_output() as output, chatter_kept_in(folder / "home" / BLENDER_LOG):
        outcomes = _make_takes(folder, output)
        for outcome in outcomes:
            if outcome.error is not None:
                output.error(outcome.error)
                return 1
        jobs = tuple(outcome.job for outcome in outcomes)
        # From here on this is the process's only thread: Blender's renderer gets no company of ours.
        output.notes.print("Placing them, and rendering the preview …")
        placements = _build_edit(folder, jobs)
        with closing(Ledger(folder / "home" / "ledger.db")) as ledger:
            for job in jobs:
                if job.state is JobState.READY:
                    ledger.advance(job.job_id, JobState.PLACED)
        _show(output, folder, jobs, placements)
    return 0


def _make_takes(folder: Path, output: Output) -> tuple[Outcome, ...]:
    environ = {**os.environ, "RETAKE_HOME": str(folder / "home")}
    with rehearsal_settings(environ, Host()) as settings, Services(settings) as services:
        jobs = tuple(
            services.ledger.enqueue(
                JobDraft(
                    account=settings.account,
                    list_id="demo",
                    shot_id=shot_id,
                    request=request,
                    standard=choose_standard(request, settings.credential, settings.standard),
                    media_dir=folder / "takes",
                    estimate_units=estimate_units(request),
                )
            )
            for shot_id, request in _shots(folder).items()
        )
        output.notes.print("Making two shots with the local Kling …")
        return follow(services, jobs, output.notes)


def _shots(folder: Path) -> dict[str, GenerationRequest]:
    still = folder / "rider.png"
    _write_still(still)
    return {
        "night-010": GenerationRequest(
            prompt="A motorcyclist rides through a neon-lit tunnel, engine echoing, camera low behind the wheel",
            model_name="kling-2.6",
            mode=cheapest_mode("kling-2.6", "sound"),
            duration_s=5,
            sound=True,
        ),
        "night-020": GenerationRequest(
            prompt="The rider stops at the pier and looks out over the dark water",
            model_name="kling-2.6",
            mode="std",
            duration_s=5,
            image=ImageFile(still, hashlib.sha256(still.read_bytes()).hexdigest()),
        ),
    }


def _write_still(path: Path) -> None:
    """A night sky over water with a moon, as a start image."""
    width, height = SIZE_PX
    y, x = np.mgrid[0:height, 0:width]
    sky = np.stack([20 + 30 * y / height, 30 + 40 * y / height, 80 + 60 * y / height], axis=-1)
    moon = ((x - width * 0.7) ** 2 + (y - height * 0.25) ** 2) < (height * 0.08) ** 2
    sky[moon] = (240, 235, 210)
    water = y > height * 0.62
    sky[water] *= (0.55 + 0.1 * np.sin(x / 9.0 + y / 3.0))[water][:, None]
    picture = av.VideoFrame.from_ndarray(sky.clip(0, 255).astype(np.uint8), format="rgb24")
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as out:
        stream = out.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb24"
        out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def _build_edit(folder: Path, jobs: tuple[Job, ...]) -> tuple[Placement, ...]:
    from ..vse.place import place_take
    from ..vse.preview import render_preview
    from ..vse.project import end_of_edit, fit_scene_to_edit, new_project, save_project
    from ..vse.read import read_timeline

    blend = folder / "night-ride.blend"
    scene = new_project(blend, RATE, SIZE_PX)
    placements = tuple(place_take(scene, job.take(), end_of_edit(scene)) for job in jobs)
    fit_scene_to_edit(scene)
    save_project(blend, keep_backup=False)
    write_otio(read_timeline(scene), blend.with_suffix(".otio"))
    render_preview(scene, blend.with_suffix(".mp4"))
    return placements


def _show(output: Output, folder: Path, jobs: tuple[Job, ...], placements: tuple[Placement, ...]) -> None:
    table = Table("Shot", "Take", "File", "Frames", "On the timeline", "Sound", "Cost")
    for job, placement in zip(jobs, placements, strict=True):
        take = job.take()
        table.add_row(
            take.shot_id,
            str(take.number),
            str(take.file.relative_to(folder.parent)),
            f"{take.frame_count} at {take.rate} fps",
            f"{placement.frames.start} to {placement.frames.end_exclusive - 1} at {RATE} fps",
            "yes" if take.has_sound else "no",
            f"{take.cost_units} units (sandbox)",
        )
    output.results.print(table)
    for suffix, what in ((".blend", "the edit"), (".otio", "for other editors"), (".mp4", "the rendered preview")):
        path = (folder / "night-ride").with_suffix(suffix)
        output.results.print(f"{path.relative_to(folder.parent)}  {what}", highlight=False)


if __name__ == "__main__":
    code = main()
    from ..vse.leave import leave

    leave(code)
