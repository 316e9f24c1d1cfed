# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot to OpenTimelineIO, with a report of what became of each strip.

Times on tracks are whole frames at the timeline's exact rate, a file's own rate stands only in its available range:
mixed rates on a track drift when they are added up (measured on OpenTimelineIO 0.18.1). What OpenTimelineIO cannot say
is in the namespace `blender_vse`, so that an import gives the same snapshot again.

Built as JSON and given to OpenTimelineIO as a whole: its Python objects cost a multiple, and metadata of other programs
comes through as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeGuard

from .effects import effects_of, note_levels
from .errors import BridgeError
from .fades import fade_path, pure_fades
from .flavour import PLAIN, Flavour
from .import_clip import generated_settings
from .links import link_groups
from .markers import write_marker
from .namespaces import BLENDER, RETAKE, SCHEMA
from .read_file import known_versions
from .record import to_record
from .references import generator, media_reference, numbering
from .report import Findings, Report
from .retime import Piece, Pieces, content_frames, pieces_of, seconds_per_second, with_speed_effect
from .snapshot import SINGLE_MEDIA, Channel, StripKind, StripSnapshot, TimelineSnapshot
from .times import Json, rational, time_range
from .tracks import Placed, TrackPlan, plan_tracks
from .transitions import DISSOLVES, FOLDED, Fold, plan_folds
from .unknown_schemas import with_stand_ins
from .write_text import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import opentimelineio as otio

    from .media_url import UrlForm

_ELSEWHERE = frozenset({"media", "foreign", "children", "markers", "shot_id", "take_number"})
"""Fields of a strip that the item itself carries."""

_TAG_COLORS = (
    ("RED", 0.89, 0.28, 0.28),
    ("ORANGE", 0.89, 0.55, 0.28),
    ("YELLOW", 0.89, 0.85, 0.28),
    ("GREEN", 0.48, 0.8, 0.48),
    ("BLUE", 0.3, 0.53, 0.8),
    ("PURPLE", 0.55, 0.35, 0.8),
    ("PINK", 0.77, 0.39, 0.65),
    ("BROWN", 0.47, 0.33, 0.25),
    ("GRAY", 0.37, 0.37, 0.37),
)
"""Blender's colour tags 1 to 9, about as its default theme shows them."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`url_form` None: what the flavour's program reads best. `base`: the folder of the file to be, for relative paths.

    `schema_target`: an older version of OpenTimelineIO that has to read the file, such as 0.14.0.
    """

    flavour: Flavour = PLAIN
    url_form: UrlForm | None = None
    base: str = ""
    schema_target: str = ""


def export_timeline(
    snapshot: TimelineSnapshot, options: ExportOptions | None = None
) -> tuple[otio.schema.Timeline, Report]:
    """Deterministic: the same snapshot gives the same file, byte for byte. `schema_target` counts on writing only."""
    import opentimelineio as otio

    built, report = export_json(snapshot, options)
    shown, _ = with_stand_ins(built, known_versions())
    timeline = otio.core.deserialize_json_from_string(json.dumps(shown))
    return timeline, report


def export_text(snapshot: TimelineSnapshot, options: ExportOptions | None = None) -> tuple[str, Report]:
    """The content of an .otio file. Raises BridgeError for a `schema_target` that is none."""
    options = options or ExportOptions()
    built, report = export_json(snapshot, options)
    return (older_text(built, options.schema_target) if options.schema_target else text_of(built)), report


def older_text(built: Json, target: str) -> str:
    """For a reader of OpenTimelineIO `target`, such as 0.14.0. Raises BridgeError where there is no such version."""
    import opentimelineio as otio

    try:
        versions = otio.versioning.fetch_map("OTIO_CORE", target)
    except KeyError:
        everything = otio.versioning.full_map()
        known = ", ".join(sorted(everything["OTIO_CORE"]))
        raise BridgeError(
            f"OpenTimelineIO {target} is not a version that can be written for.", hint=f"Known: {known}."
        ) from None
    shown, _ = with_stand_ins(built, known_versions())
    timeline = otio.core.deserialize_json_from_string(json.dumps(shown))
    text: str = otio.core.serialize_json_to_string(timeline, versions, 4)
    return text


def export_json(snapshot: TimelineSnapshot, options: ExportOptions | None = None) -> tuple[Json, Report]:
    """The timeline as OpenTimelineIO's JSON of version 0.18."""
    writer = _Writer(snapshot, options or ExportOptions())
    return writer.timeline(), writer.findings.report(sum(1 for _ in snapshot.walk()) + len(snapshot.not_carried))


@dataclass(slots=True)
class _Level:
    """One level of the edit: the timeline's or a meta's. `zero` is the frame of the timeline at its time zero."""

    zero: int
    folds: tuple[Fold, ...]
    attached: dict[str, list[StripSnapshot]] = field(default_factory=dict)
    """Effect strips that go with the clip of their first input."""
    speeds: dict[str, tuple[StripSnapshot, Pieces]] = field(default_factory=dict)
    left_out: list[StripSnapshot] = field(default_factory=list)


class _Writer:
    def __init__(self, snapshot: TimelineSnapshot, options: ExportOptions) -> None:
        self.snapshot = snapshot
        self.options = options
        self.flavour = options.flavour
        self.form = options.url_form or options.flavour.url_form
        self.rate = snapshot.rate
        self.fps = float(snapshot.rate)
        self.frame = (snapshot.width_px, snapshot.height_px)
        self.findings = Findings()
        self.groups = link_groups(snapshot.walk())

    def timeline(self) -> Json:
        snapshot = self.snapshot
        zero = min([snapshot.start, *(strip.start for strip in snapshot.strips)])
        level = self._level(snapshot.strips, zero)
        tracks = self._tracks(snapshot.strips, level, snapshot.channels)
        own: Json = {
            "schema": SCHEMA,
            "rate": str(self.rate),
            "resolution": list(self.frame),
            "frame_start": snapshot.start,
            "frame_of_time_zero": zero,
            "timecode_start": snapshot.timecode_start,
            "flavour": self.flavour.name,
        }
        if snapshot.end_exclusive is not None:
            own["frame_end_exclusive"] = snapshot.end_exclusive
        if snapshot.channels:
            own["channels"] = _channel_records(snapshot.channels)
        if level.left_out:
            own["left_out"] = [self._whole(strip) for strip in level.left_out]
        foreign = snapshot.foreign
        stack = _mapping(foreign.get("stack"))
        metadata: Json = {**_mapping(foreign.get("metadata")), BLENDER: own}
        if snapshot.metadata:
            metadata[RETAKE] = {"schema": SCHEMA, **snapshot.metadata}
        stack_metadata = dict(_mapping(stack.get("metadata")))
        if self.flavour.name == "resolve":
            metadata.setdefault("Resolve_OTIO", {"Resolve OTIO Meta Version": "1.0"})
        if self.flavour.name == "premiere":
            metadata.setdefault("PremierePro_OTIO", {"MetadataVersion": "1.0"})
            stack_metadata.setdefault("PremierePro_OTIO", self._premiere_stack())
        for each in snapshot.not_carried:
            self.findings.dropped(each.name, "strip", each.why, comes_back=False)
        markers = [write_marker(one, one.frame - zero, self.rate, self.flavour) for one in snapshot.markers]
        clock = snapshot.timecode_start - (snapshot.start - zero)
        return {
            "OTIO_SCHEMA": "Timeline.1",
            "metadata": metadata,
            "name": snapshot.name,
            "global_start_time": rational(max(0, clock), self.fps),
            "tracks": {
                **_item("Stack.1", str(stack.get("name", "tracks")), None),
                "metadata": stack_metadata,
                "effects": list(stack.get("effects", [])),
                "markers": markers,
                "children": tracks,
            },
        }

    def _premiere_stack(self) -> Json:
        return {
            "VideoFrameRate": self.fps,
            "VideoResolution": {"width": self.frame[0], "height": self.frame[1]},
            "PixelAspectRatio": {"numerator": 1.0, "denominator": 1.0},
        }

    # Levels and tracks

    def _level(self, strips: Sequence[StripSnapshot], zero: int) -> _Level:
        folds = plan_folds(strips, self.rate, self.findings)
        by_name = {strip.name: strip for strip in strips}
        laid = [all(self._is_written(by_name[name]) for name in (fold.outgoing, fold.incoming)) for fold in folds]
        for fold, is_laid in zip(folds, laid, strict=True):
            if not is_laid:
                why = f"{self.flavour.title} gets only one of its strips, or none"
                self.findings.dropped(fold.effect.name, "transition", why)
        folds = tuple(fold for fold, is_laid in zip(folds, laid, strict=True) if is_laid)
        level = _Level(zero, folds)
        for fold in folds:
            if not self.flavour.transitions:
                level.left_out.append(fold.effect)
                why = f"{self.flavour.title} reads none that lies about the cut: a cut in its middle stands for it"
                self.findings.approximated(fold.effect.name, "transition", why)
            elif not self.flavour.wipes and fold.effect.effect_type not in DISSOLVES:
                self.findings.approximated(fold.effect.name, "transition", "a dissolve stands for the wipe")
        folded = {fold.effect.name for fold in folds}
        for strip in strips:
            if strip.kind is not StripKind.EFFECT or strip.name in folded:
                continue
            first = by_name.get(strip.inputs[0]) if strip.inputs else None
            if not strip.inputs and self.flavour.generators:
                continue  # a generator of its own, such as Multicam
            if first is None or first.kind is StripKind.EFFECT or not self._is_written(first):
                level.left_out.append(strip)
            elif strip.effect_type == "SPEED" and first.name not in level.speeds:
                if (pieces := self._behind_speed(strip, first)) is None:
                    level.attached.setdefault(first.name, []).append(strip)
                else:
                    level.speeds[first.name] = (strip, pieces)
            else:
                level.attached.setdefault(first.name, []).append(strip)
            self._note_effect(strip, is_speed=any(one is strip for one, _ in level.speeds.values()))
        for strip in strips:
            if strip.kind is not StripKind.EFFECT and not self._is_written(strip):
                level.left_out.append(strip)
                self.findings.dropped(strip.name, "strip", self._why_not(strip))
        level.left_out.sort(key=lambda strip: (strip.channel, strip.start, strip.name))
        return level

    def _note_effect(self, strip: StripSnapshot, *, is_speed: bool) -> None:
        title = self.flavour.title
        if strip.effect_type in FOLDED:
            return  # why it is no transition is noted already
        if is_speed:
            if self.flavour.retimes:
                self.findings.kept(strip.name, "speed")
            else:
                self.findings.dropped(strip.name, "speed", f"{title} reads no speeds")
        elif self.flavour.reads_namespace:
            self.findings.kept(strip.name, "effect")
        else:
            self.findings.dropped(strip.name, "effect", f"{title} reads none of Blender's effects")

    def _is_written(self, strip: StripSnapshot) -> bool:
        return not self._why_not(strip)

    def _why_not(self, strip: StripSnapshot) -> str:
        title = self.flavour.title
        if strip.mute and not self.flavour.disabled:
            return f"{title} plays muted strips, so it is left out"
        if strip.kind is StripKind.META and not self.flavour.nested:
            return f"{title} reads no nested edits"
        if strip.media:
            shown = strip.shown
            if shown is not None and len(shown.files) > 1 and not self.flavour.image_sequences:
                return f"{title} reads no image sequences"
            return ""
        if strip.kind is StripKind.COLOR and self.flavour.name == "kdenlive":
            return ""
        if not self.flavour.generators and strip.kind in (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE):
            return "nobody named its file"
        if not self.flavour.generators and strip.kind is not StripKind.META:
            return f"{title} reads no {strip.kind.value} strips"
        return ""

    def _behind_speed(self, effect: StripSnapshot, target: StripSnapshot) -> Pieces | None:
        """What shows through a speed effect that OpenTimelineIO has a word for."""
        if effect.mute or any(curve.path.startswith("speed_") for curve in effect.curves):
            return None
        settings = effect.settings
        control = settings.get("speed_control")
        first = Fraction(0)
        if control == "MULTIPLY" and _is_number(factor := settings.get("speed_factor")):
            speed = Fraction(factor)
        elif control == "FRAME_NUMBER" and _is_number(number := settings.get("speed_frame_number")):
            speed, first = Fraction(0), Fraction(number)
        elif control == "STRETCH":
            speed = Fraction(content_frames(target, self.rate) - target.content_offset, max(1, target.length))
        else:
            return None
        return with_speed_effect(pieces_of(target, self.rate), speed, first, target.length)

    def _tracks(self, strips: Sequence[StripSnapshot], level: _Level, channels: Iterable[Channel]) -> list[Json]:
        known = {channel.number: channel for channel in channels}
        folded = {fold.effect.name for fold in level.folds}
        left = {strip.name for strip in level.left_out}
        carried = {one.name for many in level.attached.values() for one in many}
        carried |= {effect.name for effect, _ in level.speeds.values()}
        laid = [one for one in strips if one.name not in folded and one.name not in left and one.name not in carried]
        plans = plan_tracks(laid, level.folds)
        tracks = [self._track(plan, level, known.get(plan.channel)) for plan in plans]
        used = {plan.channel for plan in plans}
        for channel in known.values():
            kind = channel.foreign.get("kind")
            if channel.number not in used and isinstance(kind, str):
                # Another program's empty track: what it knows of it goes back.
                tracks.append(self._track(TrackPlan(kind != "Video", channel.number, ()), level, channel, kind))
        return tracks

    def _track(self, plan: TrackPlan, level: _Level, channel: Channel | None, kind: str = "") -> Json:
        foreign = channel.foreign if channel else {}
        children: list[Json] = []
        at = level.zero
        for number, placed in enumerate(plan.placed):
            if placed.start > at:
                children.append(_gap(placed.start - at, self.fps))
            after = plan.placed[number + 1].start if number + 1 < len(plan.placed) else None
            fades = self._fades(placed, at_edge=placed.start > at or number == 0, after=after)
            if placed.head is not None and self.flavour.transitions:
                children.append(self._transition(placed.head))
            elif fades[0]:
                children.append(self._fade(placed.strip, 0, fades[0]))
            children += self._items(placed, level, plan.channel)
            if fades[1]:
                children.append(self._fade(placed.strip, fades[1], 0))
            at = placed.end_exclusive
        name = channel.name if channel and channel.name else f"Channel {plan.channel}"
        metadata: Json = {
            **_mapping(foreign.get("metadata")),
            BLENDER: {"schema": SCHEMA, "channel": plan.channel, "name": name},
        }
        if self.flavour.name == "resolve":
            metadata.setdefault("Resolve_OTIO", {"Locked": bool(channel and channel.lock)})
        return {
            **_item("Track.1", name, None),
            "enabled": not (channel and channel.mute),
            "metadata": metadata,
            "effects": list(foreign.get("effects", [])),
            "kind": kind or ("Audio" if plan.is_sound else "Video"),
            "children": children,
        }

    # Transitions

    def _transition(self, fold: Fold) -> Json:
        effect = fold.effect
        is_dissolve = effect.effect_type in DISSOLVES or not self.flavour.wipes
        own = {
            "schema": SCHEMA,
            "strip": to_record(effect, leave_out=_ELSEWHERE),
            "written": {"in": fold.in_offset, "out": fold.out_offset, "cut": fold.cut},
        }
        foreign = effect.foreign
        if "transition_type" in foreign:
            own["foreign"] = True
        if (is_dissolve and effect.effect_type in DISSOLVES) or self.flavour.wipes:
            self.findings.kept(effect.name, "transition")
        return {
            "OTIO_SCHEMA": "Transition.1",
            "metadata": {**_mapping(foreign.get("metadata")), BLENDER: own},
            "name": str(foreign.get("name", effect.name)),
            "transition_type": str(
                foreign.get("transition_type", "SMPTE_Dissolve" if is_dissolve else "Custom_Transition")
            ),
            "in_offset": rational(fold.in_offset, self.fps),
            "out_offset": rational(fold.out_offset, self.fps),
        }

    def _fades(self, placed: Placed, *, at_edge: bool, after: int | None) -> tuple[int, int]:
        """Frames of fade at head and tail that become a dissolve next to nothing."""
        strip = placed.strip
        if not self.flavour.edge_fades or not strip.curves or strip.mute:
            return 0, 0
        feature = "volume" if fade_path(strip) == "volume" else "opacity"
        if feature in self.flavour.effects:
            return 0, 0  # the program's own effect fades it already
        fades = pure_fades(strip)
        head = fades.head if at_edge and placed.head is None else 0
        tail = fades.tail if placed.tail is None and after != placed.end_exclusive else 0
        room = placed.end_exclusive - placed.start
        room -= (placed.head.out_offset if placed.head else 0) + (placed.tail.in_offset if placed.tail else 0)
        return (head, tail) if head + tail <= room else (0, 0)

    def _fade(self, strip: StripSnapshot, in_offset: int, out_offset: int) -> Json:
        return {
            "OTIO_SCHEMA": "Transition.1",
            "metadata": {BLENDER: {"schema": SCHEMA, "fade": strip.name, "in": in_offset, "out": out_offset}},
            "name": "Fade",
            "transition_type": "SMPTE_Dissolve",
            "in_offset": rational(in_offset, self.fps),
            "out_offset": rational(out_offset, self.fps),
        }

    # Items

    def _items(self, placed: Placed, level: _Level, channel: int) -> list[Json]:
        strip = placed.strip
        self.findings.kept(strip.name, "strip")
        note_levels(strip, self.flavour, self.findings)
        self._note_rest(strip)
        pieces = level.speeds[strip.name][1] if strip.name in level.speeds else pieces_of(strip, self.rate)
        if not self.flavour.retimes:
            if any(piece.speed != 1 for piece in pieces.pieces):
                self.findings.dropped(strip.name, "speed", f"{self.flavour.title} reads no speeds")
            pieces = Pieces((Piece(0, strip.length, pieces.pieces[0].lowest, Fraction(1)),))
        elif strip.kind is StripKind.META:
            pieces = Pieces((Piece(0, strip.length, Fraction(0), Fraction(1)),))
        elif strip.retiming is not None or strip.reverse_frames:
            self._note_speed(strip, pieces)
        visible = _cut(pieces.pieces, placed.start - strip.start, placed.end_exclusive - strip.start)
        if strip.kind is StripKind.META:
            return [self._stack(placed, level, channel)]
        scale = seconds_per_second(strip, strip.shown, self.rate)
        if not self.flavour.retimes:
            if scale != 1:
                why = f"{self.flavour.title} plays the file at its own speed"
                self.findings.dropped(strip.name, "frame by frame", why)
            scale = Fraction(1)
        elif scale != 1:
            self.findings.kept(strip.name, "frame by frame")
        starts = [self._source_start(strip, piece, scale) for piece in visible]
        written = [
            [piece.length, start, float(piece.speed * scale)] for piece, start in zip(visible, starts, strict=True)
        ]
        clips = []
        for number, (piece, (length, start, speed)) in enumerate(zip(visible, written, strict=True)):
            own: Json = {"schema": SCHEMA}
            if number == 0:
                own |= self._own(strip, placed, level, channel)
                own["written"]["pieces"] = written
            else:
                own["piece_of"] = strip.name
                own["piece"] = number
            laid = placed.start - strip.start
            clips.append(self._clip(strip, own, time_range(start, length, self.fps), speed, piece, level, number, laid))
        return clips

    def _source_start(self, strip: StripSnapshot, piece: Piece, scale: Fraction) -> float:
        media = strip.shown
        if strip.kind is StripKind.IMAGE and media is not None and not media.files:
            return 0.0  # a still has one frame only, wherever it is trimmed
        start = Fraction(media.start_frame) * self.rate / media.rate if media is not None else Fraction(0)
        return float(start + piece.lowest * scale)

    def _own(self, strip: StripSnapshot, placed: Placed, level: _Level, channel: int) -> Json:
        written: Json = {"at": placed.start - level.zero, "length": placed.end_exclusive - placed.start}
        if placed.head is not None and self.flavour.transitions:
            written["head"] = placed.head.in_offset
        if placed.tail is not None and self.flavour.transitions:
            written["tail"] = placed.tail.out_offset
        if channel != strip.channel:
            written["channel"] = channel
        own: Json = {"strip": to_record(strip, leave_out=_ELSEWHERE), "written": written}
        if (called := _foreign_name(strip)) != strip.name:
            own["called"] = called
        return own

    def _clip(
        self,
        strip: StripSnapshot,
        own: Json,
        source: Json,
        speed: float,
        piece: Piece,
        level: _Level,
        number: int,
        laid: int,
    ) -> Json:
        """`laid`: how many frames of the strip lie before the clip, under a transition."""
        references, active = self._references(strip, piece)
        # Kdenlive counts a clip's markers from its in point (measured on 26.08), all others in the source's time.
        marked_from = (0.0 if self.flavour.name == "kdenlive" else source["start_time"]["value"]) - laid
        if self.options.schema_target:
            # Before Clip.2 there is one reference only: the takes are kept beside it.
            own["media"], own["active_media"] = references, active
        return {
            **_item("Clip.2", _foreign_name(strip), source),
            "metadata": self._metadata(strip, own),
            "enabled": not strip.mute,
            "color": _color(strip),
            "effects": self._effects(strip, speed, level, source["start_time"]["value"]),
            "markers": [
                write_marker(one, marked_from + one.frame - strip.content_offset, self.rate, self.flavour)
                for one in (strip.markers if number == 0 else ())
            ],
            "media_references": references,
            "active_media_reference_key": active,
        }

    def _metadata(self, strip: StripSnapshot, own: Json) -> Json:
        metadata: Json = {**_mapping(strip.foreign.get("metadata")), BLENDER: own}
        if strip.shot_id or strip.take_number:
            metadata[RETAKE] = {"schema": SCHEMA, "shot": strip.shot_id, "take": strip.take_number}
        group = self.groups.get(strip.name)
        if group is not None and self.flavour.name == "resolve" and "Resolve_OTIO" not in metadata:
            metadata["Resolve_OTIO"] = {"Link Group ID": group}
            own["made"] = ["Resolve_OTIO"]
        if group is not None and self.flavour.name == "premiere" and "PremierePro_OTIO" not in metadata:
            metadata["PremierePro_OTIO"] = {"LinkID": str(group)}
            own["made"] = ["PremierePro_OTIO"]
        return metadata

    def _effects(self, strip: StripSnapshot, speed: float, level: _Level, source_start: float) -> list[Json]:
        foreign = [one for one in strip.foreign.get("effects", []) if isinstance(one, dict)]
        timed = [one for one in foreign if _is_time_effect(one)]
        effects = []
        behind = level.speeds.get(strip.name)
        if self.flavour.retimes:
            if timed and behind is None and abs(_scalar(timed) - speed) < 1e-9:
                effects += timed
            elif speed != 1.0 or behind is not None:
                effects.append(_time_effect(speed, behind[0] if behind else None))
        elif behind is not None:
            effects.append(_strip_effect(behind[0]))
        effects += effects_of(strip, self.flavour, self.frame, self.rate, source_start)
        effects += [_strip_effect(one) for one in level.attached.get(strip.name, ())]
        effects += [one for one in foreign if not _is_time_effect(one)]
        return effects

    def _references(self, strip: StripSnapshot, piece: Piece) -> tuple[dict[str, Json], str]:
        least = Fraction(piece.length)
        if strip.media:
            references = {
                key: media_reference(key, media, self.rate, self.form, self.options.base, least)
                for key, media in sorted(strip.media.items())
            }
            active = strip.active_media if strip.active_media in references else next(iter(references))
            return references, active
        told = _mapping(strip.foreign.get("reference"))
        if told and strip.kind in (StripKind.COLOR, StripKind.TEXT) and self.flavour.name != "kdenlive":
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
            if self.flavour.name == "kdenlive":
                kind = "kdenlive:SolidColor"
        elif strip.kind is StripKind.TEXT:
            parameters = {"text": str(strip.settings.get("text", ""))}
        elif strip.kind is StripKind.SCENE:
            parameters = {"scene": str(strip.settings.get("scene", ""))}
        return {SINGLE_MEDIA: generator(kind, strip.name, frames, self.rate, parameters)}, SINGLE_MEDIA

    def _stack(self, placed: Placed, level: _Level, channel: int) -> Json:
        strip = placed.strip
        zero = min([strip.content_start, strip.start, *(child.start for child in strip.children)])
        inner = self._level(strip.children, zero)
        tracks = self._tracks(strip.children, inner, strip.channels)
        own = self._own(strip, placed, level, channel)
        source = placed.start - zero
        length = placed.end_exclusive - placed.start
        timed = [one for one in strip.foreign.get("effects", []) if isinstance(one, dict) and _is_time_effect(one)]
        speed = _scalar(timed)
        own["written"]["pieces"] = [[length, float(source), speed]]
        own["written"]["zero"] = zero
        if inner.left_out:
            own["left_out"] = [self._whole(one) for one in inner.left_out]
        return {
            **_item("Stack.1", _foreign_name(strip), time_range(source, length, self.fps)),
            "metadata": self._metadata(strip, {"schema": SCHEMA, **own}),
            "enabled": not strip.mute,
            "color": _color(strip),
            "effects": self._effects(strip, speed, level, source),
            "markers": [
                write_marker(one, one.frame + strip.content_start - zero, self.rate, self.flavour)
                for one in strip.markers
            ],
            "children": tracks,
        }

    def _whole(self, strip: StripSnapshot) -> Json:
        """A strip that is no item: all of it, media, children and the words of others included."""
        return to_record(strip)

    def _note_speed(self, strip: StripSnapshot, pieces: Pieces) -> None:
        if pieces.exact:
            self.findings.kept(strip.name, "speed")
        else:
            self.findings.approximated(strip.name, "speed", f"the ramp is cut into {len(pieces.pieces)} even pieces")

    def _note_rest(self, strip: StripSnapshot) -> None:
        reads = self.flavour.reads_namespace
        title = self.flavour.title
        rows = {
            "colour tag": (bool(strip.color_tag), False),
            "lock": (strip.lock, False),
            "connections": (bool(strip.connections), "connections" in self.flavour.effects),
            "mute": (strip.mute, self.flavour.disabled),
        }
        for feature, (is_used, is_read) in rows.items():
            if is_used and (reads or is_read):
                self.findings.kept(strip.name, feature)
            elif is_used:
                self.findings.dropped(strip.name, feature, f"{title} reads none from such a file")
        media = strip.shown
        if media is not None and media.files and numbering(media.files) is None:
            self.findings.approximated(
                strip.name, "image sequence", "its names are not numbered evenly: the first stands"
            )
        if len(strip.media) > 1 and not reads:
            self.findings.approximated(strip.name, "takes", f"{title} shows the active one")
        elif len(strip.media) > 1:
            self.findings.kept(strip.name, "takes")


def _item(schema: str, name: str, source: Json | None) -> Json:
    return {
        "OTIO_SCHEMA": schema,
        "metadata": {},
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": [],
        "enabled": True,
        "color": None,
    }


def _gap(length: int, fps: float) -> Json:
    return _item("Gap.1", "", time_range(0, length, fps))


def _missing(name: str) -> Json:
    return {
        "OTIO_SCHEMA": "MissingReference.1",
        "metadata": {BLENDER: {"schema": SCHEMA}},
        "name": name,
        "available_range": None,
        "available_image_bounds": None,
    }


def _time_effect(speed: float, effect: StripSnapshot | None) -> Json:
    own: Json = {"schema": SCHEMA, "speed": speed}
    if effect is not None:
        own["strip"] = to_record(effect, leave_out=_ELSEWHERE)
    schema, name = ("FreezeFrame.1", "FreezeFrame") if speed == 0 else ("LinearTimeWarp.1", "LinearTimeWarp")
    foreign = _mapping(effect.foreign.get("metadata")) if effect is not None else {}
    return {
        "OTIO_SCHEMA": schema,
        "metadata": {**foreign, BLENDER: own},
        "name": effect.name if effect is not None else "",
        "effect_name": name,
        "time_scalar": speed,
        "enabled": True,
    }


def _strip_effect(effect: StripSnapshot) -> Json:
    own = {"schema": SCHEMA, "strip": to_record(effect, leave_out=_ELSEWHERE)}
    return {
        "OTIO_SCHEMA": "Effect.1",
        "metadata": {**_mapping(effect.foreign.get("metadata")), BLENDER: own},
        "name": effect.name,
        "effect_name": f"blender:{effect.effect_type}",
        "enabled": not effect.mute,
    }


def _is_time_effect(effect: Json) -> bool:
    return str(effect.get("OTIO_SCHEMA", "")).partition(".")[0] in ("LinearTimeWarp", "FreezeFrame")


def _scalar(effects: Sequence[Json]) -> float:
    product = 1.0
    for one in effects:
        scalar = one.get("time_scalar", 0.0 if str(one["OTIO_SCHEMA"]).startswith("Freeze") else 1.0)
        product *= scalar if _is_number(scalar) and one.get("enabled", True) else 1.0
    return product


def _cut(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """The parts of `pieces` between two frames of the strip, which may lie beyond its ends."""
    found = []
    for number, piece in enumerate(pieces):
        left = start if number == 0 else max(start, piece.at)
        right = end if number == len(pieces) - 1 else min(end, piece.at + piece.length)
        if right > left:
            found.append(Piece(left - start, right - left, piece.first + piece.speed * (left - piece.at), piece.speed))
    return found


def _foreign_name(strip: StripSnapshot) -> str:
    """Blender needs unique names: where it was given one for that, the clip keeps its own."""
    name = _mapping(strip.foreign.get("name"))
    return str(name["was"]) if name.get("as") == strip.name and "was" in name else strip.name


def _color(strip: StripSnapshot) -> Json | None:
    foreign = strip.foreign.get("color")
    if isinstance(foreign, dict) and not strip.color_tag:
        return foreign
    if not 1 <= strip.color_tag <= len(_TAG_COLORS):
        return None
    name, red, green, blue = _TAG_COLORS[strip.color_tag - 1]
    return {"OTIO_SCHEMA": "Color.1", "name": name, "r": red, "g": green, "b": blue, "a": 1.0}


def _hexadecimal(color: Any) -> str:
    if not isinstance(color, list | tuple) or len(color) < 3 or not all(_is_number(one) for one in color[:3]):
        return "000000"
    return "".join(f"{round(255 * min(1.0, max(0.0, one))):02x}" for one in color[:3])


def _channel_records(channels: Iterable[Channel]) -> list[Json]:
    return [to_record(one) for one in sorted(channels, key=lambda one: one.number)]


def _mapping(value: Any) -> Json:
    return dict(value) if isinstance(value, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
