# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot lists of every form: what is read, what holds for whom, and which model each shot gets."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from addon.shots.link import Link, Piece
from addon.shots.list_problem import ShotListErrors
from addon.shots.read_list import read_list
from addon.shots.shot_list import ListedShot, ShotList


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def listed(folder: Path, text: str, name: str = "list.toml") -> ShotList:
    (folder / name).write_text(text, encoding="utf-8")
    return read_list(folder / name)


def only(found: ShotList) -> ListedShot:
    (shot,) = found.shots
    return shot


def test_what_a_list_says_of_a_shot(folder: Path) -> None:
    found = listed(
        folder,
        """
[project]
title = "Night ride"
fps = 23.976
resolution = [1280, 720]
[[shot]]
id = "s010"
prompt = "rain"
[[shot]]
id = "s020"
prompt = "snow"
start = "last frame of s010"
end = "the First Frame of s030"
takes = 3
priority = -2
notes = "softer"
marker = "Act two"
[[shot]]
id = "s030"
image = "anna.png"
motion = "clip of s010"
motion_in = 1.5
motion_out = 4
""",
    )
    assert (found.title, found.fps, found.resolution) == ("Night ride", Fraction(24000, 1001), (1280, 720))
    first, second, third = found.shots
    assert (first.takes, first.priority, first.links, first.marker) == (1, 0, (), "")
    assert (second.takes, second.priority, second.notes, second.marker) == (3, -2, "softer", "Act two")
    assert second.links == (
        Link("image", Piece.LAST_FRAME, "s010"),
        Link("end_image", Piece.FIRST_FRAME, "s030"),
    )
    assert (second.fields.image, second.fields.end_image) == (None, None)
    assert third.links == (Link("motion", Piece.CLIP, "s010"),)
    assert (third.motion_in_s, third.motion_out_s) == (Fraction(3, 2), Fraction(4))
    assert [shot.place.line for shot in found.shots] == [6, 9, 18]
    assert second.place_of("image").line == 12


def test_what_is_nearer_to_a_shot_wins(folder: Path) -> None:
    (folder / "acts").mkdir()
    (folder / "acts" / "one.toml").write_text(
        """
[defaults]
quality = "pro"
image = "room.png"
[variables]
style = "16 mm"
[[shot]]
id = "one"
prompt = "{style}, {weather}, {id}, {title}"
[[shot]]
id = "two"
prompt = "{{style}}"
quality = "std"
image = "https://example.org/{id}.png"
""",
        encoding="utf-8",
    )
    found = listed(
        folder,
        """
include = ["acts/one.toml"]
[project]
title = "Night ride"
[defaults]
quality = "4k"
aspect = "9:16"
end_image = "end.png"
[variables]
style = "neon"
weather = "{rain}"
rain = "heavy rain"
[[shot]]
id = "three"
prompt = "{style}"
""",
    )
    one, two, three = found.shots
    assert one.fields.prompt == "16 mm, heavy rain, one, Night ride"
    assert (one.fields.quality, one.fields.aspect) == ("pro", "9:16")
    # Each file name counts from the list it stands in, and a shot's from its own.
    assert (one.fields.image, one.fields.end_image) == ("room.png", "../end.png")
    assert one.folder == folder / "acts"
    assert (two.fields.prompt, two.fields.quality) == ("{style}", "std")
    assert two.fields.image == "https://example.org/two.png"
    assert (three.fields.prompt, three.fields.quality, three.fields.image) == ("neon", "4k", None)


def test_a_character_is_described_once(folder: Path) -> None:
    text = """
[cast.anna]
look = "Anna, a woman in red"
voice = "Warm Alto"
voice_id = "77"
element = "Anna"
element_id = "88"
[cast.ben]
voice = "Gravel"
[[shot]]
id = "said"
prompt = '{anna} waits. [Anna, whispering]: “We made it.” Then [Ben@Deep]: “Barely.” A sign [Ben] hangs there.'
[[shot]]
id = "seen"
prompt = "@Anna waits"
[[shot]]
id = "silent"
sound = false
prompt = "[Ben]: “Barely.”"
[[shot]]
id = "without"
model = "kling-3.0"
prompt = "[Ben]: “Barely.”"
"""
    said, seen, silent, without = listed(folder, text).shots
    assert said.fields.prompt == (
        "Anna, a woman in red waits. [Anna@Warm Alto, whispering]: “We made it.” "
        "Then [Ben@Deep]: “Barely.” A sign [Ben] hangs there."
    )
    assert said.fields.voices == {"Warm Alto": "77"}
    assert (seen.fields.elements, seen.fields.voices, seen.fields.model) == ({"Anna": "88"}, {}, "kling-3.0-omni")
    assert (silent.fields.prompt, silent.fields.voices) == ("[Ben]: “Barely.”", {})
    assert (without.fields.prompt, without.fields.voices) == ("[Ben]: “Barely.”", {})
    (hint,) = listed(folder, text).hints
    assert (hint.owner, hint.field, hint.value) == ("without", "voices", "Gravel")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_shots(folder: Path, delimiter: str) -> None:
    rows = [
        ["ID", "Prompt", "Duration", "Sound", "Voices", "Reference", "Cuts", "Camera", "Start", "CFG"],
        ["s010", '"rain\nand ""snow"""', "", "yes", '"Alto=77; Gravel=88"', "", "", "", "", '"0,5"'],
        [""] * 10,
        ["# a note"],
        ["s020", "", "7", "no", "", '"a.png; b.png"', '"3: a door | 4: rain"', "pan=-2.5", "last frame of s010", ""],
    ]
    text = "\ufeff#title" + delimiter + "Night ride\r\n" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    found = listed(folder, text, "list.csv")
    first, second = found.shots
    assert found.title == "Night ride"
    assert (first.fields.prompt, first.fields.sound) == ('rain\nand "snow"', True)
    assert first.fields.voices == {"Alto": "77", "Gravel": "88"}
    assert first.fields.cfg == 0.5
    assert (second.fields.duration, second.fields.sound, second.fields.reference) == (7, False, ("a.png", "b.png"))
    assert [(cut.duration, cut.prompt) for cut in second.fields.cuts] == [(3, "a door"), (4, "rain")]
    assert (second.fields.camera.axis, second.fields.camera.amount) == ("pan", -2.5)
    assert second.links == (Link("image", Piece.LAST_FRAME, "s010"),)
    assert [shot.place.line for shot in found.shots] == [3, 7]


def test_json_is_the_same_schema(folder: Path) -> None:
    shots = [{"id": "s010", "prompt": "{style} rain"}, {"id": "s020", "prompt": "snow", "takes": 2}]
    whole = {"project": {"title": "Night ride"}, "variables": {"style": "16 mm"}, "defaults": {"aspect": "1:1"}}
    found = listed(folder, json.dumps({**whole, "shots": shots}), "list.json")
    assert [(shot.fields.prompt, shot.fields.aspect, shot.takes) for shot in found.shots] == [
        ("16 mm rain", "1:1", 1),
        ("snow", "1:1", 2),
    ]
    assert [shot.shot_id for shot in listed(folder, json.dumps(shots[1:]), "bare.json").shots] == ["s020"]


SCREENPLAY = """Title: **Night Ride**
Author: Nobody
Style: grainy 16 mm
Voices:
    ANNA = Warm Alto = 77
    BEN = Gravel

/* An old
beginning */
INT. CAR - NIGHT #12A#

= They are late.

Rain on the windscreen. Anna drives *fast*.
{style}.

ANNA
(whispering)
We made it.

BEN (O.S.)
Barely.
(beat)
Watch out!

She laughs. [[RETAKE: model = "kling-3.0"; duration = 7]]

CUT TO:

.LAKE – DAWN

!INT. is not a heading here.

@McTavish
Who goes there?

ANNA
A friend.

BEN
Two.
"""


def test_a_screenplay(folder: Path) -> None:
    found = listed(folder, SCREENPLAY, "ride.fountain")
    assert found.title == "Night Ride"
    talk, laugh, who, two = found.shots
    assert talk.fields.prompt == (
        "Interior, Car, Night. Rain on the windscreen. Anna drives fast. grainy 16 mm. "
        "[Anna@Warm Alto, whispering]: “We made it.” Immediately, [Ben@Gravel]: “Barely.” "
        "[Ben@Gravel, beat]: “Watch out!”"
    )
    assert talk.fields.voices == {"Warm Alto": "77", "Gravel": ""}
    assert (talk.shot_id, talk.place.line, talk.notes) == ("12A-rain-on-the-windscreen-anna", 14, "They are late.")
    # Six words at 150 a minute, and a second around them.
    assert (talk.length_s, talk.fields.duration) == (Fraction("3.4"), 5)
    assert (talk.fields.model, talk.fields.sound) == ("kling-2.6", True)
    assert (laugh.fields.model, laugh.fields.duration, laugh.notes) == ("kling-3.0", 7, "CUT TO:")
    assert laugh.fields.prompt == "Interior, Car, Night. She laughs."
    # Kling takes two voices: the third speaker begins a shot.
    assert who.fields.prompt == (
        "Lake, Dawn. INT. is not a heading here. [Mctavish]: “Who goes there?” "
        "Immediately, [Anna@Warm Alto]: “A friend.”"
    )
    assert two.fields.prompt == "Lake, Dawn. [Ben@Gravel]: “Two.”"


def test_speech_longer_than_a_clip_goes_on_in_the_next_shot(folder: Path) -> None:
    lines = [f"This is line number {number} of many that she says tonight." for number in range(6)]
    text = "EXT. LAKE - DAY\n\nANNA\n" + "\n".join(lines) + "\n"
    found = listed(folder, text, "long.fountain")
    assert len(found.shots) == 3
    assert all(shot.length_s is not None and shot.length_s <= 10 for shot in found.shots)
    assert [line for line in lines if not any(line in shot.fields.prompt for shot in found.shots)] == []
    assert len({shot.shot_id for shot in found.shots}) == 3


def test_a_line_put_in_renames_no_other_shot(folder: Path) -> None:
    before = "1\n00:00:01,000 --> 00:00:03,500\nWhere are you?\n\n2\n00:00:09,000 --> 00:00:12,000\nIch weiß’s nicht.\n"
    after = "1\n00:00:00,000 --> 00:00:00,900\nHello?\n\n" + before
    ids = [shot.shot_id for shot in listed(folder, before, "a.srt").shots]
    assert ids == ["where-are-you", "ich-weis-nicht"]
    assert [shot.shot_id for shot in listed(folder, after, "b.srt").shots] == ["hello", *ids]


def test_subtitles_last_as_long_as_they_are_shown(folder: Path) -> None:
    text = (
        "1\r\n00:00:01,000 --> 00:00:03,500\r\n<i>Where are\r\nyou?</i>\r\n\r\n"
        "00:00:04.250 --> 00:00:12.000 X1:40\r\n{\\an8}Here, {there}.\r\n\r\n\r\n"
        "3\r\n00:01:00,000 --> 00:01:13,000\r\n雨\r\n"
    )
    (folder / "talk.srt").write_text(text, encoding="utf-8", newline="")
    found = listed(
        folder,
        'include = "talk.srt"\n[defaults]\nprompt = "{style}: {line}"\n'
        '[variables]\nstyle = "neon"\nthere = "everywhere"\n',
    )
    where, here, rain = found.shots
    assert [(shot.at_s, shot.length_s) for shot in found.shots] == [
        (Fraction(1), Fraction("2.5")),
        (Fraction("4.25"), Fraction("7.75")),
        (Fraction(60), Fraction(13)),
    ]
    # Kling 2.6 sells 5 and 10 s; for 13 s the rules go on to a model that makes them.
    assert [(shot.fields.model, shot.fields.duration) for shot in found.shots] == [
        ("kling-2.6", 5),
        ("kling-2.6", 10),
        ("kling-3.0", 13),
    ]
    assert where.fields.prompt == "neon: Where are you?"
    assert here.fields.prompt == "neon: Here, everywhere."
    assert rain.fields.prompt == "neon: 雨"
    assert rain.shot_id.startswith("x")


def test_a_song(folder: Path) -> None:
    text = (
        "[ti:Rain]\n[offset:+500]\n[length: 00:30]\n[00:01.50]Rain is falling\n"
        "[00:05.50]<00:05.60>Down <00:06.00>it goes\n[00:12.50]\n[00:15.5][00:20.500]Come home\n[00:05.50]abajo\n"
    )
    found = listed(folder, text, "rain.lrc")
    assert found.title == "Rain"
    assert [(shot.shot_id, shot.at_s, shot.length_s, shot.place.line) for shot in found.shots] == [
        ("rain-is-falling", Fraction(1), Fraction(4), 4),
        ("down-it-goes-abajo", Fraction(5), Fraction(7), 5),
        ("come-home", Fraction(15), Fraction(5), 7),
        ("come-home-2", Fraction(20), Fraction(10), 7),
    ]
    assert [shot.fields.prompt for shot in found.shots][1:3] == ["Down it goes / abajo", "Come home"]


def span(start: float, duration: float, rate: float = 24) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(*(otio.opentime.RationalTime(value, rate) for value in (start, duration)))


def marker(comment: str, name: str = "", at: otio.opentime.TimeRange | None = None) -> otio.schema.Marker:
    return otio.schema.Marker(name, at or span(0, 1), comment=comment)


def test_gaps_and_markers_of_an_edit(folder: Path) -> None:
    timeline = otio.schema.Timeline("Cut 3", global_start_time=otio.opentime.RationalTime(86_400, 24))
    track = otio.schema.Track("V1")
    timeline.tracks.append(track)
    shown = otio.schema.Clip("old", otio.schema.ExternalReference("a.mov", span(0, 100)), span(10, 48))
    shown.markers.append(marker("check the colour"))
    gap = otio.schema.Gap(source_range=span(0, 72))
    gap.markers.extend([marker('RETAKE: rain on a window\nmodel = "kling-3.0"', "storm"), marker("RETAKE: not this")])
    missing = otio.schema.Clip("s030", otio.schema.MissingReference(), span(5, 60))
    missing.markers.append(marker("retake: [Anna]: “Hi.”"))
    filled = otio.schema.Gap(source_range=span(0, 24), metadata={"retake": {"prompt": "fog", "takes": 2, "other": 1}})
    plain = otio.schema.Gap(source_range=span(0, 24))
    written = otio.schema.Clip("s040", otio.schema.MissingReference(), span(0, 12), {"retake": {"prompt": "snow"}})
    track.extend([shown, otio.schema.Transition(in_offset=span(0, 4).duration, out_offset=span(0, 4).duration)])
    track.extend([gap, missing, plain, filled, written])
    title = marker("RETAKE: abstract ink; takes = 2; image = last frame of s030", "title", span(12, 36))
    timeline.tracks.markers.append(title)
    otio.adapters.write_to_file(timeline, str(folder / "edit.otio"))
    (folder / "a.mov").touch()
    found = read_list(folder / "edit.otio")
    assert (found.title, found.fps) == ("Cut 3", Fraction(24))
    # The gap is shown 4 frames longer by the dissolve before it.
    assert [(shot.shot_id[:8], shot.fields.prompt, shot.at_s, shot.length_s, shot.takes) for shot in found.shots] == [
        ("rain-on-", "rain on a window", Fraction(2), Fraction("3.166667"), 1),
        ("s030", "[Anna]: “Hi.”", Fraction(5), Fraction(5, 2), 1),
        ("fog-" + found.shots[2].shot_id[4:8], "fog", Fraction("8.5"), Fraction(1), 2),
        ("s040", "snow", Fraction("9.5"), Fraction(1, 2), 1),
        ("title", "abstract ink", Fraction(1, 2), Fraction(3, 2), 2),
    ]
    rain, hello, *_, ink = found.shots
    assert ink.links == (Link("image", Piece.LAST_FRAME, "s030"),)
    assert (ink.fields.model, ink.fields.sound) == ("kling-2.5-turbo", False)
    assert (rain.fields.model, rain.fields.duration, rain.marker) == ("kling-3.0", 4, "storm")
    assert (hello.fields.model, hello.fields.sound) == ("kling-2.6", True)


RULED = {
    "dialogue": ('prompt = "[Anna]: “Hi.”"', "kling-2.6", True, "dialogue: native audio"),
    "dialogue of 7 s": (
        'prompt = "[Anna]: “Hi.”"\nduration = 7',
        "kling-3.0",
        True,
        "dialogue: native audio; not kling-2.6: Kling 2.6 makes 5 or 10 s",
    ),
    "silent by its own word": ('prompt = "[Anna]: “Hi.”"\nsound = false', "kling-2.6", False, "anything else: "),
    "a performance": ('prompt = "she dances and Sings"', "kling-2.6", True, "performance: native audio"),
    "a performance by its tag": ('prompt = "a stage"\ntags = ["performance"]', "kling-2.6", True, "performance: "),
    "abstract": ('prompt = "abstract ink"', "kling-2.5-turbo", False, "abstract or transition: the cheap silent one"),
    "a transition": ('prompt = "smoke"\ntags = ["Transition"]', "kling-2.5-turbo", False, "abstract or transition: "),
    "abstraction is another word": ('prompt = "abstraction"', "kling-2.6", None, "anything else: the usual one"),
    "motion": ('motion = "a.mp4"\nimage = "b.png"', "kling-2.6", None, "motion reference: motion control"),
    "start and end": ('image = "a.png"\nend_image = "b.png"', "kling-2.6", None, "start and end frame: "),
    "start and end in 4k": (
        'image = "a.png"\nend_image = "b.png"\nquality = "4k"',
        "kling-3.0",
        None,
        "start and end frame: a model that takes both; not kling-2.6: Kling 2.6 has std or pro",
    ),
    "start, end and dialogue": (
        'prompt = "[Anna]: “Hi.”"\nimage = "a.png"\nend_image = "b.png"',
        "kling-3.0",
        True,
        "dialogue: native audio; not kling-2.6: ",
    ),
    "linked frames": (
        'start = "last frame of other"\nend = "first frame of other"',
        "kling-2.6",
        None,
        "start and end frame: ",
    ),
    "elements": ('prompt = "@Ann"\nimage = "a.png"\nelements = { Ann = "1" }', "kling-3.0", None, "elements: "),
    "pictures": ('prompt = "@image_1"\nreference = ["a.png"]', "kling-3.0-omni", None, "reference pictures: "),
    "a video": ('prompt = "x"\nfeature_video = "a.mp4"', "kling-3.0-omni", None, "reference video: "),
    "an extension": ('extend = "clip of other"', "kling-1.6", None, "extension: "),
    "explicit": ('prompt = "abstract"\nmodel = "kling-3.0"', "kling-3.0", None, "named by the shot"),
    "automatic": ('prompt = "abstract"\nmodel = "auto"', "kling-2.5-turbo", False, "abstract or transition: "),
    "nothing can": (
        'prompt = "[Anna]: “Hi.”"\nduration = 40',
        "kling-2.6",
        True,
        "dialogue: none of kling-2.6, kling-3.0, kling-3.0-omni can make it",
    ),
    "length beyond all": (
        'prompt = "x"\nlength = 40',
        "kling-3.0",
        None,
        "anything else: the usual one; none makes 40 s, it makes most",
    ),
}


@pytest.mark.parametrize("case", RULED)
def test_rules_choose_the_model(folder: Path, case: str) -> None:
    body, model, sound, why = RULED[case]
    shot = listed(folder, f'[[shot]]\nid = "s010"\n{body}\n[[shot]]\nid = "other"\nprompt = "x"\n').shots[0]
    assert (shot.fields.model, shot.fields.sound) == (model, sound)
    assert shot.model_why.startswith(why), shot.model_why


def test_rules_of_a_list_come_first_and_an_explicit_choice_before_them(folder: Path) -> None:
    rule = """
[[rule]]
name = "night"
why = "the fine one"
when = { words = ["night"], shorter_than = 8 }
model = "kling-3.0"
set = { quality = "pro", sound = true }
"""
    shots = """
[[shot]]
id = "night"
prompt = "a street by night, abstract"
[[shot]]
id = "silent"
prompt = "night"
sound = false
[[shot]]
id = "long"
prompt = "night"
duration = 10
[[shot]]
id = "named"
prompt = "night"
model = "kling-2.1-master"
"""
    night, silent, long, named = listed(folder, rule + shots).shots
    assert (night.fields.model, night.fields.quality, night.fields.sound) == ("kling-3.0", "pro", True)
    assert night.model_why == "night: the fine one"
    assert (silent.fields.model, silent.fields.sound) == ("kling-3.0", False)
    assert (long.fields.model, long.model_why) == ("kling-2.6", "anything else: the usual one")
    assert (named.fields.model, named.model_why) == ("kling-2.1-master", "named by the shot")
    spoken = listed(folder, rule.replace("kling-3.0", "kling-2.1-master") + shots.replace("abstract", "[A]: “Hi.”"))
    assert spoken.shots[0].fields.model == "kling-2.6"
    assert spoken.shots[0].model_why == "dialogue: native audio; not night: kling-2.1-master cannot make it"
    bare = listed(folder, "[project]\ndefault_rules = false\n" + rule + shots).shots
    assert [shot.model_why for shot in bare][2] == "no rule fits"
    by_defaults = listed(folder, '[defaults]\nmodel = "kling-3.0"\n' + shots).shots
    assert [shot.model_why for shot in by_defaults] == ["named by the defaults"] * 3 + ["named by the shot"]
    included = folder / "shots.toml"
    included.write_text(shots, encoding="utf-8")
    assert listed(folder, 'include = "shots.toml"\n' + rule).shots[0].model_why == "night: the fine one"


def test_a_fault_in_the_defaults_is_told_once(folder: Path) -> None:
    shots = "".join(f'[[shot]]\nid = "s{number}"\nprompt = "x"\n' for number in range(40))
    with pytest.raises(ShotListErrors) as caught:
        listed(folder, "[defaults]\ncfg = true\nimage = '{gone}.png'\n" + shots)
    assert len(caught.value.problems) == 2
