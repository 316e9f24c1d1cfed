# SPDX-License-Identifier: GPL-3.0-or-later
"""What a built zip must hold, and must not.

Blender's `validate` reads the manifest only; this reads the rest. Whether the zip installs and works is for tests/zip.
"""

from __future__ import annotations

import hashlib
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .stage import MANIFEST
from .wheels import Wheel

REQUIRED = (MANIFEST, "LICENSE", "__init__.py", "registration.py", "otio_bridge/__init__.py")
FORBIDDEN_PARTS = frozenset({"dev", "tests", "__pycache__", ".git", ".venv"})


class ContentsError(Exception):
    """The zip holds too much or too little."""


def check_contents(path: Path, wheels: Sequence[Wheel]) -> None:
    """Raise unless `path` holds the extension and exactly `wheels`, each as locked.

    Raises:
        ContentsError: with every complaint, not only the first.
    """
    with zipfile.ZipFile(path) as archive:
        complaints = _complaints(archive, wheels)
    if complaints:
        raise ContentsError(f"{path.name}:\n" + "\n".join(f"  {complaint}" for complaint in complaints))


def _complaints(archive: zipfile.ZipFile, wheels: Sequence[Wheel]) -> list[str]:
    names = archive.namelist()
    complaints = [f"{name} is missing" for name in REQUIRED if name not in names]
    complaints += [
        f"{name} does not belong into the zip"
        for name in names
        if FORBIDDEN_PARTS & set(PurePosixPath(name).parts) or name.endswith(".pyc")
    ]
    locked = {f"wheels/{wheel.file}": wheel.sha256 for wheel in wheels}
    packed = {name for name in names if name.startswith("wheels/") and not name.endswith("/")}
    complaints += [f"{name} is locked but not packed" for name in sorted(locked.keys() - packed)]
    complaints += [f"{name} is packed but not locked" for name in sorted(packed - locked.keys())]
    complaints += [
        f"{name} is not the locked file"
        for name in sorted(packed & locked.keys())
        if hashlib.sha256(archive.read(name)).hexdigest() != locked[name]
    ]
    if MANIFEST in names:
        manifest = tomllib.loads(archive.read(MANIFEST).decode("utf-8"))
        # `build.generated` holds what is true for this platform; the list above it is that of all platforms.
        listed = {name.removeprefix("./") for name in manifest["build"]["generated"]["wheels"]}
        complaints += [f"{name}: the manifest and the zip disagree" for name in sorted(listed ^ packed)]
    return complaints
