# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure packages load in a Python that has no Blender, and nothing inside addon/ needs the name `addon`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS_BLENDER = ("addon/vse/", "addon/ui/", "addon/registration.py")

PURE_MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for folder in ("addon", "otio_bridge")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not str(path.relative_to(ROOT)).startswith((*NEEDS_BLENDER, "addon/dev/"))
]

_LOAD_ALL = """
import importlib, sys
class NoBlender:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"bpy", "bpy_extras", "gpu", "blf", "mathutils", "aud"}:
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, NoBlender())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""

_LOAD_PACKAGE = (
    "import addon, sys; print(sorted({'av', 'httpx', 'pydantic', 'opentimelineio', 'click'} & set(sys.modules)))"
)


def test_pure_modules_load_without_blender() -> None:
    assert len(PURE_MODULES) > 50
    done = subprocess.run([sys.executable, "-c", _LOAD_ALL, *PURE_MODULES], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_package_itself_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", _LOAD_PACKAGE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted((ROOT / "addon").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_addon_imports_itself_relatively(path: Path) -> None:
    # Inside Blender the package is called bl_ext.<repository>.retake.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        assert not [name for name in names if name.partition(".")[0] == "addon"], f"line {node.lineno}"
