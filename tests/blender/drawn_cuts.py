# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of media whose every frame says what it is, drawn by chance: what another program can show of an edit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from addon.interchange.bridge import (
    SINGLE_MEDIA,
    Channel,
    Media,
    RetimeKey,
    Retiming,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
)
from tests.banded_clip import SIZE_PX, write_banded_clip

FRAMES = 120
RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001)]


def file_of(folder: Path, mark: int, rate: Fraction) -> Path:
    path = folder / f"drawn {mark} at {float(rate):.3f}.mov"
    return path if path.exists() else write_banded_clip(path, mark, FRAMES, rate)


@st.composite
def drawn_cuts(draw: st.DrawFn, folder: Path) -> TimelineSnapshot:
    """Cuts, slips, gaps, channels, muted strips and channels, media of other rates, speeds, dissolves, meta strips."""
    rate = draw(st.sampled_from(RATES))
    # One frame that is seen: where there is none, Blender's render takes the edit for none and looks for a camera.
    first = StripSnapshot("first", StripKind.MOVIE, 1, 1, 1, 0, {SINGLE_MEDIA: _media(folder, rate, 7)}, SINGLE_MEDIA)
    strips = [replace(first, blend_type="REPLACE")]
    for channel in range(2, draw(st.integers(2, 4)) + 1):
        strips += draw(_row(folder, rate, channel, draw(st.integers(1, 15)), f"on {channel}"))
    strips += draw(_dissolve(folder, rate, 8, max(strip.end_exclusive for strip in strips)))
    channels = tuple(Channel(number, mute=True) for number in (2, 3, 4) if draw(st.integers(0, 5)) == 0)
    return TimelineSnapshot("drawn", rate, 1, *SIZE_PX, strips=tuple(strips), channels=channels)


@st.composite
def _row(draw: st.DrawFn, folder: Path, rate: Fraction, channel: int, at: int, name: str) -> list[StripSnapshot]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        at += draw(st.integers(0, 6))
        one = draw(_strip(folder, rate, channel, at, f"{name}, {number}"))
        if not name.startswith("inside") and draw(st.integers(0, 4)) == 0:
            inside = draw(_row(folder, rate, draw(st.integers(1, 2)), one.start, f"inside {name}, {number}"))
            # Beyond its content a meta strip holds a picture, for which an exported one has nothing.
            first, end = min(child.start for child in inside), max(child.end_exclusive for child in inside)
            cut = draw(st.integers(0, min(5, end - first - 1)))
            one = StripSnapshot(
                name=f"meta {name}, {number}", kind=StripKind.META, channel=channel, start=first + cut,
                length=end - first - cut, content_offset=cut,
                media={}, active_media="", blend_type="ALPHA_OVER", children=tuple(inside),
            )  # fmt: skip
        found.append(replace(one, mute=draw(st.integers(0, 7)) == 0))
        at = one.end_exclusive
    return found


@st.composite
def _strip(draw: st.DrawFn, folder: Path, rate: Fraction, channel: int, at: int, name: str) -> StripSnapshot:
    own = draw(st.sampled_from([rate, rate, *RATES]))
    path = file_of(folder, draw(st.integers(1, 6)), own)
    kind = draw(st.sampled_from(["plain", "plain", "speeds", "backwards"])) if own == rate else "plain"
    length, offset = draw(st.integers(1, 40)), draw(st.integers(0, 50))
    strip = StripSnapshot(
        name=name, kind=StripKind.MOVIE, channel=channel, start=at, length=length, content_offset=offset,
        media={SINGLE_MEDIA: Media(str(path), own, FRAMES, width_px=SIZE_PX[0], height_px=SIZE_PX[1])},
        active_media=SINGLE_MEDIA, blend_type="ALPHA_OVER",
        keeps_speed=own == rate or draw(st.booleans()),
        reverse_frames=kind == "backwards",
    )  # fmt: skip
    return replace(strip, retiming=draw(_speeds)) if kind == "speeds" else strip


@st.composite
def _speeds_of(draw: st.DrawFn) -> Retiming:
    frames = sorted(draw(st.sets(st.integers(10, 120), min_size=1, max_size=4)))
    keys = (RetimeKey(float(frame), float(draw(st.integers(0, FRAMES - 1)))) for frame in frames)
    return Retiming((RetimeKey(0.0, 0.0), *keys))


_speeds = _speeds_of()


@st.composite
def _dissolve(draw: st.DrawFn, folder: Path, rate: Fraction, channel: int, at: int) -> list[StripSnapshot]:
    """From one file to another, after all the rest. Nothing, in half of the cases.

    No speed changes in it: a transition lies within the piece of even speed at its cut, and is shorter for that.
    """
    if draw(st.booleans()):
        return []
    out = draw(_strip(folder, rate, channel, at, "out"))
    into = draw(_strip(folder, rate, channel + 1, at, "into"))
    out = replace(
        out, length=out.length + 20, keeps_speed=True, retiming=None, media={SINGLE_MEDIA: _media(folder, rate, 1)}
    )
    overlap = draw(st.integers(2, 20))
    into = replace(
        into, start=out.end_exclusive - overlap, length=into.length + 20, keeps_speed=True, retiming=None,
        media={SINGLE_MEDIA: _media(folder, rate, 2)},
    )  # fmt: skip
    effect = StripSnapshot(
        name="cross", kind=StripKind.EFFECT, channel=channel + 2, start=into.start, length=overlap, content_offset=0,
        media={}, active_media="", blend_type="REPLACE", effect_type="CROSS", inputs=("out", "into"),
    )  # fmt: skip
    return [out, into, effect]


def _media(folder: Path, rate: Fraction, mark: int) -> Media:
    return Media(str(file_of(folder, mark, rate)), rate, FRAMES, width_px=SIZE_PX[0], height_px=SIZE_PX[1])
