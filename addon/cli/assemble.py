# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch's edit as a .blend and as a rendered preview. Needs Blender, as `placing.py` does."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .placing import check_blender

if TYPE_CHECKING:
    from fractions import Fraction

    from ..batch.edit import Edit


def check_edit_files(blend: Path | None, render: Path | None, rate: Fraction) -> None:
    """Raises InputError before anything is paid for what could not be assembled."""
    for option, path in (("--blend", blend), ("--render", render)):
        if path is not None:
            check_blender(option, path)
    if blend is not None or render is not None:
        from ..vse.project import blender_rate

        blender_rate(rate)


def make_edit_files(wanted_blend: Path | None, render: Path | None, edit: Edit) -> tuple[str, ...]:
    """Sentences for the user. Raises PlacementError or StorageError; the .blend on disk is then as it was before."""
    if wanted_blend is None and render is None:
        return ()
    from ..vse.assemble import assemble
    from ..vse.preview import render_preview
    from ..vse.project import fit_scene_to_edit, new_project, open_project, save_project

    with TemporaryDirectory(prefix="retake-") as folder:
        blend = wanted_blend or Path(folder) / "preview.blend"
        is_new = not blend.exists()
        try:
            scene = new_project(blend, edit.rate, edit.size_px) if is_new else open_project(blend)
            sentences = assemble(scene, edit.shots, is_new=is_new)
            if is_new:
                fit_scene_to_edit(scene)
                end = edit.shots[-1].frames.end_exclusive - 1
                scene.frame_end = max(scene.frame_end, end)
            save_project(blend, keep_backup=not is_new)
        except BaseException:
            if is_new:
                blend.unlink(missing_ok=True)
            raise
        if render is not None:
            render_preview(scene, render)
    return sentences
