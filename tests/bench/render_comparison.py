# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender renders of an edit beside what melt renders of its .otio file, frame by frame, as a table.

    python tests/bench/render_comparison.py [EDIT …]

In a Python that has bpy; melt must be installed. The columns: `equal` frames show the same frame of the same file.
`repeated`: while it renders one frame after the other, Blender shows a picture that it has for the one it needs; the
frame rendered alone is equal. `between`: the moment lies in the middle between two pictures of the file, and each
program shows another of the two. `differ`: all others. `mix`: the most that a file's share of a dissolve differs by.
`sound`: the clicks that are heard, and how far apart the two are at most. A bench: it reports, and never fails.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402

from addon.vse.leave import leave  # noqa: E402
from addon.vse.properties import ensure_registered  # noqa: E402
from tests.blender.render_comparison import Comparison, Difference, compare  # noqa: E402
from tests.blender.shown_edits import EDITS  # noqa: E402


@contextmanager
def quiet() -> Iterator[None]:
    """Blender prints a line for each frame, from C."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def sound(found: Comparison) -> str:
    ours, theirs = (len(one) for one in found.clicks)
    if found.farthest_click_s is None:
        return f"{ours} and {theirs} clicks"
    return f"{ours} clicks, {found.farthest_click_s * 1000:.2f} ms" if ours else ""


def row(found: Comparison) -> str:
    counts = [found.frames, found.equal, len(found.stale), len(found.undecided), len(found.wrong)]
    mix = f"{found.farthest_share:.1%}" if found.farthest_share else ""
    return f"{found.name:16}" + "".join(f"{count:>9}" for count in counts) + f"{mix:>7}  {sound(found)}".rstrip()


def places(what: str, several: tuple[Difference, ...]) -> str:
    more = f"; and {len(several) - 2} more, to frame {several[-1].frame}" if len(several) > 2 else ""
    return f"    {what}: " + "; ".join(map(str, several[:2])) + more


def main() -> None:
    chosen = sys.argv[1:] or list(EDITS)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ensure_registered()
    print(f"Blender {bpy.app.version_string} and melt, at every frame")
    heads = ("frames", "equal", "repeated", "between", "differ")
    print(f"{'edit':16}" + "".join(f"{head:>9}" for head in heads) + f"{'mix':>7}  sound")
    every = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            with quiet():
                found = compare(name, Path(folder))
            every.append(found)
            print(row(found))
            for what, several in (("repeated", found.stale), ("between", found.undecided), ("differ", found.wrong)):
                if several:
                    print(places(what, several))
            if found.melts_frames != found.frames:
                print(f"    melt renders {found.melts_frames} frames")
    totals = [sum(len(getattr(one, kind)) for one in every) for kind in ("stale", "undecided", "wrong")]
    counts = [sum(one.frames for one in every), sum(one.equal for one in every), *totals]
    print(f"{'all':16}" + "".join(f"{count:>9}" for count in counts))


if __name__ == "__main__":
    main()
    leave(0)
