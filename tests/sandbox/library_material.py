# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds and videos to give to the library's calls, a host for them, and readers for what comes back."""

from __future__ import annotations

import io
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

RATE_HZ = 44_100


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        pass


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address of a server that gives out the files of `folder`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def tone(length_s: float, pitch_hz: float = 440.0, loudness: float = 0.4) -> NDArray[np.float32]:
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return (loudness * np.sin(2 * np.pi * pitch_hz * time_s)).astype(np.float32)


def write_sound(path: Path, samples: NDArray[np.float32], codec: str) -> None:
    """A mono sound at 44.1 kHz; the container follows the name."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE_HZ, layout="mono")
        _encode_sound(container, stream, samples)


def write_video(
    path: Path,
    levels: NDArray[np.uint8],
    rate: int = 24,
    size: tuple[int, int] = (640, 640),
    sound: NDArray[np.float32] | None = None,
) -> None:
    """One frame for each level, from black at the left to that level at the right: level 0 is a flat picture."""
    ramp = np.linspace(0, 1, size[0])[None, :, None]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "16"}
        audio = None if sound is None else container.add_stream("aac", rate=RATE_HZ, layout="mono")
        for number, level in enumerate(levels):
            picture = np.broadcast_to(ramp * int(level), (size[1], size[0], 3)).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            _encode_sound(container, audio, sound)


def read_tone(content: bytes) -> tuple[float, float, NDArray[np.float32]]:
    """The length in seconds, the strongest pitch in Hz and the samples (mono, 48 kHz) of a sound file."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
    pieces = []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in container.decode(audio=0):
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    samples = np.concatenate(pieces).astype(np.float32)
    return len(samples) / 48_000, pitch_hz(samples), samples


def pitch_hz(samples: NDArray[np.float32]) -> float:
    """The strongest frequency of a sound at 48 kHz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.fft.rfftfreq(len(samples), 1 / 48_000)[int(spectrum.argmax())])


def refused(answer: Any, sentence: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert sentence in answer.json()["message"], answer.text


def wait_new(account: Account, task_id: str, timeout_s: float = 30) -> dict[str, Any]:
    """The task as the new standard shows it, once it has ended."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        task: dict[str, Any] = account.send("GET", "/tasks", params={"task_ids": task_id}).json()["data"][0]
        if task["status"] in ("succeeded", "failed"):
            return task
        time.sleep(0.02)
    raise AssertionError(f"task {task_id} did not end")


def _encode_sound(container: Any, stream: Any, samples: NDArray[np.float32]) -> None:
    values = samples if stream.codec_context.name != "pcm_s16le" else (samples * 32767).astype(np.int16)
    form = "flt" if values.dtype == np.float32 else "s16"
    # Encoders differ in the forms and frame lengths they take.
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=RATE_HZ, frame_size=1024)
    frame = av.AudioFrame.from_ndarray(values[None, :], format=form, layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
