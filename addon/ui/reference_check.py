# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kling will make of the motion reference in the Shot panel, under it, with a button for what helps.

The video is decoded on a thread of its own; the panel is drawn again when that is done.
"""

from __future__ import annotations

import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty

from ..vse.compat import edit_scene
from . import desk, motion_strip, reading
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from ..kling.request import Orientation
    from ..media.reference_plan import ReferenceLimits
    from ..shots.motion_reference import MotionReference
    from ..shots.reference_check import ReferenceFinding
    from ..timeline.ranges import FrameRange

_ADDRESSES = ("http://", "https://")
_ICONS = {"refused": "ERROR", "shortened": "ERROR", "doubtful": "INFO"}

_Key = tuple[str, int, int, str, str, int]
_pool: ThreadPoolExecutor | None = None
_checks: dict[_Key, Future[MotionReference]] = {}


class RETAKE_OT_fix_reference(bpy.types.Operator):
    bl_idname = "retake.fix_reference"
    bl_label = "Fix"
    bl_description = "Make a file that Kling takes, of the part that it can use, and let the shot follow that"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(name="Finding", min=0, options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..shots.reference_check import FixKind

        draft = edit_scene().retake_draft
        found = found_in(draft)
        findings = found.check.findings if found is not None else ()
        fix = findings[self.index].fix if self.index < len(findings) else None
        if found is None or fix is None:
            self.report({"ERROR"}, "This was about another video")
            return {"CANCELLED"}
        if fix.kind is FixKind.ORIENTATION_VIDEO:
            draft.orientation = "video"
        else:
            _make(edit_scene(), found, fix.frames or found.check.frames)
        return {"FINISHED"}


def limits_of(draft: bpy.types.PropertyGroup, orientation: Orientation) -> ReferenceLimits:
    """Of the draft's model, or of the usual one where that has no motion control."""
    from ..kling.catalogue import DEFAULT_MODEL_NAME
    from ..shots.reference_check import reference_limits

    return reference_limits(_model(draft) or DEFAULT_MODEL_NAME, orientation)


def found_in(draft: bpy.types.PropertyGroup) -> MotionReference | None:
    """What was found in the panel's video; None while it is not known, or where there is nothing to look at."""
    future = _check(draft)
    if future is None or not future.done() or future.exception() is not None:
        return None
    return future.result()


def why_unusable(draft: bpy.types.PropertyGroup) -> str:
    """Why Kling would not take the panel's video as it is; empty where it would, or where that is not known yet."""
    future = _check(draft)
    if future is None or not future.done():
        return ""
    error = future.exception()
    if error is not None:
        return str(error)
    return next((one.message for one in future.result().check.findings if one.severity == "refused"), "")


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup) -> None:
    future = _check(draft)
    if future is None:
        return
    if not future.done():
        layout.label(text="The video is being looked at …", icon="SORTTIME")
        return
    error = future.exception()
    if error is not None:
        wrapped_label(layout, context, str(error), "ERROR")
        return
    found = future.result()
    width, height = found.source.shown_size_px
    words = f"{float(found.check.duration_s):.2f} s, {width} × {height} px; paid as {found.check.billed_s} s"
    layout.label(text=words, icon="CHECKMARK" if not found.check.findings else "FILE_MOVIE")
    for index, one in enumerate(found.check.findings):
        _draw_finding(layout.box().column(align=True), context, one, index)


def _draw_finding(column: bpy.types.UILayout, context: bpy.types.Context, one: ReferenceFinding, index: int) -> None:
    wrapped_label(column, context, one.message, _ICONS[one.severity])
    wrapped_label(column, context, f"{one.effect} {one.advice}", "BLANK1")
    if one.fix is not None:
        button = column.operator(RETAKE_OT_fix_reference.bl_idname, text=one.fix.label, icon="TOOL_SETTINGS")
        button.index = index


def _check(draft: bpy.types.PropertyGroup) -> Future[MotionReference] | None:
    """None where there is no file to look at."""
    from ..kling.catalogue import DEFAULT_MODEL_NAME
    from ..kling.request import Orientation

    text = draft.motion.strip()
    if not text or text.startswith(_ADDRESSES):
        return None
    path = Path(bpy.path.abspath(text))
    try:
        facts = path.stat()
        stamp = facts.st_mtime_ns, facts.st_size
    except OSError:
        stamp = 0, 0
    origin = motion_strip.origins.get(str(path))
    number = origin.timeline_start if origin is not None else 0
    model = _model(draft) or DEFAULT_MODEL_NAME
    key = (str(path), *stamp, draft.orientation, model, number)
    future = _checks.get(key)
    if future is None:
        future = _checks[key] = _threads().submit(_look, path, Orientation(draft.orientation), model, number)
        desk.redraw_when(future.done)
    return future


def _model(draft: bpy.types.PropertyGroup) -> str:
    """The draft's model, where it has motion control."""
    from ..kling.catalogue import catalogue

    row = catalogue().find(draft.model)
    return row.id if row is not None and row.motion is not None else ""


def _make(scene: bpy.types.Scene, found: MotionReference, frames: FrameRange) -> None:
    """A file of `frames` of the video that was looked at, from what that one was made of, where this is known."""
    from ..kling.request import Orientation
    from .drafted_shot import media_folder

    draft = scene.retake_draft
    path = found.source.path
    origin = motion_strip.origins.get(str(path))
    source, first = (path, 0) if origin is None else (origin.source, origin.first)
    rate = found.source.rate if origin is None else origin.rate
    start = 0 if origin is None else origin.timeline_start
    limits = limits_of(draft, Orientation(draft.orientation))
    out = media_folder() / "references" / f"{path.stem.partition('_part')[0]}_part_{uuid.uuid4().hex[:6]}.mp4"
    motion = draft.motion

    def take_in(scene: bpy.types.Scene, made: Path) -> None:
        draft = scene.retake_draft
        if draft.motion != motion:
            return  # another video was chosen meanwhile
        motion_strip.origins[str(made)] = motion_strip.Origin(source, first + frames.start, rate, start + frames.start)
        draft.motion = str(made)
        if draft.motion_strip:
            draft.motion_offset += frames.start
            draft.motion_frames = frames.length
        bpy.ops.ed.undo_push(message="Fix Reference")

    def work(_unwanted: object) -> Path:
        return motion_strip.make(source, first + frames.start, frames.length, rate, limits, out)

    reading.begin(scene, f"{out.name} is being made …", work, take_in)


def _threads() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-reference")
    return _pool


def _look(path: Path, orientation: Orientation, model: str, number_of_first: int) -> MotionReference:
    from ..shots.motion_reference import inspect_reference

    return inspect_reference(path, orientation, model_name=model, number_of_first=number_of_first)


def register() -> None:
    """Nothing: the thread starts with the first video."""


def unregister() -> None:
    global _pool
    pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=False, cancel_futures=True)
    _checks.clear()
    motion_strip.origins.clear()


CLASSES = (RETAKE_OT_fix_reference,)
