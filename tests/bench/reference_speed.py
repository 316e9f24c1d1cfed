# SPDX-License-Identifier: GPL-3.0-or-later
"""Preparing a reference against the ffmpeg command line that does the same: time, size, PSNR and SSIM, as ratios.

    python tests/bench/reference_speed.py [--ffmpeg PROGRAM] [--rounds 3] [--seconds 8]

Without --ffmpeg the program of the package imageio-ffmpeg is taken. Both get the same clip, range, size, encoder,
preset and quality; they take turns, and the fastest round counts. PSNR and SSIM are of the luma, against the frames of
the source scaled by FFmpeg's bicubic filter, and are computed by its own filters. A bench: it reports, and never fails
by what it finds.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import av  # noqa: E402
import numpy as np  # noqa: E402

from addon.media.reference_file import make_reference  # noqa: E402
from addon.media.reference_plan import ReferenceLimits, plan_reference  # noqa: E402
from addon.media.video_source import open_video_source  # noqa: E402
from tests.reference_clips import Figure, Scene, played, wall  # noqa: E402

LIMITS = ReferenceLimits((3, 30), (340, 3850), 100)
RATE = 24


@dataclass(frozen=True, slots=True)
class Case:
    """`first` and `end` are frames of the source."""

    name: str
    clip: Path
    first: int
    end: int
    arguments: tuple[str, ...]


def write_clip(path: Path, size_px: tuple[int, int], seconds: int) -> Path:
    """A dancing figure with grain, scaled up to `size_px`; a key frame every second."""
    scene = Scene(lambda: wall(5), (Figure(x=lambda s: 0.5),))
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        options = {"preset": "veryfast", "crf": "16", "g": str(RATE), "keyint_min": str(RATE), "sc_threshold": "0"}
        video = out.add_stream("libx264", rate=RATE, options=options)
        video.width, video.height = size_px
        video.pix_fmt = "yuv420p"
        for picture in played([(seconds * RATE, scene)], RATE)():
            grainy = picture + rng.normal(0, 3, picture.shape)
            planes = np.full((picture.shape[0] * 3 // 2, picture.shape[1]), 128, np.uint8)
            planes[: picture.shape[0]] = grainy.clip(16, 235)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            out.mux(video.encode(frame.reformat(width=size_px[0], height=size_px[1], interpolation="BICUBIC")))
        out.mux(video.encode(None))
    return path


def ours(case: Case, out: Path) -> str:
    source = open_video_source(case.clip)
    made = make_reference(source, plan_reference(source, LIMITS, (case.first, case.end)), LIMITS, out)
    return "encoded" if made.reasons else "copied"


def theirs(ffmpeg: str, case: Case, out: Path) -> str:
    start, length = Fraction(case.first, RATE), Fraction(case.end - case.first, RATE)
    command = [ffmpeg, "-v", "error", "-y", "-ss", f"{float(start):.6f}", "-i", str(case.clip),
               "-t", f"{float(length):.6f}", *case.arguments, "-movflags", "faststart", str(out)]  # fmt: skip
    subprocess.run(command, check=True)
    return ""


def fastest(do: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds; who goes second finds warmer caches, so they take turns."""
    times = {name: float("inf") for name in do}
    for number in range(rounds):
        for name in sorted(do, reverse=bool(number % 2)):
            start = time.perf_counter()
            do[name]()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def quality(ffmpeg: str, case: Case, made: Path) -> tuple[float, float]:
    """PSNR in dB and SSIM of the luma."""
    with av.open(str(made)) as container:
        width, height = container.streams.video[0].width, container.streams.video[0].height
    scale = f"scale={width}:{height}:flags=bicubic"
    pick = f"[1:v]trim=start_frame={case.first}:end_frame={case.end},setpts=N/{RATE}/TB,{scale}"
    found = []
    for measure, pattern in (("psnr", r"psnr_y:([\d.]+|inf)|PSNR y:([\d.]+|inf)"), ("ssim", r"SSIM Y:([\d.]+)")):
        graph = f"{pick}[b];[0:v]setpts=N/{RATE}/TB[a];[a][b]{measure}"
        done = subprocess.run(
            [ffmpeg, "-hide_banner", "-i", str(made), "-i", str(case.clip), "-lavfi", graph, "-f", "null", "-"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        match = re.search(pattern, done.stderr)
        found.append(float(next(filter(None, match.groups()))) if match else float("nan"))
    return found[0], found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ffmpeg")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, choices=range(6, 31), metavar="6..30")
    arguments = parser.parse_args()
    ffmpeg = arguments.ffmpeg
    if ffmpeg is None:
        from imageio_ffmpeg import get_ffmpeg_exe

        ffmpeg = get_ffmpeg_exe()
    print(subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
    end = (arguments.seconds - 1) * RATE
    x264 = ("-c:v", "libx264", "-preset", "medium", "-crf", "17", "-pix_fmt", "yuv420p")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        full = write_clip(folder / "full.mp4", (1920, 1080), arguments.seconds)
        small = write_clip(folder / "small.mp4", (426, 240), arguments.seconds)
        cases = [
            Case("trim at key frames, 1080p", full, RATE, end + 1, ("-c", "copy")),
            Case("trim between them, 1080p", full, RATE + 7, end, x264),
            Case("scale 240p up", small, RATE + 7, end, ("-vf", "scale=604:340:flags=bicubic", *x264)),
        ]
        print(f"{'':28} {'time':>13} {'ratio':>6} {'size ratio':>10} {'PSNR dB':>15} {'ratio':>6}", end=" ")
        print(f"{'SSIM':>15} {'ratio':>7}")
        for case in cases:
            mine, other = folder / "mine.mp4", folder / "other.mp4"
            how = ours(case, mine)
            both: dict[str, Callable[[], object]] = {
                "ours": lambda case=case, out=mine: ours(case, out),
                "theirs": lambda case=case, out=other: theirs(ffmpeg, case, out),
            }
            times = fastest(both, arguments.rounds)
            (psnr, ssim), (their_psnr, their_ssim) = quality(ffmpeg, case, mine), quality(ffmpeg, case, other)
            psnr_ratio = "same" if psnr == their_psnr else f"{psnr / their_psnr:.4f}"
            print(
                f"{case.name:28} {times['ours']:5.2f} / {times['theirs']:4.2f} s {times['ours'] / times['theirs']:6.2f}"
                f" {mine.stat().st_size / other.stat().st_size:10.3f} {psnr:6.2f} / {their_psnr:6.2f} {psnr_ratio:>6}"
                f" {ssim:6.4f} / {their_ssim:6.4f} {ssim / their_ssim:7.4f}  {how}"
            )


if __name__ == "__main__":
    main()
