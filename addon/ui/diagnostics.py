# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report of a fault needs, on the clipboard: versions, settings and the last errors. No key and no prompt."""

from __future__ import annotations

import platform
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import bpy

from . import desk
from .host import why_offline
from .preferences import environ, preferences

_LIBRARIES = ("httpx", "pydantic", "av", "opentimelineio", "PyJWT")
_LAST_ERRORS = 5


class RETAKE_OT_copy_diagnostics(bpy.types.Operator):
    bl_idname = "retake.copy_diagnostics"
    bl_label = "Copy Diagnostics"
    bl_description = "Copy versions, settings and the last errors to the clipboard. Keys and prompts are not among them"

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = diagnostics()
        self.report({"INFO"}, "Diagnostics copied")
        return {"FINISHED"}


class RETAKE_OT_open_manual(bpy.types.Operator):
    bl_idname = "retake.open_manual"
    bl_label = "Documentation"
    bl_description = "Open Retake's documentation, which is kept with the extension"

    def execute(self, context: bpy.types.Context) -> set[str]:
        path = manual()
        if path is None:
            self.report({"ERROR"}, "The documentation is missing: install Retake again")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=str(path))
        return {"FINISHED"}


def manual() -> Path | None:
    """Beside the code where Retake is installed, above it in the repository."""
    here = Path(__file__).parent.parent
    return next((path for folder in (here, here.parent) if (path := folder / "README.md").is_file()), None)


def diagnostics() -> str:
    from ..redaction import redact
    from ..version import version as retake_version

    own, state = preferences(), desk.desk()
    states = Counter(entry.job.state.value if entry.job else "not on record" for entry in state.entries.values())
    errors = [entry.error for entry in state.entries.values() if entry.error][-_LAST_ERRORS:]
    lines = [
        f"Retake {retake_version()}",
        f"Blender {bpy.app.version_string}, {bpy.app.build_platform.decode(errors='replace')}",
        f"Python {platform.python_version()}, {sys.platform} {platform.machine()}",
        f"Libraries: {', '.join(f'{name} {_version(name)}' for name in _LIBRARIES)}",
        f"Rehearsal: {own.use_sandbox}; region: {own.region}; another host: {'KLING_BASE_URL' in environ()}",
        f"Network: {why_offline() or 'allowed'}",
        f"Session: {'open' if state.session else 'closed'} {state.trouble}",
        f"Jobs: {', '.join(f'{count} {name}' for name, count in states.items()) or 'none'}",
        "Last errors:",
        *(f"  {error}" for error in errors or ["none"]),
    ]
    return redact("\n".join(lines))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


CLASSES = (RETAKE_OT_copy_diagnostics, RETAKE_OT_open_manual)
