# SPDX-License-Identifier: GPL-3.0-or-later
"""Every edit as EDL, Final Cut Pro 7 XML, FCPXML and AAF: what the report calls kept is there to the frame, and damage
is refused. RETAKE_EXAMPLES says how many are drawn."""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otio_bridge.edit_file import OTHER_ENDINGS, read_edit, write_edit
from otio_bridge.errors import BridgeError
from otio_bridge.export import ExportOptions
from otio_bridge.import_timeline import ImportOptions
from otio_bridge.report import Fate, Report
from otio_bridge.snapshot import SINGLE_MEDIA, Media, RetimeKey, Retiming, StripKind, StripSnapshot, TimelineSnapshot
from otio_bridge.timecode import frames_of
from tests.property.otio_timelines import RATES, timelines

EXAMPLES = max(20, int(os.environ.get("RETAKE_EXAMPLES", "400")) // 10)
often = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)

Frames = dict[int, tuple[str, float]]
"""By frame of the timeline: the file, and its frame on its own clock, at the rate of the timeline."""


def file_of(draw: st.DrawFn, rate: Fraction, kind: StripKind) -> Media:
    """The same path has the same facts, as on a disk."""
    number = draw(st.integers(0, 9))
    folder = ("/m", "/m/ä b", "/m/x/y", "C:\\clips", "/m/it's 100% #1")[number % 5]
    ending = "wav" if kind is StripKind.SOUND else "mov"
    name = f"shot_{number // 2}.{ending}"
    own = RATES[number % len(RATES)] if number % 3 == 0 else rate
    hours = (0, 0, 1, 10)[number % 4]
    slash = "\\" if folder.startswith("C:") else "/"
    return Media(f"{folder}{slash}{name}", own, 4000, start_frame=round(own) * 3600 * hours)


@st.composite
def rows(draw: st.DrawFn, rate: Fraction, kind: StripKind, channel: int) -> list[StripSnapshot]:
    """Strips one after the other, some dissolving, some at another speed, some muted."""
    found: list[StripSnapshot] = []
    at = draw(st.integers(1, 40))
    for number in range(draw(st.integers(1, 5))):
        length = draw(st.integers(2, 90))
        media = file_of(draw, rate, kind)
        offset = draw(st.integers(-3, 300))
        strip = StripSnapshot(
            f"{kind.value} {channel}.{number}", kind, channel, at, length, offset, {SINGLE_MEDIA: media}, SINGLE_MEDIA,
            content_length=int(media.frame_count * rate / media.rate),
            blend_type="" if kind is StripKind.SOUND else "ALPHA_OVER",
            mute=draw(st.integers(0, 7)) == 0,
        )  # fmt: skip
        speed = draw(st.sampled_from([1, 1, 1, 1, 2, Fraction(1, 2), 0]))
        if kind is StripKind.MOVIE and speed != 1:
            end = float(max(0, offset) + length + 10)
            keys = (RetimeKey(0.0, 20.0), RetimeKey(end, 20.0 + float(end * speed)))
            strip = replace(strip, retiming=Retiming(keys), content_offset=max(0, offset))
        found.append(strip)
        at += length + draw(st.sampled_from([0, 0, 0, 1, 25]))
    if kind is StripKind.MOVIE and len(found) > 1 and draw(st.booleans()):
        first, second = found[0], found[1]
        overlap = draw(st.integers(1, 20))
        plain = first.retiming is None and second.retiming is None and not first.mute and not second.mute
        if plain and min(first.length, second.length) > overlap and second.start == first.end_exclusive:
            earlier, longer = second.start - overlap, second.length + overlap
            found[1] = replace(second, channel=channel + 1, start=earlier, length=longer)
            found.append(
                StripSnapshot(f"cross {channel}", StripKind.EFFECT, channel + 2, found[1].start, overlap, 0, {}, "",
                              effect_type="CROSS", inputs=(first.name, second.name))
            )  # fmt: skip
    return found


@st.composite
def edits(draw: st.DrawFn, ending: str) -> TimelineSnapshot:
    rate = draw(st.sampled_from(RATES))
    strips = draw(rows(rate, StripKind.MOVIE, 1))
    if ending != ".edl":
        for channel in range(draw(st.integers(0, 2))):
            strips += draw(rows(rate, StripKind.MOVIE, 5 + 3 * channel))
        if draw(st.booleans()):
            strips += draw(rows(rate, StripKind.SOUND, 20))
    hours = draw(st.sampled_from([0, 1, 10]))
    return TimelineSnapshot(
        draw(st.sampled_from(["cut", "", "Schnitt 1 <ü> & 'co'"])), rate, 1, 1280, 720, tuple(strips),
        timecode_start=frames_of(f"{hours:02d}:00:00;00", rate),
    )  # fmt: skip


def written(edit: TimelineSnapshot, path: Path) -> tuple[Report | None, str]:
    """The report, or the sentence that refuses it."""
    try:
        return write_edit(edit, path, ExportOptions()), ""
    except BridgeError as error:
        return None, error.message


def read(path: Path) -> tuple[TimelineSnapshot | None, str]:
    try:
        return read_edit(path, ImportOptions(edit_rate=Fraction(24)))[0], ""
    except BridgeError as error:
        return None, error.message


def shown(strip: StripSnapshot, rate: Fraction) -> Frames:
    """From Blender's rules alone: what `strip` shows at each of its frames."""
    media = strip.media[SINGLE_MEDIA]
    begins = float(media.start_frame * rate / media.rate)
    found = {}
    for number in range(strip.length):
        place = float(strip.content_offset + number)
        if strip.retiming is not None:
            first, last = strip.retiming.keys[0], strip.retiming.keys[-1]
            share = (place - first.frame) / (last.frame - first.frame)
            place = first.content_frame + share * (last.content_frame - first.content_frame)
        found[strip.start + number] = (media.path, begins + place)
    return found


@pytest.mark.parametrize("ending", OTHER_ENDINGS)
def test_what_is_called_kept_is_there_to_the_frame(ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("out")

    @often
    @given(edits(ending))
    def check(edit: TimelineSnapshot) -> None:
        path = folder / f"cut{ending}"
        path.unlink(missing_ok=True)
        report, refused = written(edit, path)
        if report is None:
            assert not list(folder.iterdir())
            assert "Nothing of this edit can be in an EDL" in refused  # all of it is muted
            return
        assert [one.name for one in folder.iterdir()] == [path.name]
        again, _ = read_edit(path, ImportOptions(edit_rate=edit.rate))
        assert again.rate == edit.rate
        assert all(not one.comes_back for one in report.losses)
        lost = {one.strip for one in report.losses}
        named = {one.strip for one in report.losses if one.fate is Fate.DROPPED and one.feature == "strip"}
        there = [shown(one, again.rate) for one in again.walk() if one.kind in (StripKind.MOVIE, StripKind.SOUND)]
        for strip in edit.strips:
            if strip.kind is StripKind.EFFECT or strip.name in named:
                continue
            wanted = shown(strip, edit.rate)
            if strip.name in lost or any(f"cross {strip.channel - side}" in lost for side in (0, 1)):
                continue
            if strip.content_offset < 0:
                pytest.fail(f"{strip.name} begins before its file, and no finding says what became of it")
            assert any(same(wanted, found) for found in there), (strip.name, ends(wanted), [ends(one) for one in there])

    check()


def same(wanted: Frames, found: Frames) -> bool:
    """Within half a frame: a format that counts whole frames cannot do better where a file has another rate."""
    return wanted.keys() == found.keys() and all(
        found[frame][0] == path and abs(found[frame][1] - at) < 0.52 for frame, (path, at) in wanted.items()
    )


def ends(frames: Frames) -> list[tuple[int, str, float]]:
    return [(frame, *frames[frame]) for frame in (min(frames), max(frames))]


LIMITS = ("holds one picture track", "Nothing of this edit can be in an EDL", "after 24 hours of timecode")
"""What an EDL cannot be."""


@pytest.mark.parametrize("ending", OTHER_ENDINGS)
def test_every_edit_of_blender_is_written_or_refused(ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("out")
    wrong: list[str] = []

    @often
    @given(timelines())
    def check(edit: TimelineSnapshot) -> None:
        _, refused = written(with_own_files(edit), folder / f"cut{ending}")
        if refused and not any(words in refused for words in LIMITS):
            wrong.append(refused)
        assert {one.name for one in folder.iterdir()} <= {f"cut{ending}"}

    check()
    assert not wrong, wrong[:3]


def with_own_files(edit: TimelineSnapshot) -> TimelineSnapshot:
    """A path for each set of facts: no file has two lengths."""

    def own(strip: StripSnapshot) -> StripSnapshot:
        media = {
            key: one if one.files else replace(one, path=one.path.replace(".", f" {one.start_frame} {one.frame_count} "
                                                                             f"{one.rate.numerator}.", 1))
            for key, one in strip.media.items()
        }  # fmt: skip
        return replace(strip, media=media, children=tuple(own(child) for child in strip.children))

    return replace(edit, strips=tuple(own(one) for one in edit.strips))


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One good file of each format."""
    folder = tmp_path_factory.mktemp("good")
    media = Media("/m/a.mov", Fraction(24), 400, start_frame=86400)
    strips = tuple(
        StripSnapshot(name, StripKind.MOVIE, channel, start, 40, 10, {SINGLE_MEDIA: media}, SINGLE_MEDIA)
        for name, channel, start in (("a", 1, 1), ("b", 2, 31), ("c", 1, 90))
    )
    cross = StripSnapshot("x", StripKind.EFFECT, 3, 31, 10, 0, {}, "", effect_type="CROSS", inputs=("a", "b"))
    edit = TimelineSnapshot("cut", Fraction(24), 1, 1280, 720, (*strips, cross))
    found = {}
    for ending in OTHER_ENDINGS:
        write_edit(edit, folder / f"cut{ending}", ExportOptions())
        found[ending] = (folder / f"cut{ending}").read_bytes()
    return found


def damaged(raw: bytes, chance: random.Random) -> Iterator[bytes]:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[chance.randrange(len(data)) :][: chance.randint(1, 60)]
            case 3:
                data[at : at + 1] = chance.choice([b"-", b"9" * 30, b"\x00", b"<", b'"', b"\n", b"/0s", b"1e999"])
            case _:
                del data[at:]
        data = data or bytearray(b"x")
    yield bytes(data)
    if raw.startswith(b"<?xml"):
        yield twisted(raw, chance)


def twisted(raw: bytes, chance: random.Random) -> bytes:
    """Sound XML of another meaning."""
    root = ElementTree.fromstring(raw)
    for _ in range(chance.randint(1, 8)):
        everything = list(root.iter())
        one, other = chance.choice(everything), chance.choice(everything)
        match chance.randrange(5):
            case 0 if len(one):
                one.remove(chance.choice(list(one)))
            case 1 if other is not root and one not in list(other.iter()):
                one.insert(0, copy.deepcopy(other))
            case 2:
                one.text = chance.choice(["", "-1", "1e99", "x", "0", "9" * 25, "TRUE", "0/0s", "nan"])
            case 3 if one.attrib:
                key = chance.choice(list(one.attrib))
                strange = ["", "-1s", "0/0s", "1/0s", "9" * 30 + "s", "x", "1/3s"]
                one.set(key, chance.choice([*strange, *other.attrib.values()]))
            case _:
                one.tag = other.tag
    return ElementTree.tostring(root)


@pytest.mark.parametrize("ending", OTHER_ENDINGS)
def test_damage_gives_an_edit_or_the_one_error(
    ending: str, sound_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path: Path = tmp_path_factory.mktemp("bad") / f"cut{ending}"

    @settings(often, max_examples=EXAMPLES * 5)
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        for raw in damaged(sound_files[ending], random.Random(seed)):
            path.write_bytes(raw)
            found, refused = read(path)
            if found is None:
                assert refused.endswith(".")
                assert len(refused) < 600
            else:
                assert len({one.name for one in found.walk()}) == sum(1 for _ in found.walk())

    check()


@pytest.mark.parametrize("ending", OTHER_ENDINGS)
@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@often
def test_what_is_no_edit_is_refused(ending: str, raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"other{ending}"
    path.write_bytes(raw)
    with pytest.raises(BridgeError):
        read_edit(path, ImportOptions(edit_rate=Fraction(24)))
