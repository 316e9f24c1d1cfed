# SPDX-License-Identifier: GPL-3.0-or-later
"""How long Retake keeps Blender's main thread, with 200 shots in flight and the sidebar open, in the real window.

    <a Python with Retake's libraries> tests/bench/tick_time.py ZIP [--shots 200]

BLENDER names the program, ZIP the extension with wheels for its Python. The local Kling is a process of its own. An
empty timer runs beside it in the same window: what it costs is the clock's own share.

A bench: it reports, and never fails by what it finds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_S = 420
P99_MS, WORST_MS = 4.0, 16.0
_SERVER = """
import os, sys, time
from pathlib import Path
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
os.nice(19)  # Kling itself takes none of this computer
with SandboxServer(SandboxSettings(data_dir=Path(sys.argv[1]), speed=30.0, concurrency=400)) as server:
    print(server.base_url, server.credentials.api_key, flush=True)
    sys.stdin.read()
"""


def row(name: str, seconds: list[float]) -> str:
    if not seconds:
        return f"{name:22} never"
    ordered = sorted(value * 1000 for value in seconds)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"{name:22} {len(ordered):6} {statistics.median(ordered):8.3f} {p99:8.3f} {ordered[-1]:8.3f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("zip", type=Path)
    parser.add_argument("--shots", type=int, default=200)
    options = parser.parse_args()
    blender = os.environ["BLENDER"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "profile").mkdir()
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVER, folder / "sandbox"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        base_url, key = server.stdout.readline().split()
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))},
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
            "RETAKE_HOME": str(folder / "home"),
            "KLING_BASE_URL": base_url,
            "KLING_API_KEY": key,
        }
        try:
            install = ("--command", "extension", "install-file", "-r", "user_default", "-e", str(options.zip.resolve()))
            subprocess.run([blender, *install], env=environ, check=True, capture_output=True)
            script = Path(__file__).parent / "inside" / "tick.py"
            arguments = ("--enable-event-simulate", "--python", script, "--", folder, options.shots, LIMIT_S - 60)
            subprocess.run(
                [blender, *map(str, arguments)], env=environ, check=True, capture_output=True, timeout=LIMIT_S
            )
        finally:
            server.kill()
        said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    if "error" in said:
        sys.exit(said["error"])
    print(f"{options.shots} shots, {said['most_in_flight']} in flight at once, {said['placed']} takes placed")
    print(f"{'main thread, ms':22} {'count':>6} {'median':>8} {'p99':>8} {'worst':>8}")
    for name, seconds in said["spent_s"].items():
        print(row(name, seconds))
    print(f"aim: ticks under {P99_MS:g} ms at the 99th percentile and {WORST_MS:g} ms at worst")
    for error in said["errors"]:
        print("error:", error)


if __name__ == "__main__":
    main()
