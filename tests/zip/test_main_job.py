# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job from inside the installed extension: a prompt becomes a clip on the timeline of a saved .blend."""

from __future__ import annotations

import json
from pathlib import Path

from tests.zip.blender import Blender


def test_generate_places_a_take(blender: Blender, built_zip: Path, tmp_path: Path) -> None:
    blend, media, output = tmp_path / "edit.blend", tmp_path / "media", tmp_path / "output.json"
    prompt = "A lighthouse at dusk, slow push in"
    answer = blender.run(
        *("main_job", built_zip, output, "generate", "--sandbox", "--prompt", prompt),
        *("--blend", blend, "--media", media, "--json"),
        timeout_s=240,
    )
    printed = output.read_text(encoding="utf-8")
    assert answer["exit_code"] == 0, printed
    outcome = json.loads(printed)
    (shot,) = outcome["shots"]
    assert shot["state"] == "placed"
    assert shot["error"] is None
    assert Path(shot["file"]).suffix == ".mp4"
    assert Path(shot["file"]).stat().st_size > 0
    assert outcome["spent_units"] == shot["cost_units"] == outcome["estimated_units"]

    strips = blender.run("reopen", blend)
    movies = [strip for strip in strips if strip["type"] == "MOVIE"]
    assert movies
    assert all(strip["file_exists"] for strip in movies)


def test_a_list_becomes_an_edit(blender: Blender, built_zip: Path, tmp_path: Path) -> None:
    blend, output, shots = tmp_path / "edit.blend", tmp_path / "output.json", tmp_path / "list.toml"
    shots.write_text(
        '[project]\nfps = 25\n[[shot]]\nid = "s010"\nprompt = "A lighthouse at dusk"\n'
        '[[shot]]\nid = "s020"\nprompt = "and on"\nstart = "last frame of s010"\n'
    )
    answer = blender.run(
        *("main_job", built_zip, output, "batch", shots, "--sandbox", "--speed", "200", "--blend", blend),
        *("--otio", tmp_path / "edit.otio", "--contact-sheet", tmp_path / "sheet.png", "--json"),
        timeout_s=240,
    )
    printed = output.read_text(encoding="utf-8")
    assert answer["exit_code"] == 0, printed
    assert [shot["state"] for shot in json.loads(printed)["shots"]] == ["placed", "placed"]
    movies = [strip for strip in blender.run("reopen", blend) if strip["type"] == "MOVIE"]
    assert len(movies) == 2
    assert (tmp_path / "sheet.png").is_file()
    assert (tmp_path / "edit.otio").is_file()
    # The adapters come with the zip.
    for ending in (".edl", ".xml", ".fcpxml", ".aaf"):
        edit = tmp_path / f"edit{ending}"
        answer = blender.run("main_job", built_zip, output, "otio", "export", blend, edit, "--json", timeout_s=240)
        assert answer["exit_code"] == 0, output.read_text(encoding="utf-8")
        assert edit.stat().st_size > 0
