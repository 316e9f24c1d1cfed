# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake account`, `retake voices …` and `retake elements …`: what the account has."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from ..app import open_settings
from ..balance import read_costs
from ..kling.element import ElementFromPictures, ElementFromVideo
from ..kling.voice import CUSTOM_VOICE_UNITS, NewVoice
from ..library import things
from ..library.visit import gathered, make_once, visit_library
from .exit_code import ExitCode
from .price_words import plain, price_words

if TYPE_CHECKING:
    from ..kling.element import Element, NewElement
    from ..kling.library import KlingLibrary
    from ..kling.voice import Voice
    from .output import Output

_sandbox = click.option("--sandbox", is_flag=True, help="Those of the private rehearsal.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command(help="The account's packages: what they hold, and how many tasks they let run at once.")
@_sandbox
@_as_json
@click.pass_context
def account(context: click.Context, *, sandbox: bool, as_json: bool) -> int:
    output: Output = context.obj.output
    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        costs = read_costs(settings)
    if as_json:
        output.json(
            {
                "remaining_video_units": float(costs.remaining_video_units),
                "concurrency": costs.video_concurrency,
                "packages": [
                    {"name": pack.name, "total": float(pack.total_units), "remaining": float(pack.remaining_units),
                     "status": pack.status.value} for pack in costs.packs
                ],
            }
        )  # fmt: skip
        return ExitCode.DONE
    table = Table("Package", "For", "Units", "Left", "At once", "Until", "State")
    for pack in costs.packs:
        until = datetime.fromtimestamp(pack.invalid_ms / 1000, UTC).date().isoformat() if pack.invalid_ms else "–"
        table.add_row(
            pack.name, pack.product or "–", plain(pack.total_units), plain(pack.remaining_units),
            str(pack.concurrency or "–"), until, pack.status.value or "–",
        )  # fmt: skip
    output.results.print(table)
    output.results.print(f"Left for video: {price_words(costs.remaining_video_units)}", highlight=False)
    output.results.print("Kling's numbers may be up to 12 hours old.", highlight=False)
    return ExitCode.DONE


@click.group(help="The voices that prompts can bind: the account's own and Kling's.")
def voices() -> None:
    pass


@voices.command("list", help="All voices, the account's own first.")
@_sandbox
@_as_json
@click.pass_context
def list_voices(context: click.Context, *, sandbox: bool, as_json: bool) -> int:
    output: Output = context.obj.output

    async def read(library: KlingLibrary) -> list[Voice]:
        own = [voice for task in await gathered(library.voices.tasks()) for voice in task.results]
        return own + await gathered(library.voices.presets())

    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        found = visit_library(settings, read)
    if as_json:
        output.json({"voices": [{"id": one.voice_id, "name": one.name, "own": one.is_custom} for one in found]})
        return ExitCode.DONE
    table = Table("Voice", "Id", "Whose")
    for one in found:
        table.add_row(one.name, one.voice_id, "yours" if one.is_custom else "Kling's")
    output.results.print(table)
    return ExitCode.DONE


@voices.command("make", help=f"Clone a voice from 5 to 30 s of one person speaking; {CUSTOM_VOICE_UNITS} units.")
@click.argument("name")
@click.option("--file", type=click.Path(path_type=Path), default=None, help="The recording: mp3, wav, mp4 or mov.")
@click.option("--url", default=None, help="Its address, in place of a file.")
@click.option("--video", "video_id", default=None, metavar="ID", help="A clip of Kling's with speech.")
@_sandbox
@click.pass_context
def make_voice(
    context: click.Context, *, name: str, file: Path | None, url: str | None, video_id: str | None, sandbox: bool
) -> int:
    output: Output = context.obj.output
    if file is not None:
        with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
            made = things.make_voice(settings, name, file)
        output.results.print(f"{made.name}={made.thing_id}", highlight=False)
        return ExitCode.DONE
    wanted = NewVoice(name, url, video_id)
    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        wanted.check(settings.base_url)
        task = visit_library(
            settings,
            lambda library: make_once(
                settings,
                json.dumps(["voice", name, url, video_id]),
                library.voices.find,
                lambda external_task_id: library.voices.create(wanted, external_task_id),
            ),
        )
    for voice in task.results:
        output.results.print(f"{voice.name}={voice.voice_id}", highlight=False)
    return ExitCode.DONE


@voices.command("delete", help="Delete a voice of the account. It cannot be undone.")
@click.argument("voice_id")
@_sandbox
@click.pass_context
def delete_voice(context: click.Context, *, voice_id: str, sandbox: bool) -> int:
    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        visit_library(settings, lambda library: library.voices.delete(voice_id))
    context.obj.output.notes.print(f"The voice {voice_id} is deleted.", highlight=False)
    return ExitCode.DONE


@click.group(help="The characters and things that prompts can name: the account's own and Kling's.")
def elements() -> None:
    pass


@elements.command("list", help="All elements, the account's own first.")
@_sandbox
@_as_json
@click.pass_context
def list_elements(context: click.Context, *, sandbox: bool, as_json: bool) -> int:
    output: Output = context.obj.output

    async def read(library: KlingLibrary) -> list[tuple[Element, bool]]:
        own = [(one, True) for task in await gathered(library.elements.tasks()) for one in task.results]
        kling = [(one, False) for one in await gathered(library.elements.presets())]
        return [(one, mine) for one, mine in own + kling if not one.is_deleted]

    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        found = visit_library(settings, read)
    if as_json:
        output.json({"elements": [{"id": one.element_id, "name": one.name, "own": mine} for one, mine in found]})
        return ExitCode.DONE
    table = Table("Element", "Id", "From", "What it is", "Whose")
    for one, mine in found:
        origin = "video" if one.reference_type == "video_refer" else "pictures"
        table.add_row(one.name, one.element_id, origin, one.description, "yours" if mine else "Kling's")
    output.results.print(table)
    return ExitCode.DONE


@elements.command("make", help="Make an element from pictures (a front view and 1 to 3 others) or from a video. Free.")
@click.argument("name")
@click.option("--description", required=True, help="What it is, in up to 100 characters.")
@click.option("--front", default=None, metavar="FILE|URL", help="The picture from the front.")
@click.option("--view", "views", multiple=True, metavar="FILE|URL", help="1 to 3 pictures that differ from it.")
@click.option("--video", "video_url", default=None, metavar="FILE|URL", help="3 to 8 s of one person, 1080p.")
@click.option("--voice", "voice_id", default=None, metavar="ID", help="A voice that is always its own.")
@_sandbox
@click.pass_context
def make_element(
    context: click.Context,
    *,
    name: str,
    description: str,
    front: str | None,
    views: tuple[str, ...],
    video_url: str | None,
    voice_id: str | None,
    sandbox: bool,
) -> int:
    output: Output = context.obj.output
    wanted: NewElement
    if video_url is not None and not video_url.startswith(("http://", "https://")):
        with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
            made = things.make_element_of_video(settings, name, description, Path(video_url).expanduser())
        output.results.print(f"{made.name}={made.thing_id}", highlight=False)
        return ExitCode.DONE
    if video_url is not None:
        wanted = ElementFromVideo(name=name, description=description, voice_id=voice_id, video_url=video_url)
    else:
        wanted = ElementFromPictures(
            name=name,
            description=description,
            voice_id=voice_id,
            frontal_image=_picture(front, "frontal picture") if front else "",
            refer_images=tuple(_picture(view, "further picture") for view in views),
        )
    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        wanted.checked(settings.base_url)
        task = visit_library(
            settings,
            lambda library: make_once(
                settings,
                json.dumps(["element", name, description, *map(_stamp, (front, *views)), video_url, voice_id]),
                library.elements.find,
                lambda external_task_id: library.elements.create(wanted, external_task_id),
            ),
        )
    for element in task.results:
        output.results.print(f"{element.name}={element.element_id}", highlight=False)
    return ExitCode.DONE


def _stamp(text: str | None) -> str | None:
    """An address, or what changes when a file does."""
    if text is None or text.startswith(("http://", "https://")):
        return text
    return hashlib.sha256(Path(text).expanduser().read_bytes()).hexdigest()


def _picture(text: str, field: str) -> str:
    """An address as it is, a file as base64. Raises InputError."""
    return text if text.startswith(("http://", "https://")) else things.picture_text(Path(text).expanduser(), field)


@elements.command("delete", help="Delete an element of the account. It cannot be undone.")
@click.argument("element_id")
@_sandbox
@click.pass_context
def delete_element(context: click.Context, *, element_id: str, sandbox: bool) -> int:
    with open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings:
        visit_library(settings, lambda library: library.elements.delete(element_id))
    context.obj.output.notes.print(f"The element {element_id} is deleted.", highlight=False)
    return ExitCode.DONE
