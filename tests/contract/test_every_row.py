# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the catalogue against the sandbox: what it says is possible is made and billed so, on each standard.

The sandbox has its own reading of Kling's tables: a row that is wrong in one of them fails here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from addon.app import Services
from addon.jobs.job import Job, JobDraft
from addon.jobs.state import WITH_TAKE, WITHOUT_TAKE, JobState
from addon.kling.catalogue import ModelRow, ModeRow, catalogue
from addon.kling.possible import fitting_standards, problems
from addon.kling.price import estimate_units
from addon.kling.product import Product
from addon.kling.request import GenerationRequest, ImageUrl, VideoReference, VideoRole
from addon.kling.standard import Standard
from addon.media.probe import probe_clip
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import SPEED, Rehearsal
from tests.sandbox.reference_host import serve, write_video
from tests.unit.test_media import write_picture

CONCURRENCY = 16
REFERENCE_S = Fraction(10, 3)
TIMEOUT_S = 240.0


@dataclass(frozen=True)
class Bench:
    rehearsal: Rehearsal
    services: Services
    files: str
    """The address of the pictures and the reference video."""

    def make(self, request: GenerationRequest, standard: Standard, shot_id: str) -> Job:
        draft = JobDraft(
            "sandbox", "rows", shot_id, request, standard, self.rehearsal.folder / "takes", estimate_units(request)
        )
        job = self.services.ledger.enqueue(draft)
        self.services.engine.submit(job.job_id)
        ends_at = time.monotonic() + TIMEOUT_S
        while time.monotonic() < ends_at:
            self.services.engine.pump()
            job = self.services.ledger.job(job.job_id)
            if job.state in WITH_TAKE | WITHOUT_TAKE:
                return job
            time.sleep(0.02)
        raise AssertionError(f"{shot_id} did not end: {job.state}")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "served").mkdir()
    write_picture(folder / "served" / "a.png", 640, 360)
    write_video(folder / "served" / "v.mp4", 80, Fraction(24), sound=True, size=(1280, 720))
    sandbox = SandboxSettings(data_dir=folder / "sandbox", speed=SPEED, concurrency=CONCURRENCY)
    with serve(folder / "served") as files, SandboxServer(sandbox) as server:
        rehearsal = Rehearsal(server, folder)
        with Services(replace(rehearsal.settings, credential=rehearsal.api_key)) as services:
            yield Bench(rehearsal, services, files)


def smallest(model: ModelRow, mode: ModeRow, product: Product, files: str) -> GenerationRequest:
    """The shortest request that a row offers for a product."""
    picture = ImageUrl(f"{files}/a.png")
    video = VideoReference(f"{files}/v.mp4", VideoRole.MOTION, REFERENCE_S)
    plain = GenerationRequest(
        prompt="a tree in the wind",
        model_name=model.id,
        mode=mode.name,
        duration_s=(model.plain_durations_s or model.durations_s)[0],
        sound=not mode.has_silence,
    )
    match product:
        case Product.TEXT_TO_VIDEO | Product.OMNI_VIDEO:
            return plain
        case Product.IMAGE_TO_VIDEO:
            return replace(plain, image=picture)
        case Product.MOTION_CONTROL:
            return replace(plain, image=picture, video=video)
        case Product.MULTI_IMAGE_TO_VIDEO:
            return replace(plain, references=(picture, picture))
        case Product.VIDEO_EXTEND:
            return replace(plain, extends="0")


def _rows() -> Iterator[tuple[ModelRow, ModeRow, Product]]:
    """Each model and mode once, and each product of each model in its first mode."""
    for model in catalogue().model:
        if model.discontinued:
            continue
        for number, mode in enumerate(model.mode):
            for position, product in enumerate(model.products):
                if position == 0 or (number == 0 and product is not Product.VIDEO_EXTEND):
                    yield model, mode, product


ROWS = tuple(_rows())


@pytest.mark.parametrize("row", ROWS, ids=[f"{model.id}-{mode.name}-{product.value}" for model, mode, product in ROWS])
def test_a_row_is_made_and_billed_on_each_standard_it_is_on(
    bench: Bench, row: tuple[ModelRow, ModeRow, Product]
) -> None:
    model, mode, product = row
    request = smallest(model, mode, product, bench.files)
    assert problems(request) == ()
    assert request.product is product
    for standard in fitting_standards(request):
        shot_id = f"{model.id}-{mode.name}-{product.value}-{standard.value}"
        job = bench.make(request, standard, shot_id)
        assert job.state is JobState.READY, job.error
        assert job.billed_units == estimate_units(request)
        facts = probe_clip(job.file)
        seconds = REFERENCE_S if request.follows_video else Fraction(request.duration_s)
        assert abs(facts.duration_s - seconds) <= Fraction(1, 20)
        assert facts.has_sound == (request.sound or request.video is not None)


def _features(files: str) -> dict[str, GenerationRequest]:
    """What the plain rows leave out, each in the cheapest model that offers it."""
    picture = ImageUrl(f"{files}/a.png")
    omni = GenerationRequest(
        prompt="@image_1 in the rain", model_name="kling-3.0-omni", mode="std", duration_s=3, references=(picture,)
    )
    video = VideoReference(f"{files}/v.mp4", VideoRole.FEATURE, REFERENCE_S)
    start = GenerationRequest(prompt="rain", model_name="kling-2.6", mode="pro", image=picture)
    return {
        "end image": replace(start, image_tail=picture),
        "end image alone": replace(start, model_name="kling-1.6", image=None, image_tail=picture),
        "sound": replace(start, sound=True),
        "references": omni,
        "start image and reference": replace(omni, image=picture),
        "omni sound": replace(omni, sound=True),
        "feature video": replace(omni, prompt="rain as in @video_1", references=(), video=video),
        "base video": replace(
            omni, prompt="rain over @video_1", references=(), video=replace(video, role=VideoRole.BASE)
        ),
        "o1 base video": replace(
            omni, model_name="kling-o1", prompt="rain", references=(), video=replace(video, role=VideoRole.BASE)
        ),
    }


@pytest.mark.parametrize("name", _features(""))
def test_a_feature_is_made_and_billed_on_each_standard_it_is_on(bench: Bench, name: str) -> None:
    request = _features(bench.files)[name]
    assert problems(request) == ()
    for standard in fitting_standards(request):
        job = bench.make(request, standard, f"{name.replace(' ', '-')}-{standard.value}")
        assert job.state is JobState.READY, job.error
        assert job.billed_units == estimate_units(request)


def test_a_clip_is_extended(bench: Bench, tmp_path: Path) -> None:
    request = GenerationRequest(prompt="rain", model_name="kling-1.6", mode="std")
    first = bench.make(request, Standard.LEGACY, "first")
    charged = {external: units for _, external, units in bench.rehearsal.server.charges()}
    assert charged[first.external_task_id] == Decimal(2)
    longer = replace(request, extends=_video_id(bench, first))
    job = bench.make(longer, Standard.LEGACY, "longer")
    assert job.state is JobState.READY, job.error
    assert job.billed_units == estimate_units(longer)
    assert probe_clip(job.file).duration_s > probe_clip(first.file).duration_s + 4


def _video_id(bench: Bench, job: Job) -> str:
    """Kling's id of the clip, from Kling's own answer."""
    import asyncio

    from addon.kling.client import KlingClient

    async def read() -> str:
        client = KlingClient(bench.rehearsal.server.base_url, bench.rehearsal.api_key)
        try:
            task = await client.task(job.standard, job.request.product, job.task_id or "")
        finally:
            await client.aclose()
        return task.videos[0].video_id

    return asyncio.run(read())
