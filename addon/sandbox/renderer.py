# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the clips of accepted tasks in a small pool of threads, and starts over what a crash left undone."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from .clip import ClipPlan, RenderStoppedError, render_clip
from .field_table import Orientation
from .frame_size import image_clip_size, text_clip_size
from .motion_clip import MotionPlan, render_motion
from .motion_reference import ReferenceRejectedError, fetch, measure, read_sound
from .motion_rules import motion_units
from .new_standard_table import IMAGE_MAX_MB as NEW_IMAGE_MAX_MB
from .source_image import IMAGE_MAX_MB, ImageRejectedError, load
from .task_store import Task, TaskStore

CLIPS_FOLDER = "clips"
_REFERENCE_SUFFIX = ".reference"
_log = logging.getLogger("retake.sandbox")


class Renderer:
    """A pool of render threads for one store. `start` before `add`; `stop` ends every thread."""

    def __init__(self, store: TaskStore, data_dir: Path) -> None:
        self._store = store
        self._folder = data_dir / CLIPS_FOLDER
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(
            max_workers=max(1, min(4, os.cpu_count() or 1)), thread_name_prefix="sandbox-render"
        )

    def start(self) -> None:
        """Take up the tasks that have no whole clip, and clear away the pieces of broken renders."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.part", f"*{_REFERENCE_SUFFIX}"):
            for piece in self._folder.glob(pattern):
                piece.unlink(missing_ok=True)
        for task in self._store.unrendered():
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

    def clip_path(self, task: Task, *, watermark: bool = False) -> Path:
        """Where the clip is, whether or not it is there already."""
        return self._folder / f"{task.video_id}{'-watermark' if watermark else ''}.mp4"

    def _work(self, task: Task) -> None:
        try:
            self._render(task)
        except RenderStoppedError:
            _log.info("render stopped task=%s", task.task_id)
        except (ImageRejectedError, ReferenceRejectedError) as error:
            _log.info("input refused task=%s", task.task_id)
            self._store.set_failed(task.task_id, str(error))
        except Exception:  # noqa: BLE001  # the end of a worker thread: the task must not stay open for ever
            _log.exception("render failed task=%s", task.task_id)
            self._store.set_failed(task.task_id, "Internal error")
        else:
            self._store.set_rendered(task.task_id)

    def _render(self, task: Task) -> None:
        clip = task.clip
        if clip.video_url is not None and clip.orientation is not None:
            self._render_motion(task, clip.video_url, clip.orientation)
            return
        largest_mb = NEW_IMAGE_MAX_MB if task.standard == "new" else IMAGE_MAX_MB
        pictures = {name: load(source, largest_mb) for name, source in self._store.images(task.task_id).items()}
        image, image_tail = pictures.get("image"), pictures.get("image_tail")
        leading = image or image_tail
        if leading is None:
            size = text_clip_size(clip.quality, clip.aspect_ratio)
        else:
            size = image_clip_size(clip.quality, *leading.size)
        for watermark in (False, True) if clip.watermark else (False,):
            path = self.clip_path(task, watermark=watermark)
            if path.exists():
                continue  # whole: it got its name by a rename
            plan = ClipPlan(
                task_id=task.task_id,
                model_name=clip.model_name,
                quality=clip.quality,
                size=size,
                duration_s=clip.duration_s,
                rate_fps=clip.rate_fps,
                sound=clip.sound,
                text=clip.text,
                watermark=watermark,
                image=image,
                image_tail=image_tail,
            )
            render_clip(plan, path, self._stopping.is_set)

    def _render_motion(self, task: Task, video_url: str, orientation: Orientation) -> None:
        clip = task.clip
        largest_mb = NEW_IMAGE_MAX_MB if task.standard == "new" else IMAGE_MAX_MB
        character = load(self._store.images(task.task_id)["image"], largest_mb)
        file = self._folder / f"{task.task_id}{_REFERENCE_SUFFIX}"
        try:
            fetch(video_url, file)
            reference = measure(file, orientation)
            length_ms = int(reference.length_s * 1000)
            length_text = f"{length_ms // 1000}.{length_ms % 1000:03d}"
            units = motion_units(clip.model_name, clip.quality, reference.length_s)
            self._store.set_measured(task.task_id, replace(clip, length_text=length_text), units)
            size = image_clip_size(clip.quality, *(character.size if orientation == "image" else reference.size))
            track = read_sound(reference) if clip.sound else None
            for watermark in (False, True) if clip.watermark else (False,):
                path = self.clip_path(task, watermark=watermark)
                if path.exists():
                    continue  # whole: it got its name by a rename
                plan = MotionPlan(
                    task_id=task.task_id,
                    heading=f"{clip.model_name} motion · {clip.quality} · {size[0]}x{size[1]} · {length_text} s",
                    size=size,
                    reference=reference,
                    character=character,
                    track=track,
                    watermark=watermark,
                )
                render_motion(plan, path, self._stopping.is_set)
        finally:
            file.unlink(missing_ok=True)
