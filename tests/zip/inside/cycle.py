# SPDX-License-Identifier: GPL-3.0-or-later
"""Install, disable, enable, disable, remove; report what Blender held after each step."""

from __future__ import annotations

from pathlib import Path

import bpy

# isort: split
import addon_utils  # bpy puts it on the path
import extension
import snapshot

repos = bpy.context.preferences.extensions.repos
folder = Path(next(repo.directory for repo in repos if repo.module == "user_default")) / "retake"

steps = {"at first": snapshot.take()}
extension.install(extension.arguments()[0])
steps["enabled"] = snapshot.take()
extension.disable()
steps["disabled"] = snapshot.take()
extension.enable()
steps["enabled again"] = snapshot.take()
enabled_again = addon_utils.check(extension.MODULE)
extension.disable()
steps["disabled again"] = snapshot.take()
was_there = folder.is_dir()
extension.remove()
extension.report({"steps": steps, "enabled_again": enabled_again, "was_there": was_there, "is_there": folder.exists()})
