# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake reference` as a user runs it: what it prints, what it writes, and the sentence each bad input gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from tests.marked_clip import write_marked_clip
from tests.reference_clips import Figure, ReferenceClip, Scene, played, wall

ROOT = Path(__file__).parents[2]


def retake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "RETAKE_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "addon", "reference", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)


def write_sound_alone(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 200_000), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def write_empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def write_without_end(path: Path, *, has_index: bool) -> Path:
    whole = write_marked_clip(path.with_name("whole.mp4"), options={"x264-params": "crf=1"})
    content = whole.read_bytes()
    if not has_index:
        # As a camera whose battery went writes it: the index would have come last.
        at = content.index(b"moov") - 4
        content = content[:at] + content[at + int.from_bytes(content[at : at + 4], "big") :]
    path.write_bytes(content[: len(content) * 6 // 10])
    return path


UNREADABLE: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing.mp4", lambda path: path, "there is no such file"),
    ("empty.mp4", write_empty, "the file is empty (0 bytes)"),
    ("sound.m4a", write_sound_alone, "there is only sound in it"),
    ("text.mp4", lambda path: path.write_text("<html>not found</html>"), "it is no video that can be read"),
    ("short.mp4", lambda path: write_without_end(path, has_index=True), "the file is cut short: only"),
    ("no-index.mp4", lambda path: write_without_end(path, has_index=False), "its end is missing"),
]


@pytest.mark.parametrize(("name", "write", "words"), UNREADABLE, ids=[name for name, *_ in UNREADABLE])
def test_what_is_no_whole_video_gets_a_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / name
    write(path)
    for extra in ((), ("--fix", str(tmp_path / "out.mp4"))):
        done = retake(tmp_path, str(path), *extra)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out.mp4").exists()


def test_a_clip_just_too_short_is_refused_and_cannot_be_fixed(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=87, rate=Fraction(30))
    done = retake(tmp_path, str(clip))
    assert done.returncode == 2
    assert "refused: length. It lasts 2.90 s; 3 s are needed." in done.stdout
    done = retake(tmp_path, str(clip), "--fix", str(tmp_path / "out.mp4"))
    assert done.returncode == 2
    assert "a.mp4 with 2.90 s cannot be used; at least 3 s are needed" in done.stderr


def test_a_clip_too_long_is_trimmed_without_encoding(tmp_path: Path) -> None:
    scene = Scene(lambda: wall(7), (Figure(x=lambda s: 0.5),))
    clip = ReferenceClip("long", "report", frozenset(), (), 12, played([(31 * 12, scene)], 12)).write(tmp_path)
    done = retake(tmp_path, str(clip), "--fix", str(tmp_path / "out.mp4"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [one["message"] for one in said["findings"]] == [
        "It lasts 31.00 s; at most 30 s are allowed with orientation video."
    ]
    assert said["findings"][0]["fix"] == {"kind": "use-frames", "label": "Use Frames 0 to 359", "frames": [0, 359]}
    assert (said["fixed"]["duration_s"], said["fixed"]["billed_s"], said["fixed"]["findings"]) == (30.0, 30, [])


def write_dancer(path: Path, size_px: tuple[int, int], codec: str = "libx264") -> Path:
    """3.5 s of one figure before a wall, of any size and make."""
    scene = Scene(lambda: wall(8), (Figure(x=lambda s: 0.5),))
    drawn = ReferenceClip("dancer", "report", frozenset(), (), 24, played([(84, scene)], 24)).write(path.parent)
    with av.open(str(drawn)) as source, av.open(str(path), "w") as out:
        options = {"cpu-used": "8", "deadline": "realtime"} if codec == "libvpx-vp9" else {"preset": "ultrafast"}
        video = out.add_stream(codec, rate=24, options=options)
        video.width, video.height = size_px
        video.pix_fmt = "yuv420p"
        for frame in source.decode(video=0):
            small = frame.reformat(width=size_px[0], height=size_px[1])
            small.pict_type = av.video.frame.PictureType.NONE
            out.mux(video.encode(small))
        out.mux(video.encode(None))
    return path


def test_a_small_picture_is_scaled_and_said_to_be(tmp_path: Path) -> None:
    clip = write_dancer(tmp_path / "a.mp4", (200, 200))
    done = retake(tmp_path, str(clip))
    assert done.returncode == 2
    assert "refused: size. Its picture has 200 × 200 px; sides of 340 to 3850 px are allowed." in done.stdout
    assert "Retake scales it to 340 × 340 px." in done.stdout
    done = retake(tmp_path, str(clip), "--fix", str(tmp_path / "out.mp4"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "encoded once: 200 × 200 px is scaled to 340 × 340 px" in done.stdout


def test_webm_is_refused_and_made_an_mp4(tmp_path: Path) -> None:
    webm = write_dancer(tmp_path / "a.webm", (640, 360), "libvpx-vp9")
    done = retake(tmp_path, str(webm))
    assert done.returncode == 2
    assert "refused: file. It is a webm file." in done.stdout
    done = retake(tmp_path, str(webm), "--fix", str(tmp_path / "out.mp4"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "encoded once: Kling takes mp4 and mov" in done.stdout
    assert done.stdout.rstrip().endswith("Nothing stands against it.")


def test_what_was_found_is_said_even_where_nothing_can_be_made(tmp_path: Path) -> None:
    scenes = [(40, Scene(partial(wall, seed), (Figure(x=lambda s: 0.5),))) for seed in (21, 22)]
    clip = ReferenceClip("short", "report", frozenset({"cut"}), (40,), 24, played(scenes, 24)).write(tmp_path)
    done = retake(tmp_path, str(clip), "--fix", str(tmp_path / "out.mp4"))
    assert done.returncode == 2
    assert "a new picture begins at frame 40" in done.stdout
    assert "no part of it without a cut lasts 3 s" in done.stderr


def test_a_cut_in_the_middle_is_found_and_the_longer_shot_kept(tmp_path: Path) -> None:
    scenes = [
        (40, Scene(lambda: wall(11), (Figure(x=lambda s: 0.5),))),
        (90, Scene(lambda: wall(12), (Figure(x=lambda s: 0.4),))),
    ]
    clip = ReferenceClip("two", "report", frozenset({"cut"}), (40,), 24, played(scenes, 24)).write(tmp_path)
    done = retake(tmp_path, str(clip), "--fix", str(tmp_path / "out.mp4"))
    assert done.returncode == 0, done.stderr
    assert "shortened: cut. There is a cut: a new picture begins at frame 40." in done.stdout
    assert "out.mp4: 90 frames, 3.75 s at 24 fps" in done.stdout


def test_the_clip_itself_is_never_overwritten(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4")
    before = clip.read_bytes()
    done = retake(tmp_path, str(clip), "--fix", str(clip), "--frames", "0-90")
    assert done.returncode == 2
    assert clip.read_bytes() == before


def test_bad_options_get_a_sentence(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4")
    for options, words in (
        (("--frames", "90-3"), "two numbers are needed, as 48-143"),
        (("--frames", "0-500"), "a.mp4 has the frames 0 to 95"),
        (("--fix", "out.mov"), "a name that ends in .mp4 is needed"),
        (("--model", "kling-o1"), "no motion control"),
        (("--orientation", "sideways"), "'sideways' is not one of"),
    ):
        done = retake(tmp_path, str(clip), *options)
        assert done.returncode == 2
        assert words in done.stderr
