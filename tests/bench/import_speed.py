# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an import writes to Blender, against bare calls that insert the same strips: a ratio, and its growth.

python -m tests.bench.import_speed [CLIPS …], with bpy; 10,000 clips take minutes, which Blender spends opening files.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy

from addon.interchange.bridge import Media, StripKind, StripSnapshot, TimelineSnapshot
from addon.vse.compat import set_left_handle, set_right_handle
from addon.vse.properties import ensure_registered
from addon.vse.read import read_timeline
from addon.vse.write_timeline import TimelineWriter
from tests.numbered_video import write_numbered


def cut(file: Path, clips: int) -> TimelineSnapshot:
    media = {"DEFAULT_MEDIA": Media(str(file), Fraction(25), 100)}
    one = StripSnapshot("", StripKind.MOVIE, 1, 0, 20, 10, media, "DEFAULT_MEDIA", blend_type="REPLACE")
    strips = tuple(replace(one, name=f"clip {n}", channel=1 + n % 4, start=1 + n // 4 * 25) for n in range(clips))
    return TimelineSnapshot("bench", Fraction(25), 1, 320, 180, strips)


def bare(snapshot: TimelineSnapshot) -> float:
    scene = bpy.data.scenes.new("bare")
    began_s = time.perf_counter()
    strips = scene.sequence_editor_create().strips
    for strip in snapshot.strips:
        path = strip.media["DEFAULT_MEDIA"].path
        made = strips.new_movie(name=strip.name, filepath=path, channel=100, frame_start=strip.content_start)
        set_right_handle(made, strip.end_exclusive)
        set_left_handle(made, strip.start)
        made.channel = strip.channel
    took_s = time.perf_counter() - began_s
    bpy.data.scenes.remove(scene)
    return took_s


def measured(file: Path, clips: int) -> dict[str, float]:
    snapshot = cut(file, clips)
    bare_s = bare(snapshot)
    began_s = time.perf_counter()
    writer = TimelineWriter.into_new_scene(snapshot)
    writer.run()
    import_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    read = read_timeline(writer.scene)
    read_s = time.perf_counter() - began_s
    assert len(read.strips) == clips
    bpy.data.scenes.remove(writer.scene)
    return {"clips": clips, "bare_s": bare_s, "import_s": import_s, "ratio": import_s / bare_s, "read_s": read_s}


def main() -> None:
    ensure_registered()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "numbers.mp4"
        write_numbered(file, 100, Fraction(25), size=(160, 90))
        for clips in map(int, sys.argv[1:] or ("1000", "2000", "4000")):
            print(json.dumps({name: round(value, 3) for name, value in measured(file, clips).items()}), flush=True)


if __name__ == "__main__":
    main()
