# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the check of a motion reference finds what it looks for: precision and recall on generated, labelled clips.

    python tests/bench/reference_report.py [--half report|tuning|both] [--clips FOLDER] [--every N] [--processes N]

The thresholds were tuned on the half `tuning`; the numbers to believe are those of the half `report`, whose clips have
other seeds, rates, sizes and speeds. A bench: it reports, and never fails by what it finds. Drawn figures are not
people: the numbers say that the measures do what they are meant to, not how they fare on all footage.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from addon.media.reference_measures import ReferenceMeasures, measure_reference  # noqa: E402
from addon.media.small_frames import read_small_frames  # noqa: E402
from addon.media.video_source import open_video_source  # noqa: E402
from tests.reference_clips import Half, Label, reference_clips  # noqa: E402

LABELS: tuple[Label, ...] = ("cut", "camera", "fast", "still", "several")
EXACT_FRAMES = 1
DISSOLVE_S = 0.4


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    half: Half
    wanted: frozenset[Label]
    found: frozenset[Label]
    cuts_wanted: int
    cuts_found: int
    cuts_right: int
    length_s: float
    check_s: float


def found_labels(measures: ReferenceMeasures) -> frozenset[Label]:
    found: dict[Label, object] = {
        "cut": measures.cuts, "camera": measures.camera, "fast": measures.fast,
        "still": measures.still, "several": measures.several,
    }  # fmt: skip
    return frozenset(label for label, places in found.items() if places)


def judge(task: tuple[Half, int, str]) -> Outcome:
    half, number, folder = task
    clip = reference_clips(half)[number]
    path = clip.write(Path(folder))
    start = time.perf_counter()
    source = open_video_source(path)
    measures = measure_reference(read_small_frames(source, 0, source.frame_count))
    taken_s = time.perf_counter() - start
    near = DISSOLVE_S * clip.rate_fps if "dissolve" in clip.name else EXACT_FRAMES
    right = sum(any(abs(cut.frame - wanted) <= near for cut in measures.cuts) for wanted in clip.cut_frames)
    return Outcome(
        clip.name, half, clip.labels, found_labels(measures), len(clip.cut_frames), len(measures.cuts), right,
        float(source.duration_s), taken_s,
    )  # fmt: skip


def report(half: Half, outcomes: list[Outcome]) -> None:
    clean = [one for one in outcomes if not one.wanted]
    print(f"half “{half}”: {len(outcomes)} clips, {len(clean)} of them clean")
    print(f"  {'':8} {'clips':>6} {'found':>6} {'right':>6} {'precision':>10} {'recall':>7}")
    for label in LABELS:
        wanted = [one for one in outcomes if label in one.wanted]
        found = [one for one in outcomes if label in one.found]
        right = sum(label in one.wanted for one in found)
        precision = f"{right / len(found):.2f}" if found else "–"
        recall = f"{right / len(wanted):.2f}" if wanted else "–"
        print(f"  {label:8} {len(wanted):6} {len(found):6} {right:6} {precision:>10} {recall:>7}")
    wanted_cuts, found_cuts = sum(one.cuts_wanted for one in outcomes), sum(one.cuts_found for one in outcomes)
    right_cuts = sum(one.cuts_right for one in outcomes)
    print(f"  cuts at the right frame (± {EXACT_FRAMES}; dissolves ± {DISSOLVE_S} s): {right_cuts} of {wanted_cuts},"
          f" {found_cuts} found")  # fmt: skip
    quiet = sum(not one.found for one in clean)
    print(f"  clean clips without any finding: {quiet} of {len(clean)}")
    length, taken = sum(one.length_s for one in outcomes), sum(one.check_s for one in outcomes)
    print(f"  time of the check: {taken / length:.2f} s for each second of video")
    for one in outcomes:
        if one.found != one.wanted:
            missed, wrong = sorted(one.wanted - one.found), sorted(one.found - one.wanted)
            print(f"    {one.name}: missed {', '.join(missed) or 'nothing'}; wrongly {', '.join(wrong) or 'nothing'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["tuning", "report", "both"], default="report")
    parser.add_argument("--clips", type=Path, help="where the clips are made, and kept; default: nowhere")
    parser.add_argument("--every", type=int, default=1, help="only one clip of so many, for a quick look")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    halves: tuple[Half, ...] = ("tuning", "report") if arguments.half == "both" else (arguments.half,)
    with tempfile.TemporaryDirectory() as temporary, ProcessPoolExecutor(arguments.processes) as pool:
        folder = arguments.clips or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for half in halves:
            tasks = [(half, number, str(folder)) for number in range(0, len(reference_clips(half)), arguments.every)]
            report(half, list(pool.map(judge, tasks)))


if __name__ == "__main__":
    main()
