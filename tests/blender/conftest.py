# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside bpy, one version to a process. Each test begins with a fresh Blender and must leave no timer behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from addon.timeline.take import Take
from addon.vse.properties import ensure_registered
from tests.rehearsal import PLAIN, SPEED, Rehearsal, rehearsal, shell

__all__ = ["rehearsal", "shell"]


_sessions: list[pytest.Session] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    _sessions.append(session)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """4.5.15 may wait for ever in its own end, by the order in which Python frees modules, when all is said already."""
    if bpy.app.version < (5, 0) and _sessions:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(_sessions[-1].exitstatus))


@pytest.fixture(autouse=True)
def fresh_blender() -> Iterator[None]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ensure_registered()
    yield
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture(scope="session")
def takes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Take]:
    """Takes as the engine brings them, by what is special about them."""
    folder = tmp_path_factory.mktemp("made")
    wishes = {
        "sound": replace(PLAIN, sound=True, mode="pro"),
        "silent": PLAIN,
        "portrait": replace(PLAIN, aspect_ratio="9:16"),
    }
    with SandboxServer(SandboxSettings(data_dir=folder / "sandbox", speed=SPEED)) as server:
        rehearsal = Rehearsal(server, folder)
        return {name: rehearsal.run(rehearsal.draft(wish, name)).job.take() for name, wish in wishes.items()}


@pytest.fixture
def blend(tmp_path: Path) -> Path:
    return tmp_path / "edit.blend"
