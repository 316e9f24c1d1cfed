# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips and pictures of many makes, written here with PyAV."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from addon.errors import InputError
from addon.media.picture import PictureLimits, check_picture
from addon.media.probe import DamagedClip, probe_clip

LIMITS = PictureLimits((".jpg", ".jpeg", ".png"), max_mb=10, min_side_px=300, max_ratio=Decimal("2.5"))


def write_clip(
    path: Path, *, frames: int = 48, rate: int = 24, codec: str = "libx264", sound_s: float | None = None
) -> Path:
    rng = np.random.default_rng(1)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as out:
        video = out.add_stream(codec, rate=rate)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = out.add_stream("aac", rate=44100, layout="mono") if sound_s is not None else None
        for _ in range(frames):
            noise = rng.integers(0, 255, (180, 320, 3), dtype=np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        out.mux(video.encode(None))
        if audio is not None:
            samples = np.zeros((1, round(44100 * (sound_s or 0))), np.float32)
            if samples.size:
                frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
                frame.sample_rate = 44100
                out.mux(audio.encode(frame))
            out.mux(audio.encode(None))
    return path


def write_picture(path: Path, width: int, height: int) -> Path:
    codec = "png" if path.suffix == ".png" else "mjpeg"
    pixels = av.VideoFrame.from_ndarray(np.full((height, width, 3), 90, np.uint8), format="rgb24")
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as out:
        stream = out.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb24" if codec == "png" else "yuvj420p"
        out.mux(stream.encode(pixels))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("frames", "rate", "codec", "sound_s"),
    [(121, 24, "libx264", None), (151, 30, "libx264", 5.0), (25, 25, "mpeg4", 1.0), (50, 60, "libx265", None)],
)
def test_a_whole_clip_tells_its_facts(
    tmp_path: Path, frames: int, rate: int, codec: str, sound_s: float | None
) -> None:
    facts = probe_clip(write_clip(tmp_path / "a.mp4", frames=frames, rate=rate, codec=codec, sound_s=sound_s))
    assert (facts.frame_count, facts.rate, facts.width_px, facts.height_px) == (frames, Fraction(rate), 320, 180)
    assert facts.has_sound == (sound_s is not None)
    assert float(facts.sound_s) == pytest.approx(sound_s or 0, abs=0.05)


def test_an_empty_sound_track_is_no_sound(tmp_path: Path) -> None:
    assert not probe_clip(write_clip(tmp_path / "a.mp4", sound_s=0.0)).has_sound


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.8])
def test_a_clip_that_is_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    whole = write_clip(tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DamagedClip, match=r"cut\.mp4 is not a whole clip"):
        probe_clip(cut)


def test_a_few_bad_bytes_do_not_lose_a_clip(tmp_path: Path) -> None:
    # What Kling sends is paid for: one bad frame in it is no reason to refuse it all.
    content = bytearray(write_clip(tmp_path / "a.mp4", frames=96).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    (tmp_path / "a.mp4").write_bytes(content)
    assert probe_clip(tmp_path / "a.mp4").frame_count >= 87


def test_sound_alone_or_text_is_no_clip(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("<html>not found</html>")
    with pytest.raises(DamagedClip):
        probe_clip(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.jpeg"])
@pytest.mark.parametrize("size", [(300, 300), (750, 300), (400, 1000)])
def test_a_picture_within_the_limits_is_taken(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    check_picture(write_picture(tmp_path / name, *size), "start image", LIMITS)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("a.png", (298, 400), "at least 300 px"),
        ("a.png", (760, 302), "1:2.5 to 2.5:1"),
        ("a.jpg", (302, 760), "1:2.5 to 2.5:1"),
    ],
)
def test_a_picture_outside_the_limits_is_named_with_its_size(
    tmp_path: Path, name: str, size: tuple[int, int], words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        check_picture(write_picture(tmp_path / name, *size), "start image", LIMITS)
    assert f"{size[0]} × {size[1]} px" in str(caught.value)


def test_other_files_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(b"RIFF")
    (tmp_path / "a.png").write_text("not a picture")
    (tmp_path / "big.png").write_bytes(bytes(11 * 1024 * 1024))
    for name, words in (("a.webp", "jpg and png"), ("a.png", "cannot be read"), ("big.png", "at most 10 MB")):
        with pytest.raises(InputError, match=words):
            check_picture(tmp_path / name, "end image", LIMITS)
