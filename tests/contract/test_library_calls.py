# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices, elements, images, lip-sync and the account's bills over real HTTP, with what each of them costs."""

from __future__ import annotations

import asyncio
import base64
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import av
import pytest

from addon.kling.account import BillingFilter, PackStatus, Period
from addon.kling.client import KlingClient
from addon.kling.credentials import Credential
from addon.kling.element import ElementFromPictures, ElementFromVideo
from addon.kling.errors import KlingAccountRefused, KlingBadRequest, KlingNotFound, KlingUnknownOutcome
from addon.kling.image import ImageRequest, estimate_image_units
from addon.kling.library import KlingLibrary
from addon.kling.library_task import LibraryTask
from addon.kling.lip_sync import FACES_UNITS, FaceVideo, LipSync, estimate_lip_sync_units
from addon.kling.request import GenerationRequest
from addon.kling.sent_media import SentMedia
from addon.kling.standard import Standard
from addon.kling.task import TaskStatus
from addon.kling.voice import CUSTOM_VOICE_UNITS, NewVoice
from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import END_LIMIT_S, PLAIN, Rehearsal
from tests.unit.test_media import write_picture

T = TypeVar("T")
Find = Callable[[str], Awaitable[LibraryTask[T] | None]]
FAILURE = "Failure to pass the risk control system"


def visit(rehearsal: Rehearsal, use: Callable[[KlingLibrary], Awaitable[T]], credential: Credential | None = None) -> T:
    """What `use` gives, in a program that then ends."""

    async def run() -> T:
        library = KlingLibrary(rehearsal.server.base_url, credential or rehearsal.pair)
        try:
            return await use(library)
        finally:
            await library.aclose()

    return asyncio.run(run())


async def ended(find: Find[T], external_task_id: str) -> LibraryTask[T]:
    ends_at = time.monotonic() + END_LIMIT_S
    while time.monotonic() < ends_at:
        task = await find(external_task_id)
        assert task is not None
        if task.status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED):
            return task
        await asyncio.sleep(0.02)
    raise AssertionError(f"{external_task_id} did not end within {END_LIMIT_S} s")


async def gathered(entries: AsyncIterator[T]) -> list[T]:
    return [entry async for entry in entries]


async def content_of(library: KlingLibrary, url: str) -> bytes:
    async with library.result(url, 0) as body:
        return b"".join([chunk async for chunk in body.chunks])


async def recording(library: KlingLibrary) -> str:
    """The address of five seconds of a voice."""
    return (await gathered(library.voices.presets()))[0].trial_url


def encoded_picture(folder: Path, name: str) -> str:
    content = write_picture(folder / name, 400, 400).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def charged(rehearsal: Rehearsal) -> dict[str | None, Decimal]:
    charges = rehearsal.server.charges()
    assert len({external for _, external, _ in charges}) == len(charges)
    return {external: units for _, external, units in charges}


def assert_nothing_was_ignored(rehearsal: Rehearsal) -> None:
    assert not [entry for entry in rehearsal.server.requests() if entry["ignored_fields"]]


@pytest.mark.parametrize("key", ["pair", "api_key"])
def test_a_voice_is_made_found_listed_and_deleted(rehearsal: Rehearsal, key: str) -> None:
    async def use(library: KlingLibrary) -> None:
        assert await library.voices.find("voice-1") is None
        new = NewVoice("Narrator of the film", voice_url=await recording(library))
        created = await library.voices.create(new, "voice-1")
        assert created.external_task_id == "voice-1"
        task = await ended(library.voices.find, "voice-1")
        assert (task.task_id, task.status, task.billed_units) == (
            created.task_id,
            TaskStatus.SUCCEEDED,
            CUSTOM_VOICE_UNITS,
        )
        (voice,) = task.results
        assert (voice.name, voice.is_custom) == ("Narrator of the film", True)
        with av.open(io.BytesIO(await content_of(library, voice.trial_url))) as sound:
            assert sound.streams.audio
        assert (await library.voices.task(created.task_id)).results[0].voice_id == voice.voice_id
        assert [listed.task_id for listed in await gathered(library.voices.tasks())] == [created.task_id]
        await library.voices.delete(voice.voice_id)
        with pytest.raises(KlingBadRequest):
            await library.voices.delete(voice.voice_id)
        with pytest.raises(KlingNotFound):
            await library.voices.task("893605946402811985")

    visit(rehearsal, use, getattr(rehearsal, key))
    assert charged(rehearsal) == {"voice-1": Decimal("0.05")}
    assert_nothing_was_ignored(rehearsal)


def test_a_paid_create_without_an_answer_is_found_and_cannot_be_paid_twice(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("drop_after", method="POST", path="/v1/general/custom-voices", when=[1]))

    async def use(library: KlingLibrary) -> None:
        new = NewVoice("Narrator", voice_url=await recording(library))
        with pytest.raises(KlingUnknownOutcome):
            await library.voices.create(new, "voice-1")
        found = await library.voices.find("voice-1")
        assert found is not None
        with pytest.raises(KlingBadRequest, match="already exists"):
            await library.voices.create(new, "voice-1")
        assert (await ended(library.voices.find, "voice-1")).task_id == found.task_id

    visit(rehearsal, use)
    assert charged(rehearsal) == {"voice-1": Decimal("0.05")}


def test_a_create_that_was_not_read_is_not_found_and_sent_again_under_its_id(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("drop_before", method="POST", path="/v1/images/generations", when=[1]))

    async def use(library: KlingLibrary) -> None:
        request = ImageRequest("a puppy")
        with pytest.raises(KlingUnknownOutcome):
            await library.images.create(request, "image-1")
        assert await library.images.find("image-1") is None
        await library.images.create(request, "image-1")
        await ended(library.images.find, "image-1")

    visit(rehearsal, use)
    assert charged(rehearsal) == {"image-1": Decimal(8)}


def test_a_failed_task_says_why_and_costs_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("fail_task", path="/v1/images/generations", message=FAILURE))

    async def use(library: KlingLibrary) -> None:
        await library.images.create(ImageRequest("a puppy"), "image-1")
        task = await ended(library.images.find, "image-1")
        assert (task.status, task.reason, task.results) == (TaskStatus.FAILED, FAILURE, ())

    visit(rehearsal, use)
    assert charged(rehearsal) == {}


def test_presets_come_page_by_page(rehearsal: Rehearsal) -> None:
    async def use(library: KlingLibrary) -> None:
        voices = await gathered(library.voices.presets(page_size=2))
        assert voices == await gathered_without_urls(library, voices)
        assert len({voice.voice_id for voice in voices}) == len(voices) > 2
        assert not any(voice.is_custom for voice in voices)
        elements = await gathered(library.elements.presets(page_size=1))
        assert len({element.element_id for element in elements}) == len(elements) > 1
        assert all(element.element_id.isdigit() and element.tags for element in elements)
        with pytest.raises(KlingBadRequest):
            await library.voices.delete(voices[0].voice_id)
        with pytest.raises(KlingBadRequest):
            await library.elements.delete(elements[0].element_id)

    async def gathered_without_urls(library: KlingLibrary, like: list) -> list:
        every = await gathered(library.voices.presets(page_size=1000))
        return [replace(voice, trial_url=same.trial_url) for voice, same in zip(every, like, strict=True)]

    visit(rehearsal, use)
    assert charged(rehearsal) == {}


def test_an_element_from_pictures_with_a_voice_is_used_and_deleted(rehearsal: Rehearsal) -> None:
    front, side = (encoded_picture(rehearsal.folder, name) for name in ("front.png", "side.png"))

    async def use(library: KlingLibrary) -> None:
        voice = (await gathered(library.voices.presets()))[0]
        new = ElementFromPictures(
            name="Anna", description="a courier", frontal_image=front, refer_images=(side, side),
            voice_id=voice.voice_id, tags=("o_102",),
        )  # fmt: skip
        created = await library.elements.create(new, "element-1")
        task = await ended(library.elements.find, "element-1")
        (element,) = task.results
        assert (element.name, element.description, element.reference_type) == ("Anna", "a courier", "image_refer")
        assert (element.tags, element.is_deleted, element.is_custom) == (("o_102",), False, True)
        assert element.voice is not None
        assert element.voice.voice_id == voice.voice_id
        assert (await content_of(library, element.frontal_image_url))[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        assert int(element.element_id) > 2**53
        await library.images.create(ImageRequest("Anna, smiling", element_ids=(element.element_id,)), "image-1")
        assert (await ended(library.images.find, "image-1")).status is TaskStatus.SUCCEEDED
        await library.elements.delete(element.element_id)
        assert (await library.elements.task(created.task_id)).results[0].is_deleted
        with pytest.raises(KlingBadRequest, match="already be deleted"):
            await library.elements.delete(element.element_id)

    visit(rehearsal, use)
    assert charged(rehearsal) == {"element-1": Decimal(0), "image-1": Decimal(8)}
    assert_nothing_was_ignored(rehearsal)


def test_an_element_from_a_video_that_kling_cannot_use_fails_with_its_words(rehearsal: Rehearsal) -> None:
    async def use(library: KlingLibrary) -> None:
        sound = await recording(library)
        new = ElementFromVideo(name="Anna", description="a courier", video_url=sound)
        await library.elements.create(new, "element-1")
        task = await ended(library.elements.find, "element-1")
        assert task.status is TaskStatus.FAILED
        assert "video" in task.reason

    visit(rehearsal, use)
    assert charged(rehearsal) == {}
    assert_nothing_was_ignored(rehearsal)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        pytest.param({"negative_prompt": "rain", "resolution": "2k", "aspect_ratio": "21:9"}, 1, id="3.0"),
        pytest.param({"count": 3}, 3, id="three"),
        pytest.param({"model_name": "kling-v2-1"}, 1, id="2.1"),
        pytest.param({"image": "front.png"}, 1, id="3.0 from a picture"),
        pytest.param(
            {"model_name": "kling-v2-1", "image": "front.png", "likeness": "subject", "human_fidelity": 0.9,
             "image_fidelity": 0.1}, 1, id="2.1 with a likeness",
        ),
    ],
)  # fmt: skip
def test_images_cost_what_was_estimated(rehearsal: Rehearsal, changes: dict[str, object], count: int) -> None:
    request = replace(ImageRequest("a lighthouse in the rain"), **changes)
    if request.image:
        request = replace(request, image=encoded_picture(rehearsal.folder, request.image))

    async def use(library: KlingLibrary) -> None:
        created = await library.images.create(request, "image-1")
        task = await ended(library.images.find, "image-1")
        assert [image.index for image in task.results] == list(range(count))
        assert task.billed_units == estimate_image_units(request)
        for image in task.results:
            with av.open(io.BytesIO(await content_of(library, image.url))) as picture:
                width, height = picture.streams.video[0].width, picture.streams.video[0].height
            assert (width > height) == (request.aspect_ratio != "1:1")
        (listed,) = await gathered(library.images.tasks(page_size=1))
        assert listed.task_id == created.task_id

    visit(rehearsal, use)
    assert charged(rehearsal) == {"image-1": estimate_image_units(request)}
    assert_nothing_was_ignored(rehearsal)


def made_clip(rehearsal: Rehearsal, request: GenerationRequest = PLAIN) -> tuple[str, str]:
    """The id and the address of a clip of five seconds."""

    async def make() -> tuple[str, str]:
        client = KlingClient(rehearsal.server.base_url, rehearsal.pair)
        try:
            task = await client.create(Standard.LEGACY, request, "clip-1", SentMedia())
            ends_at = time.monotonic() + END_LIMIT_S
            while not task.videos and time.monotonic() < ends_at:
                await asyncio.sleep(0.05)
                task = await client.task(Standard.LEGACY, request.product, task.task_id)
            (video,) = task.videos
            return video.video_id, video.url
        finally:
            await client.aclose()

    return asyncio.run(make())


def test_an_element_and_a_voice_come_from_an_earlier_clip(rehearsal: Rehearsal) -> None:
    video_id, video_url = made_clip(rehearsal, replace(PLAIN, mode="pro", sound=True))

    async def use(library: KlingLibrary) -> None:
        new = ElementFromVideo(name="Anna", description="a courier", video_url=video_url)
        await library.elements.create(new, "element-1")
        await library.voices.create(NewVoice("Anna's voice", video_id=video_id), "voice-1")
        element = await ended(library.elements.find, "element-1")
        assert (element.status, element.reason) == (TaskStatus.SUCCEEDED, "")
        assert [made.reference_type for made in element.results] == ["video_refer"]
        voice = await ended(library.voices.find, "voice-1")
        assert [made.name for made in voice.results] == ["Anna's voice"]

    visit(rehearsal, use)
    charges = charged(rehearsal)
    assert (charges["element-1"], charges["voice-1"]) == (Decimal(0), Decimal("0.05"))
    assert_nothing_was_ignored(rehearsal)


def test_a_face_of_a_clip_speaks(rehearsal: Rehearsal) -> None:
    video_id, video_url = made_clip(rehearsal)
    before = sum(units for _, _, units in rehearsal.server.charges())

    async def use(library: KlingLibrary) -> Decimal:
        session = await library.lip_sync.identify_faces(FaceVideo(video_id=video_id))
        assert session.billed_units == FACES_UNITS
        face = session.faces[0]
        assert 0 <= face.start_ms < face.end_ms <= 5100
        assert await content_of(library, face.image_url)
        sound = await recording(library)
        sync = LipSync(session.session_id, face, 500, 3000, max(face.start_ms, 100), sound_file=sound)
        sync = replace(sync, sound_volume=2.0, original_audio_volume=0.0)
        created = await library.lip_sync.create(sync, "sync-1")
        task = await ended(library.lip_sync.find, "sync-1")
        assert (task.task_id, task.status) == (created.task_id, TaskStatus.SUCCEEDED)
        (video,) = task.results
        assert video.video_id not in ("", video_id)
        assert video.duration_s is not None
        with av.open(io.BytesIO(await content_of(library, video.url))) as clip:
            assert clip.streams.video
            assert clip.streams.audio
        assert [listed.task_id for listed in await gathered(library.lip_sync.tasks())] == [created.task_id]
        assert (await library.lip_sync.task(created.task_id)).billed_units == estimate_lip_sync_units(video.duration_s)

        # Bytes instead of an address, in a session of a clip given by its address.
        session = await library.lip_sync.identify_faces(FaceVideo(video_url=video_url))
        bare = base64.b64encode(await content_of(library, sound)).decode()
        sync = replace(sync, session_id=session.session_id, face=session.faces[0])
        await library.lip_sync.create(replace(sync, sound_file=f"data:audio/mpeg;base64,{bare}"), "sync-2")
        assert (await ended(library.lip_sync.find, "sync-2")).status is TaskStatus.SUCCEEDED
        return estimate_lip_sync_units(video.duration_s)

    units = visit(rehearsal, use)
    charges = rehearsal.server.charges()
    assert {external: paid for _, external, paid in charges if external in ("sync-1", "sync-2")} == {
        "sync-1": units,
        "sync-2": units,
    }
    assert sum(paid for _, _, paid in charges) - before == 2 * (FACES_UNITS + units)
    assert_nothing_was_ignored(rehearsal)


def test_faces_whose_answer_is_lost_are_paid_and_cannot_be_found(rehearsal: Rehearsal) -> None:
    video_id, _ = made_clip(rehearsal)
    before = sum(units for _, _, units in rehearsal.server.charges())
    rehearsal.server.add_fault(Fault("drop_after", method="POST", path="/v1/videos/identify-face", when=[1]))

    async def use(library: KlingLibrary) -> None:
        with pytest.raises(KlingUnknownOutcome, match="cannot be looked up"):
            await library.lip_sync.identify_faces(FaceVideo(video_id=video_id))
        await library.lip_sync.identify_faces(FaceVideo(video_id=video_id))

    visit(rehearsal, use)
    assert sum(units for _, _, units in rehearsal.server.charges()) - before == 2 * FACES_UNITS


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.mark.parametrize("key", ["pair", "api_key"])
def test_the_account_says_what_is_left_and_what_each_task_took(rehearsal: Rehearsal, key: str) -> None:
    async def use(library: KlingLibrary) -> None:
        sound = await recording(library)
        tasks = []
        for number in range(3):
            await library.voices.create(NewVoice("Narrator", voice_url=sound), f"voice-{number}")
            tasks.append(await ended(library.voices.find, f"voice-{number}"))
        await library.images.create(ImageRequest("a puppy"), "image-1")
        await ended(library.images.find, "image-1")
        # A pack counts by when it was bought, which the sandbox does when it starts for the first time.
        period = Period(1, now_ms() + 1000)
        costs = await library.account.costs(period)
        by_product = {pack.product: pack for pack in costs.packs}
        video, image = by_product["video"], by_product["image"]
        assert (video.status, video.concurrency) == (PackStatus.ONLINE, 5)
        assert video.total_units - video.remaining_units == 3 * CUSTOM_VOICE_UNITS
        assert image.total_units - image.remaining_units == 8
        assert (costs.remaining_video_units, costs.video_concurrency) == (video.remaining_units, 5)

        voices = await gathered(
            library.account.unit_deductions(period, BillingFilter(product_types=("video",)), limit=1)
        )
        assert sorted(record.task_id for record in voices) == sorted(task.task_id for task in tasks)
        assert [record.units for record in voices] == [CUSTOM_VOICE_UNITS] * 3
        assert {record.package_id for record in voices} == {video.pack_id}
        every = await gathered(library.account.unit_deductions(period))
        assert sum(record.units for record in every) == 8 + 3 * CUSTOM_VOICE_UNITS
        by_name = BillingFilter(package_names=(image.name,))
        assert [record.units for record in await gathered(library.account.unit_deductions(period, by_name))] == [8]
        assert await gathered(library.account.balance_deductions(period)) == []
        assert await gathered(library.account.unit_deductions(Period(1, 2))) == []

    visit(rehearsal, use, getattr(rehearsal, key))
    assert_nothing_was_ignored(rehearsal)


def test_an_account_without_image_units_is_told_before_anything_is_made(tmp_path: Path) -> None:
    settings = SandboxSettings(data_dir=tmp_path / "sandbox", speed=400.0, image_units=Decimal(0))
    with SandboxServer(settings) as server:
        rehearsal = Rehearsal(server, tmp_path)

        async def use(library: KlingLibrary) -> None:
            with pytest.raises(KlingAccountRefused, match="balance not enough"):
                await library.images.create(ImageRequest("a puppy"), "image-1")
            assert await library.images.find("image-1") is None

        visit(rehearsal, use)
        assert charged(rehearsal) == {}
