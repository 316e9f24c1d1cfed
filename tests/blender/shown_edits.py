# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits made by Blender's own calls, of media whose every frame says what it is, to be rendered here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.interchange.bridge import (
    SINGLE_MEDIA,
    Media,
    RetimeKey,
    Retiming,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
)
from addon.timeline.ranges import FrameRange
from addon.vse.compat import (
    curves_of,
    left_handle,
    new_effect,
    right_handle,
    set_edit_scene,
    set_left_handle,
    set_right_handle,
)
from addon.vse.context import sequencer_context
from addon.vse.project import blender_rate
from addon.vse.write_timeline import TimelineWriter
from tests.banded_clip import SIZE_PX, write_banded_clip, write_banded_pictures, write_clicks

from .rich_edit import add_movie, retime

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

P25 = Fraction(25)
_FRAMES = 120
_FREE = 120
"""A channel for whole files, before they are cut: Blender puts what overlaps on another channel."""


class Stage:
    """A scene to cut in, and the media for it: files are kept in `folder` from one edit to the next."""

    def __init__(self, folder: Path, rate: Fraction) -> None:
        self.folder = folder
        self.rate = rate
        self.scene: Scene = bpy.data.scenes.new("Edit")
        self.scene.render.fps, self.scene.render.fps_base = blender_rate(rate)
        self.scene.render.resolution_x, self.scene.render.resolution_y = SIZE_PX
        self.scene.view_settings.view_transform = "Standard"
        self.editor = self.scene.sequence_editor_create()
        for window in bpy.context.window_manager.windows:
            window.scene = self.scene  # of others Blender loads all sound anew for each frame (measured on 5.2.3)
            set_edit_scene(window, self.scene)

    def file(self, mark: int, rate: Fraction | None = None, *, timecode: str = "", sound: bool = False) -> Path:
        rate = rate or self.rate
        name = f"{mark} at {float(rate):.3f}{' from ' + timecode.replace(':', '') if timecode else ''}"
        path = self.folder / f"{name}{' with sound' if sound else ''}.mov"
        if not path.exists():
            write_banded_clip(path, mark, _FRAMES, rate, timecode=timecode, has_sound=sound)
        return path

    def clicks(self) -> Path:
        path = self.folder / "clicks.wav"
        return path if path.exists() else write_clicks(path, 8)

    def movie(
        self, mark: int, channel: int, at: int, first: int = 0, length: int = 20, owner: Any = None, **media: Any
    ) -> Strip:
        """One frame of the file for each of the timeline, whatever the file's rate."""
        path = self.file(mark, **media)
        owner = owner or self.editor
        strip = owner.strips.new_movie(name=path.stem, filepath=str(path), channel=_FREE, frame_start=at - first)
        return _cut(strip, at, length, channel)

    def at_own_speed(self, mark: int, channel: int, at: int, first: int = 0, length: int = 20, **media: Any) -> Strip:
        """By the operator; the only one selected. `first` counts frames of the timeline."""
        path = self.file(mark, **media)
        return _cut(add_movie(self.scene, path, path.stem, _FREE, at - first), at, length, channel)

    def sound(self, path: Path, channel: int, at: int, first: int = 0, length: int = 20) -> Strip:
        strip = self.editor.strips.new_sound(name=path.stem, filepath=str(path), channel=_FREE, frame_start=at - first)
        return _cut(strip, at, length, channel)

    def cross(self, out: Strip, into: Strip, frames: range, channel: int, kind: str = "CROSS") -> Strip:
        strip = new_effect(self.editor, "cross", kind, channel, FrameRange(frames.start, frames.stop), (out, into))
        strip.blend_type = "REPLACE"
        return strip

    def speed(self, target: Strip, channel: int, control: str, **settings: Any) -> Strip:
        frames = FrameRange(left_handle(target), right_handle(target))
        strip = new_effect(self.editor, "speed", "SPEED", channel, frames, (target,))
        strip.speed_control = control
        strip.use_frame_interpolate = False
        for name, value in settings.items():
            setattr(strip, name, value)
        return strip

    def finish(self) -> Scene:
        """The scene ends where the last strip does."""
        self.scene.frame_start = 1
        self.scene.frame_end = max(right_handle(strip) for strip in self.editor.strips) - 1
        self.scene.frame_set(1)
        return self.scene


def _cut(strip: Strip, at: int, length: int, channel: int = 0) -> Strip:
    set_right_handle(strip, at + length)
    set_left_handle(strip, at)
    if channel:
        strip.channel = channel
        assert strip.channel == channel, "another strip lies there"
    return strip


def cuts(stage: Stage) -> Scene:
    """Trims, slips, a gap, the same file twice, clips of one and two frames."""
    stage.movie(1, 1, at=1, first=10)
    stage.movie(2, 1, at=21, length=15)
    stage.movie(1, 1, at=46, first=60, length=25)
    stage.movie(3, 1, at=71, first=100, length=1)
    stage.movie(2, 1, at=72, first=5, length=2)
    stage.movie(1, 1, at=74, first=99, length=21)
    return stage.finish()


def tracks(stage: Stage) -> Scene:
    """The upper one covers; muted strips and channels do not. The lowest begins late."""
    stage.movie(1, 1, at=11, length=80)
    stage.movie(2, 2, at=1, first=7, length=20)
    stage.movie(3, 3, at=41, length=20)
    stage.movie(2, 2, at=51, first=50, length=30)
    stage.movie(4, 4, at=45, length=50).mute = True
    stage.movie(5, 5, at=1, length=90)
    stage.editor.channels[5].mute = True
    return stage.finish()


def dissolves(stage: Stage) -> Scene:
    """Of 12, 7 and 2 frames, from strip to strip to strip; a fade in and a fade out."""
    strips = []
    for number, (at, length, first) in enumerate(((1, 42, 3), (31, 32, 20), (56, 31, 9), (85, 30, 40))):
        strips.append(stage.movie(1 + number % 3, 1 + number % 2, at=at, first=first, length=length))
    for number, frames in enumerate((range(31, 43), range(56, 63), range(85, 87))):
        stage.cross(strips[number], strips[number + 1], frames, channel=3)
    for strip, values in ((strips[0], ((1, 0.0), (9, 1.0))), (strips[-1], ((105, 1.0), (115, 0.0)))):
        for frame, value in values:
            strip.blend_alpha = value
            strip.keyframe_insert("blend_alpha", frame=frame)
    for curve in curves_of(stage.scene):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    return stage.finish()


def even_speeds(stage: Stage) -> Scene:
    """Double speed, backwards, a freeze: each frame shows exactly one of the file's."""
    fast = stage.at_own_speed(1, 1, at=1, length=_FRAMES)
    retime(stage.scene, fast, frames=(), speeds=(200,))
    _cut(fast, 6, 40)
    back = stage.at_own_speed(2, 2, at=51, length=_FRAMES)
    back.use_reverse_frames = True
    _cut(back, 61, 40)
    frozen = stage.at_own_speed(3, 3, at=101, length=_FRAMES)
    with sequencer_context(stage.scene):
        bpy.ops.sequencer.retiming_key_add("EXEC_DEFAULT", False, timeline_frame=120)
        bpy.ops.sequencer.retiming_freeze_frame_add("EXEC_DEFAULT", False, duration=15)
    _cut(frozen, 110, 50)
    return stage.finish()


def slow_speeds(stage: Stage) -> Scene:
    """Half and a third of the speed, and one of 1.7: between two frames of the file."""
    for number, (mark, speed, at) in enumerate(((1, 50, 1), (2, 100 / 3, 61), (3, 170, 121))):
        strip = stage.at_own_speed(mark, number + 1, at=at, length=_FRAMES)
        retime(stage.scene, strip, frames=(), speeds=(speed,))
        _cut(strip, at + 7, 45)
    return stage.finish()


def changing_speeds(stage: Stage) -> Scene:
    """Half the speed, then one and a half, a freeze and backwards, in one strip by its keys."""
    return _retimed(stage, (0, 0), (40, 20), (80, 80), (90, 80), (130, 40))


def ramp(stage: Stage) -> Scene:
    """The speed goes smoothly from a half to one and a half, which OpenTimelineIO has no word for."""
    return _retimed(stage, (0, 0), (40, 20, True), (70, 50), (110, 110))


def fast_sound(stage: Stage) -> Scene:
    """A sound at double speed."""
    stage.movie(7, 4, at=1, length=100)
    return _retimed(stage, (0, 0), (100, 200), kind=StripKind.SOUND)


def held(stage: Stage) -> Scene:
    """Strips that are longer than their files: the first and the last picture are held."""
    stage.movie(1, 1, at=11, length=_FRAMES)
    early = stage.editor.strips[-1]
    set_left_handle(early, 1)
    set_right_handle(early, 11 + _FRAMES + 15)
    return stage.finish()


def _retimed(stage: Stage, *keys: tuple[Any, ...], kind: StripKind = StripKind.MOVIE) -> Scene:
    """Written by the import: Blender's own operators for it want a selection that only a mouse makes."""
    media = Media(str(stage.file(1)), stage.rate, _FRAMES, width_px=SIZE_PX[0], height_px=SIZE_PX[1])
    if kind is StripKind.SOUND:
        media = Media(str(stage.clicks()), stage.rate, 200)
    retiming = Retiming(tuple(RetimeKey(*key) for key in keys))
    length = keys[-1][0] - 4
    strip = StripSnapshot(
        name="retimed", kind=kind, channel=1, start=1, length=length, content_offset=3,
        media={SINGLE_MEDIA: media}, active_media=SINGLE_MEDIA, retiming=retiming,
        blend_type="" if kind is StripKind.SOUND else "REPLACE",
    )  # fmt: skip
    edit = TimelineSnapshot("retimed", stage.rate, 1, *SIZE_PX, strips=(strip,))
    writer = TimelineWriter(stage.scene, edit, is_new_scene=False)
    writer.run()
    assert writer.notes == []
    return stage.finish()


def speed_effects(stage: Stage) -> Scene:
    half = stage.movie(1, 1, at=1, first=5, length=30)
    stage.speed(half, 2, "MULTIPLY", speed_factor=0.5)
    double = stage.movie(2, 1, at=41, first=5, length=30)
    stage.speed(double, 2, "MULTIPLY", speed_factor=2.0)
    held = stage.movie(3, 1, at=81, first=5, length=20)
    stage.speed(held, 2, "FRAME_NUMBER", speed_frame_number=8)
    stretched = stage.movie(4, 1, at=111, length=60)
    stage.speed(stretched, 2, "STRETCH")
    return stage.finish()


def timecodes(stage: Stage) -> Scene:
    """Files that carry an hour and more as their first frame."""
    stage.movie(1, 1, at=1, first=30, timecode="01:00:00:00")
    stage.at_own_speed(2, 1, at=21, first=12, length=30, rate=Fraction(24), timecode="10:11:12:13")
    stage.movie(3, 1, at=51, first=20, length=10)
    return stage.finish()


def frame_by_frame(stage: Stage) -> Scene:
    """Files of other rates, one of their frames for each of the timeline."""
    stage.movie(1, 1, at=1, first=11, length=40, rate=Fraction(24))
    stage.movie(2, 1, at=41, first=3, length=40, rate=Fraction(30))
    return stage.finish()


def metas(stage: Stage) -> Scene:
    """A meta strip with a trim of its own over a movie, another in it, a muted channel, a gap to see through."""
    stage.movie(1, 1, at=1, length=90)
    meta = stage.editor.strips.new_meta(name="meta", channel=2, frame_start=11)
    stage.movie(2, 1, at=11, length=40, owner=meta)
    inner = meta.strips.new_meta(name="inner", channel=2, frame_start=21)
    stage.movie(3, 1, at=21, first=30, length=30, owner=inner)
    set_right_handle(inner, 51)
    _cut(inner, 31, 10)
    stage.movie(4, 1, at=61, first=9, length=20, owner=meta)
    stage.movie(5, 3, at=61, length=20, owner=meta)
    meta.channels[3].mute = True
    set_right_handle(meta, 81)
    _cut(meta, 16, 60)
    return stage.finish()


def pictures(stage: Stage) -> Scene:
    """A still, and sequences of pictures with a trim."""
    folder = stage.folder / "pictures"
    if not folder.exists():
        folder.mkdir()
        write_banded_pictures(folder, 6, 40)
    files = sorted(folder.glob("*.png"))
    stage.movie(1, 1, at=1, length=90)
    still = stage.editor.strips.new_image(name="still", filepath=str(files[7]), channel=2, frame_start=5)
    _cut(still, 5, 20)
    sequence = stage.editor.strips.new_image(name="sequence", filepath=str(files[0]), channel=2, frame_start=30)
    for file in files[1:]:
        sequence.elements.append(file.name)
    _cut(sequence, 36, 25)
    return stage.finish()


def sounds(stage: Stage) -> Scene:
    """Trims and slips of a WAV file and of a movie's own sound, two at a time, and a muted one."""
    clicks = stage.clicks()
    stage.sound(clicks, 1, at=1, first=7, length=50)
    movie = stage.file(1, P25, sound=True)
    stage.sound(movie, 2, at=26, first=13, length=60)
    stage.sound(clicks, 1, at=91, first=101, length=60)
    stage.sound(clicks, 3, at=1, length=90).mute = True
    meta = stage.editor.strips.new_meta(name="meta", channel=5, frame_start=170)
    inside = meta.strips.new_sound(name="inside", filepath=str(clicks), channel=1, frame_start=150)
    _cut(inside, 170, 60)
    set_right_handle(meta, 230)
    _cut(meta, 180, 40)
    stage.movie(7, 4, at=1, length=1)  # an edit all of sound is none to Blender's render, which looks for a camera
    return stage.finish()


def of_rate(rate: str) -> Callable[[Stage], Scene]:
    def mixed(stage: Stage) -> Scene:
        """Two files at their own speed."""
        own = Fraction(rate)
        stage.at_own_speed(1, 1, at=1, length=55, rate=own)
        stage.at_own_speed(2, 1, at=56, first=13, length=40, rate=own)
        return stage.finish()

    return mixed


EDITS: dict[str, tuple[Fraction, Callable[[Stage], Scene]]] = {
    "cuts": (P25, cuts),
    "tracks": (P25, tracks),
    "dissolves": (P25, dissolves),
    "even speeds": (P25, even_speeds),
    "slow speeds": (P25, slow_speeds),
    "changing speeds": (P25, changing_speeds),
    "ramp": (P25, ramp),
    "speed effects": (P25, speed_effects),
    "timecodes": (P25, timecodes),
    "frame by frame": (P25, frame_by_frame),
    "metas": (P25, metas),
    "pictures": (P25, pictures),
    "held": (P25, held),
    "sounds": (P25, sounds),
    "sounds at 29.97": (Fraction(30000, 1001), sounds),
    "fast sound": (P25, fast_sound),
    "24 in 25": (P25, of_rate("24")),
    "30 in 24": (Fraction(24), of_rate("30")),
    "23.976 in 25": (P25, of_rate("24000/1001")),
    "25 in 23.976": (Fraction(24000, 1001), of_rate("25")),
    "24 in 29.97": (Fraction(30000, 1001), of_rate("24")),
    "29.97 in 59.94": (Fraction(60000, 1001), of_rate("30000/1001")),
    "59.94 in 29.97": (Fraction(30000, 1001), of_rate("60000/1001")),
    "cuts at 23.976": (Fraction(24000, 1001), cuts),
    "cuts at 59.94": (Fraction(60000, 1001), cuts),
}


def render(scene: Scene, video: Path, frames: range | None = None) -> Path:
    """The edit and its sound by Blender's own render: FFV1 and PCM in a .mkv. All frames, or only those."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    ffmpeg = scene.render.ffmpeg
    ffmpeg.format, ffmpeg.codec = "MKV", "FFV1"
    ffmpeg.audio_codec, ffmpeg.audio_mixrate = "PCM", 48_000
    scene.render.filepath = str(video)
    whole = scene.frame_start, scene.frame_end
    if frames is not None:
        scene.frame_start, scene.frame_end = frames[0], frames[-1]
    bpy.ops.render.render(animation=True, scene=scene.name)
    scene.frame_start, scene.frame_end = whole
    return video


def forget_pictures(scene: Scene) -> None:
    """All that Blender keeps of what it rendered."""
    with sequencer_context(scene):
        bpy.ops.sequencer.refresh_all()
