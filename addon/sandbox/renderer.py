# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the clips of accepted tasks in a small pool of threads, and starts over what a crash left undone."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from PIL import Image

from .clip import ClipPlan, RenderStoppedError, frame_count, render_clip
from .extended_clip import ExtensionPlan, picture_size, render_extension
from .field_table import Orientation
from .frame_size import divided, image_clip_size, text_clip_size
from .input_store import InputStore
from .library_order import LIBRARY_PRODUCTS
from .library_renderer import LibraryRenderer
from .motion_rules import motion_units
from .motion_table import REFERENCE_LIMITS
from .new_standard_table import IMAGE_MAX_MB as NEW_IMAGE_MAX_MB
from .omni_rules import edited_units
from .omni_table import OMNI_MODELS
from .picture_row import picture_row
from .reference_clip import ReferencePlan, render_over_reference
from .reference_limits import ReferenceLimits
from .reference_video import Reference, ReferenceRejectedError, fetch, measure, read_sound, read_still
from .source_image import IMAGE_MAX_MB, ImageRejectedError, SourceImage, load
from .source_sound import SoundRejectedError
from .task_inputs import Inputs, ParentClip, kept_key
from .task_store import Task, TaskStore

CLIPS_FOLDER = "clips"
_REFERENCE_SUFFIX = ".reference"
_log = logging.getLogger("retake.sandbox")


class Renderer:
    """A pool of render threads for one store. `start` before `add`; `stop` ends every thread.

    `inputs` holds what tasks are made of beside what the store has.
    """

    def __init__(self, store: TaskStore, data_dir: Path, picture_divisor: int = 1) -> None:
        self._store = store
        self._picture_divisor = picture_divisor
        self._folder = data_dir / CLIPS_FOLDER
        self.inputs = InputStore(data_dir)
        self._stopping = threading.Event()
        self.library = LibraryRenderer(store, self._folder, self._stopping.is_set)
        self._pool = ThreadPoolExecutor(
            max_workers=max(1, min(4, os.cpu_count() or 1)), thread_name_prefix="sandbox-render"
        )

    def start(self) -> None:
        """Take up the tasks that have no whole clip, and clear away the pieces of broken renders."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.part", f"*{_REFERENCE_SUFFIX}"):
            for piece in self._folder.glob(pattern):
                piece.unlink(missing_ok=True)
        unrendered = self._store.unrendered()
        self.inputs.drop_all_but({key for task in unrendered if (key := kept_key(task.clip.video_url)) is not None})
        for task in unrendered:
            self.add(task)

    def add(self, task: Task) -> None:
        """Have the clip of `task` made. Returns at once; any thread may call it."""
        if task.stuck or task.finished_ms is not None:
            return
        self._pool.submit(self._work, task)

    def stop(self) -> None:
        """Stop after the frame being painted; unfinished clips are made at the next start."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.inputs.close()

    @property
    def folder(self) -> Path:
        """Where result files are; see `library_files.py` for their names."""
        return self._folder

    def clip_path(self, task: Task, *, watermark: bool = False) -> Path:
        """Where the clip is, whether or not it is there already."""
        return self._folder / f"{task.video_id}{'-watermark' if watermark else ''}.mp4"

    def _work(self, task: Task) -> None:
        try:
            self._render(task)
        except RenderStoppedError:
            _log.info("render stopped task=%s", task.task_id)
            return
        except (ImageRejectedError, ReferenceRejectedError, SoundRejectedError) as error:
            _log.info("input refused task=%s", task.task_id)
            self._store.set_failed(task.task_id, str(error))
        except Exception:  # noqa: BLE001  # the end of a worker thread: the task must not stay open for ever
            _log.exception("render failed task=%s", task.task_id)
            self._store.set_failed(task.task_id, "Internal error")
        else:
            self._store.set_rendered(task.task_id)
        key = kept_key(task.clip.video_url)
        if key is not None:
            self.inputs.drop(key)

    def _render(self, task: Task) -> None:
        if task.product in LIBRARY_PRODUCTS:
            self.library.render(task)
            return
        clip = task.clip
        if clip.orientation is not None:
            self._render_motion(task, clip.video_url or "", clip.orientation)
            return
        parent = ParentClip.from_mark(clip.video_url)
        if parent is not None:
            self._render_extension(task, parent)
            return
        key = kept_key(clip.video_url)
        inputs = Inputs() if key is None else self.inputs.get(key)
        if inputs is None:
            raise RuntimeError(f"the inputs of task {task.task_id} are gone")
        self._render_from(task, inputs)

    def _render_from(self, task: Task, inputs: Inputs) -> None:
        """Make a clip of a text, frames, further pictures and a video, whatever of these there is."""
        further = [self._load(task, source) for source in inputs.pictures]
        frames = {name: self._load(task, source) for name, source in self._store.images(task.task_id).items()}
        if inputs.video_url is None:
            self._render_slate(task, frames, further)
            return
        model = OMNI_MODELS[task.clip.model_name]
        limits = model.new_limits if task.standard == "new" else model.legacy_limits
        with self._reference(task, inputs.video_url, limits) as reference:
            if inputs.role == "base":
                self._render_edit(task, reference)
            else:
                self._render_slate(task, frames, [*further, read_still(reference)], reference)

    def _render_slate(
        self,
        task: Task,
        frames: dict[str, Image.Image],
        further: list[Image.Image],
        reference: Reference | None = None,
    ) -> None:
        """A slate over the first frame, or over a row of the `further` pictures; with the reference's sound if any."""
        clip = task.clip
        image, image_tail = frames.get("image"), frames.get("image_tail")
        leading = image or image_tail
        if leading is None:
            size = text_clip_size(clip.quality, clip.aspect_ratio)
        else:
            size = image_clip_size(clip.quality, *leading.size)
        size = divided(size, self._picture_divisor)
        track = None
        if reference is not None and clip.sound:
            length_s = Fraction(frame_count(clip.duration_s, clip.rate_fps), clip.rate_fps)
            track = read_sound(reference, length_s)
        plan = ClipPlan(
            task_id=task.task_id,
            model_name=clip.model_name,
            quality=clip.quality,
            size=size,
            duration_s=clip.duration_s,
            rate_fps=clip.rate_fps,
            sound=clip.sound and (reference is None or track is not None),
            text=clip.text,
            image=picture_row(further, size) if leading is None and further else image,
            image_tail=image_tail,
            track=track,
        )
        self._write(task, lambda path, mark: render_clip(replace(plan, watermark=mark), path, self._stopping.is_set))

    def _render_motion(self, task: Task, video_url: str, orientation: Orientation) -> None:
        character = self._load(task, self._store.images(task.task_id)["image"])
        with self._reference(task, video_url, REFERENCE_LIMITS[orientation]) as reference:
            units = motion_units(task.clip.model_name, task.clip.quality, reference.length_s)
            shape = character.size if orientation == "image" else reference.size
            self._render_over(task, reference, "motion", shape, units, character)

    def _render_edit(self, task: Task, reference: Reference) -> None:
        units = edited_units(task.clip.model_name, task.clip.quality, reference.length_s)
        self._render_over(task, reference, "edit", reference.size, units)

    def _render_over(
        self,
        task: Task,
        reference: Reference,
        kind: str,
        shape: tuple[int, int],
        units: Decimal,
        character: Image.Image | None = None,
    ) -> None:
        """A clip as long as its reference, which it shows; the picture has the ratio of `shape`."""
        clip = task.clip
        size = image_clip_size(clip.quality, *shape)
        plan = ReferencePlan(
            task_id=task.task_id,
            heading=f"{clip.model_name} {kind} · {clip.quality} · {size[0]}x{size[1]}",
            size=size,
            reference=reference,
            character=character,
            rate_fps=Fraction(clip.rate_fps) if clip.rate_fps else None,
        )
        plan = replace(
            plan,
            heading=f"{plan.heading} · {plan.length_text} s",
            track=read_sound(reference, plan.clip_frames / plan.clip_fps) if clip.sound else None,
        )
        self._store.set_measured(task.task_id, replace(clip, length_text=plan.length_text), units)
        self._write(
            task, lambda path, mark: render_over_reference(replace(plan, watermark=mark), path, self._stopping.is_set)
        )

    def _render_extension(self, task: Task, parent: ParentClip) -> None:
        clip = task.clip
        file = self._folder / f"{parent.video_id}.mp4"
        whole = ClipPlan(
            task_id=task.task_id,
            model_name=clip.model_name,
            quality=clip.quality,
            size=picture_size(file),
            duration_s=clip.duration_s,
            rate_fps=clip.rate_fps,
            sound=False,
            text=clip.text,
        )
        self._write(
            task,
            lambda path, mark: render_extension(
                ExtensionPlan(file, replace(whole, watermark=mark)), path, self._stopping.is_set
            ),
        )

    def _write(self, task: Task, render: Callable[[Path, bool], None]) -> None:
        """Have `render(path, watermark)` make every file of the task that is not there yet."""
        for watermark in (False, True) if task.clip.watermark else (False,):
            path = self.clip_path(task, watermark=watermark)
            # One that is there is whole: it got its name by a rename.
            if not path.exists():
                render(path, watermark)

    def _load(self, task: Task, source: SourceImage) -> Image.Image:
        return load(source, NEW_IMAGE_MAX_MB if task.standard == "new" else IMAGE_MAX_MB)

    @contextmanager
    def _reference(self, task: Task, video_url: str, limits: ReferenceLimits) -> Iterator[Reference]:
        """The reference video of a task, fetched and measured; the file goes with the block."""
        file = self._folder / f"{task.task_id}{_REFERENCE_SUFFIX}"
        try:
            fetch(video_url, file, limits.max_mb)
            yield measure(file, limits)
        finally:
            file.unlink(missing_ok=True)
