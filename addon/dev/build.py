# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the extension's zip with Blender's own tool, from a staged folder.

The tool is a program without bpy that comes with every Blender: the bpy package holds it, and so does the Blender
that the environment's BLENDER names. bpy itself is never imported here.
"""

from __future__ import annotations

import importlib.util
import os
import platform as host
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import verify
from .stage import MANIFEST, STAGE, stage
from .wheels import (
    LOCK,
    PYTHONS,
    ROOT,
    TEST_PLATFORM,
    TEST_PYTHON,
    Lock,
    Target,
    WheelError,
    fetch,
    project_requirements,
    read_lock,
)

DIST = ROOT / "dist"
# A zip that must never be mistaken for a release stays out of dist/.
TEST_DIST = ROOT / "build" / "test-zip"


class BuildError(Exception):
    """Blender's tool is not there, or refuses the extension."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Blender's extension tool: how to call it, and what to add where a tag list is wanted."""

    command: tuple[str, ...]
    valid_tags: tuple[str, ...]

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            [*self.command, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise BuildError(f"`extension {arguments[0]}` refused:\n{(done.stdout + done.stderr).strip()}")


def find_tool() -> Tool:
    spec = importlib.util.find_spec("bpy")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for program in sorted(Path(folder).glob("*.*/scripts/addons_core/bl_pkg/cli/blender_ext.py")):
            # Blender's command checks the tags against this file; the bare program does so only when told.
            tags = program.parents[3] / "modules" / "_bpy_internal" / "extensions" / "tags.py"
            return Tool((sys.executable, str(program)), ("--valid-tags", str(tags)))
    if blender := os.environ.get("BLENDER"):
        return Tool((blender, "--command", "extension"), ())
    raise BuildError("No Blender to build with: install bpy into this Python, or name a Blender in BLENDER.")


def this_platform() -> str:
    system = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}.get(host.system(), host.system().lower())
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(host.machine().lower(), host.machine())
    return f"{system}-{machine}"


def build(platforms: Sequence[str]) -> list[Path]:
    """One zip for each platform, in dist/, built and validated."""
    targets = [Target(platform, python) for platform in platforms for python in PYTHONS]
    return _build(targets, platforms, DIST)


def build_for_test() -> list[Path]:
    """The zip for the Blender of a distribution that runs a Python of its own; for the tests only."""
    return _build([Target(TEST_PLATFORM, TEST_PYTHON)], [TEST_PLATFORM], TEST_DIST)


def _build(targets: Sequence[Target], platforms: Sequence[str], folder: Path) -> list[Path]:
    lock = _current_lock()
    tool = find_tool()
    staged = stage(fetch(lock.select(targets)), platforms, STAGE)
    folder.mkdir(parents=True, exist_ok=True)
    tool.run("build", "--source-dir", str(staged), "--output-dir", str(folder), "--split-platforms", *tool.valid_tags)
    manifest = tomllib.loads((staged / MANIFEST).read_text(encoding="utf-8"))
    built = []
    for platform in platforms:
        path = folder / f"{manifest['id']}-{manifest['version']}-{platform.replace('-', '_')}.zip"
        tool.run("validate", str(path), *tool.valid_tags)
        verify.check_contents(path, lock.select(t for t in targets if t.platform == platform))
        built.append(path)
    return built


def _current_lock() -> Lock:
    lock = read_lock()
    if lock.requires != project_requirements():
        raise WheelError(f"{LOCK.name} was made for other requirements: run `python -m addon.dev lock`")
    return lock
