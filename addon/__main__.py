# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m addon …` in the repository, `retake …` and `python -m retake …` where it is installed with pip."""

from __future__ import annotations

import sys

from .cli import main as run


def main() -> None:
    code = run(sys.argv[1:])
    if "bpy" in sys.modules:
        from .vse.leave import leave

        leave(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
