# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts of this folder share: install, enable, disable and remove the extension in a running bpy."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy

# isort: split
import addon_utils  # bpy puts it on the path

MODULE = "bl_ext.user_default.retake"


def arguments() -> list[str]:
    """The script's own arguments; the first of sys.argv[1:] is the file for the report."""
    return sys.argv[2:]


def report(answer: Any) -> None:
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")


def install(zip_path: str) -> None:
    # The operator returns FINISHED even when it installed nothing, so only addon_utils tells.
    bpy.ops.extensions.package_install_files(filepath=zip_path, repo="user_default", enable_on_install=True)
    state = addon_utils.check(MODULE)
    if state != (True, True):
        raise SystemExit(f"installed and enabled should be (True, True), is {state}")


def enable() -> None:
    bpy.ops.preferences.addon_enable(module=MODULE)


def disable() -> None:
    bpy.ops.preferences.addon_disable(module=MODULE)


def remove() -> None:
    repos = [repo.module for repo in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repos.index("user_default"), pkg_id="retake")
