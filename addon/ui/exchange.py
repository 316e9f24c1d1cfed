# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits out and in from Blender's menus and by drag and drop: files on a thread, Blender in slices, one undo step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..vse.compat import edit_scene, set_edit_scene
from ..vse.override import context_of
from . import desk, reading

if TYPE_CHECKING:
    from threading import Event

    from ..interchange.bridge import Report, TimelineSnapshot

_SLICE_S = 0.03
_TICK_S = 0.01
_FLAVOURS = (
    ("plain", "OpenTimelineIO", "For Retake itself, and for any program that reads OpenTimelineIO"),
    ("resolve", "DaVinci Resolve", "Levels, transforms and links in Resolve's own words"),
    ("premiere", "Adobe Premiere Pro", "Opacity, motion and links in Premiere's own words"),
    ("kdenlive", "Kdenlive", "Only what Kdenlive reads: cuts, gaps, markers, colours"),
)
_PATH_FORMS = (
    ("BEST", "As It Reads Best", "What the program that the edit is for finds its media by"),
    ("path", "Absolute", "The whole path"),
    ("file-url", "File Address", "The whole path as a file:// address"),
    ("relative", "Relative", "From the folder of the edit: both can be moved together"),
)
_OTHER_ENDINGS = frozenset({".edl", ".xml", ".fcpxml", ".aaf"})
"""Written and read by adapters; what is set for OpenTimelineIO does not count there."""
_GLOB = "*.otio;*.otioz;*.otiod;*.edl;*.xml;*.fcpxml;*.aaf"
_PLACES = (
    ("new", "New Scene", "A scene of its own, with the edit's rate and size"),
    ("scene", "This Scene", "At the edit's own frames, above all that lies there"),
    ("playhead", "At the Playhead", "Beginning at the playhead, above all that lies there"),
)


@dataclass(slots=True)
class ShownReport:
    """What the panel shows of the last export or import."""

    title: str
    report: Report


@dataclass(slots=True)
class _Waiting:
    """An edit that was read and is to be written to Blender."""

    place: str
    scene_name: str
    file: str
    snapshot: TimelineSnapshot
    report: Report


_shown: ShownReport | None = None
_waiting: list[_Waiting] = []
_lost: list[bool] = []
"""Not empty where Blender undid something or loaded a file while an import was being written."""


def shown_report() -> ShownReport | None:
    return _shown


def show_report(title: str, report: Report) -> None:
    global _shown
    _shown = ShownReport(title, report)
    desk.redraw()


class RETAKE_OT_export_otio(bpy.types.Operator):
    bl_idname = "retake.export_otio"
    bl_label = "Export Edit"
    bl_description = "Write the edit for another program, or with all its media as one file"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default=_GLOB, options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    flavour: EnumProperty(name="For", items=_FLAVOURS, description="The program that is to read the edit")
    paths: EnumProperty(name="Paths", items=_PATH_FORMS, description="How media is named")
    strict: BoolProperty(name="Strict", description="Write nothing where something would not be kept")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            name = Path(bpy.data.filepath).stem or "edit"
            self.filepath = str(Path(bpy.data.filepath or "").parent / f"{name}.otio")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, context: bpy.types.Context) -> bool:
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.read import read_timeline

        scene = edit_scene()
        path = Path(bpy.path.abspath(self.filepath))
        is_other = path.suffix.lower() in _OTHER_ENDINGS
        if path.suffix not in {".otio", ".otioz", ".otiod"} and not is_other:
            path = path.with_name(f"{path.name}.otio")
        snapshot = read_timeline(scene)
        flavour, form, strict = self.flavour, "" if self.paths == "BEST" else self.paths, self.strict
        if is_other:
            flavour, form = "plain", ""

        def work(_unwanted: Event) -> Report:
            from ..interchange.media_facts import with_media_facts
            from ..interchange.otio_file import write_otio

            return write_otio(with_media_facts(snapshot), path, flavour=flavour, url_form=form, strict=strict)

        reading.begin(scene, "The edit is being written", work, lambda _, report: show_report(path.name, report))
        return {"FINISHED"}


class RETAKE_OT_import_otio(bpy.types.Operator):
    bl_idname = "retake.import_otio"
    bl_label = "Import Edit"
    bl_description = "Read an edit of another program. What fails halfway changes nothing"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default=_GLOB, options={"HIDDEN"})
    place: EnumProperty(name="Into", items=_PLACES, description="Where the edit goes")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath:  # dropped onto the sequencer
            return set(context.window_manager.invoke_props_dialog(self, title="Import Edit", confirm_text="Import"))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.import_place import ImportPlace, rate_there

        scene = edit_scene()
        path = Path(bpy.path.abspath(self.filepath))
        place = self.place
        rate, start = rate_there(ImportPlace(place), scene), scene.frame_start
        # An EDL does not say its rate: it is that of the scene that is edited.
        edit_rate = rate_there(ImportPlace.SCENE, scene)

        def work(_unwanted: Event) -> tuple[TimelineSnapshot, Report]:
            from ..interchange.otio_file import read_otio

            return read_otio(path, rate=rate, start=start, edit_rate=edit_rate)

        def take_in(there: bpy.types.Scene, found: tuple[TimelineSnapshot, Report]) -> None:
            _waiting.append(_Waiting(place, there.name, path.name, *found))
            _apply_waiting()

        reading.begin(scene, "The edit is being read", work, take_in)
        return {"FINISHED"}


def _apply_waiting() -> None:
    windows = bpy.context.window_manager.windows
    if bpy.app.background or not windows:
        bpy.ops.retake.write_import("EXEC_DEFAULT", True)
        return
    with context_of(windows[0]):
        bpy.ops.retake.write_import("INVOKE_DEFAULT")


class RETAKE_OT_write_import(bpy.types.Operator):
    """In a window it goes on a slice at a time, and takes no other input meanwhile: Esc takes all of it back."""

    bl_idname = "retake.write_import"
    bl_label = "Import Edit"
    bl_description = "Write the edit that was read to the timeline"
    bl_options = {"INTERNAL", "UNDO"}

    # Blender looks up what these name when it registers the class: nothing that is imported late can stand here.
    _writer: Any
    _steps: Any
    _timer: Any
    _job: _Waiting

    def _begin(self) -> bool:
        from ..errors import RetakeError
        from ..vse.import_place import ImportPlace, begin_writing

        if not _waiting:
            return False
        self._job = _waiting.pop(0)
        scene = bpy.data.scenes.get(self._job.scene_name)
        if scene is None:
            return False
        _lost.clear()
        try:
            self._writer = begin_writing(ImportPlace(self._job.place), scene, self._job.snapshot)
        except RetakeError as error:
            reading.show_trouble(str(error))
            return False
        self._steps = self._writer.steps()
        return True

    def _finish(self) -> None:
        from ..vse.report import with_notes

        writer = self._writer
        if self._job.place == "new":
            for window in bpy.context.window_manager.windows:
                window.scene = writer.scene
                set_edit_scene(window, writer.scene)
        show_report(self._job.file, with_notes(self._job.report, writer.notes))

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self._begin():
            return {"CANCELLED"}
        try:
            self._writer.run()
        except Exception as error:  # noqa: BLE001
            # The scene is as it was; the panel says why.
            reading.show_trouble(str(error))
            return {"CANCELLED"}
        self._finish()
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self._begin():
            return {"CANCELLED"}
        wm = context.window_manager
        wm.progress_begin(0, max(self._writer.strips, 1))
        self._timer = wm.event_timer_add(_TICK_S, window=context.window)
        wm.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if _lost:
            # What was made is another file's or another step's by now: it may not be touched.
            self._writer.forget()
            reading.show_trouble("The import ended, as Blender undid something or opened a file.")
            return self._end(context, {"CANCELLED"})
        if event.type == "ESC":
            self._writer.take_back()
            return self._end(context, {"CANCELLED"})
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        until = time.perf_counter() + _SLICE_S
        try:
            while time.perf_counter() < until:
                if next(self._steps, self) is self:
                    self._finish()
                    return self._end(context, {"FINISHED"})
        except Exception as error:  # noqa: BLE001
            self._writer.take_back()
            reading.show_trouble(str(error))
            return self._end(context, {"CANCELLED"})
        context.window_manager.progress_update(self._writer.written)
        return {"RUNNING_MODAL"}

    def _end(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        context.window_manager.event_timer_remove(self._timer)
        context.window_manager.progress_end()
        desk.redraw()
        return result


class RETAKE_FH_otio(bpy.types.FileHandler):
    bl_idname = "RETAKE_FH_otio"
    bl_label = "OpenTimelineIO"
    bl_import_operator = "retake.import_otio"
    bl_export_operator = "retake.export_otio"
    bl_file_extensions = ".otio;.otioz;.edl;.fcpxml;.aaf"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "SEQUENCE_EDITOR"


class RETAKE_OT_relink(bpy.types.Operator):
    bl_idname = "retake.relink"
    bl_label = "Find Missing Media"
    bl_description = "Look for the media of stand-ins in a folder and all below it, by name and content"
    bl_options = {"REGISTER"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        from ..vse.stand_in import stand_ins

        scene = edit_scene()
        if scene is None or next(stand_ins(scene), None) is None:
            cls.poll_message_set("No media of an imported edit is missing")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.read import read_timeline

        scene = edit_scene()
        folder = Path(bpy.path.abspath(self.directory))
        snapshot = read_timeline(scene)

        def work(_unwanted: Event) -> Any:
            from ..interchange.otio_file import relink_media

            return relink_media(snapshot, [folder])

        def take_in(there: bpy.types.Scene, found: Any) -> None:
            from ..vse.relink import relink_strips

            count = relink_strips(there, found.snapshot, found.found)
            bpy.ops.ed.undo_push(message="Find Missing Media")
            if not count:
                reading.show_trouble(f"None of the missing files is in {folder}.")
            desk.redraw()

        reading.begin(scene, "Missing media is being looked for", work, take_in)
        return {"FINISHED"}


def draw_export(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.operator(RETAKE_OT_export_otio.bl_idname, text="OpenTimelineIO, EDL, XML, AAF")


def draw_import(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.operator(RETAKE_OT_import_otio.bl_idname, text="OpenTimelineIO, EDL, XML, AAF")


_ADDITIONS = (("TOPBAR_MT_file_export", draw_export), ("TOPBAR_MT_file_import", draw_import))


@bpy.app.handlers.persistent
def _lose(*_: object) -> None:
    _lost.append(True)


_HANDLERS = (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post, bpy.app.handlers.load_post)


def register() -> None:
    for name, draw in _ADDITIONS:
        getattr(bpy.types, name).append(draw)
    for handlers in _HANDLERS:
        handlers.append(_lose)


def unregister() -> None:
    global _shown
    for handlers in _HANDLERS:
        handlers.remove(_lose)
    for name, draw in reversed(_ADDITIONS):
        getattr(bpy.types, name).remove(draw)
    _shown = None
    _waiting.clear()


CLASSES = (
    RETAKE_OT_export_otio,
    RETAKE_OT_import_otio,
    RETAKE_OT_write_import,
    RETAKE_OT_relink,
    RETAKE_FH_otio,
)
