# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that another program changed at random, brought back: every strip that is found again lies where the edit has
it, none is found twice, and what nobody changed is no change."""

from __future__ import annotations

import json
import os
from collections import Counter
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from otio_bridge.conform import ConformPlan, plan_conform
from otio_bridge.conform_apply import conformed
from otio_bridge.export import export_json
from otio_bridge.import_timeline import ImportOptions, import_json
from otio_bridge.levels import nested
from otio_bridge.snapshot import SINGLE_MEDIA, Channel, Media, StripKind, StripSnapshot, TimelineSnapshot
from tests.property.otio_timelines import timelines

EXAMPLES = max(20, int(os.environ.get("RETAKE_EXAMPLES", "400")) // 10)
often = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
RATE = Fraction(24)
FILES = [
    Media(f"/media/{name}.mov", rate, 2000, start_frame=begins)
    for name, rate, begins in (("a", RATE, 0), ("b", RATE, 86400), ("c", Fraction(25), 0))
]


@st.composite
def cuts(draw: st.DrawFn, prefix: str, depth: int) -> tuple[StripSnapshot, ...]:
    """Clips one after the other on each channel, as programs lay them that know nothing of overlaps."""
    strips: list[StripSnapshot] = []
    for channel in range(1, draw(st.integers(1, 3)) + 1):
        at = draw(st.integers(1, 40))
        for _ in range(draw(st.integers(0, 4))):
            at += draw(st.sampled_from([0, 0, 7, 30]))
            length, offset = draw(st.integers(2, 90)), draw(st.integers(0, 300))
            name = f"{prefix}{len(strips)}"
            if depth and draw(st.integers(0, 3)) == 0:
                inner = draw(cuts(f"{name}.", depth - 1))
                first = min((child.start for child in inner), default=at)
                strips.append(
                    StripSnapshot(name, StripKind.META, channel, at, length, at - first, {}, "",
                                  blend_type="ALPHA_OVER", children=inner)
                )  # fmt: skip
            else:
                media = draw(st.sampled_from(FILES))
                kind = StripKind.SOUND if channel == 1 else StripKind.MOVIE
                strips.append(
                    StripSnapshot(
                        name, kind, channel, at, length, offset, {SINGLE_MEDIA: media}, SINGLE_MEDIA,
                        content_length=int(media.frame_count * RATE / media.rate),
                        blend_type="" if kind is StripKind.SOUND else "ALPHA_OVER",
                        lock=draw(st.integers(0, 9)) == 0,
                    )
                )  # fmt: skip
            at += length
    return tuple(strips)


@st.composite
def living_edits(draw: st.DrawFn) -> TimelineSnapshot:
    channels = (Channel(2, lock=True),) if draw(st.integers(0, 5)) == 0 else ()
    return TimelineSnapshot("cut", RATE, 1, 1280, 720, draw(cuts("strip ", 2)), channels=channels)


def tracks_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    found = [item] if item["OTIO_SCHEMA"].startswith("Track") else []
    for child in item.get("children", ()):
        found += tracks_of(child)
    return found


def change_at_random(draw: st.DrawFn, timeline: dict[str, Any]) -> None:
    tracks = [track for track in tracks_of(timeline["tracks"]) if track["children"]]
    if not tracks:
        return
    track = draw(st.sampled_from(tracks))
    items = track["children"]
    number = draw(st.integers(0, len(items) - 1))
    item = items[number]
    source = item.get("source_range")
    step = draw(st.integers(1, 20))
    match draw(st.sampled_from(["gap", "delete", "trim", "slip", "split", "rename", "copy", "move", "wrap"])):
        case "gap":
            items.insert(number, gap(step))
        case "delete":
            del items[number]
        case "trim" if source and source["duration"]["value"] > step:
            source["duration"]["value"] -= step
        case "slip" if source:
            source["start_time"]["value"] += step
        case "split" if source and source["duration"]["value"] > step:
            second = json.loads(json.dumps(item))
            source["duration"]["value"] = float(step)
            second["source_range"]["start_time"]["value"] += step
            second["source_range"]["duration"]["value"] -= step
            items.insert(number + 1, second)
        case "rename":
            item["name"] = f"called {step}"
        case "copy":
            items.append(json.loads(json.dumps(item)))
        case "move":
            draw(st.sampled_from(tracks))["children"].append(items.pop(number))
        case "wrap" if source:
            items[number] = {
                **gap(source["duration"]["value"]), "OTIO_SCHEMA": "Stack.1", "name": "compound",
                "children": [{**gap(1), "OTIO_SCHEMA": "Track.1", "kind": track["kind"], "children": [item],
                              "source_range": None}],
            }  # fmt: skip


def drawn(item: dict[str, Any], depth: int = 0) -> str:
    """The edit as a tree, for a failure that can be read."""
    source = item.get("source_range")
    span = f" {source['start_time']['value']}+{source['duration']['value']}" if source else ""
    lines = [f"{'  ' * depth}{item['OTIO_SCHEMA']} {item.get('name', '')}{span}"]
    inside = [item["tracks"]] if "tracks" in item else item.get("children", ())
    return "\n".join([*lines, *(drawn(child, depth + 1) for child in inside)])


def gap(length: float) -> dict[str, Any]:
    span = {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 0.0},
        "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": float(length)},
    }
    return {"OTIO_SCHEMA": "Gap.1", "metadata": {}, "name": "", "source_range": span, "effects": [], "markers": [],
            "enabled": True, "color": None}  # fmt: skip


def without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: {} if key == "metadata" else without_metadata(each) for key, each in value.items()}
    return [without_metadata(each) for each in value] if isinstance(value, list) else value


def read(timeline: dict[str, Any]) -> tuple[TimelineSnapshot, bool]:
    edit, report = import_json(json.loads(json.dumps(timeline)), ImportOptions(rate=RATE, start=1))
    return edit, report.is_ours


@often
@given(timelines())
def test_what_nobody_changed_is_no_change(living: TimelineSnapshot) -> None:
    exported, _ = export_json(living)
    edit, report = import_json(exported, ImportOptions(rate=living.rate, start=living.start))
    plan = plan_conform(living, edit, with_channels=report.is_ours)
    assert [change.sentence for change in plan.changes] == []
    assert conformed(living, plan).snapshot == living


@often
@given(living_edits())
def test_what_nobody_changed_is_no_change_without_our_metadata(living: TimelineSnapshot) -> None:
    edit, is_ours = read(without_metadata(export_json(living)[0]))
    plan = plan_conform(living, edit, with_channels=is_ours)
    assert [change.sentence for change in plan.changes] == []


def check(living: TimelineSnapshot, edit: TimelineSnapshot, plan: ConformPlan) -> None:
    before, there = nested(living.strips), nested(edit.strips)
    assert len(set(plan.pairs.values())) == len(plan.pairs)
    named = [change.name for change in plan.changes]
    assert len(set(named)) == len(named)
    assert set(plan.pairs.values()) <= set(before)
    assert {change.name for change in plan.changes if change.before is None}.isdisjoint(before)
    result = conformed(living, plan)
    skipped = {name for name, _ in result.skipped}
    assert {change.name for change in plan.changes if change.blocked} <= skipped
    after = nested(result.snapshot.strips)
    assert len(after) == sum(1 for _ in result.snapshot.walk())
    if skipped:
        assert skipped.isdisjoint({change.name for change in result.applied})
        return
    for new, old in plan.pairs.items():
        wanted, found = there[new].strip, after[old].strip
        assert (found.start, found.length) == (wanted.start, wanted.length), (new, old)
        if wanted.kind is not StripKind.META:
            assert found.content_start == wanted.content_start
    assert {change.name for change in plan.changes if change.after is None}.isdisjoint(after)
    wanted_places, places = places_of(edit), places_of(result.snapshot)
    assert not wanted_places - places
    assert sum((places - wanted_places).values()) == sum(
        before[name].strip.kind is not StripKind.META for name in plan.not_in_edit
    )


def places_of(snapshot: TimelineSnapshot) -> Counter[tuple[str, int, int, int]]:
    return Counter(
        (strip.shown.path if strip.shown else "", strip.start, strip.length, strip.content_start)
        for strip in snapshot.walk()
        if strip.kind is not StripKind.META
    )


@often
@given(st.data(), living_edits(), st.booleans(), st.integers(1, 4))
def test_after_a_conform_every_strip_lies_where_the_edit_has_it(
    data: st.DataObject, living: TimelineSnapshot, bare: bool, count: int
) -> None:
    timeline, _ = export_json(living)
    timeline = json.loads(json.dumps(timeline))
    for _ in range(count):
        change_at_random(data.draw, timeline)
    note(drawn(timeline))
    edit, is_ours = read(without_metadata(timeline) if bare else timeline)
    check(living, edit, plan_conform(living, edit, with_channels=is_ours))


@often
@given(st.data(), living_edits())
def test_each_choice_of_changes_leaves_the_other_strips_alone(data: st.DataObject, living: TimelineSnapshot) -> None:
    timeline = json.loads(json.dumps(export_json(living)[0]))
    for _ in range(3):
        change_at_random(data.draw, timeline)
    edit, is_ours = read(timeline)
    plan = plan_conform(living, edit, with_channels=is_ours)
    names = [change.name for change in plan.changes]
    chosen = data.draw(st.sets(st.sampled_from(names))) if names else set()
    result = conformed(living, plan, chosen)
    before, after = nested(living.strips), nested(result.snapshot.strips)
    touched = {change.name for change in result.applied}
    assert touched <= chosen
    for name, one in before.items():
        metas = {name, *(each for each in before if name in {child.name for child in walk(before[each].strip)})}
        if not metas & touched:
            assert after[name].strip.start == one.strip.start
            if one.strip.kind is not StripKind.META:  # whose content begins with the first strip that is left in it
                assert after[name].strip.content_start == one.strip.content_start


def walk(strip: StripSnapshot) -> list[StripSnapshot]:
    return [strip, *(each for child in strip.children for each in walk(child))]
