# SPDX-License-Identifier: GPL-3.0-or-later
"""The version, read from the manifest: the only place that states it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def version() -> str:
    """The manifest stands beside the package's code when installed, and above it in the repository."""
    for folder in (_HERE, _HERE.parent):
        manifest = folder / "blender_manifest.toml"
        if manifest.is_file():
            return str(tomllib.loads(manifest.read_text(encoding="utf-8"))["version"])
    raise FileNotFoundError(f"blender_manifest.toml is neither in {_HERE} nor in {_HERE.parent}")
