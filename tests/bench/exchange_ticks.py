# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an import and an export keep Blender's main thread at a time, in the real window.

    <a Python with Retake's libraries> tests/bench/exchange_ticks.py ZIP [CLIPS …]

BLENDER names the program, ZIP the extension with wheels for its Python. `import` and `export` are the turns of Retake's
own timer. A `beat` is how long Blender's window takes for one round of all that it does, drawing included.
A bench: it reports, and never fails by what it finds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from addon.interchange.bridge import Media, StripKind, StripSnapshot, TimelineSnapshot  # noqa: E402
from addon.interchange.otio_file import write_otio  # noqa: E402
from tests.bench.tick_time import row  # noqa: E402
from tests.numbered_video import write_numbered  # noqa: E402

LIMIT_S = 1200


def write_edit(folder: Path, clips: int) -> None:
    write_numbered(folder / "numbers.mp4", 100, Fraction(25), size=(160, 90))
    media = {"DEFAULT_MEDIA": Media(str(folder / "numbers.mp4"), Fraction(25), 100)}
    strips = tuple(
        StripSnapshot(
            f"clip {n}", StripKind.MOVIE, 1 + n % 4, 1 + n // 4 * 25, 20, 10, media, "DEFAULT_MEDIA",
            blend_type="REPLACE",
        )
        for n in range(clips)
    )  # fmt: skip
    write_otio(TimelineSnapshot("bench", Fraction(25), 1, 320, 180, strips), folder / "edit.otio")


def measure(blender: str, zip_file: Path, clips: int) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "profile").mkdir()
        write_edit(folder, clips)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
        environ = {
            **kept,
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
            "RETAKE_HOME": str(folder / "home"),
        }
        install = ("--command", "extension", "install-file", "-r", "user_default", "-e", str(zip_file.resolve()))
        subprocess.run([blender, *install], env=environ, check=True, capture_output=True)
        script = Path(__file__).parent / "inside" / "exchange_ticks.py"
        arguments = ("--enable-event-simulate", "--python", script, "--", folder)
        subprocess.run([blender, *map(str, arguments)], env=environ, check=True, capture_output=True, timeout=LIMIT_S)
        said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    if "error" in said:
        sys.exit(said["error"])
    took = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in said["took_s"].items())
    print(f"{said['strips']} strips: {took}")
    print(f"{'main thread, ms':22} {'count':>6} {'median':>8} {'p99':>8} {'worst':>8}")
    for what, seconds in said["spent_s"].items():
        print(row(what, seconds), flush=True)


if __name__ == "__main__":
    for wanted in map(int, sys.argv[2:] or ("1000", "10000")):
        measure(os.environ["BLENDER"], Path(sys.argv[1]), wanted)
