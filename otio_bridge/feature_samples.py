# SPDX-License-Identifier: GPL-3.0-or-later
"""Every feature that is exchanged: what the reports call it, which strips of an edit have it, and a small edit with it.

The built-in sample edit is all of these small edits; each has a twin without the feature, so that what a file says of
the feature is what differs between the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .edit_findings import (
    changed_settings,
    channel_label,
    has_gap,
    has_mixed_channel,
    has_overlap,
    held_frames,
    marker_label,
)
from .fades import Fades, fade_path, pure_fades
from .snapshot import (
    SINGLE_MEDIA,
    Channel,
    Crop,
    Curve,
    KeyPoint,
    Marker,
    Media,
    RetimeKey,
    Retiming,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
    Transform,
)
from .transitions import FOLDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EDIT = ""
"""Stands for the edit as a whole among the names of strips."""


@dataclass(frozen=True, slots=True)
class Feature:
    """`words`: the features of a report's findings that tell of it, beside a strip's being left out.

    `held_by` names the strips that have it, or the labels of channels and markers, or EDIT.
    """

    name: str
    words: tuple[str, ...]
    held_by: Callable[[TimelineSnapshot], frozenset[str]]
    sample: TimelineSnapshot
    without: TimelineSnapshot


def features() -> tuple[Feature, ...]:
    """In the order in which they are shown. Those of one name are edits with it in several ways."""
    return (
        *_kinds(),
        *_layout(),
        *_transitions(),
        *_speeds(),
        *_levels(),
        *_sound(),
        *_labels(),
        *_whole_edit(),
        *_shots(),
    )


# Small edits

RATE = Fraction(24)
_LENGTH = 50
_FRAMES = 200


def _edit(*strips: StripSnapshot, **changes: Any) -> TimelineSnapshot:
    return replace(TimelineSnapshot("sample", RATE, 1, 1920, 1080, tuple(strips)), **changes)


def _media(path: str, **changes: Any) -> Media:
    return replace(Media(path, RATE, _FRAMES, width_px=1920, height_px=1080), **changes)


def _movie(name: str = "movie", **changes: Any) -> StripSnapshot:
    strip = StripSnapshot(
        name, StripKind.MOVIE, 1, 1, _LENGTH, 0, {SINGLE_MEDIA: _media(f"/media/{name}.mov")}, SINGLE_MEDIA,
        content_length=_FRAMES, blend_type="ALPHA_OVER",
    )  # fmt: skip
    return replace(strip, **changes)


def _sound_strip(name: str = "sound", **changes: Any) -> StripSnapshot:
    media = Media(f"/media/{name}.wav", RATE, _FRAMES)
    strip = StripSnapshot(
        name, StripKind.SOUND, 2, 1, _LENGTH, 0, {SINGLE_MEDIA: media}, SINGLE_MEDIA, content_length=_FRAMES
    )
    return replace(strip, **changes)


def _image(name: str, files: tuple[str, ...] = ()) -> StripSnapshot:
    path = f"/media/{files[0] if files else 'still.png'}"
    media = Media(path, RATE, max(1, len(files)), width_px=1920, height_px=1080, files=files)
    return StripSnapshot(
        name, StripKind.IMAGE, 1, 1, _LENGTH, 0, {SINGLE_MEDIA: media}, SINGLE_MEDIA, blend_type="ALPHA_OVER"
    )


def _made(kind: StripKind, name: str, **changes: Any) -> StripSnapshot:
    return replace(StripSnapshot(name, kind, 1, 1, _LENGTH, 0, {}, "", blend_type="ALPHA_OVER"), **changes)


def _effect(name: str, kind: str, inputs: tuple[str, ...], **changes: Any) -> StripSnapshot:
    return _made(StripKind.EFFECT, name, channel=4, effect_type=kind, inputs=inputs, **changes)


def _evenly(path: str, *points: tuple[float, float]) -> Curve:
    return Curve(path, tuple(KeyPoint(frame, value, "LINEAR") for frame, value in points))


# Who has it


def _strips_with(test: Callable[[StripSnapshot], object]) -> Callable[[TimelineSnapshot], frozenset[str]]:
    return lambda edit: frozenset(strip.name for strip in edit.walk() if test(strip))


def _edit_with(test: Callable[[TimelineSnapshot], object]) -> Callable[[TimelineSnapshot], frozenset[str]]:
    return lambda edit: frozenset([EDIT] if test(edit) else [])


def _of_kind(kind: StripKind) -> Callable[[TimelineSnapshot], frozenset[str]]:
    return _strips_with(lambda strip: strip.kind is kind)


def _is_keyed(strip: StripSnapshot, start: str) -> bool:
    """Whether a property is animated that begins with `start`, otherwise than by a fade at an end."""
    is_faded = pure_fades(strip) != Fades()
    return any(
        curve.path.startswith(start) and not (is_faded and curve.path == fade_path(strip)) for curve in strip.curves
    )


def _of_strip(
    name: str, words: tuple[str, ...], test: Callable[[StripSnapshot], object], plain: StripSnapshot, **changes: Any
) -> Feature:
    """A feature of one strip: `plain` with `changes`."""
    return Feature(name, words, _strips_with(test), _edit(replace(plain, **changes)), _edit(plain))


def _kinds() -> Iterator[Feature]:
    numbered = tuple(f"picture.{number:04d}.png" for number in range(1, _LENGTH + 1))
    inside = _movie("inner", start=11, length=30)
    rows = [
        ("movie strip", StripKind.MOVIE, _movie()),
        ("sound strip", StripKind.SOUND, _sound_strip()),
        ("scene strip", StripKind.SCENE, _made(StripKind.SCENE, "scene", settings={"scene": "Set"})),
        (
            "meta strip",
            StripKind.META,
            _made(StripKind.META, "meta", start=11, length=30, children=(inside,)),
        ),
        ("colour strip", StripKind.COLOR, _made(StripKind.COLOR, "colour", settings={"color": [0.25, 0.5, 0.75]})),
        (
            "text strip",
            StripKind.TEXT,
            _made(StripKind.TEXT, "text", settings={"text": "The end", "font_size": 60.0}),
        ),
        ("adjustment strip", StripKind.ADJUSTMENT, _made(StripKind.ADJUSTMENT, "adjustment")),
    ]
    for number, (name, kind, strip) in enumerate(rows):
        words = ("strip", "nested") if kind is StripKind.META else ("strip",)
        yield Feature(name, words, _of_kind(kind), _edit(strip), _edit())
        if number == 1:
            is_image = [
                _strips_with(lambda one: one.kind is StripKind.IMAGE and len(_files(one)) < 2),
                _strips_with(lambda one: one.kind is StripKind.IMAGE and len(_files(one)) > 1),
            ]
            yield Feature("image strip", ("strip",), is_image[0], _edit(_image("still")), _edit())
            pictures = _edit(_image("pictures", numbered))
            yield Feature("image sequence", ("strip", "image sequence"), is_image[1], pictures, _edit())
    glow = _effect("glow", "GLOW", ("movie",), settings={"threshold": 0.5})
    is_effect = _strips_with(
        lambda one: one.kind is StripKind.EFFECT and one.effect_type not in (*FOLDED, "SPEED"),
    )
    yield Feature("effect strip", ("strip", "effect"), is_effect, _edit(_movie(), glow), _edit(_movie()))


def _files(strip: StripSnapshot) -> tuple[str, ...]:
    return strip.shown.files if strip.shown is not None else ()


def _layout() -> Iterator[Feature]:
    first, later = _movie("first"), _movie("later", start=101)
    below = _sound_strip("below", channel=1, start=201)
    yield Feature("gap", ("gaps",), _edit_with(has_gap), _edit(first, later), _edit(first, replace(later, start=51)))
    yield Feature(
        "several kinds on a channel", ("mixed channel",), _edit_with(has_mixed_channel),
        _edit(first, below), _edit(first, replace(below, channel=2)),
    )  # fmt: skip
    over = replace(later, start=21)
    yield Feature(
        "overlap on a channel", ("overlap",), _edit_with(has_overlap),
        _edit(first, over), _edit(first, replace(over, start=51)),
    )  # fmt: skip
    yield Feature(
        "name", ("names",), _edit_with(lambda edit: edit.strips), _edit(_movie(name="the kiss")),
        _edit(replace(_movie(name="the kiss"), name="another")),
    )  # fmt: skip


def _transitions() -> Iterator[Feature]:
    out, into = _movie("out"), _movie("into", channel=2, start=31, content_offset=40)
    for name, kind in (("crossfade", "CROSS"), ("gamma cross", "GAMMA_CROSS"), ("wipe", "WIPE")):
        effect = _effect(
            name, kind, ("out", "into"), start=31, length=20,
            settings={"transition_type": "DOUBLE", "angle": 0.5} if kind == "WIPE" else {},
        )  # fmt: skip
        yield Feature(
            name, ("strip", "transition"), _strips_with(lambda one, kind=kind: one.effect_type == kind),  # type: ignore[misc]
            _edit(out, into, effect), _edit(out, into),
        )  # fmt: skip


def _keyed(*keys: tuple[float, float], ramp: int = -1) -> Retiming:
    return Retiming(tuple(RetimeKey(frame, content, number == ramp) for number, (frame, content) in enumerate(keys)))


def _speeds_of(strip: StripSnapshot) -> list[float]:
    """Of each stretch between two keys, ramps left out."""
    keys = strip.retiming.keys if strip.retiming is not None else ()
    return [
        (after.content_frame - before.content_frame) / (after.frame - before.frame)
        for before, after in pairwise(keys)
        if after.frame > before.frame and not before.ramp
    ]


def _speeds() -> Iterator[Feature]:
    speed = ("speed",)
    yield _of_strip(
        "constant speed", speed, lambda one: any(each > 0 and each != 1 for each in _speeds_of(one)), _movie(),
        retiming=_keyed((0, 0), (100, 200)),
    )  # fmt: skip
    yield _of_strip(
        "reverse", speed, lambda one: one.reverse_frames or any(each < 0 for each in _speeds_of(one)), _movie(),
        reverse_frames=True,
    )  # fmt: skip
    yield _of_strip(
        "freeze", speed, lambda one: 0 in _speeds_of(one), _movie(),
        retiming=_keyed((0, 0), (20, 20), (40, 20), (220, 200)),
    )  # fmt: skip
    yield _of_strip(
        "speed ramp", speed,
        lambda one: one.retiming is not None and any(key.ramp for key in one.retiming.keys), _movie(),
        retiming=_keyed((0, 0), (10, 10), (30, 40), (110, 200), ramp=1),
    )  # fmt: skip
    effect = _effect("speed", "SPEED", ("movie",), settings={"speed_control": "MULTIPLY", "speed_factor": 0.5})
    yield Feature(
        "speed effect", ("strip", "speed", "effect"), _strips_with(lambda one: one.effect_type == "SPEED"),
        _edit(_movie(), effect), _edit(_movie()),
    )  # fmt: skip
    other = replace(_movie(), media={SINGLE_MEDIA: _media("/media/movie.mov", rate=Fraction(30))})
    yield _of_strip(
        "media frame by frame", ("speed", "frame by frame"), lambda one: not one.keeps_speed, other, keeps_speed=False
    )
    yield _of_strip(
        "trimmed head", ("trimmed head",), lambda one: one.media and one.content_offset > 0, _movie(),
        content_offset=40,
    )  # fmt: skip
    yield Feature(
        "frames beyond the media", ("held frames",),
        lambda edit: frozenset(one.name for one in edit.walk() if held_frames(one, edit.rate)),
        _edit(_movie(length=_FRAMES + 10)), _edit(_movie(length=_FRAMES)),
    )  # fmt: skip


def _levels() -> Iterator[Feature]:
    movie = _movie()
    yield _of_strip("opacity", ("opacity",), lambda one: one.opacity != 1, movie, opacity=0.5)
    yield _of_strip(
        "blend mode", ("blend",), lambda one: one.blend_type not in ("", "REPLACE", "ALPHA_OVER"), movie,
        blend_type="MULTIPLY",
    )  # fmt: skip
    yield _of_strip(
        "transform", ("transform",), lambda one: one.transform != Transform(filter=one.transform.filter), movie,
        transform=Transform(120.0, -40.0, 0.5, 0.5, 0.25),
    )  # fmt: skip
    yield _of_strip("crop", ("crop",), lambda one: one.crop != Crop(), movie, crop=Crop(100, 0, 0, 50))
    yield _of_strip("flip", ("flip",), lambda one: one.flip_x or one.flip_y, movie, flip_x=True)
    for name, word, start, path, last in (
        ("keyframes of opacity", "opacity", "blend_alpha", "blend_alpha", 0.25),
        ("keyframes of a transform", "transform", "transform.", "transform.offset_x", 200.0),
        ("keyframes of a crop", "crop", "crop.", "crop.min_x", 300.0),
    ):
        yield _of_strip(
            name, (word,), lambda one, start=start: _is_keyed(one, start), movie,  # type: ignore[misc]
            curves=(_evenly(path, (5, 1.0), (40, last)),),
        )  # fmt: skip
    yield _of_strip(
        "fade of a picture", ("fade",), lambda one: one.kind is not StripKind.SOUND and pure_fades(one) != Fades(),
        movie, curves=(_evenly("blend_alpha", (0, 0.0), (12, 1.0)),),
    )  # fmt: skip
    yield _of_strip(
        "modifier", ("modifiers",), lambda one: one.kind is not StripKind.EFFECT and one.settings.get("modifiers"),
        movie, settings={"modifiers": [{"type": "BRIGHT_CONTRAST", "name": "Bright", "bright": 5.0}]},
    )  # fmt: skip
    yield _of_strip(
        "saturation, strobe …", ("picture settings",),
        lambda one: one.kind is not StripKind.EFFECT and changed_settings(one), movie,
        settings={"color_saturation": 0.5},
    )  # fmt: skip


def _sound() -> Iterator[Feature]:
    sound = _sound_strip()
    yield _of_strip("volume", ("volume",), lambda one: one.volume != 1, sound, volume=0.5)
    yield _of_strip("pan", ("pan",), lambda one: one.pan != 0, sound, pan=-0.25)
    for name, path, last in (("keyframes of volume", "volume", 0.25), ("keyframes of pan", "pan", -0.5)):
        yield _of_strip(
            name, (path,), lambda one, path=path: _is_keyed(one, path), sound,  # type: ignore[misc]
            curves=(_evenly(path, (5, 1.0), (40, last)),),
        )  # fmt: skip
    yield _of_strip(
        "fade of a sound", ("fade",), lambda one: one.kind is StripKind.SOUND and pure_fades(one) != Fades(),
        sound, curves=(_evenly("volume", (0, 0.0), (12, 1.0)),),
    )  # fmt: skip
    yield _of_strip(
        "sound between frames", ("sub-frame offset",), lambda one: one.sound_offset != 0, sound, sound_offset=0.25
    )
    yield _of_strip("mute", ("mute",), lambda one: one.mute, sound, mute=True)


def _labels() -> Iterator[Feature]:
    movie = _movie()
    yield _of_strip("colour tag", ("colour tag",), lambda one: one.color_tag, movie, color_tag=4)
    yield _of_strip("lock", ("lock",), lambda one: one.lock, movie, lock=True)
    joined = (_movie(connections=("sound",)), _sound_strip(connections=("movie",)))
    yield Feature(
        "connection", ("connections",), _strips_with(lambda one: one.connections),
        _edit(*joined), _edit(movie, _sound_strip()),
    )  # fmt: skip
    for name, word, channel in (
        ("channel name", "channel name", Channel(1, name="Pictures")),
        ("channel mute", "channel mute", Channel(1, mute=True)),
        ("channel lock", "channel lock", Channel(1, lock=True)),
    ):
        attribute = word.partition(" ")[2]
        yield Feature(
            name, (word,),
            lambda edit, attribute=attribute: _channels_with(edit, attribute),  # type: ignore[misc]
            _edit(movie, channels=(channel,)), _edit(movie),
        )  # fmt: skip
    marker = Marker("Act one", 25)
    yield Feature(
        "marker", ("marker",), lambda edit: frozenset(marker_label(one) for one in edit.markers),
        _edit(movie, markers=(marker,)), _edit(movie),
    )  # fmt: skip
    colored = replace(marker, color="RED")
    yield Feature(
        "marker colour", ("marker colour",),
        lambda edit: frozenset(marker_label(one) for one in edit.markers if one.color),
        _edit(movie, markers=(colored,)), _edit(movie, markers=(marker,)),
    )  # fmt: skip
    yield _of_strip("marker of a strip", ("marker",), lambda one: one.markers, movie, markers=(Marker("look", 30),))


def _channels_with(edit: TimelineSnapshot, attribute: str) -> frozenset[str]:
    used = {strip.channel for strip in edit.strips}
    return frozenset(
        channel_label(one) for one in edit.channels if one.number in used and getattr(one, attribute)
    )  # fmt: skip


def _whole_edit() -> Iterator[Feature]:
    plain = _edit(_movie())
    for name, rate in (
        ("rate 23.976", Fraction(24000, 1001)), ("rate 29.97", Fraction(30000, 1001)),
        ("rate 59.94", Fraction(60000, 1001)),
    ):  # fmt: skip
        yield Feature(
            name, ("rate",), _edit_with(lambda edit, rate=rate: edit.rate == rate),  # type: ignore[misc]
            replace(plain, rate=rate), replace(plain, rate=Fraction(round(rate))),
        )  # fmt: skip
    yield Feature(
        "resolution", ("resolution",), _edit_with(lambda edit: edit.width_px and edit.height_px),
        _edit(_sound_strip(), width_px=1280, height_px=720), _edit(_sound_strip()),
    )  # fmt: skip
    moved = replace(plain, start=1001, strips=(_movie(start=1001),))
    yield Feature("first frame of the scene", ("scene start",), _edit_with(lambda edit: edit.start != 1), moved, plain)
    yield Feature(
        "timecode of the edit", ("timecode",), _edit_with(lambda edit: edit.timecode_start),
        replace(plain, timecode_start=86400), plain,
    )  # fmt: skip
    taped = {SINGLE_MEDIA: _media("/media/movie.mov", start_frame=86400)}
    yield _of_strip(
        "timecode of a file", ("media timecode",), lambda one: any(each.start_frame for each in one.media.values()),
        _movie(), media=taped,
    )  # fmt: skip


def _shots() -> Iterator[Feature]:
    takes = {f"take {number}": _media(f"/media/s010_t{number:02d}.mp4") for number in (1, 2)}
    second = _movie(media=takes, active_media="take 2")
    only = replace(second, media={"take 2": takes["take 2"]})
    yield Feature(
        "shot", ("shots",), _edit_with(lambda edit: any(one.shot_id for one in edit.walk())),
        _edit(replace(only, shot_id="s010", take_number=2)), _edit(only),
    )  # fmt: skip
    yield Feature(
        "takes of a shot", ("takes",), _strips_with(lambda one: len(one.media) > 1), _edit(second), _edit(only)
    )
    made = {"take 2": replace(takes["take 2"], metadata={"take": 2, "recipe": {"prompt": "a lighthouse in the rain"}})}
    yield Feature(
        "recipe of a take", ("recipes",),
        _edit_with(lambda edit: any(media.metadata for one in edit.walk() for media in one.media.values())),
        _edit(replace(only, media=made)), _edit(only),
    )  # fmt: skip
