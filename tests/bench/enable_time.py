# SPDX-License-Identifier: GPL-3.0-or-later
"""How long enabling the installed extension takes, against an empty add-on packaged the same way (the same wheels).

    <a Python with bpy> tests/bench/enable_time.py dist/retake-….zip [--rounds 20]

Both are enabled and disabled in turn in one process, their modules dropped before each round, so that load, caches and
the clock treat them alike. Two numbers, because enabling is two things:

- *tick*: the tick in the preferences. Blender unpacks the wheels, then registers. The target, a ratio of medians below
  1.15, is about this one: it is what a user waits for.
- *start*: what every later start of Blender pays, with the wheels in place: importing and registering alone. An empty
  add-on costs a tenth of a millisecond here, so the difference says more than the ratio.

A bench: it reports, and never fails by what it finds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

EMPTY = "empty_addon"
TARGET = 1.15
_CODE = "def register():\n    pass\n\n\ndef unregister():\n    pass\n"


def empty_zip(like: Path, folder: Path) -> Path:
    """An extension that does nothing, with the wheels of `like`."""
    path = folder / f"{EMPTY}-1.0.0.zip"
    with zipfile.ZipFile(like) as source, zipfile.ZipFile(path, "w") as archive:
        manifest = source.read("blender_manifest.toml").decode("utf-8")
        archive.writestr("blender_manifest.toml", manifest.replace('id = "retake"', f'id = "{EMPTY}"'))
        archive.writestr("__init__.py", _CODE)
        for name in source.namelist():
            if name.startswith("wheels/"):
                archive.writestr(name, source.read(name))
    return path


def install(path: Path, name: str) -> str:
    import bpy

    # isort: split
    import addon_utils

    module = f"bl_ext.user_default.{name}"
    bpy.ops.extensions.package_install_files(filepath=str(path), repo="user_default", enable_on_install=True)
    if addon_utils.check(module) != (True, True):
        raise SystemExit(f"{path} was not installed")
    return module


def enable_ms(module: str, *, with_wheels: bool) -> float:
    """One enabling from scratch; what Python has in memory of the add-on is dropped first."""
    import addon_utils

    for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
        del sys.modules[name]
    start = time.perf_counter()
    enabled = addon_utils.enable(module, default_set=with_wheels)
    elapsed = time.perf_counter() - start
    if enabled is None:
        raise SystemExit(f"{module} could not be enabled")
    addon_utils.disable(module, default_set=with_wheels)
    return elapsed * 1000


def alternate(ours: str, theirs: str, rounds: int, measure: Callable[[str], float]) -> tuple[float, float]:
    """Medians of both; whoever goes second finds warmer caches, so they take turns at it."""
    times: dict[str, list[float]] = {ours: [], theirs: []}
    for number in range(rounds):
        for module in (ours, theirs) if number % 2 else (theirs, ours):
            times[module].append(measure(module))
    return statistics.median(times[ours]), statistics.median(times[theirs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zip", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BLENDER_USER_RESOURCES"] = folder
        import bpy

        # isort: split
        import addon_utils

        path = arguments.zip.resolve()
        modules = install(path, "retake"), install(empty_zip(path, Path(folder)), EMPTY)
        for module in modules:
            addon_utils.disable(module)
        # First, while both are in the preferences and so keep the wheels where they are.
        start = alternate(*modules, arguments.rounds, lambda module: enable_ms(module, with_wheels=False))
        for module in modules:
            addon_utils.enable(module)
            addon_utils.disable(module, default_set=True)
        tick = alternate(*modules, arguments.rounds, lambda module: enable_ms(module, with_wheels=True))
        version = bpy.app.version_string
        print(
            f"enable  Blender {version}, medians of {arguments.rounds}\n"
            f"  tick   retake {tick[0]:8.2f} ms  empty {tick[1]:8.2f} ms  ratio {tick[0] / tick[1]:.3f} "
            f"(target < {TARGET})\n"
            f"  start  retake {start[0]:8.2f} ms  empty {start[1]:8.2f} ms  {start[0] - start[1]:+.2f} ms at each start"
        )


if __name__ == "__main__":
    main()
