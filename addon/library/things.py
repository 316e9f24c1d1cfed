# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's voices and elements, and Kling's own. Every function blocks for requests: not for the main thread."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..app import open_hosting
from ..errors import InputError
from ..jobs.ledger import Ledger
from ..jobs.upload_user import new_upload_user
from ..kling.catalogue import catalogue
from ..kling.element import ElementFromPictures, ElementFromVideo
from ..kling.voice import NewVoice
from ..media.picture import PictureLimits, check_picture
from ..media.video_source import open_video_source
from .samples import drop_sample, keep_sample, sample_of
from .thing import Thing, ThingKind
from .visit import gathered, make_once, visit_library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..app import Settings
    from ..kling.element import Element
    from ..kling.library import KlingLibrary
    from ..kling.voice import Voice

ELEMENT_VIDEO_LENGTHS_S = (3, 8)
ELEMENT_VIDEO_SIZES_PX = ((1920, 1080), (1080, 1920))
"""Both kling-api 2.7 [D]."""


def read_things(settings: Settings) -> tuple[Thing, ...]:
    """Voices and elements, the account's own first. Raises the errors of kling/errors.py and of the ledger."""
    uses = _uses(settings.home)

    def known(thing: Thing) -> Thing:
        sample = sample_of(settings.home, thing.kind, thing.thing_id)
        return replace(thing, sample=sample, uses=uses[thing.thing_id])

    return tuple(map(known, visit_library(settings, _read)))


def make_voice(settings: Settings, name: str, sound: Path) -> Thing:
    """Clone a voice from the file `sound`: mp3, wav, mp4 or mov, 5 to 30 s. Costs CUSTOM_VOICE_UNITS, once.

    Raises InputError and the errors of the storage and of kling/errors.py.
    """
    NewVoice(name, "https://example.org/a.wav").check(settings.base_url)
    digest = hashlib.sha256(sound.read_bytes()).hexdigest()
    with _hosted(settings, sound, "recording") as address:
        wanted = NewVoice(name, address)

        async def make(library: KlingLibrary) -> Voice:
            there = {one.voice_id for task in await gathered(library.voices.tasks()) for one in task.results}
            task = await make_once(
                settings,
                json.dumps(["voice", name, digest]),
                library.voices.find,
                lambda external_task_id: library.voices.create(wanted, external_task_id),
                lambda voice: bool(there) and voice.voice_id not in there,
            )
            return task.results[0]

        voice = visit_library(settings, make)
    kept = keep_sample(settings.home, ThingKind.VOICE, voice.voice_id, sound)
    return Thing(ThingKind.VOICE, voice.voice_id, voice.name, is_own=True, sample=kept)


def make_element(settings: Settings, name: str, description: str, front: Path, views: tuple[Path, ...]) -> Thing:
    """An element from a picture of its front and 1 to 3 others. Free.

    Raises InputError and the errors of kling/errors.py.
    """
    wanted = ElementFromPictures(
        name=name,
        description=description,
        frontal_image=picture_text(front, "frontal picture"),
        refer_images=tuple(picture_text(view, "further picture") for view in views),
    ).checked(settings.base_url)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (front, *views)]

    async def make(library: KlingLibrary) -> Element:
        task = await make_once(
            settings,
            json.dumps(["element", name, description, digests]),
            library.elements.find,
            lambda external_task_id: library.elements.create(wanted, external_task_id),
            lambda element: element.is_deleted,
        )
        return task.results[0]

    element = visit_library(settings, make)
    kept = keep_sample(settings.home, ThingKind.ELEMENT, element.element_id, front)
    return Thing(ThingKind.ELEMENT, element.element_id, element.name, is_own=True, description=description, sample=kept)


def make_element_of_video(settings: Settings, name: str, description: str, video: Path) -> Thing:
    """An element from a clip of one person, as ElementFromVideo says. Free.

    Raises InputError and the errors of the storage and of kling/errors.py.
    """
    source = open_video_source(video)
    shortest, longest = ELEMENT_VIDEO_LENGTHS_S
    if not shortest <= source.duration_s <= longest:
        shown = f"{video.name} with {float(source.duration_s):.2f} s"
        raise InputError("element video", shown, f"{shortest} to {longest} s are allowed")
    if source.shown_size_px not in ELEMENT_VIDEO_SIZES_PX:
        width, height = source.shown_size_px
        allowed = "1920 × 1080 or 1080 × 1920 px are needed"
        raise InputError("element video", f"{video.name} with {width} × {height} px", allowed)
    digest = hashlib.sha256(video.read_bytes()).hexdigest()
    with _hosted(settings, video, "element video") as address:
        wanted = ElementFromVideo(name=name, description=description, video_url=address)

        async def make(library: KlingLibrary) -> Element:
            task = await make_once(
                settings,
                json.dumps(["element", name, description, digest]),
                library.elements.find,
                lambda external_task_id: library.elements.create(wanted, external_task_id),
                lambda element: element.is_deleted,
            )
            return task.results[0]

        element = visit_library(settings, make)
    kept = keep_sample(settings.home, ThingKind.ELEMENT, element.element_id, video)
    return Thing(ThingKind.ELEMENT, element.element_id, element.name, is_own=True, description=description, sample=kept)


@contextmanager
def _hosted(settings: Settings, file: Path, field: str) -> Iterator[str]:
    """An address of `file` that Kling can fetch while the context lasts."""
    hosting = open_hosting(settings)
    if hosting is None:
        raise InputError(
            field,
            file.name,
            "Kling fetches it from the internet, and no storage is set up for it",
            hint="Set one up in the preferences or with RETAKE_STORAGE.",
        )
    user = new_upload_user()
    try:
        yield hosting.host(file, user).url
    finally:
        hosting.release(user)


def delete_thing(settings: Settings, kind: ThingKind, thing_id: str) -> None:
    """It cannot be undone. Raises the errors of kling/errors.py."""

    async def delete(library: KlingLibrary) -> None:
        calls = library.voices if kind is ThingKind.VOICE else library.elements
        await calls.delete(thing_id)

    visit_library(settings, delete)
    drop_sample(settings.home, kind, thing_id)


def picture_text(path: Path, field: str) -> str:
    """The picture as base64. Raises InputError where Kling would refuse it."""
    limits = catalogue().images
    check_picture(path, field, PictureLimits(limits.suffixes, limits.max_mb, limits.min_side_px, limits.max_ratio))
    return base64.b64encode(path.read_bytes()).decode("ascii")


async def _read(library: KlingLibrary) -> list[Thing]:
    voices = [voice for task in await gathered(library.voices.tasks()) for voice in task.results]
    elements = [one for task in await gathered(library.elements.tasks()) for one in task.results]
    things = [Thing(ThingKind.VOICE, one.voice_id, one.name, is_own=True) for one in voices]
    things += [_element(one, is_own=True) for one in elements if not one.is_deleted]
    presets = await gathered(library.voices.presets())
    things += [Thing(ThingKind.VOICE, one.voice_id, one.name, is_own=False) for one in presets]
    things += [_element(one, is_own=False) for one in await gathered(library.elements.presets())]
    return things


def _element(one: Element, *, is_own: bool) -> Thing:
    return Thing(ThingKind.ELEMENT, one.element_id, one.name, is_own=is_own, description=one.description)


def _uses(home: Path) -> Counter[str]:
    """How many jobs on record named each voice or element, by its id."""
    path = home / "ledger.db"
    counts: Counter[str] = Counter()
    if not path.is_file():
        return counts
    ledger = Ledger(path)
    try:
        for job in ledger.jobs():
            counts.update({voice.voice_id for voice in job.request.voices})
            counts.update({element.element_id for element in job.request.elements})
    finally:
        ledger.close()
    return counts
