# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference videos and pictures on a real HTTP server, and how the tests read what came of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.sandbox.account import Account

_BITS = 10
_DARK, _BRIGHT = 40, 250
# Between the two once both are dimmed to less than a half.
_MIDDLE = 60


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The address under which the files of `folder` are found."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def read_number(picture: NDArray[np.uint8], left: float, width: float, height: float) -> int:
    """The number that `write_video` wrote into a frame which is seen in `picture`, at its upper edge, dimmed or not."""
    row = round(0.55 * height)
    columns = (round(left + width * (bit + 0.5) / _BITS) for bit in range(_BITS))
    return sum(1 << bit for bit, column in enumerate(columns) if picture[row - 4 : row + 5, column].mean() > _MIDDLE)


def write_video(
    path: Path, frames: int, rate: Fraction, *, sound: bool = False, size: tuple[int, int] = (960, 720)
) -> None:
    """Dark frames that carry their number, see `read_number`; with sound, a tone in the second second."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "16"}
        audio = container.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for number in range(frames):
            grey = np.full((size[1], size[0], 3), _DARK, dtype=np.uint8)
            edges = [size[0] * bit // _BITS for bit in range(_BITS + 1)]
            for bit in range(_BITS):
                if number >> bit & 1:
                    grey[size[1] // 2 : size[1] * 6 // 10, edges[bit] : edges[bit + 1]] = _BRIGHT
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            time_s = np.arange(int(44_100 * frames / rate)) / 44_100
            tone = np.where((time_s >= 1) & (time_s < 2), 0.5 * np.sin(2 * np.pi * 440 * time_s), 0).astype(np.float32)
            for start in range(0, len(tone), 1024):
                piece = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], format="fltp", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = 44_100, start, Fraction(1, 44_100)
                container.mux(audio.encode(piece))
            container.mux(audio.encode(None))


def wait_new(account: Account, task_id: str, timeout_s: float = 40) -> dict[str, Any]:
    """The task as the new standard shows it, once it has ended."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        task: dict[str, Any] = account.send("GET", "/tasks", params={"task_ids": task_id}).json()["data"][0]
        if task["status"] in ("succeeded", "failed"):
            return task
        time.sleep(0.02)
    raise AssertionError(f"task {task_id} did not end")


def save(account: Account, url: str, path: Path) -> Path:
    """Download a result."""
    answer = account.client.get(url)
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.content)
    return path


def read_pictures(path: Path) -> tuple[list[NDArray[np.uint8]], float, int]:
    """Every picture in RGB, frames a second, and the number of audio tracks."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        pictures = [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(stream)]
        return pictures, float(stream.average_rate or 0), len(container.streams.audio)
