# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the results of the library's tasks: a voice's trial, an element's pictures, images, lip-synced clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from .click_sound import SAMPLE_RATE_HZ
from .face_search import write_picture
from .frame_marks import FRAME_BAND, TAKE_BAND, band_cells, cell_edges, take_mark
from .library_files import clip_file, image_file, picture_file, voice_file
from .library_table import ELEMENT_VIDEO_LIMITS, ELEMENT_VIDEO_SIZES, FACE_CLIP_LIMITS
from .lip_sync_clip import LipSyncPlan, mix, render_lip_sync
from .lip_sync_rules import check_sound_end
from .preset_elements import PRESET_ELEMENTS, preset_picture
from .preset_voices import PRESET_VOICES, preset_sound
from .reference_video import ReferenceRejectedError, fetch, measure, read_sound
from .refusal import Refusal
from .slate import SlateText, draw_still
from .source_image import load as load_image
from .source_sound import LIP_LIMITS, VOICE_LIMITS, SoundRejectedError, Track, decode, load, write_mp3
from .task_store import Task, TaskStore


class LibraryRenderer:
    """Renders into `folder`. Used by the threads of a `Renderer`."""

    def __init__(self, store: TaskStore, folder: Path, should_stop: Callable[[], bool]) -> None:
        self._store = store
        self._folder = folder
        self._should_stop = should_stop

    def render(self, task: Task) -> None:
        """Make all files of `task`; what is there already stays.

        Raises:
            ImageRejectedError, ReferenceRejectedError, SoundRejectedError: the task fails.
            RenderStoppedError
        """
        match task.product:
            case "custom-voices":
                self._render_voice(task)
            case "advanced-custom-elements":
                self._render_element(task)
            case "images":
                self._render_images(task)
            case _:
                self._render_lip_sync(task)

    def make_preset(self, file: str) -> bool:
        """Make the file of an official voice or element that is asked for. False when it is of none."""
        path = self._folder / file
        name, _, number = path.stem.partition("-")
        voice, element = PRESET_VOICES.get(name), PRESET_ELEMENTS.get(name)
        if voice is not None and file == voice_file(name):
            if not path.exists():
                write_mp3(path, preset_sound(voice))
            return True
        if element is not None and number.isdecimal() and int(number) < element.pictures and path.suffix == ".jpg":
            if not path.exists():
                write_picture(path, preset_picture(element, int(number)))
            return True
        return False

    def _render_voice(self, task: Task) -> None:
        path = self._folder / voice_file(task.video_id)
        if path.exists():
            return
        source = self._store.sound(task.task_id)
        if source is not None:
            write_mp3(path, load(source, VOICE_LIMITS))
            return
        clip = self._folder / clip_file(str(task.facts["video_id"]))
        write_mp3(path, decode(clip.read_bytes(), VOICE_LIMITS))

    def _render_element(self, task: Task) -> None:
        for number, source in self._store.images(task.task_id).items():
            write_picture(self._folder / picture_file(task.video_id, int(number)), load_image(source))
        video_url = task.facts.get("video_url")
        if not isinstance(video_url, str):
            return
        path = self._folder / clip_file(task.video_id)
        piece = path.with_suffix(".reference")
        try:
            fetch(video_url, piece, ELEMENT_VIDEO_LIMITS.max_mb)
            video = measure(piece, ELEMENT_VIDEO_LIMITS)
            if video.size not in ELEMENT_VIDEO_SIZES:
                width, height = video.size
                raise ReferenceRejectedError(
                    f"The resolution of the video is invalid ({width}x{height}): it must be 1920x1080 or 1080x1920"
                )
            piece.replace(path)
        finally:
            piece.unlink(missing_ok=True)

    def _render_images(self, task: Task) -> None:
        given = self._store.images(task.task_id).get("image")
        image = None if given is None else load_image(given)
        for number in range(int(str(task.facts["pictures"]))):
            for watermark in (False, True) if task.clip.watermark else (False,):
                path = self._folder / image_file(task.video_id, number, watermark=watermark)
                if not path.exists():
                    write_picture(path, _slate(task, number, image, watermark=watermark))

    def _render_lip_sync(self, task: Task) -> None:
        facts = task.facts
        source = measure(self._folder / clip_file(str(facts["parent_id"])), FACE_CLIP_LIMITS)
        given = self._store.sound(task.task_id)
        if given is None:
            raise RuntimeError(f"the sound of task {task.task_id} is gone")
        sound = load(given, LIP_LIMITS)
        try:
            check_sound_end(int(str(facts["end_ms"])), sound.shape[1])
        except Refusal as refusal:
            raise SoundRejectedError(refusal.message) from refusal
        samples = int(source.length_s * SAMPLE_RATE_HZ)
        track = mix(
            read_sound(source, source.length_s),
            _cut(sound, int(str(facts["start_ms"])), int(str(facts["end_ms"]))),
            insert_ms=int(str(facts["insert_ms"])),
            original_volume=float(str(facts["original_volume"])),
            added_volume=float(str(facts["volume"])),
            samples=samples,
        )
        length_ms = int(source.length_s * 1000)
        text = f"{length_ms // 1000}.{length_ms % 1000:03d}"
        self._store.set_measured(task.task_id, replace(task.clip, length_text=text, sound=True), task.units)
        for watermark in (False, True) if task.clip.watermark else (False,):
            path = self._folder / clip_file(task.video_id, watermark=watermark)
            if not path.exists():
                plan = LipSyncPlan(task.task_id, source, track, watermark)
                render_lip_sync(plan, path, self._should_stop)


def _cut(sound: Track, start_ms: int, end_ms: int) -> Track:
    return sound[:, start_ms * SAMPLE_RATE_HZ // 1000 : end_ms * SAMPLE_RATE_HZ // 1000]


def _slate(task: Task, number: int, image: Image.Image | None, *, watermark: bool) -> Image.Image:
    """An image with the marks of a clip's frame: its lower band carries its number."""
    size = task.facts["size"]
    width, height = size if isinstance(size, list) else (0, 0)
    heading = f"{task.clip.model_name} · {task.facts['resolution']} · {width}x{height} · image {number}"
    still = draw_still((width, height), SlateText(heading, task.task_id, str(task.facts["prompt"]), watermark), image)
    draw = ImageDraw.Draw(still)
    edges = cell_edges(width)
    for (top, bottom), value in ((TAKE_BAND, take_mark(task.task_id)), (FRAME_BAND, number)):
        for index, white in enumerate(band_cells(value)):
            box = (edges[index], round(top * height), edges[index + 1] - 1, round(bottom * height) - 1)
            draw.rectangle(box, fill=(255, 255, 255) if white else (0, 0, 0))
    return still
