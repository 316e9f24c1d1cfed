# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits out and in from Blender's menus and by drag and drop: files on a thread, Blender in slices, one undo step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..vse.compat import edit_scene, set_edit_scene
from . import desk, exchange_report, reading, writing
from .exchange_report import show_report

if TYPE_CHECKING:
    from threading import Event

    from ..interchange.bridge import Report, TimelineSnapshot
    from ..vse.import_place import ImportPlace
    from ..vse.relink import MediaWriter
    from ..vse.write_timeline import TimelineWriter

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


class RETAKE_OT_export_otio(bpy.types.Operator):
    bl_idname = "retake.export_otio"
    bl_label = "Export Edit"
    bl_description = "Write the edit for another program, or with all its media as one file"

    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default=_GLOB, options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    flavour: EnumProperty(name="For", items=_FLAVOURS, description="The program that is to read the edit")
    paths: EnumProperty(name="Paths", items=_PATH_FORMS, description="How media is named")
    strict: BoolProperty(name="Strict", description="Write nothing where something would not be kept")
    flatten: BoolProperty(
        name="Flatten Metas", description="Metas as the strips within them, for what reads no nested edits"
    )
    leave_missing: BoolProperty(
        name="Without Missing Media",
        description="Write an .otioz or .otiod even where media is missing: those strips go without it",
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or scene.sequence_editor is None or not len(scene.sequence_editor.strips):
            cls.poll_message_set("There is no edit to export: the Video Sequencer has no strips")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            name = Path(bpy.data.filepath).stem or "edit"
            self.filepath = str(Path(bpy.data.filepath or "").parent / f"{name}.otio")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, context: bpy.types.Context) -> bool:
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        path = Path(bpy.path.abspath(self.filepath))
        is_other = path.suffix.lower() in _OTHER_ENDINGS
        if path.suffix not in {".otio", ".otioz", ".otiod"} and not is_other:
            path = path.with_name(f"{path.name}.otio")
        options: dict[str, Any] = {
            "flavour": "plain" if is_other else self.flavour,
            "url_form": "" if is_other or self.paths == "BEST" else self.paths,
            "strict": self.strict,
            "leave_missing": self.leave_missing,
            "flatten": self.flatten,
        }

        def work(snapshot: TimelineSnapshot, unwanted: Event) -> Report | None:
            from ..interchange.media_facts import with_media_facts
            from ..interchange.otio_file import write_otio

            told = with_media_facts(snapshot)
            if unwanted.is_set():
                return None
            return write_otio(told, path, **options)

        def take_in(_: bpy.types.Scene, report: Report) -> None:
            show_report(path.name, report)

        reading.begin_with_edit(scene, "The edit is being written", work, take_in)
        return {"FINISHED"}


class RETAKE_OT_import_otio(bpy.types.Operator):
    bl_idname = "retake.import_otio"
    bl_label = "Import Edit"
    bl_description = "Read an edit of another program. What fails halfway changes nothing"

    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
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
            _write(ImportPlace(place), there.name, path.name, *found)

        reading.begin(scene, "The edit is being read", work, take_in)
        return {"FINISHED"}


def _write(place: ImportPlace, scene_name: str, file: str, snapshot: TimelineSnapshot, report: Report) -> None:
    from ..vse.import_place import ImportPlace, begin_writing
    from ..vse.report import with_notes

    def begin() -> TimelineWriter | None:
        scene = bpy.data.scenes.get(scene_name)
        return None if scene is None else begin_writing(place, scene, snapshot)

    def finish(writer: TimelineWriter) -> None:
        if place is ImportPlace.NEW_SCENE:
            for window in bpy.context.window_manager.windows:
                window.scene = writer.scene
                set_edit_scene(window, writer.scene)
        show_report(file, with_notes(report, writer.notes))

    writing.begin("write_import", writing.Writing("The edit is being imported", begin, finish))


class RETAKE_FH_otio(bpy.types.FileHandler):
    bl_idname = "RETAKE_FH_otio"
    bl_label = "OpenTimelineIO"
    bl_import_operator = "retake.import_otio"
    bl_export_operator = "retake.export_otio"
    bl_file_extensions = ".otio;.otioz;.otiod;.edl;.fcpxml;.aaf"

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
        if not exchange_report.missing_media(edit_scene()):
            cls.poll_message_set("No media of an imported edit is missing")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        folder = Path(bpy.path.abspath(self.directory))

        def work(snapshot: TimelineSnapshot, _unwanted: Event) -> Any:
            from ..interchange.otio_file import relink_media

            return relink_media(snapshot, [folder])

        def take_in(there: bpy.types.Scene, found: Any) -> None:
            _relink(there.name, found, folder)

        reading.begin_with_edit(scene, "Missing media is being looked for", work, take_in)
        return {"FINISHED"}


def _relink(scene_name: str, found: Any, folder: Path) -> None:
    from ..vse.relink import MediaWriter

    if not found.found:
        reading.show_trouble(f"None of the missing files is in {folder}. Choose a folder above it, or another one.")
        return

    def begin() -> MediaWriter | None:
        scene = bpy.data.scenes.get(scene_name)
        return None if scene is None else MediaWriter(scene, found.found)

    def finish(writer: MediaWriter) -> None:
        if not writer.count:
            reading.show_trouble(f"No file that was found in {folder} can be read. Look at what is in it.")
        exchange_report.count_again()
        desk.redraw()

    writing.begin("write_found_media", writing.Writing("Missing media is brought back", begin, finish))


def draw_export(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.operator(RETAKE_OT_export_otio.bl_idname, text="OpenTimelineIO, EDL, XML, AAF")


def draw_import(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.operator(RETAKE_OT_import_otio.bl_idname, text="OpenTimelineIO, EDL, XML, AAF")


_ADDITIONS = (("TOPBAR_MT_file_export", draw_export), ("TOPBAR_MT_file_import", draw_import))


def register() -> None:
    for name, draw in _ADDITIONS:
        getattr(bpy.types, name).append(draw)


def unregister() -> None:
    for name, draw in reversed(_ADDITIONS):
        getattr(bpy.types, name).remove(draw)


CLASSES = (
    RETAKE_OT_export_otio,
    RETAKE_OT_import_otio,
    RETAKE_OT_relink,
    RETAKE_FH_otio,
)
