# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake models`: what there is to choose from, what it can do and what it costs. Shows the catalogue as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.table import Table

from ..kling.catalogue import ModelRow, ModeRow, catalogue
from ..kling.product import Product
from .exit_code import ExitCode
from .price_words import plain

if TYPE_CHECKING:
    from ..kling.catalogue import Tariff
    from .output import Output

_MAKES = {
    Product.TEXT_TO_VIDEO: "text to video",
    Product.IMAGE_TO_VIDEO: "image to video",
    Product.MOTION_CONTROL: "motion control",
    Product.OMNI_VIDEO: "video from text, images, elements and a video together",
    Product.MULTI_IMAGE_TO_VIDEO: "video from several images",
    Product.VIDEO_EXTEND: "longer clips from its own",
    Product.LIP_SYNC: "lip-sync",
}
_TARIFFS: dict[Tariff, str] = {
    "silent": "silent",
    "sound": "sound",
    "voice": "voices",
    "video": "with a video",
    "motion": "motion",
}
_END_FRAME = {"no": "–", "silent": "with a start image, silent", "yes": "with a start image", "alone": "yes"}


@click.command(help="List the models, or one MODEL with its source: lengths, quality, sound, inputs and prices.")
@click.argument("model_name", metavar="[MODEL]", required=False)
@click.option("--all", "with_discontinued", is_flag=True, help="Those that Kling has discontinued, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def models(context: click.Context, model_name: str | None, *, with_discontinued: bool, as_json: bool) -> int:
    output: Output = context.obj.output
    if model_name is not None:
        rows: tuple[ModelRow, ...] = (catalogue().model_row(model_name),)
    else:
        rows = tuple(row for row in catalogue().model if with_discontinued or not row.discontinued)
    if as_json:
        output.json({"checked": str(catalogue().checked), "models": [row.model_dump(mode="json") for row in rows]})
        return ExitCode.DONE
    output.results.print(_table(rows))
    if model_name is not None:
        for line in _details(rows[0]):
            output.results.print(line, highlight=False, markup=False)
    credits_per_unit, dollars = catalogue().credits_per_unit, catalogue().dollars_per_unit
    output.results.print(
        f"Prices are Kling's list prices in credits, as of {catalogue().checked}; {credits_per_unit} credits are "
        f"${dollars}.",
        highlight=False,
    )
    return ExitCode.DONE


def _table(rows: tuple[ModelRow, ...]) -> Table:
    table = Table("Model", "Quality", "Seconds", "Sound", "End image", "Credits", "Also")
    for row in rows:
        for mode in row.mode:
            table.add_row(
                row.id, f"{mode.name} ({mode.resolution})", _seconds(row), _sound(mode), _END_FRAME[mode.end_frame],
                _prices(mode), ", ".join(_features(row, mode)) or "–",
            )  # fmt: skip
    return table


def _features(row: ModelRow, mode: ModeRow) -> list[str]:
    """What else the model takes in this mode; prices are with the prices."""
    limits, found = row.limits, []
    if limits.elements:
        found.append(f"{limits.elements} elements")
    if limits.references:
        found.append(f"{limits.references} references")
    if limits.cuts:
        found.append(f"{limits.cuts} cuts")
    if "voice" in mode.units_per_s:
        found.append(f"{limits.voices} voices")
    if mode.camera:
        found.append("camera")
    return found


def _details(row: ModelRow) -> list[str]:
    lines = [
        f"Makes: {', '.join(_MAKES[product] for product in row.products)}",
        f"On the older request format: {row.legacy_name or 'no'}; on the newer one: {row.new_name or 'no'}",
        f"Aspect: {', '.join(row.aspect_ratios)}; with a start image the image's own",
        f"Prompt: up to {row.prompt_max_characters:,} characters",
        *_input_lines(row),
        f"Source: {row.source} (checked {row.checked})",
    ]
    lines.append("D: Kling's own documentation; G: a third party's price list.")
    if not row.makes_from_text:
        lines.insert(0, "It needs a start image.")
    if row.discontinued:
        lines.insert(0, "Kling has discontinued it.")
    return lines


def _input_lines(row: ModelRow) -> list[str]:
    images, lines = catalogue().images, []
    if row.plain_durations_s:
        lines.append(f"Without an end image or a reference: {', '.join(map(str, row.plain_durations_s))} s")
    lines.append(
        f"Images: {', '.join(images.suffixes)}, up to {images.max_mb} MB, sides from {images.min_side_px} px, "
        f"ratio 1:{images.max_ratio} to {images.max_ratio}:1"
    )
    if row.motion:
        spans = (f"{low} to {high} s as in the {way}" for way, (low, high) in row.motion.seconds_by_orientation.items())
        low, high = row.motion.sides_px
        lines.append(f"Motion reference: {', '.join(spans)}, sides {low} to {high} px, up to {row.motion.max_mb} MB")
    if row.video:
        (low, high), (slow, fast), (least, most) = row.video.seconds, row.video.rates_fps, row.video.sides_px
        lines.append(
            f"Reference video: {low} to {high} s, sides {least} to {most} px, {slow} to {fast} fps, "
            f"up to {row.video.max_mb} MB"
        )
    return lines


def _seconds(row: ModelRow) -> str:
    first, last = row.durations_s[0], row.durations_s[-1]
    return (
        f"{first} to {last}" if len(row.durations_s) == last - first + 1 > 2 else ", ".join(map(str, row.durations_s))
    )


def _sound(mode: ModeRow) -> str:
    if not mode.has_sound:
        return "–"
    return "yes" if mode.has_silence else "always"


def _prices(mode: ModeRow) -> str:
    whole = catalogue()
    if mode.units_per_clip:
        prices = [f"{plain(whole.credits(units))} for {length} s" for length, units in mode.units_per_clip.items()]
    else:
        prices = [f"{plain(whole.credits(units))}/s {_TARIFFS[kind]}" for kind, units in mode.units_per_s.items()]
    if mode.units_per_extension is not None:
        prices.append(f"{plain(whole.credits(mode.units_per_extension))} to extend")
    return ", ".join(prices)
