# SPDX-License-Identifier: GPL-3.0-or-later
"""A timeline as plain values: what is exchanged between Blender and OpenTimelineIO.

All frames are frames of the timeline's own rate unless a name says otherwise; ranges are half-open; rates are exact.
Mappings named `metadata`, `settings` and `foreign` hold JSON types only (str, int, float, bool, None, list, dict with
str keys; finite numbers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

SINGLE_MEDIA = "DEFAULT_MEDIA"
"""OpenTimelineIO's own key for a clip's only media."""


class StripKind(Enum):
    MOVIE = "movie"
    SOUND = "sound"
    IMAGE = "image"
    """One picture or a sequence of them, as `Media.files` says."""
    SCENE = "scene"
    META = "meta"
    COLOR = "color"
    TEXT = "text"
    ADJUSTMENT = "adjustment"
    EFFECT = "effect"
    """All other effects; `effect_type` says which."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file a strip can show. `path` is absolute; `frame_count` counts the file's own frames at `rate`.

    Of a picture and a sequence of pictures, `rate` is the timeline's.
    """

    path: str
    rate: Fraction
    frame_count: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Written under the namespace `retake`."""
    start_frame: int = 0
    """The embedded start timecode, in the file's own frames."""
    width_px: int = 0
    """0 where it is not known; so is `height_px`."""
    height_px: int = 0
    files: tuple[str, ...] = ()
    """The names of a sequence's pictures in their order, all in the folder of `path`, which is the first of them."""
    name: str = ""
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """What another program wrote about the file, to be written back; nothing in it is ours."""
    missing: bool = False
    """There is no such file: a stand-in holds the strip's place, path and length."""


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """`frame` counts from the first frame of the strip's content (`StripSnapshot.content_start`).

    Handles are (frame, value), counted likewise. The words are Blender's own (BEZIER, VECTOR, AUTO_CLAMPED …).
    """

    frame: float
    value: float
    interpolation: str = "BEZIER"
    left: tuple[float, float] | None = None
    right: tuple[float, float] | None = None
    left_type: str = "AUTO_CLAMPED"
    right_type: str = "AUTO_CLAMPED"
    easing: str = "AUTO"


@dataclass(frozen=True, slots=True)
class Curve:
    """An animated property. `path` is relative to the strip: `volume`, `blend_alpha`, `transform.offset_x` …"""

    path: str
    points: tuple[KeyPoint, ...]
    index: int = 0
    extrapolation: str = "CONSTANT"


@dataclass(frozen=True, slots=True)
class RetimeKey:
    """At `frame` of the strip the content's frame `content_frame` is shown; in between it goes evenly.

    `frame` counts from the first frame of the strip's retimed content (`content_start`), `content_frame` counts the
    frames of the content as it is without retiming, at the timeline's rate.
    """

    frame: float
    content_frame: float
    ramp: bool = False
    """From here to the next key the speed changes smoothly, from the speed before to the speed after."""


@dataclass(frozen=True, slots=True)
class Retiming:
    """Two keys or more, by frame. Equal content frames are a freeze, falling ones run backwards."""

    keys: tuple[RetimeKey, ...]
    keep_pitch: bool = False


@dataclass(frozen=True, slots=True)
class Transform:
    """As Blender counts: offsets in pixels from the middle, rotation in radians, origin as a share of the picture."""

    offset_x_px: float = 0.0
    offset_y_px: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    rotation: float = 0.0
    origin_x: float = 0.5
    origin_y: float = 0.5
    filter: str = "AUTO"


@dataclass(frozen=True, slots=True)
class Crop:
    left_px: int = 0
    right_px: int = 0
    top_px: int = 0
    bottom_px: int = 0


@dataclass(frozen=True, slots=True)
class Marker:
    """On a timeline `frame` is the timeline's, on a strip it counts from `content_start`."""

    name: str
    frame: int
    length: int = 0
    color: str = ""
    """One of OpenTimelineIO's eleven words (RED, PINK, …); empty: none was chosen."""
    comment: str = ""
    foreign: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that differs from a fresh one. `foreign`: what another program wrote about the track it was."""

    number: int
    name: str = ""
    mute: bool = False
    lock: bool = False
    foreign: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StripSnapshot:
    """One strip. Its name is unique within the scene, metas included, and stands for it in `inputs` and `connections`.

    `media` maps a key to each file the strip could show (its takes); `active_media` names the shown. Both are empty
    for strips without files, and for a clip whose file nobody named.
    """

    name: str
    kind: StripKind
    channel: int
    start: int
    length: int
    content_offset: int
    """Frames of the content before the first visible one; negative where the strip begins before its content, whose
    first frame is then held. With retiming: frames of the retimed content."""
    media: Mapping[str, Media]
    active_media: str
    mute: bool = False
    shot_id: str = ""
    take_number: int = 0
    content_length: int = 0
    """Frames of the content without retiming, at the timeline's rate, trimmed parts included; 0: not known or, for
    what has no end of its own (colours, texts, effects), as long as the strip is."""
    keeps_speed: bool = True
    """The file is played at its own speed whatever the timeline's rate. False: one frame of the file for each frame of
    the timeline (what Blender does where the playback rate is not adjusted)."""
    lock: bool = False
    color_tag: int = 0
    """1 to 9 as Blender numbers its tags, 0 for none."""
    blend_type: str = ""
    """Blender's word (REPLACE, ALPHA_OVER, MULTIPLY …); empty for sound."""
    opacity: float = 1.0
    transform: Transform = field(default_factory=Transform)
    crop: Crop = field(default_factory=Crop)
    flip_x: bool = False
    flip_y: bool = False
    reverse_frames: bool = False
    """The content is played backwards as a whole; comes before retiming."""
    volume: float = 1.0
    """A factor, not decibels."""
    pan: float = 0.0
    """-1 left to 1 right (Blender counts in quarter turns: up to ±2)."""
    sound_offset: float = 0.0
    """Frames, a fraction of one: what a sound is shifted by besides whole frames."""
    retiming: Retiming | None = None
    effect_type: str = ""
    """For EFFECT, Blender's word: CROSS, GAMMA_CROSS, WIPE, SPEED, GLOW, GAUSSIAN_BLUR, MULTIPLY, MULTICAM …"""
    inputs: tuple[str, ...] = ()
    """The strips an effect works on, in Blender's order."""
    connections: tuple[str, ...] = ()
    """The strips that move along with this one."""
    curves: tuple[Curve, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What is peculiar to the kind, by Blender's property names: text, color, transition_type, speed_control, scene
    …, and `modifiers` as a list of such mappings."""
    children: tuple[StripSnapshot, ...] = ()
    """A meta's strips, in frames of the timeline, not of the meta."""
    channels: tuple[Channel, ...] = ()
    """A meta's own channels."""
    markers: tuple[Marker, ...] = ()
    """On the strip; Blender has none such, they are kept to be written back."""
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """What another program wrote about the clip, to be written back unchanged; nothing in it is ours."""

    @property
    def end_exclusive(self) -> int:
        return self.start + self.length

    @property
    def content_start(self) -> int:
        """The frame of the timeline where the content's first frame is, or would be were it not trimmed."""
        return self.start - self.content_offset

    @property
    def shown(self) -> Media | None:
        return self.media.get(self.active_media)


@dataclass(frozen=True, slots=True)
class NotCarried:
    """A strip that the snapshot leaves out, and why; for the report."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class TimelineSnapshot:
    """The strips of one scene's edit. Tracks, strips and markers in any order; names of strips are unique."""

    name: str
    rate: Fraction
    start: int
    """The scene's first frame: time zero of the exchanged edit, unless a strip begins before it."""
    width_px: int
    height_px: int
    strips: tuple[StripSnapshot, ...]
    not_carried: tuple[NotCarried, ...] = ()
    end_exclusive: int | None = None
    """After the scene's last frame; None where nobody set one: the end of the last strip."""
    markers: tuple[Marker, ...] = ()
    channels: tuple[Channel, ...] = ()
    timecode_start: int = 0
    """What the clock shows at `start`, in frames; 86400 is one hour at 24 fps."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Written under the namespace `retake`."""
    foreign: Mapping[str, Any] = field(default_factory=dict)
    """What another program wrote about the timeline, to be written back unchanged."""

    def walk(self) -> Iterator[StripSnapshot]:
        """All strips, a meta before its children."""
        pending = list(reversed(self.strips))
        while pending:
            strip = pending.pop()
            yield strip
            pending.extend(reversed(strip.children))
