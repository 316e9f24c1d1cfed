# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clip shows: its media, every take of it, or a generator."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .import_clip import generated_settings
from .namespaces import BLENDER, SCHEMA, mapping
from .references import generator, media_reference
from .snapshot import SINGLE_MEDIA, StripKind
from .times import Json, is_number

if TYPE_CHECKING:
    from .export_run import ExportRun
    from .retime import Piece
    from .snapshot import StripSnapshot


def references_of(run: ExportRun, strip: StripSnapshot, piece: Piece) -> tuple[dict[str, Json], str]:
    least = Fraction(piece.length)
    if strip.media:
        references = {
            key: media_reference(key, media, run.rate, run.form, run.options.base, least)
            for key, media in sorted(strip.media.items())
        }
        active = strip.active_media if strip.active_media in references else next(iter(references))
        return references, active
    told = mapping(strip.foreign.get("reference"))
    if told and strip.kind in (StripKind.COLOR, StripKind.TEXT) and run.flavour.name != "kdenlive":
        same = generated_settings(strip.kind, told)
        if all(strip.settings.get(key) == value for key, value in same.items()):
            return {SINGLE_MEDIA: told}, SINGLE_MEDIA
    frames = max(strip.content_length, strip.content_offset + strip.length, 1)
    if strip.kind in (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE):
        return {SINGLE_MEDIA: told or _missing(strip.name)}, SINGLE_MEDIA
    kind, parameters = f"blender:{(strip.effect_type or strip.kind.value).upper()}", {}
    if strip.kind is StripKind.COLOR:
        hexadecimal = _hexadecimal(strip.settings.get("color"))
        parameters = {"color": hexadecimal, "kdenlive": {"color": f"0x{hexadecimal}ff"}}
        if run.flavour.name == "kdenlive":
            kind = "kdenlive:SolidColor"
    elif strip.kind is StripKind.TEXT:
        parameters = {"text": str(strip.settings.get("text", ""))}
    elif strip.kind is StripKind.SCENE:
        parameters = {"scene": str(strip.settings.get("scene", ""))}
    return {SINGLE_MEDIA: generator(kind, strip.name, frames, run.rate, parameters)}, SINGLE_MEDIA


def _missing(name: str) -> Json:
    return {
        "OTIO_SCHEMA": "MissingReference.1",
        "metadata": {BLENDER: {"schema": SCHEMA}},
        "name": name,
        "available_range": None,
        "available_image_bounds": None,
    }


def _hexadecimal(color: Any) -> str:
    if not isinstance(color, list | tuple) or len(color) < 3 or not all(is_number(one) for one in color[:3]):
        return "000000"
    return "".join(f"{round(255 * min(1.0, max(0.0, one))):02x}" for one in color[:3])
