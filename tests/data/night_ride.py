# SPDX-License-Identifier: GPL-3.0-or-later
"""An example for the bpy module: three shots, one of them twice, become an edit. Rehearsed, so it costs nothing.

    python night_ride.py FOLDER

In the repository the package is called `addon`, installed with pip `retake`, in Blender `bl_ext.user_default.retake`.
"""

from __future__ import annotations

import sys
from pathlib import Path

try:
    from retake.api import Project, Shot, leave
except ModuleNotFoundError:
    from addon.api import Project, Shot, leave


def main(folder: Path) -> None:
    project = Project(folder / "night-ride.blend", fps=25, max_credits=200, sandbox=True, speed=300)
    takes = project.generate(
        Shot("s010", prompt="rain on a window"),
        Shot("s020", prompt="the street below", image="last frame of s010"),
        Shot("s030", prompt="a bell rings", sound=True, quality="pro"),
    )
    takes += project.regenerate("s030")
    project.export_otio(folder / "night-ride.otio")
    for take in takes:
        print(take.shot_id, take.number, take.file, take.cost_units, take.error)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
    leave()
