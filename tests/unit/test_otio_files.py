# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits as files: bundles, addresses of media, edits made by others, damaged ones."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from addon.errors import ExchangeError, InputError, StorageError
from addon.interchange.otio_file import read_otio, relink_media, write_otio
from otio_bridge.errors import BridgeError
from otio_bridge.export import export_text
from otio_bridge.flavour import FLAVOURS
from otio_bridge.import_timeline import ImportOptions, import_text
from otio_bridge.media_url import UrlForm, to_path, to_url
from otio_bridge.read_file import read_text
from otio_bridge.snapshot import SINGLE_MEDIA, Media, StripKind, StripSnapshot, TimelineSnapshot

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("RETAKE_CORPUS", ROOT.parent / "shared" / "corpus"))
CORPUS_FILES = sorted(CORPUS.glob("*/*.otio")) + sorted(CORPUS.glob("*/*.otioz"))


def strip(
    name: str, path: Path, start: int, files: tuple[str, ...] = (), kind: StripKind = StripKind.MOVIE
) -> StripSnapshot:
    media = Media(str(path), Fraction(24), max(1, len(files)) if files else 100, files=files)
    return StripSnapshot(name, kind, 1, start, 20, 0, {SINGLE_MEDIA: media}, SINGLE_MEDIA, blend_type="ALPHA_OVER")


def edit(*strips: StripSnapshot) -> TimelineSnapshot:
    return TimelineSnapshot("cut", Fraction(24), 1, 1280, 720, strips)


@pytest.fixture
def media(tmp_path: Path) -> TimelineSnapshot:
    """Two files of one name, a sequence, one file that two strips show; each file's content is its own path."""
    names = tuple(f"shot.{number:04d}.png" for number in range(1001, 1006))
    files = [tmp_path / "a" / "clip.mov", tmp_path / "b" / "Clip.mov", *(tmp_path / "seq" / name for name in names)]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text(file.relative_to(tmp_path).as_posix())
    return edit(
        strip("one", files[0], 1),
        strip("two", files[1], 30),
        strip("again", files[0], 60),
        strip("pictures", files[2], 90, names, StripKind.IMAGE),
    )


@pytest.mark.parametrize("ending", [".otioz", ".otiod"])
def test_a_bundle_holds_each_file_once_with_equal_names_and_sequences(
    media: TimelineSnapshot, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"cut{ending}"
    report = write_otio(media, path)
    assert not report.losses
    write_otio(media, tmp_path / f"other{ending}")
    if ending == ".otioz":
        assert path.read_bytes() == (tmp_path / f"other{ending}").read_bytes()
    for one in ("a", "b", "seq"):
        (tmp_path / one).rename(tmp_path / f"gone {one}")

    found, _ = read_otio(path)
    contents = {one.name: Path(one.media[SINGLE_MEDIA].path).read_text() for one in found.strips}
    assert contents == {
        "one": "a/clip.mov",
        "two": "b/Clip.mov",
        "again": "a/clip.mov",
        "pictures": "seq/shot.1001.png",
    }
    pictures = next(one for one in found.strips if one.name == "pictures").media[SINGLE_MEDIA]
    assert len(pictures.files) == 5
    assert all((Path(pictures.path).parent / name).is_file() for name in pictures.files)
    assert not any(one.media[SINGLE_MEDIA].missing for one in found.strips)
    assert [(one.name, one.start, one.length) for one in found.strips] == [
        (one.name, one.start, one.length) for one in sorted(media.strips, key=lambda one: one.start)
    ]


def test_openTimelineIO_itself_reads_the_bundle(media: TimelineSnapshot, tmp_path: Path) -> None:  # noqa: N802
    write_otio(media, tmp_path / "cut.otioz")
    (tmp_path / "out").mkdir()
    timeline = otio.adapters.read_from_file(str(tmp_path / "cut.otioz"), extract_to_directory=str(tmp_path / "out"))
    clips = list(timeline.find_clips())
    assert [clip.name for clip in clips] == ["one", "two", "again", "pictures"]
    assert clips[1].media_reference.target_url == "media/Clip_2.mov"
    assert (tmp_path / "out" / "media" / "Clip_2.mov").read_text() == "b/Clip.mov"


def test_a_bundle_without_its_files_is_refused_or_says_so(media: TimelineSnapshot, tmp_path: Path) -> None:
    (tmp_path / "a" / "clip.mov").unlink()
    with pytest.raises(ExchangeError, match=r"1 of the edit's files are not there: .*clip\.mov"):
        write_otio(media, tmp_path / "cut.otioz")
    assert not list(tmp_path.glob("cut*"))
    report = write_otio(media, tmp_path / "cut.otioz", leave_missing=True)
    assert len(report.dropped) == 1
    found, _ = read_otio(tmp_path / "cut.otioz")
    assert {one.name for one in found.strips if one.media[SINGLE_MEDIA].missing} == {"one", "again"}


@pytest.mark.parametrize(
    "name", ["../evil.mov", "media/../../evil.mov", "/evil.mov", "C:\\evil.mov", "media\\..\\evil.mov", "C:evil.mov"]
)
def test_an_entry_that_leads_out_of_the_bundle_is_refused_and_nothing_unpacked(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    with zipfile.ZipFile(inside / "bad.otioz", "w") as archive:
        archive.writestr("content.otio", export_text(edit())[0])
        archive.writestr("media/good.mov", "x")
        archive.writestr(name, "x")
    with pytest.raises(ExchangeError, match="nothing was unpacked"):
        read_otio(inside / "bad.otioz", media_folder=inside / "media")
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["bad.otioz"]


def test_a_link_in_a_bundle_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.otioz", "w") as archive:
        archive.writestr("content.otio", export_text(edit())[0])
        link = zipfile.ZipInfo("media/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ExchangeError, match="a link"):
        read_otio(tmp_path / "bad.otioz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not a zip"])
def test_a_damaged_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.otioz").write_bytes(content)
    with pytest.raises(ExchangeError):
        read_otio(tmp_path / "bad.otioz")


def test_what_is_at_the_place_of_a_file_is_kept_when_writing_fails(media: TimelineSnapshot, tmp_path: Path) -> None:
    write_otio(media, tmp_path / "cut.otio")
    before = (tmp_path / "cut.otio").read_bytes()
    lossy = edit(replace(media.strips[0], volume=1.0, flip_x=True))
    with pytest.raises(ExchangeError, match="1 things would not be kept"):
        write_otio(lossy, tmp_path / "cut.otio", flavour="resolve", strict=True)
    assert (tmp_path / "cut.otio").read_bytes() == before
    (tmp_path / "a file").write_text("x")
    with pytest.raises(StorageError):
        write_otio(media, tmp_path / "a file" / "cut.otio")
    with pytest.raises(InputError, match="flavour: avid cannot be used"):
        write_otio(media, tmp_path / "cut.otio", flavour="avid")


PLAIN = "/media/two words #1 100%/ü.mov"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (PLAIN, PLAIN),
        ("file:///media/two%20words%20%231%20100%25/%C3%BC.mov", PLAIN),
        ("file://localhost/media/two%20words%20%231%20100%25/%C3%BC.mov", PLAIN),
        ("file:/media/two%20words%20%231%20100%25/%C3%BC.mov", PLAIN),
        ("two words #1 100%/ü.mov", PLAIN),
        ("../media/two words #1 100%/ü.mov", PLAIN),
        ("file:///C:/clips/a%20b.mov", "C:\\clips\\a b.mov"),
        ("file://C:/clips/a%20b.mov", "C:\\clips\\a b.mov"),
        ("C:/clips/a b.mov", "C:\\clips\\a b.mov"),
        ("C:\\clips\\a b.mov", "C:\\clips\\a b.mov"),
        ("file://nas/share/a%20b.mov", "\\\\nas\\share\\a b.mov"),
        ("\\\\nas\\share\\a b.mov", "\\\\nas\\share\\a b.mov"),
        ("https://example.com/a%20b.mov", "https://example.com/a%20b.mov"),
    ],
)
def test_every_form_of_an_address_gives_the_one_path(url: str, path: str) -> None:
    assert to_path(url, "/media") == path


@pytest.mark.parametrize("path", [PLAIN, "C:\\clips\\a b#1.mov", "\\\\nas\\share\\100% c.mov", "/a/%20/b.mov"])
@pytest.mark.parametrize("form", UrlForm)
@pytest.mark.parametrize("base", ["/media/edits", "C:\\clips\\edits", "\\\\nas\\share\\edits"])
def test_every_form_is_read_back(path: str, form: UrlForm, base: str) -> None:
    url = to_url(path, form, base)
    if "%20" in path and form is UrlForm.RELATIVE and not url.startswith("/"):
        url = url.replace("%", "%25")
    assert to_path(url, base) == path


def test_moved_media_is_found_by_name_and_by_content(media: TimelineSnapshot, tmp_path: Path) -> None:
    for one in ("a", "b", "seq"):
        (tmp_path / "new" / "deep").mkdir(parents=True, exist_ok=True)
        (tmp_path / one).rename(tmp_path / "new" / "deep" / one)
    result = relink_media(media, [tmp_path / "new"])
    assert not result.not_found
    assert not result.open_questions
    contents = {one.name: Path(one.media[SINGLE_MEDIA].path).read_text() for one in result.snapshot.strips}
    assert contents["one"] == "a/clip.mov"
    assert contents["two"] == "b/Clip.mov"
    assert contents["pictures"] == "seq/shot.1001.png"

    lost = edit(strip("x", tmp_path / "elsewhere" / "clip.mov", 1), strip("y", tmp_path / "nothing.mov", 30))
    result = relink_media(lost, [tmp_path / "new"])
    assert result.not_found == (str(tmp_path / "nothing.mov"),)
    assert len(result.open_questions[str(tmp_path / "elsewhere" / "clip.mov")]) == 2

    import hashlib

    known = {"sha256": hashlib.sha256(b"b/Clip.mov").hexdigest()}
    hashed = edit(
        replace(lost.strips[0], media={SINGLE_MEDIA: replace(lost.strips[0].media[SINGLE_MEDIA], metadata=known)})
    )
    result = relink_media(hashed, [tmp_path / "new"])
    assert Path(result.snapshot.strips[0].media[SINGLE_MEDIA].path).read_text() == "b/Clip.mov"


def test_the_corpus_is_there() -> None:
    if not CORPUS_FILES:
        if os.environ.get("CI"):
            pytest.fail(f"no sample edits in {CORPUS}; RETAKE_CORPUS names their folder")
        pytest.skip(f"no sample edits in {CORPUS}; RETAKE_CORPUS names their folder")
    assert len(CORPUS_FILES) >= 40


@pytest.mark.parametrize("path", CORPUS_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_edit_made_by_others_is_read_and_written_back_the_same(path: Path, tmp_path: Path) -> None:
    found, report = read_otio(path, media_folder=tmp_path)
    assert found.strips
    assert report.kept == report.strips
    names = [one.name for one in found.walk()]
    assert len(set(names)) == len(names)
    again, _ = import_text(export_text(found)[0], ImportOptions(exists=lambda path: Path(path).is_file()))
    assert again == found
    for flavour in FLAVOURS:
        write_otio(found, tmp_path / "again.otio", flavour=flavour)


@pytest.mark.parametrize(
    "path", [one for one in CORPUS_FILES if one.suffix == ".otio"], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_the_clips_of_others_lie_where_openTimelineIO_says(path: Path) -> None:  # noqa: N802
    """Clips on tracks of the first level, those under a transition as long as it shows them."""
    root, _ = read_text(path.read_text(encoding="utf-8"))
    timeline = otio.core.deserialize_json_from_string(json.dumps(root))
    if not isinstance(timeline, otio.schema.Timeline):
        return
    found, _ = read_otio(path)
    places = sorted((one.start, one.end_exclusive) for one in found.strips if one.kind is not StripKind.EFFECT)
    expected = []
    for track in timeline.tracks:
        if not isinstance(track, otio.schema.Track) or track.source_range is not None:
            return
        for item in track:
            if isinstance(item, otio.schema.Gap | otio.schema.Transition) or not item.duration().value:
                continue
            shown = track.trimmed_range_of_child(item)
            before, after = track.neighbors_of(item)
            start = shown.start_time.to_seconds()
            end = start + shown.duration.to_seconds()
            head = _joined(track, before, -1)
            tail = _joined(track, after, 1)
            expected.append((start - head, end + tail))
    rate = float(found.rate)
    assert len(places) == len(expected)
    for (start, end), (start_s, end_s) in zip(places, sorted(expected), strict=True):
        assert abs(start - 1 - start_s * rate) <= 1.01
        assert abs(end - 1 - end_s * rate) <= 1.01


def _joined(track: otio.schema.Track, transition: object, side: int) -> float:
    """Seconds of the clip under a transition to another clip."""
    if not isinstance(transition, otio.schema.Transition):
        return 0.0
    other = track.neighbors_of(transition)[0 if side < 0 else 1]
    if other is None or isinstance(other, otio.schema.Gap):
        return 0.0
    return float((transition.in_offset if side < 0 else transition.out_offset).to_seconds())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON"),
        ("[]", "no OpenTimelineIO object"),
        ("{}", "no OpenTimelineIO object"),
        ("[" * 100_000, "400 levels deep"),
        ('{"OTIO_SCHEMA": "Gap.1"}', "no edit but a Gap"),
        ('{"OTIO_SCHEMA": "Timeline.99", "tracks": 5}', "not readable|no tracks"),
        ('{"OTIO_SCHEMA": "Flurb.1"}', "no edit but a Flurb"),
        ("\x00\x01\x02", "no JSON"),
    ],
)
def test_what_is_no_edit_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(BridgeError, match=words):
        import_text(text)


def test_rate_nought_counts_frames_of_the_timeline() -> None:
    """Kdenlive writes it for stills and sound."""
    text = export_text(edit(strip("a", Path("/a.mov"), 1), strip("b", Path("/b.wav"), 40)))[0]
    root = json.loads(text)
    for clip in root["tracks"]["children"][0]["children"]:
        if "media_references" in clip:
            clip["metadata"] = {}
            clip["media_references"][SINGLE_MEDIA]["metadata"] = {}
            available = clip["media_references"][SINGLE_MEDIA]["available_range"]
            available["start_time"]["rate"] = available["duration"]["rate"] = 0.0
    found, _ = import_text(json.dumps(root))
    assert [(one.name, one.start, one.length, one.shown.frame_count) for one in found.strips if one.shown] == [
        ("a", 1, 20, 100),
        ("b", 40, 20, 100),
    ]
