# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what becomes of each feature: complete, of real exports, and no kinder than the files are."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from addon.cli.program import run
from addon.errors import ExchangeError
from addon.interchange.otio_file import write_otio
from otio_bridge.effects import effects_of
from otio_bridge.export import ExportOptions, export_json
from otio_bridge.feature_samples import Feature, features
from otio_bridge.feature_table import Row, sample_table, table_of
from otio_bridge.feature_words import feature_markdown, feature_words
from otio_bridge.flavour import FLAVOURS
from otio_bridge.import_timeline import import_json
from otio_bridge.report import Fate
from otio_bridge.snapshot import (
    SINGLE_MEDIA,
    Channel,
    Crop,
    Curve,
    KeyPoint,
    Media,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
    Transform,
)

ROOT = Path(__file__).parents[2]
FEATURES = features()
PROGRAMS = [name for name in FLAVOURS if name != "plain"]
EXCHANGED = (
    "movie strip", "sound strip", "image strip", "image sequence", "scene strip", "meta strip", "colour strip",
    "text strip", "adjustment strip", "effect strip", "several kinds on a channel", "overlap on a channel", "gap",
    "crossfade", "gamma cross", "wipe", "constant speed", "reverse", "freeze", "speed ramp", "speed effect", "volume",
    "pan", "fade of a sound", "fade of a picture", "mute", "sound between frames", "opacity", "blend mode", "transform",
    "crop", "flip", "keyframes of opacity", "keyframes of a transform", "keyframes of a crop", "keyframes of volume",
    "keyframes of pan", "marker", "marker colour", "colour tag", "name", "lock", "channel mute", "connection",
    "first frame of the scene", "resolution", "rate 23.976", "rate 29.97", "rate 59.94", "timecode of a file", "shot",
    "takes of a shot", "recipe of a take",
)  # fmt: skip
"""What an edit of Blender can hold, as the users ask for it."""


@pytest.fixture(scope="module")
def table() -> dict[str, Row]:
    return {row.feature: row for row in sample_table()}


def test_every_feature_has_a_row_and_every_flavour_a_cell(table: dict[str, Row]) -> None:
    assert set(EXCHANGED) <= set(table)
    assert len(table) == len(FEATURES)
    for row in table.values():
        assert list(row.cells) == ["plain", "resolve", "premiere", "kdenlive"]
        for name, cell in row.cells.items():
            assert cell.fate is not None, f"the report of {name} says nothing of {row.feature}"
            assert cell.reasons or cell.fate is Fate.KEPT, (row.feature, name)
            assert row.count == sum(cell.fates.values())


def test_all_kinds_of_strips_are_in_the_sample() -> None:
    assert {strip.kind for one in FEATURES for strip in one.sample.walk()} == set(StripKind)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
def test_the_feature_occurs_in_its_sample_alone(feature: Feature) -> None:
    assert feature.held_by(feature.sample)
    if feature.name not in ("name", "resolution"):  # every edit has one
        assert not feature.held_by(feature.without)
    assert export_json(feature.sample)[0] != export_json(feature.without)[0]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
@pytest.mark.parametrize("name", FLAVOURS)
def test_all_of_it_comes_back(feature: Feature, name: str, table: dict[str, Row]) -> None:
    built, _ = export_json(feature.sample, ExportOptions(FLAVOURS[name]))
    again = import_json(json.loads(json.dumps(built)))[0]
    for each in fields(TimelineSnapshot):
        assert getattr(again, each.name) == getattr(feature.sample, each.name), each.name
    assert table[feature.name].cells[name].comes_back


# What a program reads of a file, by what was measured of it and seen written by it. None of it is the bridge's own.

NAMESPACES = {"resolve": "Resolve_OTIO", "premiere": "PremierePro_OTIO", "kdenlive": "kdenlive"}


def as_read(built: dict[str, Any], program: str) -> Any:
    """The file without all that `program` passes over."""
    is_kdenlive = program == "kdenlive"

    def read(value: Any) -> Any:
        if isinstance(value, list):
            return [one for one in map(read, value) if one is not None]
        if not isinstance(value, dict):
            return value
        schema = str(value.get("OTIO_SCHEMA", "")).partition(".")[0]
        found = dict(value)
        if "metadata" in found:
            found["metadata"] = {key: one for key, one in found["metadata"].items() if key == NAMESPACES[program]}
        if schema == "Effect" and not found["metadata"]:
            return None
        if schema in ("Clip", "Stack"):
            found.pop("color")
        if schema == "Clip":
            found["media_references"] = found["media_references"][found.pop("active_media_reference_key")]
        if is_kdenlive:
            found = _as_kdenlive_reads(found, schema)
            if found is None:
                return None
        return {key: read(one) for key, one in found.items() if key != "name" or schema in ("Clip", "Track", "Marker")}

    return read(built)


def _as_kdenlive_reads(found: dict[str, Any], schema: str) -> dict[str, Any] | None:
    for key in ("effects", "enabled", "global_start_time"):
        found.pop(key, None)
    if schema == "Transition":
        return None
    nothing = {"OTIO_SCHEMA": "Gap.1", "source_range": found.get("source_range")}
    if schema == "Stack" and found["source_range"] is not None:
        return nothing
    if schema == "Clip":
        found.pop("name")
        kind = found["media_references"]["OTIO_SCHEMA"]
        if kind != "ExternalReference.1" and found["media_references"].get("generator_kind") != "kdenlive:SolidColor":
            return nothing
    if schema == "Marker":
        found.pop("name")
    if schema == "Track":
        found["children"] = [dict(one) for one in found["children"]]
        if found["children"] and found["children"][-1]["OTIO_SCHEMA"] == "Clip.2":
            last = found["children"][-1]
            last["source_range"] = {"duration": last["source_range"]["duration"]}
    return found


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_table_is_no_kinder_and_no_harder_than_the_file(feature: Feature, name: str, table: dict[str, Row]) -> None:
    flavour = FLAVOURS[name]
    cell = table[feature.name].cells[name]
    (built, report), (bare, _) = (
        export_json(edit, ExportOptions(flavour)) for edit in (feature.sample, feature.without)
    )
    is_told = as_read(built, name) != as_read(bare, name)
    left_out = {one.strip for one in report.losses if one.feature == "strip"}
    if cell.fate is Fate.DROPPED and "strip" not in feature.words and left_out:
        return  # the strip is not there, and its feature with it
    if feature.name == "takes of a shot":
        assert cell.fate is Fate.APPROXIMATED  # the one that is shown stands for them all
        assert not is_told
    else:
        assert is_told == (cell.fate is not Fate.DROPPED)


def strip_of(kind: StripKind = StripKind.MOVIE, **changes: Any) -> StripSnapshot:
    blend = "" if kind is StripKind.SOUND else "ALPHA_OVER"
    media = {SINGLE_MEDIA: Media("/media/it.mov", Fraction(24), 50)}
    return replace(StripSnapshot("it", kind, 1, 1, 50, 0, media, SINGLE_MEDIA, blend_type=blend), **changes)


def fates(strip: StripSnapshot, flavour: str, **changes: Any) -> dict[str, Fate]:
    edit = replace(TimelineSnapshot("cut", Fraction(24), 1, 1920, 1080, (strip,)), **changes)
    return {one.feature: one.fate for one in export_json(edit, ExportOptions(FLAVOURS[flavour]))[1].findings}


def test_what_a_program_takes_only_in_part_is_not_called_kept() -> None:
    spun = strip_of(transform=Transform(rotation=1.0, origin_x=0.0))
    assert fates(spun, "resolve")["transform"] is Fate.APPROXIMATED
    assert fates(spun, "premiere")["transform"] is Fate.APPROXIMATED
    assert fates(strip_of(transform=Transform(scale_x=-1.0)), "resolve")["transform"] is Fate.APPROXIMATED
    assert fates(strip_of(transform=Transform(rotation=1.0)), "resolve")["transform"] is Fate.KEPT
    tall = Curve("transform.scale_y", (KeyPoint(0, 1.0, "LINEAR"), KeyPoint(20, 2.0, "LINEAR")))
    assert fates(strip_of(curves=(tall,)), "premiere")["transform"] is Fate.APPROXIMATED
    assert fates(strip_of(curves=(tall, replace(tall, path="transform.scale_x"))), "premiere")["transform"] is Fate.KEPT
    assert fates(strip_of(StripKind.SOUND, pan=1.5), "premiere")["pan"] is Fate.APPROXIMATED


def test_premiere_gets_the_keyframes_of_a_crop() -> None:
    crop = Curve("crop.min_x", (KeyPoint(0, 0.0, "LINEAR"), KeyPoint(20, 480.0, "LINEAR")))
    (motion,) = effects_of(strip_of(curves=(crop,)), FLAVOURS["premiere"], (1920, 1080), Fraction(24), 100.0)
    rows = {one["DisplayName"]: one for one in motion["metadata"]["PremierePro_OTIO"]["Parameters"]}
    assert [(key["Position"]["value"], key["Value"]) for key in rows["Crop Left"]["Keyframes"]] == [(100, 0), (120, 25)]
    assert "StartValue" in rows["Crop Top"]


def test_strips_of_muted_channels_are_no_part_of_what_kdenlive_plays() -> None:
    edit = TimelineSnapshot("cut", Fraction(24), 1, 1920, 1080, (strip_of(),), channels=(Channel(1, mute=True),))
    built, report = export_json(edit, ExportOptions(FLAVOURS["kdenlive"]))
    assert built["tracks"]["children"] == []
    assert report.dropped == ("it: Kdenlive plays muted channels, so it is left out",)
    assert import_json(built)[0] == edit


def test_what_a_program_never_takes_from_a_file_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    shot = strip_of(shot_id="s010", take_number=1)
    edit = TimelineSnapshot("cut", Fraction(24), 1001, 1280, 720, (replace(shot, start=1001),))
    report = write_otio(edit, tmp_path / "cut.otio", flavour="resolve", strict=True)
    assert report.losses == ()
    assert report.notes == (
        "resolution: DaVinci Resolve takes the size from its project",
        "scene start: DaVinci Resolve counts frames from the edit's first on",
        "shots: DaVinci Resolve keeps none of Retake's own words",
    )
    cropped = replace(edit, strips=(replace(shot, crop=Crop(1, 2, 3, 4)),))
    with pytest.raises(ExchangeError, match="crop dropped"):
        write_otio(cropped, tmp_path / "no.otio", flavour="resolve", strict=True)
    assert not (tmp_path / "no.otio").exists()


def test_a_transition_of_a_muted_channel_is_not_called_kept() -> None:
    (cross,) = (one for one in FEATURES if one.name == "crossfade")
    muted = replace(cross.sample, channels=(Channel(4, mute=True),))
    rows = {row.feature: row for row in table_of(muted)}
    assert rows["crossfade"].cells["resolve"].reasons == ("its channel is muted, and it is played nevertheless",)


def test_a_table_of_an_edit_counts_what_it_holds() -> None:
    muted = strip_of(name="muted", opacity=0.5, mute=True, channel=2)
    edit = TimelineSnapshot("cut", Fraction(25), 1, 1920, 1080, (strip_of(opacity=0.5), muted))
    rows = {row.feature: row for row in table_of(edit)}
    assert rows.keys() == {"movie strip", "opacity", "mute", "name", "resolution"}
    assert rows["opacity"].count == 2
    assert rows["movie strip"].cells["kdenlive"].fates == {Fate.KEPT: 1, Fate.DROPPED: 1}
    shown = next(row for row in feature_words(tuple(rows.values())).rows if row[0] == "movie strip (2)")
    assert shown[4].startswith("1 kept, 1 dropped")


def test_what_does_not_come_back_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    from otio_bridge import feature_table

    real = feature_table.import_text

    def forgets_opacity(text: str) -> Any:
        snapshot, report = real(text)
        return replace(snapshot, strips=tuple(replace(one, opacity=1.0) for one in snapshot.strips)), report

    monkeypatch.setattr(feature_table, "import_text", forgets_opacity)
    rows = sample_table()
    wrong = {row.feature for row in rows if not row.cells["plain"].comes_back}
    assert wrong == {"opacity"}
    (row,) = (row for row in rows if row.feature == "opacity")
    assert row.cells["plain"].differs == ("movie.opacity: 0.5 is 1.0 now",)
    assert "| opacity | ✓ * |" in feature_markdown(rows)
    assert "* does not come back" in feature_markdown(rows)


def test_the_readme_has_the_table_that_the_command_prints(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["otio", "features", "--markdown"]) == 0
    printed = capfd.readouterr().out.strip()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    there = readme.partition("<!-- features -->")[2].partition("<!-- /features -->")[0].strip()
    assert there == printed


def test_the_command_prints_each_reason_once_and_gives_all_of_it_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["otio", "features"]) == 0
    lines = capfd.readouterr().out.splitlines()
    notes = [line.partition(": ")[2] for line in lines if line[:1].isdigit()]
    assert notes
    assert len(notes) == len(set(notes))
    assert run(["otio", "features", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)["features"]
    assert [row["feature"] for row in rows] == [one.name for one in FEATURES]
    crop = next(row for row in rows if row["feature"] == "crop")
    assert crop["flavours"]["resolve"] == {
        "fate": "dropped", "counts": {"dropped": 1}, "reasons": ["the program reads none from such a file"],
        "comes_back": True, "differs": [],
    }  # fmt: skip
