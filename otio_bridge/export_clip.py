# SPDX-License-Identifier: GPL-3.0-or-later
"""One strip as the clips that it becomes: one, or one for each even piece of a ramp."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .clip_color import tag_color
from .effects import note_levels
from .export_effects import clip_effects
from .export_references import references_of
from .export_run import ELSEWHERE
from .items import item
from .markers import write_marker
from .namespaces import BLENDER, RETAKE, SCHEMA, mapping
from .record import to_record
from .references import numbering
from .retime import Piece, pieces_of, seconds_per_second
from .snapshot import StripKind
from .times import Json, time_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .export_level import Level
    from .export_run import ExportRun
    from .snapshot import StripSnapshot
    from .tracks import Placed


def clips_of(run: ExportRun, placed: Placed, level: Level, channel: int) -> list[Json]:
    """Of any strip but a meta."""
    strip = placed.strip
    pieces = _pieces(run, strip, level)
    scale = seconds_per_second(strip, strip.shown, run.rate) if run.flavour.retimes else Fraction(1)
    if scale != 1:
        run.findings.kept(strip.name, "frame by frame")
    laid = placed.start - strip.start
    visible = _cut(pieces, laid, placed.end_exclusive - strip.start)
    written = [[piece.length, _source_start(run, strip, piece, scale), float(piece.speed * scale)] for piece in visible]
    clips = []
    for number, (piece, (length, start, speed)) in enumerate(zip(visible, written, strict=True)):
        own: Json = {"schema": SCHEMA}
        if number == 0:
            own |= own_record(run, strip, placed, level, channel)
            own["written"]["pieces"] = written
        else:
            own["piece_of"] = strip.name
            own["piece"] = number
        used = length * abs(speed) if run.flavour.source_lengths and speed else length
        clips.append(_clip(run, strip, own, time_range(start, used, run.fps), speed, piece, level, number, laid))
    return clips


def _pieces(run: ExportRun, strip: StripSnapshot, level: Level) -> Sequence[Piece]:
    pieces = level.speeds[strip.name][1] if strip.name in level.speeds else pieces_of(strip, run.rate)
    if not run.flavour.retimes:
        if any(piece.speed != 1 for piece in pieces.pieces):
            run.findings.dropped(strip.name, "speed", f"{run.flavour.title} reads no speeds")
        return (Piece(0, strip.length, pieces.pieces[0].lowest, Fraction(1)),)
    if strip.retiming is not None or strip.reverse_frames:
        if pieces.exact or run.flavour.reads_namespace:
            run.findings.kept(strip.name, "speed")
        else:
            why = f"the ramp is cut into {len(pieces.pieces)} even pieces"
            run.findings.approximated(strip.name, "speed", why)
    return pieces.pieces


def _source_start(run: ExportRun, strip: StripSnapshot, piece: Piece, scale: Fraction) -> float:
    media = strip.shown
    if strip.kind is StripKind.IMAGE and media is not None and not media.files:
        return 0.0  # a still has one frame only, wherever it is trimmed
    start = Fraction(media.start_frame) * run.rate / media.rate if media is not None else Fraction(0)
    return float(start + piece.lowest * scale)


def _clip(
    run: ExportRun,
    strip: StripSnapshot,
    own: Json,
    source: Json,
    speed: float,
    piece: Piece,
    level: Level,
    number: int,
    laid: int,
) -> Json:
    """`laid`: how many frames of the strip lie before the clip, under a transition."""
    references, active = references_of(run, strip, piece)
    # Kdenlive counts a clip's markers from its in point (measured on 26.08), all others in the source's time.
    marked_from = (0.0 if run.flavour.name == "kdenlive" else source["start_time"]["value"]) - laid
    if run.options.schema_target:
        # Before Clip.2 there is one reference only: the takes are kept beside it.
        own["media"], own["active_media"] = references, active
    return {
        **item("Clip.2", foreign_name(strip), source),
        "metadata": metadata_of(run, strip, own),
        "enabled": not strip.mute,
        "color": tag_color(strip),
        "effects": clip_effects(run, strip, speed, level, source["start_time"]["value"]),
        "markers": [
            write_marker(one, marked_from + one.frame - strip.content_offset, run.rate, run.flavour)
            for one in (strip.markers if number == 0 else ())
        ],
        "media_references": references,
        "active_media_reference_key": active,
    }


def own_record(run: ExportRun, strip: StripSnapshot, placed: Placed, level: Level, channel: int) -> Json:
    written: Json = {"at": placed.start - level.zero, "length": placed.end_exclusive - placed.start}
    if placed.head is not None and run.flavour.transitions:
        written["head"] = placed.head.in_offset
    if placed.tail is not None and run.flavour.transitions:
        written["tail"] = placed.tail.out_offset
    if channel != strip.channel:
        written["channel"] = channel
    own: Json = {"strip": to_record(strip, leave_out=ELSEWHERE), "written": written}
    if (called := foreign_name(strip)) != strip.name:
        own["called"] = called
    return own


def metadata_of(run: ExportRun, strip: StripSnapshot, own: Json) -> Json:
    metadata: Json = {**mapping(strip.foreign.get("metadata")), BLENDER: own}
    if strip.shot_id or strip.take_number:
        metadata[RETAKE] = {"schema": SCHEMA, "shot": strip.shot_id, "take": strip.take_number}
    group = run.groups.get(strip.name)
    if group is not None and run.flavour.name == "resolve" and "Resolve_OTIO" not in metadata:
        metadata["Resolve_OTIO"] = {"Link Group ID": group}
        own["made"] = ["Resolve_OTIO"]
    if group is not None and run.flavour.name == "premiere" and "PremierePro_OTIO" not in metadata:
        metadata["PremierePro_OTIO"] = {"LinkID": str(group)}
        own["made"] = ["PremierePro_OTIO"]
    return metadata


def foreign_name(strip: StripSnapshot) -> str:
    """Blender needs unique names: where it was given one for that, the clip keeps its own."""
    name = mapping(strip.foreign.get("name"))
    return str(name["was"]) if name.get("as") == strip.name and "was" in name else strip.name


def _cut(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """The parts of `pieces` between two frames of the strip, which may lie beyond its ends."""
    found = []
    for number, piece in enumerate(pieces):
        left = start if number == 0 else max(start, piece.at)
        right = end if number == len(pieces) - 1 else min(end, piece.at + piece.length)
        if right > left:
            found.append(Piece(left - start, right - left, piece.first + piece.speed * (left - piece.at), piece.speed))
    return found


def note_strip(run: ExportRun, strip: StripSnapshot) -> None:
    """What becomes of it in the report, but for its speed."""
    run.findings.kept(strip.name, "strip")
    note_levels(strip, run.flavour, run.findings)
    reads = run.flavour.reads_namespace
    title = run.flavour.title
    rows = {
        "colour tag": (bool(strip.color_tag), False),
        "lock": (strip.lock, False),
        "connections": (bool(strip.connections), "connections" in run.flavour.effects),
        "mute": (strip.mute, run.flavour.disabled),
    }
    for feature, (is_used, is_read) in rows.items():
        if is_used and (reads or is_read):
            run.findings.kept(strip.name, feature)
        elif is_used:
            run.findings.dropped(strip.name, feature, f"{title} reads none from such a file")
    media = strip.shown
    if media is not None and media.files and numbering(media.files) is None and not reads:
        run.findings.approximated(strip.name, "image sequence", "its names are not numbered evenly: the first stands")
    if len(strip.media) > 1 and not reads:
        run.findings.approximated(strip.name, "takes", f"{title} shows the active one")
    elif len(strip.media) > 1:
        run.findings.kept(strip.name, "takes")
