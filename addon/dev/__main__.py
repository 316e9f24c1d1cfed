# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m addon.dev lock | zip`: the commands of packaging."""

from __future__ import annotations

import argparse
import sys

from . import build
from .stage import StageError
from .verify import ContentsError
from .wheels import LOCK, PIP_PLATFORMS, PLATFORMS, TEST_PYTHON, WheelError


def main(argv: list[str]) -> int:
    arguments = _parser().parse_args(argv)
    try:
        match arguments.command:
            case "lock":
                _lock(arguments.platform)
            case "zip":
                _zip(arguments.platform, for_test=arguments.test_python is not None)
    except (build.BuildError, ContentsError, StageError, WheelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _lock(platforms: list[str] | None) -> None:
    # Needs the package `packaging`, which building a zip does not.
    from .wheels_lock import make_lock, write_lock

    lock = make_lock(platforms or PLATFORMS)
    if platforms:
        print(f"{len(lock.wheels)} wheels exist for {', '.join(platforms)}; {LOCK.name} stays as it is")
        return
    write_lock(lock)
    print(f"{LOCK.name}: {len(lock.wheels)} wheels for {', '.join(map(str, sorted(lock.targets())))}")


def _zip(platforms: list[str] | None, *, for_test: bool) -> None:
    if for_test:
        paths = build.build_for_test()
    elif platforms == ["all"]:
        paths = build.build(PLATFORMS)
    else:
        paths = build.build(platforms or [build.this_platform()])
    for path in paths:
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m addon.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    lock = commands.add_parser("lock", help="write wheels.lock anew from pyproject.toml")
    lock.add_argument(
        "--platform", action="append", choices=sorted(PIP_PLATFORMS), help="only look whether the wheels exist"
    )
    zip_ = commands.add_parser("zip", help="build and validate the extension's zip")
    which = zip_.add_mutually_exclusive_group()
    which.add_argument(
        "--platform", action="append", choices=[*sorted(PIP_PLATFORMS), "all"], help="default: this machine's"
    )
    which.add_argument("--test-python", choices=[TEST_PYTHON], help="the test-only zip, into build/test-zip")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
