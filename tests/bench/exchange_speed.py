# SPDX-License-Identifier: GPL-3.0-or-later
"""Export and import of a long cut, as ratios to building and writing the same plain edit by hand.

    python tests/bench/exchange_speed.py [--clips 10000] [--rounds 3]

By hand: OpenTimelineIO's own Python objects, one clip after the other, and its own writer and reader. The fastest round
counts. Growth: the time a clip takes among all of them, to that among a tenth. A bench: it reports, and never fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import opentimelineio as otio  # noqa: E402

from otio_bridge.export import export_text  # noqa: E402
from otio_bridge.import_timeline import import_text  # noqa: E402
from otio_bridge.snapshot import SINGLE_MEDIA, Media, StripKind, StripSnapshot, TimelineSnapshot  # noqa: E402


def edit(clips: int) -> TimelineSnapshot:
    strips = []
    for number in range(clips):
        media = {SINGLE_MEDIA: Media(f"/media/clip_{number}.mov", Fraction(24), 500, start_frame=86400)}
        strips.append(
            StripSnapshot(
                f"clip {number}",
                StripKind.MOVIE,
                1 + number % 4,
                1 + number // 4 * 60,
                50,
                20,
                media,
                SINGLE_MEDIA,
                blend_type="ALPHA_OVER",
            )
        )
    return TimelineSnapshot("long", Fraction(24), 1, 1920, 1080, tuple(strips))


def by_hand(snapshot: TimelineSnapshot) -> str:
    def span(start: int, length: int) -> otio.opentime.TimeRange:
        return otio.opentime.TimeRange(otio.opentime.RationalTime(start, 24), otio.opentime.RationalTime(length, 24))

    timeline = otio.schema.Timeline("long")
    for channel in range(1, 5):
        track = otio.schema.Track(f"Channel {channel}", kind="Video")
        at = 1
        for strip in (one for one in snapshot.strips if one.channel == channel):
            if strip.start > at:
                track.append(otio.schema.Gap(source_range=span(0, strip.start - at)))
            path = strip.media[SINGLE_MEDIA].path
            reference = otio.schema.ExternalReference(path, span(86400, 500))
            track.append(otio.schema.Clip(strip.name, reference, span(86400 + strip.content_offset, strip.length)))
            at = strip.end_exclusive
        timeline.tracks.append(track)
    return str(timeline.to_json_string(indent=4))


def fastest(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    per_clip: dict[str, list[float]] = {"export": [], "import": [], "by hand": [], "bare reading": []}
    ratios = []
    for clips in (chosen.clips // 10, chosen.clips):
        snapshot = edit(clips)
        text = export_text(snapshot)[0]
        plain = by_hand(snapshot)
        written = fastest(lambda snapshot=snapshot: export_text(snapshot), chosen.rounds)
        read = fastest(lambda text=text: import_text(text), chosen.rounds)
        hand = fastest(lambda snapshot=snapshot: by_hand(snapshot), chosen.rounds)
        per_clip["export"].append(written / clips)
        per_clip["import"].append(read / clips)
        hand_read = fastest(lambda plain=plain: otio.core.deserialize_json_from_string(plain), chosen.rounds)
        per_clip["by hand"].append(hand / clips)
        per_clip["bare reading"].append(hand_read / clips)
        if clips == chosen.clips:
            ratios = [written / hand, read / hand, read / hand_read]
    print(f"{chosen.clips} clips")
    print(f"export, to building and writing by hand   {ratios[0]:.2f}")
    print(f"import, to building and writing by hand   {ratios[1]:.2f}")
    print(f"import, to OpenTimelineIO's bare reading  {ratios[2]:.2f}")
    for name, (few, many) in per_clip.items():
        print(f"{name}: time of a clip among ten times as many, to that among few  {many / few:.2f}")


if __name__ == "__main__":
    main()
