# SPDX-License-Identifier: GPL-3.0-or-later
"""EDL, Final Cut Pro 7 XML, FCPXML and AAF by the real adapters: what is in the files, and what is said of the rest."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import opentimelineio as otio
import pytest

from addon.errors import ExchangeError, InputError
from addon.interchange.otio_file import read_otio, relink_media, write_otio
from otio_bridge import aaf, adapter, edl, fcp7, fcpxml
from otio_bridge.snapshot import (
    SINGLE_MEDIA,
    Channel,
    Marker,
    Media,
    RetimeKey,
    Retiming,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
)
from tests.numbered_video import write_numbered

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("RETAKE_CORPUS", ROOT.parent / "shared" / "corpus"))
ENDINGS = (".edl", ".xml", ".fcpxml", ".aaf")
FILES = sorted(one for ending in ENDINGS for one in CORPUS.glob(f"*/*{ending}"))
NTSC = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))
HOUR = 86400
ADAPTERS = {one.ending: one.package for one in (aaf.CARRIER, edl.CARRIER, fcp7.CARRIER, fcpxml.CARRIER)}


def movie(
    name: str, channel: int, start: int, length: int, offset: int = 0, path: str = "", rate: Fraction = Fraction(24),
    begins: int = 0, kind: StripKind = StripKind.MOVIE,
) -> StripSnapshot:  # fmt: skip
    media = Media(path or f"/m/{name}.mov", rate, 500, start_frame=begins)
    return StripSnapshot(
        name, kind, channel, start, length, offset, {SINGLE_MEDIA: media}, SINGLE_MEDIA, content_length=500,
        blend_type="" if kind is StripKind.SOUND else "ALPHA_OVER",
    )  # fmt: skip


def edit(*strips: StripSnapshot, rate: Fraction = Fraction(24), begins: int = 0) -> TimelineSnapshot:
    return TimelineSnapshot("cut", rate, 1, 1280, 720, strips, timecode_start=begins)


def cut(rate: Fraction = Fraction(24)) -> TimelineSnapshot:
    """A dissolves to C, a gap, then B, whose file has timecode."""
    return edit(
        movie("A", 1, 1, 60, 10, rate=rate),
        movie("C", 2, 37, 60, 20, rate=rate),
        StripSnapshot("X", StripKind.EFFECT, 3, 37, 24, 0, {}, "", effect_type="CROSS", inputs=("A", "C")),
        movie("B", 1, 121, 48, 24, rate=rate, begins=round(rate) * 3600),
        rate=rate,
    )


def places(snapshot: TimelineSnapshot) -> list[tuple[str, int, int, float]]:
    """File, first and last frame, and the source's first frame on its own clock."""
    rows = []
    for one in snapshot.strips:
        if one.shown is not None:
            begins = one.shown.start_frame * snapshot.rate / one.shown.rate
            source = round(float(one.content_offset + begins), 1)
            rows.append((one.shown.path, one.start, one.end_exclusive, source))
    return sorted(rows, key=lambda row: row[1:])


def sentences(report: object) -> list[str]:
    return [one.sentence for one in report.losses]  # type: ignore[attr-defined]


def test_an_edl_says_cuts_dissolves_reels_and_speeds_as_the_format_does(tmp_path: Path) -> None:
    twice = Retiming((RetimeKey(0.0, 0.0), RetimeKey(100.0, 200.0)))
    held = Retiming((RetimeKey(0.0, 30.0), RetimeKey(24.0, 30.0)))
    whole = replace(
        cut(),
        strips=(
            *cut().strips,
            movie("other A", 1, 200, 24, 5, path="/m/two/A.mov"),
            replace(movie("fast", 1, 240, 24, 5), retiming=twice),
            replace(movie("held", 1, 270, 24), retiming=held),
        ),
        timecode_start=HOUR,
        markers=(Marker("look", 20, color="BLUE"), Marker("nothing here", 110)),
    )
    report = write_otio(whole, tmp_path / "cut.edl")
    assert (tmp_path / "cut.edl").read_text().splitlines() == [
        "TITLE: cut",
        "FCM: NON-DROP FRAME",
        "",
        "001  A        V     C        00:00:00:10 00:00:01:22 01:00:00:00 01:00:01:12",
        "* FROM CLIP NAME:  A",
        "* FROM CLIP: /m/A.mov",
        "* LOC: 01:00:00:19 BLUE    look",
        "002  A        V     C        00:00:01:22 00:00:01:22 01:00:01:12 01:00:01:12",
        "002  C        V     D 024    00:00:00:20 00:00:03:08 01:00:01:12 01:00:04:00",
        "* FROM CLIP NAME:  A",
        "* FROM CLIP: /m/A.mov",
        "* TO CLIP NAME:  C",
        "* TO CLIP: /m/C.mov",
        "003  B        V     C        01:00:01:00 01:00:03:00 01:00:05:00 01:00:07:00",
        "* FROM CLIP NAME:  B",
        "* FROM CLIP: /m/B.mov",
        "004  A2       V     C        00:00:00:05 00:00:01:05 01:00:08:07 01:00:09:07",
        "* FROM CLIP NAME:  other A",
        "* FROM CLIP: /m/two/A.mov",
        "005  FAST     V     C        00:00:00:10 00:00:02:10 01:00:09:23 01:00:10:23",
        "M2   FAST           048.000                00:00:00:10",
        "* FROM CLIP NAME:  fast",
        "* FROM CLIP: /m/fast.mov",
        "006  HELD     V     C        00:00:01:06 00:00:01:07 01:00:11:05 01:00:12:05",
        "M2   HELD           000.000                00:00:01:06",
        "* FROM CLIP NAME:  held FF",
        "* * FREEZE FRAME",
        "* FROM CLIP: /m/held.mov",
    ]
    assert sentences(report) == [
        "nothing here: marker dropped: an EDL has markers on clips only, and there is none below it"
    ]
    again, _ = read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))
    assert places(again)[:4] == places(whole)[:4]
    assert [(one.name, one.frame, one.color) for one in again.markers] == [("look", 20, "BLUE")]
    assert again.timecode_start == HOUR


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), *NTSC], ids=lambda rate: f"{float(rate):.2f}")
def test_what_is_seen_comes_back_at_every_rate(rate: Fraction, ending: str, tmp_path: Path) -> None:
    begins = {NTSC[1]: 107892, NTSC[2]: 215784}.get(rate, round(rate) * 3600)
    whole = replace(cut(rate), timecode_start=begins)
    report = write_otio(whole, tmp_path / f"cut{ending}")
    again, _ = read_otio(tmp_path / f"cut{ending}", edit_rate=rate)
    assert (again.rate, again.timecode_start) == (rate, begins)
    clock = round(rate) * 3600
    if ending in (".edl", ".xml"):
        assert sentences(report) == []
        wanted = [("/m/A.mov", 1, 61, 10.0), ("/m/C.mov", 37, 97, 20.0)]
        crosses = [one for one in again.strips if one.effect_type == "CROSS"]
        assert [(one.start, one.end_exclusive) for one in crosses] == [(37, 61)]
    else:
        (said,) = sentences(report)
        assert said.endswith("a cut in its middle stands for it")
        wanted = [("/m/A.mov", 1, 49, 10.0), ("/m/C.mov", 49, 97, 32.0)]
    assert places(again) == [*wanted, ("/m/B.mov", 121, 169, 24.0 + clock)]


def test_drop_frame_timecode_is_written_and_read(tmp_path: Path) -> None:
    rate = NTSC[1]
    write_otio(edit(movie("a", 1, 1, 1800, 0, rate=rate), movie("b", 1, 1801, 30, 9, rate=rate), rate=rate),
               tmp_path / "cut.edl")  # fmt: skip
    lines = (tmp_path / "cut.edl").read_text().splitlines()
    assert lines[1] == "FCM: DROP FRAME"
    assert lines[6].endswith("00:00:00;09 00:00:01;09 00:01:00;02 00:01:01;02")
    again, _ = read_otio(tmp_path / "cut.edl", edit_rate=rate)
    assert places(again) == [("/m/a.mov", 1, 1801, 0.0), ("/m/b.mov", 1801, 1831, 9.0)]


RICH = (
    movie("fast", 1, 1, 24, 5),
    movie("own rate", 1, 40, 24, 5, path="/m/own 25.mov", rate=Fraction(25)),
    movie("muted", 1, 80, 24, 5),
    StripSnapshot("red", StripKind.COLOR, 1, 120, 24, 0, {}, "", settings={"color": [1, 0, 0]}, blend_type="REPLACE"),
    StripSnapshot("lost", StripKind.MOVIE, 1, 160, 24, 0, {}, "", blend_type="REPLACE"),
    movie("see-through", 1, 200, 24),
    movie("early", 1, 240, 24, -10),
    StripSnapshot(
        "meta", StripKind.META, 1, 280, 30, 5, {}, "",
        children=(movie("in one", 1, 275, 20, 3), movie("in two", 1, 295, 20, 3, path="/m/in one.mov")),
        blend_type="REPLACE",
    ),
    movie("backwards", 1, 320, 24, 5),
    movie("tone", 5, 1, 60, 10, path="/m/tone.wav", kind=StripKind.SOUND),
)  # fmt: skip


def rich() -> TimelineSnapshot:
    twice = Retiming((RetimeKey(0.0, 0.0), RetimeKey(100.0, 200.0)))
    changes = {
        "fast": {"retiming": twice},
        "muted": {"mute": True},
        "see-through": {"opacity": 0.5},
        "backwards": {"reverse_frames": True},
    }
    strips = tuple(replace(one, **changes.get(one.name, {})) for one in RICH)
    return replace(
        edit(*strips),
        markers=(Marker("note", 10, 5, "BLUE", "say more"),),
        channels=(Channel(1, "Pictures", lock=True),),
    )


LOST = {
    ".edl": {
        "Pictures: channel name", "backwards: reverse", "channel Pictures: channel lock", "early: held frames",
        "early: in point", "in one: strip", "in two: strip", "lost: strip", "meta: strip", "muted: strip",
        "note: marker", "red: strip", "see-through: opacity", "tone: strip",
    },
    ".xml": {
        "Pictures: channel name", "backwards: speed", "channel Pictures: channel lock", "early: held frames",
        "early: in point", "fast: speed", "lost: strip", "note: marker", "red: strip", "see-through: opacity",
    },
    ".fcpxml": {
        "Pictures: channel name", "backwards: speed", "channel Pictures: channel lock", "early: held frames",
        "early: in point", "fast: speed", "lost: strip", "muted: strip", "note: marker", "red: strip",
        "see-through: opacity",
    },
    ".aaf": {
        "backwards: speed", "channel Pictures: channel lock", "early: held frames", "early: in point", "fast: speed",
        "in one: strip", "in two: strip", "lost: strip", "meta: strip", "muted: strip", "note: marker", "red: strip",
        "see-through: opacity",
    },
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_loss_is_named_and_strict_refuses_all(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"cut{ending}"
    report = write_otio(rich(), path)
    assert {f"{one.strip}: {one.feature}" for one in report.losses} == LOST[ending]
    assert all(one.reason and not one.comes_back for one in report.losses)
    before = path.read_bytes()
    with pytest.raises(ExchangeError, match=f"{len(report.losses)} things would not be kept"):
        write_otio(rich(), path, strict=True)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    again, _ = read_otio(path, edit_rate=Fraction(24))
    found = {one.name: one for one in again.walk()}
    assert (found["early"].start, found["early"].length, found["early"].content_offset) == (250, 14, 0)
    if ending == ".xml":
        assert found["muted"].mute
    else:
        assert "muted" not in found
    if ending in (".xml", ".fcpxml"):
        meta = next(one for one in again.strips if one.kind is StripKind.META)
        assert (meta.start, meta.end_exclusive) == (280, 310)
        assert [(one.shown.path, one.start, one.end_exclusive) for one in meta.children if one.shown] == [
            ("/m/in one.mov", 275, 295),
            ("/m/in one.mov", 295, 315),
        ]


def test_the_xml_has_what_resolve_and_premiere_look_for(tmp_path: Path) -> None:
    muted = replace(movie("off", 1, 40, 10), mute=True)
    write_otio(edit(movie("ä b#1", 1, 1, 24, 5), muted, rate=NTSC[0]), tmp_path / "cut.xml")
    root = ElementTree.parse(tmp_path / "cut.xml").getroot()
    format_ = root.find(".//sequence/media/video/format/samplecharacteristics")
    assert format_ is not None
    assert (format_.findtext("width"), format_.findtext("height")) == ("1280", "720")
    assert (format_.findtext("rate/timebase"), format_.findtext("rate/ntsc")) == ("24", "TRUE")
    items = root.findall(".//clipitem")
    assert [one.findtext("enabled") for one in items] == [None, "FALSE"]
    assert items[0].findtext("file/pathurl") == "file:///m/%C3%A4%20b%231.mov"
    assert [items[0].findtext(key) for key in ("start", "end", "in", "out")] == ["0", "24", "5", "29"]


def test_equal_clips_stay_apart(tmp_path: Path) -> None:
    """The adapter writes what is equal once, and shows it there only."""
    same = [replace(movie(f"a.{at}", 1, at, 10, 5, path="/m/a.mov"), foreign={"name": {"was": "a", "as": f"a.{at}"}})
            for at in (1, 31, 61)]  # fmt: skip
    for ending in ENDINGS:
        write_otio(edit(*same), tmp_path / f"cut{ending}")
        again, _ = read_otio(tmp_path / f"cut{ending}", edit_rate=Fraction(24))
        assert places(again) == [("/m/a.mov", at, at + 10, 5.0) for at in (1, 31, 61)]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "path",
    ["/m/日本 é.mov", "/m/it's 100% #1 & <2>.mov", "C:\\clips\\b.mov", "\\\\nas\\share\\c d.mov", "/m/a.[1-5].mov"],
)
def test_paths_come_back_as_they_were_or_nothing_is_written(path: str, ending: str, tmp_path: Path) -> None:
    whole = edit(movie("Größe 'x' & <y>", 1, 1, 24, 5, path=path))
    if ending == ".edl" and "[1-5]" in path:
        with pytest.raises(ExchangeError, match="does not write this edit right"):
            write_otio(whole, tmp_path / f"cut{ending}")
        assert not list(tmp_path.iterdir())
        return
    assert sentences(write_otio(whole, tmp_path / f"cut{ending}")) == []
    again, _ = read_otio(tmp_path / f"cut{ending}", edit_rate=Fraction(24))
    assert places(again) == [(path, 1, 25, 5.0)]
    assert [one.name for one in again.strips] == ["Größe 'x' & <y>"]


def test_a_path_that_no_edl_can_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="Nothing was written"):
        write_otio(edit(movie("a", 1, 1, 24, 5, path="/m/two\nlines.mov")), tmp_path / "cut.edl")
    assert not list(tmp_path.iterdir())


def test_an_edl_of_two_tracks_is_refused_with_the_way_out(tmp_path: Path) -> None:
    whole = edit(movie("a", 1, 1, 24), movie("b", 2, 10, 24))
    with pytest.raises(ExchangeError, match=r"holds one picture track, and this edit needs 2.*Final Cut Pro 7 XML"):
        write_otio(whole, tmp_path / "cut.edl")
    assert not list(tmp_path.iterdir())
    muted = replace(whole, channels=(Channel(2, mute=True),))
    report = write_otio(muted, tmp_path / "cut.edl")
    assert sentences(report) == ["b: an EDL plays muted strips, so it is left out"]


@pytest.mark.parametrize(("ending", "words"), [(".edl", "no timecode at 15"), (".xml", None), (".fcpxml", None)])
def test_rates_that_a_format_has_no_word_for_are_refused(ending: str, words: str | None, tmp_path: Path) -> None:
    rate = Fraction(15) if words else Fraction(25, 2)
    with pytest.raises(ExchangeError, match=words or r"no .*12\.5 frames a second"):
        write_otio(edit(movie("a", 1, 1, 24, rate=rate), rate=rate), tmp_path / f"cut{ending}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("ending", "was", "becomes"),
    [
        (".edl", "00:00:00:10 00:00:01:22", "00:00:00:11 00:00:01:23"),
        (".edl", "/m/C.mov", "/m/A.mov"),
        (".xml", "<in>10</in>", "<in>11</in>"),
        (".xml", "file:///m/C.mov", "file:///m/A.mov"),
        (".xml", "<ntsc>FALSE</ntsc>", "<ntsc>TRUE</ntsc>"),
        (".fcpxml", 'src="file:///m/C.mov"', 'src="file:///m/A.mov"'),
        (".fcpxml", 'start="5/12s"', 'start="11/24s"'),
    ],
)
def test_an_adapter_that_writes_something_else_writes_nothing(
    ending: str, was: str, becomes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real adapter, whose text is then changed on its way to the disk."""
    (tmp_path / f"cut{ending}").write_text("of yesterday")
    real = Path.write_text

    def spoiled(self: Path, text: str, **options: object) -> int:
        assert was in text
        return real(self, text.replace(was, becomes), **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", spoiled)
    with pytest.raises(ExchangeError, match=rf"does not write this edit right as \{ending}"):
        write_otio(cut(), tmp_path / f"cut{ending}")
    assert [one.name for one in tmp_path.iterdir()] == [f"cut{ending}"]
    assert (tmp_path / f"cut{ending}").read_text() == "of yesterday"


@pytest.mark.parametrize("ending", ENDINGS)
def test_without_the_adapter_the_error_says_what_to_install(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cached in (adapter.load_adapter, aaf._adapter, fcpxml._exact_adapter):
        cached.cache_clear()
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == ADAPTERS[ending] else real(name))
    package = ADAPTERS[ending].replace("_", "-")
    with pytest.raises(ExchangeError, match=rf"{package}, which is not installed.*retake\[exchange\]"):
        write_otio(cut(), tmp_path / f"cut{ending}")
    assert not list(tmp_path.iterdir())


def test_what_counts_for_otio_only_is_refused_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"flavour: resolve cannot be used.*it counts for \.otio only"):
        write_otio(cut(), tmp_path / "cut.xml", flavour="resolve")
    with pytest.raises(InputError, match="it counts for"):
        write_otio(cut(), tmp_path / "cut.edl", url_form="relative")


def test_an_aaf_links_its_files_and_has_the_names_of_tracks(tmp_path: Path) -> None:
    write_otio(replace(rich(), timecode_start=HOUR), tmp_path / "cut.aaf")
    again, report = read_otio(tmp_path / "cut.aaf")
    assert (again.name, again.timecode_start) == ("cut", HOUR)
    assert {one.name for one in again.channels} >= {"Pictures", "Channel 5"}
    assert ("/m/tone.wav", 1, 61, 10.0) in places(again)
    assert {one.feature for one in report.losses} == {"media"}


EDL_OF_OTHERS = """\
TITLE: of others
FCM: NON-DROP FRAME
001  AX       V     C        00:00:00:00 00:00:00:00 01:00:00:00 01:00:00:00
001  AX       V     D    012 00:00:10:00 00:00:12:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: nothing
* TO CLIP NAME: first.mov
002  AX       V     C        00:00:12:00 00:00:13:00 01:00:02:00 01:00:03:00
002  BX       V     D    010 00:01:00:00 00:01:02:00 01:00:03:00 01:00:05:00
* FROM CLIP: /m/first.mov
* TO CLIP: /m/second.mov
* LOC: 01:00:04:00 RED     here
003  CX       V     W001 005 00:02:00:00 00:02:01:00 01:00:05:00 01:00:06:00
"""


def test_the_clip_after_a_transition_has_its_own_file(tmp_path: Path) -> None:
    """The adapter alone gives it the outgoing clip's, and loses the frames of the first line."""
    (tmp_path / "cut.edl").write_text(EDL_OF_OTHERS.rpartition("003")[0])
    found, report = read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))
    assert [(row[0].rpartition("/")[2], *row[1:]) for row in places(found)] == [
        ("first.mov", 1, 49, 240.0),
        ("first.mov", 49, 83, 288.0),
        ("second.mov", 73, 121, 1440.0),
    ]
    assert [(one.name, one.frame) for one in found.markers] == [("here", 97)]
    assert "first.mov: transition dropped: it fades from nothing: a cut stands for it" in sentences(report)

    (tmp_path / "cut.edl").write_text(EDL_OF_OTHERS)
    with pytest.raises(ExchangeError, match="Line 12 of the EDL: event 003 is there twice, or is a transition from"):
        read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no events"),
        ("<xml/>", "Line 1 is no line of an EDL"),
        ("001  A V C 00:00:00:00 00:00:01:00 00:00:00:00\n", "has 7 columns"),
        ("001  A V C 00:00:00:00 00:00:01:24 00:00:00:00 00:00:01:24\n", "does not exist at 24 frames.*--rate"),
        ("001  A V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:02:00\n", "the source lasts 24 frames, its place"),
        ("001  A V C 00:00:00:00 00:00:01:00 00:00:02:00 00:00:01:00\n", "ends before it begins"),
        ("001  A V K 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n", "of the kind 'K'"),
        (
            "001  A V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n"
            "002  A V C 00:00:00:00 00:00:01:00 00:00:00:12 00:00:01:12\n",
            "lies over the event before it",
        ),
    ],
)
def test_an_edl_that_cannot_be_understood_is_refused_by_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(text)
    with pytest.raises(ExchangeError, match=words):
        read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))


def test_an_edl_needs_a_rate(tmp_path: Path) -> None:
    write_otio(cut(), tmp_path / "cut.edl")
    with pytest.raises(ExchangeError, match=r"does not say how many frames a second.*--rate"):
        read_otio(tmp_path / "cut.edl")
    as_scene, _ = read_otio(tmp_path / "cut.edl", rate=Fraction(24))
    assert as_scene.rate == 24
    other, _ = read_otio(tmp_path / "cut.edl", rate=Fraction(48), edit_rate=Fraction(24))
    assert [row[1:3] for row in places(other)] == [(1, 121), (73, 193), (241, 337)]


def with_timecode(path: Path, timecode: str) -> None:
    plain = path.with_name(f"plain {path.name}")
    write_numbered(plain, 60, Fraction(24), size=(64, 36))
    with av.open(str(plain)) as source, av.open(str(path), "w") as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        stream.metadata["timecode"] = timecode
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    plain.unlink()


def test_an_edl_shows_files_with_timecode_from_the_right_frame(tmp_path: Path) -> None:
    """01:00:00:10 of a file that begins at 01:00:00:00 is its tenth frame, wherever the file is found."""
    there = tmp_path / "there"
    there.mkdir()
    with_timecode(there / "a.mov", "01:00:00:00")
    (tmp_path / "cut.edl").write_text(
        "TITLE: x\n001  A V C 01:00:00:10 01:00:01:10 00:00:00:00 00:00:01:00\n"
        f"* FROM CLIP: {there / 'a.mov'}\n"
        "002  A V C 05:00:00:10 05:00:01:10 00:00:01:00 00:00:02:00\n"
        f"* FROM CLIP: {there / 'a.mov'}\n* FROM CLIP NAME: wrong\n"
    )
    found, report = read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))
    assert found.strips[0].content_offset == 10
    assert sentences(report) == [
        "wrong: in point approximated: the EDL shows 05:00:00:10, and a.mov goes from 01:00:00:00 to 01:00:02:12"
    ]
    there.rename(tmp_path / "elsewhere")
    lost, report = read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24))
    assert any("a.mov is at 01:00:00:10 is not known" in one for one in sentences(report))
    moved = relink_media(lost, [tmp_path / "elsewhere"]).found
    again, _ = read_otio(tmp_path / "cut.edl", edit_rate=Fraction(24), moved=moved)
    assert again.strips[0].content_offset == 10


def xmeml(item: str, sequences: str = "") -> str:
    return (
        '<xmeml version="4"><sequence id="top"><name>top</name><duration>100</duration><rate><timebase>24</timebase>'
        f"<ntsc>FALSE</ntsc></rate><media><video><track>{item}</track></video></media></sequence>{sequences}</xmeml>"
    )


NESTED = (
    '<clipitem id="c1"><name>n</name><duration>48</duration><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>'
    "<start>10</start><end>40</end><in>5</in><out>35</out>{}</clipitem>"
)
INNER = (
    '<sequence id="inner"><name>inner</name><duration>48</duration>'
    "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
    '<media><video><track><clipitem id="c2"><name>deep</name><duration>48</duration><rate><timebase>24</timebase>'
    '<ntsc>FALSE</ntsc></rate><start>0</start><end>48</end><in>7</in><out>55</out><file id="f"><name>deep.mov</name>'
    "<pathurl>file:///m/deep.mov</pathurl><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><duration>100</duration>"
    "</file></clipitem></track></video></media></sequence>"
)


@pytest.mark.parametrize(
    "item", [NESTED.format(INNER), NESTED.format('<sequence id="inner"/>')], ids=["whole", "by id"]
)
def test_nested_sequences_of_final_cut_pro_are_read(item: str, tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(xmeml(item, "" if "<media>" in item else INNER))
    found, _ = read_otio(tmp_path / "cut.xml")
    (meta,) = found.strips
    assert (meta.kind, meta.start, meta.end_exclusive) == (StripKind.META, 11, 41)
    (deep,) = meta.children
    assert deep.shown is not None
    assert (deep.shown.path, deep.start, deep.length, deep.content_offset) == ("/m/deep.mov", 6, 48, 7)


def test_clips_of_one_track_that_overlap_are_not_laid_one_behind_the_other(tmp_path: Path) -> None:
    """As the adapters lay them, unasked."""
    item = (
        '<clipitem id="{0}"><name>{0}</name><duration>100</duration>'
        "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
        '<start>{1}</start><end>{2}</end><in>5</in><out>35</out><file id="f{0}"><name>{0}</name><pathurl>file:///m/{0}.mov'
        "</pathurl><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><duration>100</duration></file></clipitem>"
    )
    (tmp_path / "cut.xml").write_text(xmeml(item.format("a", 0, 50) + item.format("b", 30, 80)))
    with pytest.raises(ExchangeError, match=r"The clip 'b' of file:///m/b\.mov, 50 frames from 30, is not there"):
        read_otio(tmp_path / "cut.xml")
    clip = (
        '<clip name="{0}" offset="{1}s" duration="2s"><video ref="r2" offset="0s"><audio ref="r2" offset="0s"/>'
        "</video></clip>"
    )
    text = (
        '<fcpxml version="1.8"><resources><format id="r1" frameDuration="1/25s"/><asset id="r2" src="file:///m/a.mov" '
        'format="r1" start="0s" duration="9s" hasVideo="1" hasAudio="1"/></resources><project name="p">'
        '<sequence format="r1" duration="9s" tcStart="3600s"><spine>{}</spine></sequence></project></fcpxml>'
    )
    (tmp_path / "cut.fcpxml").write_text(text.format(clip.format("one", 0) + clip.format("two", 2)))
    found, report = read_otio(tmp_path / "cut.fcpxml")
    assert places(found) == [("/m/a.mov", 1, 51, 0.0), ("/m/a.mov", 51, 101, 0.0)]
    assert (found.rate, found.timecode_start) == (25, 90000)
    assert [one for one in sentences(report) if "sound" in one] == [
        f"{name}: sound dropped: the adapter reads the picture only" for name in ("one", "two")
    ]
    (tmp_path / "cut.fcpxml").write_text(text.format(clip.format("one", 0) + clip.format("two", 1)))
    with pytest.raises(ExchangeError, match="two lies over one in lane 0"):
        read_otio(tmp_path / "cut.fcpxml")


def test_files_of_another_rate_lie_where_the_fcpxml_says(tmp_path: Path) -> None:
    clip = '<asset-clip name="{0}" ref="{0}" offset="{1}s" duration="2s" start="{2}"/>'
    asset = '<asset id="{0}" format="{1}" start="0s" duration="90s" hasVideo="1">{2}</asset>'
    media = '<media-rep kind="original-media" src="file:///m/{0}.mov"/>'
    (tmp_path / "cut.fcpxml").write_text(
        '<fcpxml version="1.10"><resources><format id="r1" frameDuration="1/25s"/>'
        '<format id="r2" frameDuration="1001/24000s"/>'
        + "".join(asset.format(name, form, media.format(name)) for name, form in (("a", "r2"), ("b", "r1")))
        + '</resources><project name="p"><sequence format="r1" duration="9s"><spine>'
        + clip.format("a", 0, "1001/1000s") + clip.format("b", 4, "29/25s")
        + "</spine></sequence></project></fcpxml>"
    )  # fmt: skip
    found, _ = read_otio(tmp_path / "cut.fcpxml")
    assert places(found) == [("/m/a.mov", 1, 51, 25.0), ("/m/b.mov", 101, 151, 29.0)]
    a = found.strips[0].shown
    assert a is not None
    assert a.rate == NTSC[0]


def test_a_sequence_within_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(xmeml(NESTED.format('<sequence id="top"/>')))
    with pytest.raises(ExchangeError, match="nested in itself"):
        read_otio(tmp_path / "cut.xml")


def test_compound_clips_of_one_name_keep_their_own_content(tmp_path: Path) -> None:
    def meta(name: str, start: int, path: str) -> StripSnapshot:
        inner = movie(f"in {name}", 1, start, 20, 3, path=path)
        return StripSnapshot(name, StripKind.META, 1, start, 20, 0, {}, "", children=(inner,), blend_type="REPLACE",
                             foreign={"name": {"was": "scene 1", "as": name}})  # fmt: skip

    write_otio(edit(meta("one", 1, "/m/1.mov"), meta("two", 30, "/m/2.mov")), tmp_path / "cut.fcpxml")
    again, _ = read_otio(tmp_path / "cut.fcpxml")
    assert [one.shown.path for one in again.walk() if one.shown] == ["/m/1.mov", "/m/2.mov"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("cut.xml", "no xml", "is no XML"),
        ("cut.xml", "<fcpxml/>", "XML of another kind"),
        ("cut.xml", "<xmeml/>", "No top-level sequences found"),
        ("cut.fcpxml", "<xmeml/>", "XML of another kind"),
        ("cut.fcpxml", "<fcpxml/>", "no project and no clips"),
        ("cut.aaf", "no aaf", "cannot be read as AAF"),
        ("cut.svg", "", r"none of \.edl, \.xml, \.fcpxml, \.aaf"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_reason(name: str, text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ExchangeError, match=words):
        read_otio(tmp_path / name)


def test_the_sample_edits_are_there() -> None:
    if not FILES:
        if os.environ.get("CI"):
            pytest.fail(f"no sample edits in {CORPUS}; RETAKE_CORPUS names their folder")
        pytest.skip(f"no sample edits in {CORPUS}; RETAKE_CORPUS names their folder")
    assert len(FILES) >= 31


REFUSED = {
    "dissolve_test_fail.edl": "event 001 is there twice",
    "timecode_mismatch.edl": "the source lasts 49 frames, its place in the edit 47",
    "premiere_example_filter.xml": r"XML of another kind \(filter\)",
}
AT_25 = {"25fps.edl", "timecode_mismatch.edl"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_edit_made_by_others_is_read_and_goes_out_again_or_is_refused_by_name(path: Path, tmp_path: Path) -> None:
    rate = Fraction(25 if path.name in AT_25 else 24)
    if path.name in REFUSED:
        with pytest.raises(ExchangeError, match=REFUSED[path.name]):
            read_otio(path, edit_rate=rate)
        return
    found, report = read_otio(path, edit_rate=rate)
    assert report.kept == report.strips
    # A second for each twenty clips of an AAF.
    for ending in (".otio", ".xml", ".fcpxml", *((".aaf",) if report.strips < 50 else ())):
        write_otio(found, tmp_path / f"again{ending}")


@pytest.mark.parametrize("path", [one for one in FILES if one.suffix == ".xml"], ids=lambda path: path.name)
def test_the_files_of_a_sequence_lie_where_its_text_says(path: Path) -> None:
    """Start and end of each picture clip of the first sequence, against the XML itself."""
    if path.name in REFUSED:
        return
    root = ElementTree.parse(path).getroot()
    sequence = next(root.iter("sequence"))
    expected = []
    for item in sequence.findall("./media/video/track/clipitem"):
        start, end = (int(item.findtext(key) or -1) for key in ("start", "end"))
        if start >= 0 and end >= 0:
            expected.append((start, end))
    found, _ = read_otio(path)
    there = {(one.start - 1, one.end_exclusive - 1) for one in found.strips}
    assert {one for one in expected if one[1] > one[0]} <= there
    enabled = [item.findtext("enabled") for item in sequence.findall("./media/video/track/clipitem")]
    muted = [one for one in found.strips if one.mute and one.kind is not StripKind.SOUND]
    assert len(muted) >= enabled.count("FALSE")


@pytest.mark.filterwarnings("ignore:Testing an element:DeprecationWarning")  # of fcpx_xml 1.0.0
def test_openTimelineIO_itself_reads_what_was_written(tmp_path: Path) -> None:  # noqa: N802
    """By its own entry points, as another program would: cuts only, for its dissolve shows the wrong file."""
    whole = edit(movie("a", 1, 1, 24, 5), movie("b", 1, 30, 24, 7), begins=HOUR)
    for ending in ENDINGS:
        path = tmp_path / f"cut{ending}"
        write_otio(whole, path)
        timeline = otio.adapters.read_from_file(str(path))
        clips = list(timeline.find_clips())
        assert [one.source_range.start_time.value for one in clips] == [5, 7]
        assert [one.media_reference.target_url.removeprefix("file://") for one in clips] == ["/m/a.mov", "/m/b.mov"]
