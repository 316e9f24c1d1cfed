# SPDX-License-Identifier: GPL-3.0-or-later
"""The third-party wheels of the zip: which files, for which target, and a checked copy of each on disk.

A *target* is one platform with one Python ("linux-x64/3.11"). This module reads wheels.lock and fetches what it
names; it never decides on versions, that is wheels_lock.py.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("wheels.lock")
CACHE = ROOT / "build" / "wheels"

# Blender 4.5 and 5.0 run Python 3.11, 5.1 and 5.2 run 3.13. One zip carries both; Blender unpacks its own.
PYTHONS = ("3.11", "3.13")
# Debian's build of Blender runs a Python that no official Blender has: its wheels go into a test-only zip.
TEST_PYTHON = "3.14"
TEST_PLATFORM = "linux-x64"

# Official Blender for Linux needs glibc 2.28. PyAV's wheels need macOS 14, Blender's own macOS 11.
PIP_PLATFORMS = {
    "linux-x64": (
        *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
        "manylinux2014_x86_64",
        "manylinux2010_x86_64",
        "manylinux1_x86_64",
    ),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64",),
    "macos-x64": ("macosx_14_0_x86_64",),
}
# Measured: opentimelineio 0.18.1 publishes no Intel wheel for macOS, and Blender itself left Intel Macs after 4.5.
# Ask for it by name (`lock --platform macos-x64`) and the missing wheel is named.
PLATFORMS = ("linux-x64", "windows-x64", "macos-arm64")


# numpy: every Blender ships it, and its own add-ons need the one it ships.
# idna and certifi ARE bundled although official Blender has both: distributions build Blender on the system's Python
# (WITH_PYTHON_INSTALL_REQUESTS=OFF), which may lack them. Where Blender has its own, that one is found first, because
# the folder of unpacked wheels comes late on sys.path. Together they weigh about 200 kB.
NOT_BUNDLED = frozenset({"numpy"})


class WheelError(Exception):
    """A wheel that is missing, or is not the one that was locked."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    platform: str
    python: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.python}"

    @classmethod
    def parse(cls, text: str) -> Target:
        platform, _, python = text.partition("/")
        return cls(platform, python)

    def pip_options(self) -> list[str]:
        """What makes pip answer for this target instead of the machine it runs on."""
        options = ["--only-binary=:all:", "--implementation", "cp", "--python-version", self.python]
        for tag in PIP_PLATFORMS[self.platform]:
            options += ["--platform", tag]
        return options


@dataclass(frozen=True, slots=True)
class Wheel:
    file: str
    sha256: str
    targets: frozenset[Target]

    @property
    def requirement(self) -> str:
        """`name==version`, read from the file name as PEP 427 lays it out."""
        name, version, *_ = self.file.split("-")
        return f"{name}=={version}"


@dataclass(frozen=True, slots=True)
class Lock:
    requires: tuple[str, ...]
    wheels: tuple[Wheel, ...]

    def platforms(self) -> frozenset[str]:
        """Platforms for which every official Python is locked; the test-only target is not one of them."""
        targets = self.targets()
        return frozenset(t.platform for t in targets if all(Target(t.platform, p) in targets for p in PYTHONS))

    def targets(self) -> frozenset[Target]:
        return frozenset(target for wheel in self.wheels for target in wheel.targets)

    def select(self, targets: Iterable[Target]) -> list[Wheel]:
        wanted = frozenset(targets)
        for target in sorted(wanted - self.targets()):
            raise WheelError(
                f"{LOCK.name} has no wheels for {target}. Locked: {', '.join(map(str, sorted(self.targets())))}. "
                f"`python -m addon.dev lock --platform {target.platform}` tells which wheel is missing."
            )
        return [wheel for wheel in self.wheels if wheel.targets & wanted]


def name_of(requirement: str) -> str:
    """The normalised project name at the start of a requirement line."""
    head = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    if head is None:
        raise WheelError(f"pyproject.toml: {requirement!r} names no package")
    return re.sub(r"[-_.]+", "-", head.group()).lower()


def project_requirements(pyproject: Path = ROOT / "pyproject.toml") -> tuple[str, ...]:
    """What the extension imports at run time, the sandbox and the adapters included, less what every Blender has."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["exchange"], *extras["sandbox"]]
    return tuple(sorted(line for line in lines if name_of(line) not in NOT_BUNDLED))


def read_lock(path: Path = LOCK) -> Lock:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Lock(
        requires=tuple(data["requires"]),
        wheels=tuple(
            Wheel(entry["file"], entry["sha256"], frozenset(map(Target.parse, entry["targets"])))
            for entry in data["wheel"]
        ),
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(wheels: Sequence[Wheel], cache: Path = CACHE) -> list[Path]:
    """Paths of `wheels` in `cache`, each hash-checked; only those that are not there yet are downloaded."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [wheel for wheel in wheels if not _is_cached(wheel, cache)]
    # One pip call per target: pip answers for one set of tags at a time.
    for target in sorted({min(wheel.targets) for wheel in missing}):
        _download([wheel for wheel in missing if min(wheel.targets) == target], target, cache)
    for wheel in missing:
        if not _is_cached(wheel, cache):
            raise WheelError(f"{wheel.file} was not downloaded, or its sha256 is not the one in {LOCK.name}")
    return [cache / wheel.file for wheel in wheels]


def _is_cached(wheel: Wheel, cache: Path) -> bool:
    path = cache / wheel.file
    return path.is_file() and sha256_of(path) == wheel.sha256


def _download(wheels: Sequence[Wheel], target: Target, cache: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text("".join(f"{w.requirement} --hash=sha256:{w.sha256}\n" for w in wheels), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--disable-pip-version-check", *target.pip_options(), "--dest", str(cache), "-r", str(pins)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        names = ", ".join(wheel.file for wheel in wheels)
        raise WheelError(f"pip could not fetch the wheels of {target} ({names}):\n{done.stderr.strip()}")
