# SPDX-License-Identifier: GPL-3.0-or-later
"""The clips themselves, read back from the files a client gets: what they are and what they carry."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.clip_pattern import click_times_s, fit_crop, read_frames, take_mark
from tests.sandbox.account import IMAGE, TEXT, Account
from tests.sandbox.conftest import Opened, picture

Open = Callable[..., Opened]
V3 = {"model_name": "kling-v3", "prompt": "a lamp", "duration": "3"}


def fetch(account: Account, folder: Path, body: dict[str, Any], path: str = TEXT) -> tuple[Path, str]:
    """Have a clip made and download it; returns the file and the task's id."""
    task_id = account.task_id(body, path)
    file = folder / f"{task_id}.mp4"
    file.write_bytes(account.client.get(account.url(task_id, path)).content)
    return file, task_id


def size_of(file: Path) -> tuple[int, int]:
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


@pytest.mark.parametrize(
    ("body", "size", "rate", "frames", "sound"),
    [
        ({"model_name": "kling-v2-6", "prompt": "a lamp"}, (1280, 720), 24, 121, False),
        ({"model_name": "kling-v2-6", "prompt": "a", "mode": "pro", "sound": "on"}, (1920, 1080), 24, 121, True),
        ({**V3, "sound": "on", "aspect_ratio": "9:16"}, (720, 1280), 24, 73, True),
        ({**V3, "aspect_ratio": "1:1"}, (960, 960), 24, 73, False),
        ({**V3, "mode": "pro", "aspect_ratio": "9:16"}, (1080, 1920), 24, 73, False),
        ({**V3, "mode": "pro", "aspect_ratio": "1:1"}, (1440, 1440), 24, 73, False),
        ({**V3, "mode": "4k"}, (3840, 2160), 24, 73, False),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_clip_is_what_the_documents_say(
    open_sandbox: Open,
    tmp_path: Path,
    body: dict[str, Any],
    size: tuple[int, int],
    rate: int,
    frames: int,
    sound: bool,
) -> None:
    _, account = open_sandbox()
    file, task_id = fetch(account, tmp_path, body)
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == size
        assert video.codec_context.name == "h264"
        assert video.codec_context.pix_fmt == "yuv420p"
        assert video.average_rate == rate
        assert video.frames == frames
        assert video.start_time == 0
        assert video.duration is not None
        assert video.time_base is not None
        assert video.duration * video.time_base == Fraction(frames, rate)
        context = video.codec_context
        # 1 is BT.709 for the three of them, and 1 is the limited range.
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert len(container.streams.audio) == (1 if sound else 0)
        if sound:
            audio = container.streams.audio[0].codec_context
            assert (audio.name, audio.sample_rate, audio.layout.name) == ("aac", 48000, "stereo")
    content = file.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # playable while it is downloaded

    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(frames))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    assert [reading.index for reading in readings if reading.flash] == list(range(0, frames, rate))
    for reading in readings:
        assert reading.time_s == pytest.approx(reading.index / rate, abs=1e-4)
    clicks = click_times_s(file)
    if sound:
        assert clicks == pytest.approx(list(range(math.ceil(frames / rate))), abs=0.002)
        assert len(clicks) == len([reading for reading in readings if reading.flash])
    else:
        assert clicks == []


def test_older_models_make_thirty_frames_a_second(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    body = {"model_name": "kling-v1-6", "image": picture(640, 360)}
    file, task_id = fetch(account, tmp_path, body, IMAGE)
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(151))
    assert [reading.index for reading in readings if reading.flash] == [0, 30, 60, 90, 120, 150]
    assert account.query(task_id, IMAGE)["task_result"]["videos"][0]["duration"] == "5.033"


@pytest.mark.parametrize(
    ("image", "size"),
    [
        ((640, 360), (1280, 720)),
        ((500, 500), (960, 960)),
        ((750, 300), (1518, 608)),
        ((1000, 667), (1176, 784)),
    ],
)
def test_image_clip_follows_the_image(
    open_sandbox: Open, tmp_path: Path, image: tuple[int, int], size: tuple[int, int]
) -> None:
    _, account = open_sandbox()
    file, _ = fetch(account, tmp_path, {**V3, "image": picture(*image)}, IMAGE)
    width, height = size_of(file)
    assert width % 2 == height % 2 == 0
    assert (width, height) == pytest.approx(size, abs=2)
    assert width / height == pytest.approx(image[0] / image[1], rel=0.005)
    assert width * height == pytest.approx(1280 * 720, rel=0.005)
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(73))


def upper_luma(file: Path) -> list[float]:
    """The mean of the luma plane above 0.78 of the height, frame by frame."""
    with av.open(str(file)) as container:
        means = []
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            means.append(float(luma[: int(0.77 * plane.height), : plane.width].mean()))
    return means


def test_flash_stands_out_of_a_white_image_and_a_full_prompt(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    body = {**V3, "prompt": "WM" * 1250, "image": picture(640, 360, "white")}
    file, _ = fetch(account, tmp_path, body, IMAGE)
    means = upper_luma(file)
    for index, mean in enumerate(means):
        if index % 24 == 0:
            assert mean > 225
        else:
            assert 60 < mean < 120


def test_end_image_fades_in(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    body = {**V3, "prompt": "", "image": picture(640, 360, "black"), "image_tail": picture(640, 360, "white")}
    file, _ = fetch(account, tmp_path, body, IMAGE)
    means = upper_luma(file)
    assert max(means[1:24]) < 30
    fading = [mean for index, mean in enumerate(means[40:72], start=40) if index % 24]
    assert fading == sorted(fading)
    assert 80 < means[71] < 120


def test_marks_are_read_in_a_render_of_another_size(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    file, task_id = fetch(account, tmp_path, {**V3, "aspect_ratio": "9:16"})
    boxed = tmp_path / "boxed.mp4"
    with av.open(str(file)) as source, av.open(str(boxed), "w") as target:
        stream = target.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for frame in source.decode(video=0):
            small = frame.reformat(width=202, height=360, format="gray").to_ndarray()
            canvas = np.zeros((360, 640), np.uint8)
            canvas[:, 219:421] = small
            target.mux(stream.encode(av.VideoFrame.from_ndarray(canvas, "gray").reformat(format="yuv420p")))
        target.mux(stream.encode(None))
    readings = read_frames(boxed, fit_crop((720, 1280), (640, 360)))
    assert [reading.frame_number for reading in readings] == list(range(73))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    assert [reading.index for reading in readings if reading.flash] == [0, 24, 48, 72]
    assert {reading.frame_number for reading in read_frames(boxed)} == {None}


@pytest.mark.parametrize("prompt", ["\x00\x1b a\u200bb", "夜の街" * 300, "x" * 2500, "🎬 ñ ø", "   "])
def test_any_prompt_can_be_drawn(open_sandbox: Open, tmp_path: Path, prompt: str) -> None:
    _, account = open_sandbox()
    file, _ = fetch(account, tmp_path, {**V3, "prompt": prompt})
    assert size_of(file) == (1280, 720)
