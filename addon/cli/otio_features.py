# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio features`: what becomes of each feature in each flavour."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from .placing import check_blender

if TYPE_CHECKING:
    from .output import Output


@click.command(
    help="What each program gets of each feature, and whether it comes back: found by exporting an edit in every "
    "flavour and reading it again. Without BLEND: a built-in edit with every feature."
)
@click.argument("blend", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--scene", "scene_name", default="", help="Another scene of the .blend than the one that is edited.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown, features that fare alike in one row.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def features(context: click.Context, blend: Path | None, *, scene_name: str, markdown: bool, as_json: bool) -> int:
    from ..interchange.bridge import bridge_module

    output: Output = context.obj.output
    table = bridge_module("feature_table")
    if blend is None:
        rows = table.sample_table()
    else:
        check_blender("BLEND", blend)
        from ..interchange.media_facts import with_media_facts
        from ..vse.project import open_project
        from ..vse.read import read_timeline

        rows = table.table_of(with_media_facts(read_timeline(open_project(blend.absolute(), scene_name))))
    if as_json:
        output.json({"features": [row.as_json() for row in rows]})
        return 0
    words = bridge_module("feature_words")
    if markdown:
        output.results.print(words.feature_markdown(rows), markup=False, highlight=False)
        return 0
    shown = words.feature_words(rows)
    printed = Table(*shown.columns)
    for row in shown.rows:
        printed.add_row(*row)
    output.results.print(printed)
    for line in (*shown.notes, shown.ending):
        output.results.print(line, markup=False, highlight=False)
    return 0
