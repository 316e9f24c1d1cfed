# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every edit that goes out and comes back. RETAKE_EXAMPLES says how many are drawn."""

from __future__ import annotations

import json
import math
import os
import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otio_bridge.edit_findings import channel_label, marker_label
from otio_bridge.errors import BridgeError
from otio_bridge.export import ExportOptions, export_json, export_text, export_timeline
from otio_bridge.flatten import flattened
from otio_bridge.flavour import FLAVOURS, PLAIN
from otio_bridge.import_timeline import ImportOptions, import_json, import_text
from otio_bridge.report import Findings
from otio_bridge.retime import pieces_of
from otio_bridge.snapshot import StripKind, StripSnapshot, TimelineSnapshot
from tests.property.otio_timelines import RATES, rates, timelines

# Each example is a whole edit: half of what the cheaper histories get, and never fewer than 50.
EXAMPLES = max(50, int(os.environ.get("RETAKE_EXAMPLES", "200")) // 2)

often = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
flavours = st.sampled_from(list(FLAVOURS.values()))


def differences(one: Any, other: Any, where: str = "", *, nearly: bool = False) -> list[str]:
    """Short words for what differs, for a message that can be read."""
    if is_dataclass(one) and type(one) is type(other):
        pairs = [(f"{where}.{each.name}", getattr(one, each.name), getattr(other, each.name)) for each in fields(one)]
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = [(f"{where}[{number}]", *pair) for number, pair in enumerate(zip(one, other, strict=True))]
    elif nearly and isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(f"{where}[{key!r}]", one[key], other[key]) for key in one]
    elif nearly and isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return differences(tuple(one), tuple(other), where, nearly=nearly)
    elif nearly and isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=1e-14):
        return []
    else:
        return [] if one == other else [f"{where}: {one!r:.300} is not {other!r:.300}"]
    return [
        line for place, left, right in pairs if left != right for line in differences(left, right, place, nearly=nearly)
    ]


def again(snapshot: TimelineSnapshot, options: ExportOptions | None = None) -> TimelineSnapshot:
    return import_text(export_text(snapshot, options)[0])[0]


@often
@given(timelines(), flavours)
def test_what_goes_out_comes_back_the_same_in_every_flavour(snapshot: TimelineSnapshot, flavour: Any) -> None:
    assert not differences(again(snapshot, ExportOptions(flavour)), snapshot)


@often
@given(timelines(), flavours)
def test_a_second_export_gives_the_same_bytes(snapshot: TimelineSnapshot, flavour: Any) -> None:
    text, _ = export_text(snapshot, ExportOptions(flavour))
    assert export_text(import_text(text)[0], ExportOptions(flavour))[0] == text


def _times(value: Any) -> Iterator[tuple[float, float]]:
    if isinstance(value, dict):
        if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime."):
            yield value["value"], value["rate"]
        for key, each in value.items():
            if key != "metadata":
                yield from _times(each)
    elif isinstance(value, list):
        for each in value:
            yield from _times(each)


@often
@given(timelines(), flavours)
def test_tracks_add_up_to_the_frame_and_no_time_is_odd(snapshot: TimelineSnapshot, flavour: Any) -> None:
    timeline, _ = export_timeline(snapshot, ExportOptions(flavour))
    origin = timeline.metadata["blender_vse"]["frame_of_time_zero"]
    fps = float(snapshot.rate)
    for track in timeline.tracks:
        at = 0
        last = None
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            length = item.duration()
            assert length.rate == fps
            if flavour.source_lengths:
                # Of the media: on the track it is as long as that takes.
                scalars = [one.time_scalar for one in item.effects if isinstance(one, otio.schema.LinearTimeWarp)]
                shown = length.value / (abs(math.prod(scalars)) or 1.0)
                assert math.isclose(shown, round(shown), rel_tol=1e-9)
            else:
                shown = length.value
                assert shown == round(shown)
                assert track.range_of_child(item).start_time == otio.opentime.RationalTime(at, fps)
            assert shown > 0
            at += round(shown)
            last = item
        assert flavour.source_lengths or track.duration().value == at
        if last is not None and not isinstance(last, otio.schema.Gap):
            own = last.metadata["blender_vse"]
            if "written" in own:
                assert at == sum(own["written"][key] for key in ("at", "length"))
    text = timeline.to_json_string()
    for value, rate in _times(json.loads(text)):
        assert rate > 0
        assert math.isfinite(value)
    assert origin == min([snapshot.start, *(strip.start for strip in snapshot.strips)])


@often
@given(timelines(), flavours)
def test_transitions_are_legal(snapshot: TimelineSnapshot, flavour: Any) -> None:
    timeline, _ = export_timeline(snapshot, ExportOptions(flavour))
    by_name = {strip.name: strip for strip in snapshot.walk()}
    for track in timeline.find_children(descended_from_type=otio.schema.Track):
        items = list(track)
        otio.algorithms.track_with_expanded_transitions(track)  # refuses adjacent ones
        reach: dict[int, float] = {}
        for number, item in enumerate(items):
            if not isinstance(item, otio.schema.Transition):
                continue
            assert flavour.transitions or "fade" in item.metadata["blender_vse"]
            before = items[number - 1] if number else None
            after = items[number + 1] if number + 1 < len(items) else None
            assert not isinstance(before, otio.schema.Transition)
            assert not isinstance(after, otio.schema.Transition)
            for place, part in ((number - 1, item.in_offset), (number + 1, item.out_offset)):
                assert part.value >= 0
                reach[place] = reach.get(place, 0) + part.value
            if (written := dict(item.metadata["blender_vse"].get("written", {}))) and before is not None:
                effect = by_name[item.name]
                cut = round(track.range_of_child(after).start_time.value)
                zero = written["cut"] - cut
                assert effect.start <= cut + zero <= effect.end_exclusive
                assert abs((effect.start + effect.end_exclusive) / 2 - (cut + zero)) <= 1, "the cut lies in the middle"
        for place, frames in reach.items():
            if 0 <= place < len(items):
                assert frames <= items[place].duration().value


@often
@given(timelines(), rates, st.booleans())
def test_a_rescaled_file_keeps_every_place_within_half_a_frame(
    snapshot: TimelineSnapshot, rate: Fraction, to_scene: bool
) -> None:
    built, _ = export_json(snapshot)

    def rescale(value: Any) -> Any:
        if isinstance(value, dict):
            if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime."):
                old = otio.opentime.RationalTime(value["value"], value["rate"]).rescaled_to(float(rate))
                return {**value, "value": old.value, "rate": old.rate}
            return {key: each if key == "metadata" else rescale(each) for key, each in value.items()}
        return [rescale(each) for each in value] if isinstance(value, list) else value

    scaled = json.dumps(rescale(built))
    found, _ = import_text(scaled, ImportOptions(rate=rate if to_scene else None))
    assert found.rate == (rate if to_scene else snapshot.rate)
    places = {strip.name: (strip.start, strip.end_exclusive) for strip in found.strips}
    assert places.keys() == {strip.name for strip in snapshot.strips}
    factor = found.rate / snapshot.rate
    for strip in snapshot.strips:
        for frame, old in zip(places[strip.name], (strip.start, strip.end_exclusive), strict=True):
            exact = snapshot.start + (old - snapshot.start) * factor
            # A strip that is shorter than a frame of the new rate still has one.
            assert abs(frame - exact) <= Fraction(1, 2) + (1 if (strip.length * factor) < 1 else 0), strip


@often
@given(timelines(), st.sampled_from([0, 86400, 107892]), st.sampled_from([0, 1000, 86400]))
def test_clocks_change_nothing_that_is_seen(snapshot: TimelineSnapshot, clock: int, tape: int) -> None:
    built, _ = export_json(snapshot)
    built["global_start_time"]["value"] = float(clock)
    plain = without_own(built)

    def shift(item: Any) -> None:
        if isinstance(item, list):
            for each in item:
                shift(each)
        elif isinstance(item, dict):
            references = item.get("media_references")
            if isinstance(references, dict):
                available = [one.get("available_range") for one in references.values()]
                if all(available) and item.get("source_range"):
                    for each in available:
                        each["start_time"]["value"] += tape * each["start_time"]["rate"] / float(snapshot.rate)
                    item["source_range"]["start_time"]["value"] += tape
                    for marker in item["markers"]:
                        marker["marked_range"]["start_time"]["value"] += tape
            for each in item.values():
                shift(each)

    before, _ = import_json(json.loads(json.dumps(plain)), ImportOptions(rate=snapshot.rate))
    shift(plain)
    after, _ = import_json(plain, ImportOptions(rate=snapshot.rate))
    for one, other in zip(before.walk(), after.walk(), strict=True):
        assert (one.name, one.channel, one.start, one.length) == (other.name, other.channel, other.start, other.length)
        if one.kind in (StripKind.MOVIE, StripKind.SOUND) and one.media:
            for frame in (0, one.length // 2, one.length - 1):
                old, new = (pieces_of(each, snapshot.rate).content_frame(frame) for each in (one, other))
                # Half a frame of the file, for it starts at a whole one of its own, and half of the edit.
                frames = 0.51 + float(snapshot.rate / one.media[one.active_media].rate) / 2
                assert abs(float(old - new)) < frames, (one, other)


@often
@given(timelines())
def test_metas_laid_out_flat_show_the_same_at_every_frame(snapshot: TimelineSnapshot) -> None:
    flat = {strip.name: strip for strip in flattened(snapshot, Findings()).strips}
    assert all(strip.kind is not StripKind.META for strip in flat.values())

    def check(strips: tuple[StripSnapshot, ...], start: int, end: int) -> None:
        for strip in strips:
            left, right = max(start, strip.start), min(end, strip.end_exclusive)
            if strip.kind is StripKind.META:
                check(strip.children, left, right)
            elif right > left and strip.kind is not StripKind.EFFECT:
                found = flat[strip.name]
                assert (found.start, found.end_exclusive) == (left, right)
                for frame in {left, (left + right) // 2, right - 1}:
                    was, now = (
                        pieces_of(one, snapshot.rate).content_frame(frame - one.start) for one in (strip, found)
                    )
                    assert was == now
            elif strip.kind is not StripKind.EFFECT:
                assert strip.name not in flat

    check(snapshot.strips, -(10**9), 10**9)


def without_own(value: Any) -> Any:
    """As a program would leave the file that knows only the standard."""
    if isinstance(value, dict):
        return {key: {} if key == "metadata" else without_own(each) for key, each in value.items()}
    return [without_own(each) for each in value] if isinstance(value, list) else value


def _shown(strip: StripSnapshot, rate: Fraction, frame: int) -> float:
    """The second of its file that the strip shows."""
    media = strip.media[strip.active_media]
    content = pieces_of(strip, rate).content_frame(frame)
    start = Fraction(media.start_frame) / media.rate
    return float(start + content / (rate if strip.keeps_speed else media.rate))


@often
@given(
    timelines(depth=0),
    st.sampled_from(
        [Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(37, 10), Fraction(-3, 2)]
    ),
)
def test_a_file_without_our_words_shows_the_same_frames(snapshot: TimelineSnapshot, speed: Fraction) -> None:
    from otio_bridge.snapshot import RetimeKey, Retiming

    strips = []
    for strip in snapshot.strips:
        if strip.kind is not StripKind.MOVIE:
            continue
        media = {key: replace(one, frame_count=100_000, start_frame=0) for key, one in strip.media.items()}
        keys = (
            RetimeKey(0.0, 0.0 if speed > 0 else 5000.0),
            RetimeKey(1000.0, float(1000 * speed) + (0 if speed > 0 else 5000)),
        )
        strips.append(
            replace(strip, media=media, retiming=Retiming(keys), content_length=0, curves=(), reverse_frames=False,
                    content_offset=abs(strip.content_offset))
        )  # fmt: skip
    edit = replace(snapshot, strips=tuple(strips))
    timeline, _ = export_timeline(edit)
    bare = without_own(json.loads(timeline.to_json_string()))
    found, _ = import_json(bare, ImportOptions(rate=snapshot.rate, start=bare_zero(edit)))
    assert len(found.strips) == len(strips)
    by_place = {}
    for one in found.strips:
        by_place.setdefault((one.start, one.length), []).append(one)
    for strip in strips:
        for other in by_place[strip.start, strip.length]:
            if other.foreign.get("name", {}).get("was", other.name) == strip.name:
                break
        else:
            pytest.fail(f"{strip.name} is not where it was")
        for frame in range(strip.length):
            old, new = _shown(strip, snapshot.rate, frame), _shown(other, snapshot.rate, frame)
            assert abs(old - new) < 1e-3 / float(snapshot.rate), (frame, strip, other)


def bare_zero(snapshot: TimelineSnapshot) -> int:
    return min([snapshot.start, *(strip.start for strip in snapshot.strips)])


@often
@given(timelines())
def test_older_readers_get_a_file_that_comes_back_the_same(snapshot: TimelineSnapshot) -> None:
    text, _ = export_text(snapshot, ExportOptions(PLAIN, schema_target="0.14.0"))
    assert "Clip.2" not in text
    # OpenTimelineIO itself rewrites the file for them, and is off in the last digit of some numbers.
    assert not differences(import_text(text)[0], snapshot, nearly=True)


@often
@given(timelines())
def test_newer_markers_and_unknown_schemas_survive(snapshot: TimelineSnapshot) -> None:
    text, _ = export_text(snapshot)
    newer = text.replace('"Marker.2"', '"Marker.3"').replace(
        '"effects": []', '"effects": [{"OTIO_SCHEMA": "HoloEffect.7", "metadata": {"deep": [1]}, "beam": true}]', 1
    )
    found, report = import_text(newer)
    assert [marker.frame for marker in found.markers] == [marker.frame for marker in snapshot.markers]
    assert any("Marker.3" in note for note in report.notes) == ("Marker.3" in newer)
    for one, other in zip(found.walk(), snapshot.walk(), strict=True):
        assert not differences(replace(one, foreign={}, children=()), replace(other, foreign={}, children=()))
    if "HoloEffect" in newer:
        assert "HoloEffect.7" in export_text(found)[0]


@often
@given(timelines(), flavours)
def test_every_strip_is_in_the_report_and_what_is_lost_has_a_reason(snapshot: TimelineSnapshot, flavour: Any) -> None:
    _, report = export_json(snapshot, ExportOptions(flavour))
    named = {finding.strip for finding in report.findings}
    left_out = {child.name for strip in snapshot.walk() if strip.kind is StripKind.META for child in strip.children}
    assert {strip.name for strip in snapshot.strips} <= named
    beside = {channel_label(one) for one in snapshot.channels} | {marker_label(one) for one in snapshot.markers}
    beside |= {channel_label(one) for strip in snapshot.walk() for one in strip.channels}
    assert named <= {strip.name for strip in snapshot.walk()} | beside
    assert left_out <= named or flavour is not PLAIN
    assert all(finding.reason for finding in report.losses)
    if flavour is PLAIN:
        assert not report.losses


@often
@given(timelines(), st.integers(0, 2**32))
def test_damage_gives_an_edit_or_the_one_error(snapshot: TimelineSnapshot, seed: int) -> None:
    built, _ = export_json(snapshot)
    text = damaged(json.loads(json.dumps(built)), random.Random(seed))
    try:
        found, _ = import_text(text)
    except BridgeError as error:
        if not error.message:
            pytest.fail("an error without a sentence")
        return
    for strip in found.walk():
        assert strip.length >= 1
        assert 1 <= strip.channel <= 128
    export_text(found)


VALUES: tuple[Any, ...] = (
    None, 0, -1, 1e308, 2**70, "", [], {}, "Clip.2", True, {"OTIO_SCHEMA": "Clip.2"}, {"OTIO_SCHEMA": "Gap.1"}, [1, 2],
    {"OTIO_SCHEMA": "RationalTime.1", "rate": 0, "value": 1},
    {"OTIO_SCHEMA": "RationalTime.1", "rate": -24, "value": 1e300},
    {"OTIO_SCHEMA": "Stack.1", "children": [{}]}, {"OTIO_SCHEMA": "Track.1", "children": None},
    float("nan"), float("inf"),
)  # fmt: skip


def damaged(root: Any, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        pending = [root]
        while pending:
            one = pending.pop()
            for key, value in one.items() if isinstance(one, dict) else enumerate(one):
                places.append((one, key))
                if isinstance(value, dict | list):
                    pending.append(value)
        if not places:
            break
        holder, key = chance.choice(places)
        if chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = deepcopy(chance.choice(VALUES))  # or one that was put into itself would have no end
    text = json.dumps(root)
    if chance.random() < 0.3:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(["", "}", "\x00", '"', "[[["]) + text[at + chance.randint(0, 3) :]
    return text


def test_every_rate_counts_whole_frames_for_a_day() -> None:
    for rate in RATES:
        frames = int(24 * 3600 * rate)
        strip = StripSnapshot("a", StripKind.COLOR, 1, frames, 1, 0, {}, "", blend_type="REPLACE")
        edit = TimelineSnapshot("day", rate, 0, 16, 16, (strip,))
        timeline, _ = export_timeline(edit)
        track = timeline.tracks[0]
        assert track.duration().value == frames + 1
        assert again(edit).strips == (strip,)
