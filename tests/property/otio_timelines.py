# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits as Blender can hold them, drawn by Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from otio_bridge.snapshot import (
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

RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60000, 1001),
    Fraction(60),
)  # fmt: skip
DAY_S = 24 * 3600

rates = st.sampled_from(RATES)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
"""Blender's names hold no control characters."""
numbers = st.floats(-1000, 1000, allow_nan=False, width=32)
shares = st.floats(0, 1, width=32)
json_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    numbers,
    words,
    st.sampled_from([[], {}, [1, [2.5, None]], {"ü": {"deep": ["x"]}}, 2**62, -1.0, 1e300]),
)
objects = st.just({}) | st.builds(lambda one: {"prompt": one, "x.y": [one]}, json_values)
foreign_metadata = st.one_of(
    st.just({}), st.builds(lambda value: {"metadata": {"Other_Program": value}}, objects.filter(bool))
)
paths = st.sampled_from(
    ["/media/a.mov", "/media/two words #1 100%.mp4", "/media/ü/日本.mov", "C:\\clips\\b.mov", "\\\\nas\\share\\c d.mov"]
)


@st.composite
def files(draw: st.DrawFn, rate: Fraction, kind: StripKind) -> Media:
    metadata = draw(st.just({}) | objects)
    foreign = draw(foreign_metadata)
    if kind is StripKind.IMAGE:
        if draw(st.booleans()):
            return Media("/stills/one.png", rate, 1, metadata, width_px=640, height_px=480, foreign=foreign)
        first, count, digits, step = draw(
            st.tuples(st.integers(0, 1200), st.integers(1, 30), st.integers(1, 6), st.integers(1, 3))
        )
        names = tuple(f"shot.{first + step * number:0{digits}d}.exr" for number in range(count))
        if draw(st.integers(0, 9)) == 0:
            names = (*names, "stray.exr")
        return Media(f"/frames/{names[0]}", rate, len(names), metadata, files=names, foreign=foreign)
    own = draw(rates | st.just(rate))
    return Media(
        draw(paths),
        own,
        draw(st.integers(1, 5000)),
        metadata,
        start_frame=draw(st.sampled_from([0, 0, 86400, 12345])),
        width_px=1920,
        height_px=1080,
        name=draw(st.sampled_from(["", "a take"])),
        foreign=foreign,
        missing=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def curves(draw: st.DrawFn, paths: list[str]) -> tuple[Curve, ...]:
    found = []
    for path in sorted(draw(st.sets(st.sampled_from(paths), max_size=2))):
        frames = sorted(draw(st.sets(st.integers(-50, 400), min_size=1, max_size=3)))
        points = tuple(
            KeyPoint(float(frame), draw(numbers), draw(st.sampled_from(["LINEAR", "BEZIER"])), (frame - 1.0, 0.5), None)
            for frame in frames
        )
        found.append(Curve(path, points))
    return tuple(found)


@st.composite
def retimings(draw: st.DrawFn) -> Retiming:
    frame, content = 0, 0
    keys = [RetimeKey(0.0, 0.0)]
    for _ in range(draw(st.integers(1, 4))):
        span = draw(st.integers(1, 80))
        speed = draw(
            st.sampled_from([Fraction(1), Fraction(0), Fraction(1, 2), Fraction(2), Fraction(37, 10), Fraction(-1)])
        )
        frame, content = frame + span, content + span * speed
        ramp = draw(st.integers(0, 5)) == 0
        keys[-1] = replace(keys[-1], ramp=ramp)
        keys.append(RetimeKey(float(frame), float(content)))
    return Retiming(tuple(keys), draw(st.booleans()))


PICTURES = ["blend_alpha", "transform.offset_x", "transform.rotation", "crop.min_x"]


@st.composite
def plain_strips(
    draw: st.DrawFn, rate: Fraction, kind: StripKind, channel: int, start: int, length: int
) -> StripSnapshot:
    """Without a name."""
    media: dict[str, Media] = {}
    active = ""
    if kind in (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE):
        first = draw(files(rate, kind))
        media, active = {SINGLE_MEDIA: first}, SINGLE_MEDIA
        if kind is StripKind.MOVIE and draw(st.integers(0, 3)) == 0:
            media, active = (
                {"take 1": first, "take 2": draw(files(rate, kind))},
                draw(st.sampled_from(["take 1", "take 2"])),
            )
    strip = StripSnapshot(
        "", kind, channel, start, length, draw(st.integers(-20, 200)), media, active,
        mute=draw(st.integers(0, 5)) == 0,
        content_length=draw(st.sampled_from([0, 300, 5000])) if media else 0,
        lock=draw(st.booleans()),
        color_tag=draw(st.sampled_from([0, 0, 3, 9])),
        foreign=draw(foreign_metadata),
    )  # fmt: skip
    if kind is StripKind.SOUND:
        strip = replace(
            strip,
            volume=draw(st.sampled_from([1.0, 0.5, 0.0, 1.7])),
            pan=draw(st.sampled_from([0.0, -1.0, 0.25])),
            sound_offset=draw(st.sampled_from([0.0, 0.25, -0.4])),
            curves=draw(curves(["volume", "pan"])),
        )
    else:
        strip = replace(
            strip,
            blend_type=draw(st.sampled_from(["ALPHA_OVER", "REPLACE", "MULTIPLY", "SCREEN"])),
            opacity=draw(st.just(1.0) | shares),
            curves=draw(st.just(()) | curves(PICTURES)),
        )
        if draw(st.integers(0, 2)) == 0:
            transform = Transform(draw(numbers), draw(numbers), 1.5, draw(st.sampled_from([1.5, 0.5])), draw(numbers))
            strip = replace(strip, transform=transform, crop=Crop(1, 2, 3, 4), flip_x=True, flip_y=draw(st.booleans()))
    if kind in (StripKind.MOVIE, StripKind.SOUND) and draw(st.integers(0, 3)) == 0:
        strip = replace(strip, retiming=draw(retimings()))
    if kind is StripKind.MOVIE:
        strip = replace(strip, reverse_frames=draw(st.integers(0, 5)) == 0, keeps_speed=draw(st.integers(0, 3)) > 0)
    if media and draw(st.integers(0, 3)) == 0:
        strip = replace(strip, shot_id="s010", take_number=draw(st.integers(0, 9)))
        strip = replace(strip, markers=(Marker("note", draw(st.integers(-5, 50)), 2, "RED", "look"),))
    settings: dict[str, Any] = {}
    if kind is StripKind.COLOR:
        settings = {"color": draw(st.lists(shares, min_size=3, max_size=3))}
    elif kind is StripKind.TEXT:
        settings = {"text": draw(words), "font_size": 60.0, "modifiers": [{"type": "BRIGHT_CONTRAST"}]}
    elif kind is StripKind.SCENE:
        settings = {"scene": "Other"}
    return replace(strip, settings=settings)


LAID = [StripKind.MOVIE] * 4 + [StripKind.SOUND] * 3 + [
    StripKind.IMAGE, StripKind.COLOR, StripKind.TEXT, StripKind.SCENE, StripKind.ADJUSTMENT,
]  # fmt: skip


@st.composite
def levels(draw: st.DrawFn, rate: Fraction, depth: int, prefix: str, latest: int) -> tuple[StripSnapshot, ...]:
    """Strips of one level; names begin with `prefix`. Several may overlap on a channel."""
    strips: list[StripSnapshot] = []

    def add(strip: StripSnapshot) -> StripSnapshot:
        named = replace(strip, name=f"{prefix}{len(strips)}")
        strips.append(named)
        return named

    starts = st.integers(-300, 3000) | st.integers(0, latest)
    for _ in range(draw(st.integers(0, 6 if depth else 3))):
        channel, start, length = draw(st.integers(1, 8)), draw(starts), draw(st.integers(1, 400))
        choice = draw(st.integers(0, 11))
        if choice <= 6:
            add(draw(plain_strips(rate, draw(st.sampled_from(LAID)), channel, start, length)))
        elif choice <= 9:
            _add_transitions(draw, add, rate, start)
        elif choice == 10 and depth:
            inner = draw(levels(rate, depth - 1, f"{prefix}{len(strips)}.", latest))
            first = min((child.start for child in inner), default=start)
            strip = StripSnapshot(
                "", StripKind.META, channel, start, length, start - first, {}, "", blend_type="ALPHA_OVER",
                children=tuple(sorted(inner, key=lambda one: (one.channel, one.start, one.name))),
                channels=(Channel(2, "inner", mute=True),) if draw(st.booleans()) else (),
            )  # fmt: skip
            add(strip)
        else:
            target = add(draw(plain_strips(rate, StripKind.MOVIE, channel, start, length)))
            kind, settings = draw(
                st.sampled_from(
                    [
                        ("SPEED", {"speed_control": "MULTIPLY", "speed_factor": 2.0}),
                        ("SPEED", {"speed_control": "FRAME_NUMBER", "speed_frame_number": 7.0}),
                        ("SPEED", {"speed_control": "LENGTH", "speed_length": 0.5}),
                        ("GLOW", {"threshold": 0.5}),
                        ("GAUSSIAN_BLUR", {"size_x": 3.0}),
                    ]
                )
            )
            add(_effect(kind, channel + 1, target.start, target.length, (target.name,), settings))
    return tuple(strips)


def _add_transitions(draw: st.DrawFn, add: Any, rate: Fraction, start: int) -> None:
    before = None
    at = start
    for number in range(draw(st.integers(2, 4))):
        length = draw(st.integers(2, 120))
        kind = draw(st.sampled_from([StripKind.MOVIE, StripKind.MOVIE, StripKind.COLOR]))
        strip = replace(draw(plain_strips(rate, kind, 1 + number % 2, at, length)), mute=False)
        strip = add(strip)
        if before is not None and (overlap := before.end_exclusive - strip.start) > 0:
            kinds = st.sampled_from(["CROSS", "GAMMA_CROSS", "WIPE"])
            effect = _effect(
                draw(kinds), 3, strip.start, overlap, (before.name, strip.name), {"use_default_fade": True}
            )
            add(effect)
        before = strip
        at = strip.end_exclusive - draw(st.integers(1, max(1, length - 1)))


def _effect(
    kind: str, channel: int, start: int, length: int, inputs: tuple[str, ...], settings: dict[str, Any]
) -> StripSnapshot:
    return StripSnapshot(
        "", StripKind.EFFECT, channel, start, max(1, length), 0, {}, "", blend_type="ALPHA_OVER", effect_type=kind,
        inputs=inputs, settings=settings,
    )  # fmt: skip


@st.composite
def timelines(draw: st.DrawFn, depth: int = 2) -> TimelineSnapshot:
    rate = draw(rates)
    strips = draw(levels(rate, depth, "strip ", int(DAY_S * rate)))
    names = [strip.name for strip in strips if strip.kind is StripKind.SOUND]
    if names and len(strips) > 1:
        partner = next(strip.name for strip in strips if strip.name != names[0])
        strips = tuple(replace(one, connections=(partner,)) if one.name == names[0] else one for one in strips)
    start = draw(st.sampled_from([1, 0, 101, -5]))
    markers = tuple(
        Marker(draw(words), draw(st.integers(-200, 5000)), 0, draw(st.sampled_from(["", "RED", "GREEN"])), "c")
        for _ in range(draw(st.integers(0, 2)))
    )
    channels = (Channel(1, "dialogue", mute=draw(st.booleans()), lock=True),) if draw(st.booleans()) else ()
    return TimelineSnapshot(
        draw(words), rate, start, 1920, 1080,
        tuple(sorted(strips, key=lambda one: (one.channel, one.start, one.name))),
        end_exclusive=draw(st.none() | st.integers(1, 9000)),
        markers=markers,
        channels=channels,
        timecode_start=draw(st.sampled_from([0, 86400, 107892])),
        metadata=draw(objects),
        foreign=draw(foreign_metadata),
    )  # fmt: skip
