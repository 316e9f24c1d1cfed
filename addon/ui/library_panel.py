# SPDX-License-Identifier: GPL-3.0-or-later
"""The Library panel: the voices and elements of the account, for all projects, made from strips, put into shots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from ..vse.compat import edit_scene, left_handle, right_handle
from ..vse.connect import partners
from ..vse.shots import absolute_path
from . import desk, reading
from .frame_image import WantedFrame, active_picture, picture_path, read
from .generate import why_not_now
from .image_preview import icon_of
from .motion_strip import make_clip
from .sidebar import SidebarPanel
from .sound_range import SoundRange, sound_range
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from ..app import Settings
    from ..library.thing import Thing

_KINDS = [("voice", "Voice", "A way of speaking"), ("element", "Element", "A character, a thing or a place")]
_LISTS = {"voice": "voices", "element": "elements"}
_MOST_SHOWN = 30
_SHORTEST_S, _LONGEST_S = 5, 30
_MOST_VIEWS = 3
_MOST_VIDEO_MB = 200


class _State:
    things: Future[tuple[Thing, ...]] | None = None


_state = _State()


class RETAKE_PT_library(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_library"
    bl_label = "Library"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        if not desk.load_when_drawn():
            layout.label(text="Loading …", icon="SORTTIME")
            return
        row = layout.row(align=True)
        row.operator(RETAKE_OT_voice_from_strip.bl_idname, text="Voice from Strip…", icon="SPEAKER")
        row.operator(RETAKE_OT_element_from_strip.bl_idname, text="Element from Strip…", icon="USER")
        reading.draw(layout, context)
        if why_not := why_not_now():
            wrapped_label(layout, context, why_not, "INTERNET_OFFLINE")
            return
        future = _state.things
        if future is None:
            layout.operator(RETAKE_OT_read_library.bl_idname, icon="FILE_REFRESH")
            return
        if not future.done():
            layout.label(text="The account is being read …", icon="SORTTIME")
            return
        error = future.exception()
        if error is not None:
            wrapped_label(layout, context, str(error), "ERROR")
            layout.operator(RETAKE_OT_read_library.bl_idname, icon="FILE_REFRESH")
            return
        _draw_things(layout, context, future.result())


def _draw_things(layout: bpy.types.UILayout, context: bpy.types.Context, things: tuple[Thing, ...]) -> None:
    own = [one for one in things if one.is_own]
    if not own:
        wrapped_label(layout, context, "No voice or element of your own yet: make one from a strip", "INFO")
    _draw_list(layout, own)
    header, body = layout.panel("retake_presets", default_closed=True)
    header.label(text=f"Kling's Own ({len(things) - len(own)})")
    if body is not None:
        _draw_list(body, [one for one in things if not one.is_own])
    layout.operator(RETAKE_OT_read_library.bl_idname, icon="FILE_REFRESH")


def _draw_list(layout: bpy.types.UILayout, things: list[Thing]) -> None:
    column = layout.column(align=True)
    for one in things[:_MOST_SHOWN]:
        kind = one.kind.value
        row = column.row(align=True)
        if kind == "element" and one.sample is not None and one.sample.suffix != ".mp4":
            row.label(text=one.name, icon_value=icon_of(str(one.sample)))
        else:
            row.label(text=one.name, icon="SPEAKER" if kind == "voice" else "USER")
        row.label(text=f"used {one.uses} ×" if one.uses else "")
        if kind == "voice" and one.sample is not None:
            row.operator(RETAKE_OT_play_sample.bl_idname, text="", icon="PLAY").filepath = str(one.sample)
        use = row.operator(RETAKE_OT_use_thing.bl_idname, text="", icon="ADD")
        use.kind, use.identifier, use.name = kind, one.thing_id, one.name
        if one.is_own:
            delete = row.operator(RETAKE_OT_delete_thing.bl_idname, text="", icon="TRASH")
            delete.kind, delete.identifier, delete.name = kind, one.thing_id, one.name
    if len(things) > _MOST_SHOWN:
        column.label(text=f"and {len(things) - _MOST_SHOWN} more", icon="BLANK1")


class RETAKE_OT_read_library(bpy.types.Operator):
    bl_idname = "retake.read_library"
    bl_label = "Read the Account"
    bl_description = "List the voices and elements of the account, and Kling's own. Costs nothing"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_ask(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        read_library()
        return {"FINISHED"}


class RETAKE_OT_use_thing(bpy.types.Operator):
    bl_idname = "retake.use_thing"
    bl_label = "Use in This Shot"
    bl_description = "Let the shot have it. The prompt calls a voice as in [Anna@Name], an element @Name"
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(name="Kind", items=_KINDS, options={"HIDDEN"})
    identifier: StringProperty(name="Id", options={"HIDDEN"})
    name: StringProperty(name="Name", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        _use(edit_scene(), self.kind, self.identifier, self.name)
        self.report({"INFO"}, f"The prompt can call it @{self.name.replace(' ', '')}")
        return {"FINISHED"}


class RETAKE_OT_delete_thing(bpy.types.Operator):
    bl_idname = "retake.delete_thing"
    bl_label = "Delete from the Account"
    bl_description = "Delete it from Kling's account, for all projects. It cannot be undone"
    bl_options = {"INTERNAL"}

    kind: EnumProperty(name="Kind", items=_KINDS, options={"HIDDEN"})
    identifier: StringProperty(name="Id", options={"HIDDEN"})
    name: StringProperty(name="Name", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        title = f"Delete {self.name} from the account? It cannot be undone"
        return context.window_manager.invoke_confirm(self, event, title=title)

    def execute(self, context: bpy.types.Context) -> set[str]:
        kind, identifier = self.kind, self.identifier
        session = desk.open_session()

        def work(_unwanted: object) -> None:
            from ..library.thing import ThingKind
            from ..library.things import delete_thing

            session.ask(lambda settings: delete_thing(settings, ThingKind(kind), identifier)).result()

        reading.begin(edit_scene(), f"{self.name} is being deleted …", work, lambda _scene, _none: read_library())
        return {"FINISHED"}


class RETAKE_OT_play_sample(bpy.types.Operator):
    bl_idname = "retake.play_sample"
    bl_label = "Listen"
    bl_description = "Play what the voice was made of"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(name="File", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        import aud

        try:
            aud.Device().play(aud.Sound(self.filepath))
        except aud.error as error:
            self.report({"ERROR"}, f"It cannot be played: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


class RETAKE_OT_voice_from_strip(bpy.types.Operator):
    bl_idname = "retake.voice_from_strip"
    bl_label = "Voice from Strip"
    bl_description = (
        "Clone a voice from what the selected strip plays: 5 to 30 s of one person speaking, without music. It costs "
        "0.05 units, and the recording goes to Kling"
    )
    bl_options = {"REGISTER", "INTERNAL"}

    name: StringProperty(name="Name", description="Up to 20 characters; the prompt calls it so", maxlen=20)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _sound_strip(edit_scene()) is None:
            cls.poll_message_set("Select a sound strip, or a movie strip with sound")
            return False
        return _can_ask(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Clone Voice")

    def draw(self, context: bpy.types.Context) -> None:
        from .storage_words import where_videos_go

        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "name")
        found = _sound_range(edit_scene())
        if found is not None:
            layout.label(text=f"{found.file.name}: {float(found.length_s):.1f} s", icon="SPEAKER")
        wrapped_label(layout, context, "One person who speaks, without music. You need their consent", "INFO")
        words, is_good = where_videos_go()
        wrapped_label(layout, context, words, "EXPORT" if is_good else "ERROR")
        layout.label(text="0.5 credits, 0.05 units", icon="FUND")

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        found = _sound_range(scene)
        name = self.name.strip()
        if not name or found is None:
            self.report({"ERROR"}, "The voice needs a name" if found is not None else "This strip plays no file")
            return {"CANCELLED"}
        if not _SHORTEST_S <= found.length_s <= _LONGEST_S:
            seconds = float(found.length_s)
            self.report({"ERROR"}, f"The strip plays {seconds:.1f} s: {_SHORTEST_S} to {_LONGEST_S} s are needed")
            return {"CANCELLED"}
        out = picture_path(name, left_handle(_sound_strip(scene))).with_suffix(".wav")
        session = desk.open_session()

        def work(_unwanted: object) -> Thing:
            from ..library.things import make_voice
            from ..media.sound_file import write_sound

            write_sound(found.file, found.start_s, found.length_s, out)
            return session.ask(lambda settings: make_voice(settings, name, out)).result()

        reading.begin(scene, f"The voice {name} is being made …", work, _take_in)
        return {"FINISHED"}


class RETAKE_OT_element_from_strip(bpy.types.Operator):
    bl_idname = "retake.element_from_strip"
    bl_label = "Element from Strip"
    bl_description = (
        "Make a character, thing or place of what the selected strip shows: the playhead's frame as its front, and "
        "others of the strip as further views. Costs nothing; the pictures go to Kling"
    )
    bl_options = {"REGISTER", "INTERNAL"}

    name: StringProperty(name="Name", description="Up to 20 characters; the prompt calls it so", maxlen=20)
    description: StringProperty(name="Description", description="What it is, in up to 100 characters", maxlen=100)
    source: EnumProperty(
        name="From",
        description="What Kling gets to know it by",
        items=[
            ("PICTURES", "Frames", "The playhead's frame and further ones of the strip"),
            ("VIDEO", "Video", "All that the strip shows: 3 to 8 s of one person in 1080p; speech is cloned"),
        ],
    )
    views: IntProperty(
        name="Further Views", description="Frames spread over the strip", min=1, max=_MOST_VIEWS, default=2
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if active_picture(edit_scene()) is None:
            cls.poll_message_set("Select a movie, image, scene or meta strip")
            return False
        return _can_ask(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Make Element")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "name")
        layout.prop(self, "description")
        layout.prop(self, "source")
        if self.source == "VIDEO":
            from .storage_words import where_videos_go

            words, is_good = where_videos_go()
            wrapped_label(layout, context, words, "EXPORT" if is_good else "ERROR")
            return
        layout.prop(self, "views")
        frames = _view_frames(edit_scene(), self.views)
        words = f"Front: frame {frames[0]}. Further views: {', '.join(map(str, frames[1:]))}"
        wrapped_label(layout, context, words, "IMAGE_DATA")

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError

        scene = edit_scene()
        name, description = self.name.strip(), self.description.strip()
        if not name or not description:
            self.report({"ERROR"}, "An element needs a name and a description")
            return {"CANCELLED"}
        try:
            if self.source == "VIDEO":
                _element_of_video(scene, name, description)
            else:
                _element_of_frames(scene, name, description, self.views)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


def _element_of_frames(scene: bpy.types.Scene, name: str, description: str, views: int) -> None:
    """Raises StorageError."""
    strip = active_picture(scene)
    wanted = [WantedFrame(strip.name, frame, picture_path(name, frame)) for frame in _view_frames(scene, views)]
    front, *others = [one.out for one in wanted]
    session = desk.open_session()

    def work(_unwanted: object) -> Thing:
        from ..library.things import make_element

        asked = session.ask(lambda settings: make_element(settings, name, description, front, tuple(others)))
        return asked.result()

    def make(scene: bpy.types.Scene, _none: object) -> None:
        reading.begin(scene, f"The element {name} is being made …", work, _take_in)

    read(scene, wanted, make)


def _element_of_video(scene: bpy.types.Scene, name: str, description: str) -> None:
    """Raises InputError where the strip is too short, too long or of another size, and StorageError."""
    from ..errors import InputError
    from ..library.things import ELEMENT_VIDEO_LENGTHS_S, ELEMENT_VIDEO_SIZES_PX
    from ..media.reference_plan import ReferenceLimits

    strip = active_picture(scene)
    frames = FrameRange(left_handle(strip), right_handle(strip))
    seconds = frames.length / scene_rate(scene.render.fps, scene.render.fps_base)
    shortest, longest = ELEMENT_VIDEO_LENGTHS_S
    if not shortest <= seconds <= longest:
        raise InputError("strip", f"{float(seconds):.2f} s", f"{shortest} to {longest} s are needed")
    media = strip.elements[0] if strip.type == "MOVIE" and strip.elements else None
    is_media = media is not None and (media.orig_width, media.orig_height) in ELEMENT_VIDEO_SIZES_PX
    size = (scene.render.resolution_x, scene.render.resolution_y)
    if not is_media and size not in ELEMENT_VIDEO_SIZES_PX:
        shown = f"an edit of {size[0]} × {size[1]} px"
        raise InputError("strip", shown, "its media or the edit needs 1920 × 1080 or 1080 × 1920 px")
    session = desk.open_session()

    def make(scene: bpy.types.Scene, made: Path) -> None:
        def work(_unwanted: object) -> Thing:
            from ..library.things import make_element_of_video

            return session.ask(lambda settings: make_element_of_video(settings, name, description, made)).result()

        reading.begin(scene, f"The element {name} is being made …", work, _take_in)

    limits = ReferenceLimits(ELEMENT_VIDEO_LENGTHS_S, (1080, 1920), _MOST_VIDEO_MB)
    out = picture_path(name, frames.start).with_suffix(".mp4")
    make_clip(scene, strip, frames, limits, out, make, is_rendered=not is_media)


def read_library() -> None:
    """Ask the account again. Returns at once; the panel is drawn again when the answer is there."""

    def look(settings: Settings) -> tuple[Thing, ...]:
        from ..library.things import read_things

        return read_things(settings)

    _state.things = desk.open_session().ask(look)
    desk.redraw_when(_state.things.done)


def _take_in(scene: bpy.types.Scene, thing: Thing) -> None:
    _use(scene, thing.kind.value, thing.thing_id, thing.name)
    read_library()


def _use(scene: bpy.types.Scene, kind: str, identifier: str, name: str) -> None:
    """What is in the list already stays where it is."""
    rows = getattr(scene.retake_draft, _LISTS[kind])
    if any(row.identifier == identifier for row in rows):
        return
    row = rows.add()
    # In a prompt a name is one word.
    row.name, row.identifier = name.replace(" ", ""), identifier


def _can_ask(cls: type[bpy.types.Operator]) -> bool:
    if why_not := why_not_now():
        cls.poll_message_set(why_not)
        return False
    return True


def _sound_strip(scene: bpy.types.Scene | None) -> bpy.types.Strip | None:
    """The active sound strip, or the sound of the active movie."""
    strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
    if strip is None or strip.type == "SOUND":
        return strip
    if strip.type != "MOVIE":
        return None
    beside = [one for one in partners(scene, strip) if one.type == "SOUND"]
    beside += [one for one in scene.sequence_editor.strips_all if one.type == "SOUND" and _same_file(one, strip)]
    return beside[0] if beside else None


def _same_file(sound: bpy.types.Strip, movie: bpy.types.Strip) -> bool:
    shown = (left_handle(movie), right_handle(movie))
    if sound.sound is None or (left_handle(sound), right_handle(sound)) != shown:
        return False
    return absolute_path(sound.sound.filepath) == absolute_path(movie.filepath)


def _sound_range(scene: bpy.types.Scene) -> SoundRange | None:
    strip = _sound_strip(scene)
    return None if strip is None else sound_range(scene, strip)


def _view_frames(scene: bpy.types.Scene, views: int) -> list[int]:
    """The playhead's frame, or the nearest one that the strip shows, and `views` others spread over the strip."""
    strip = active_picture(scene)
    start, last = left_handle(strip), right_handle(strip) - 1
    front = min(max(scene.frame_current, start), last)
    spread = [start + (last - start) * (2 * number + 1) // (2 * views) for number in range(views)]
    return [front, *spread]


def register() -> None:
    """Nothing: the account is read when that is asked for."""


def unregister() -> None:
    _state.things = None


CLASSES = (
    RETAKE_OT_read_library,
    RETAKE_OT_use_thing,
    RETAKE_OT_delete_thing,
    RETAKE_OT_play_sample,
    RETAKE_OT_voice_from_strip,
    RETAKE_OT_element_from_strip,
    RETAKE_PT_library,
)
