# SPDX-License-Identifier: GPL-3.0-or-later
"""Media and generators as OpenTimelineIO's media references, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .media_url import file_name, folder, join, to_path, to_url
from .namespaces import BLENDER, RETAKE, SCHEMA, own_part, without_own
from .snapshot import Media
from .times import Json, known_rate, moment, nearest, time_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .media_url import UrlForm

_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the pictures of a sequence are called: `{prefix}{number}{suffix}`, numbers of at least `digits` digits."""

    prefix: str
    first: int
    digits: int
    step: int
    suffix: str

    def names(self, count: int) -> tuple[str, ...]:
        numbers = range(self.first, self.first + self.step * count, self.step)
        return tuple(f"{self.prefix}{number:0{self.digits}d}{self.suffix}" for number in numbers)


def numbering(files: Sequence[str]) -> Numbering | None:
    """None where the names are no evenly counted sequence."""
    first = _NUMBERED.match(files[0]) if files else None
    if first is None:
        return None
    prefix, digits, suffix = first.groups()
    step = 1
    if len(files) > 1:
        second = _NUMBERED.match(files[1])
        if second is None:
            return None
        step = int(second.group(2)) - int(digits)
    if step < 1:
        return None
    found = Numbering(
        prefix, int(digits), len(digits) if digits.startswith("0") or len(files) == 1 else 1, step, suffix
    )
    for candidate in (found, Numbering(prefix, int(digits), len(digits), step, suffix)):
        if candidate.names(len(files)) == tuple(files):
            return candidate
    return None


def media_reference(key: str, media: Media, rate: Fraction, form: UrlForm, base: str, least: Fraction) -> Json:
    """`least`: what a still's available range has to reach to, in frames of the timeline.

    What the reference cannot say is in its metadata; a foreign one is written back as it was read.
    """
    foreign = media.foreign.get("reference")
    if isinstance(foreign, dict):
        return dict(foreign)
    own: Json = {"schema": SCHEMA, "rate": str(media.rate), "frames": media.frame_count}
    if media.missing:
        own["missing"] = True
    if media.width_px or media.height_px:
        own["size"] = [media.width_px, media.height_px]
    own["name"] = media.name
    own["path"] = media.path
    metadata: Json = {**media.foreign.get("metadata", {}), BLENDER: own}
    if media.metadata:
        metadata[RETAKE] = {"schema": SCHEMA, **media.metadata}
    if media.start_frame:
        own["start"] = media.start_frame
    frames: Fraction = Fraction(media.frame_count)
    if media.frame_count <= 1 and not media.files:
        frames = max(frames, least * media.rate / rate)
    shared: Json = {
        "metadata": metadata,
        "name": media.name or file_name(media.path) or key,
        "available_range": time_range(media.start_frame, float(frames), float(media.rate)) if frames else None,
        "available_image_bounds": media.foreign.get("available_image_bounds"),
    }
    if media.files:
        counted = numbering(media.files)
        own["files"] = list(media.files) if counted is None else None
        if counted is None:
            return {
                "OTIO_SCHEMA": "ExternalReference.1",
                **shared,
                "target_url": to_url(join(folder(media.path), media.files[0]), form, base),
            }
        own.pop("files")
        url = to_url(folder(media.path), form, base)
        return {
            "OTIO_SCHEMA": "ImageSequenceReference.1",
            **shared,
            "target_url_base": url if url.endswith("/") else f"{url}/",
            "name_prefix": counted.prefix,
            "name_suffix": counted.suffix,
            "start_frame": counted.first,
            "frame_step": counted.step,
            # OpenTimelineIO shows each picture for `frame_step` frames of `rate`; here each lasts one of the media's.
            "rate": float(media.rate * counted.step),
            "frame_zero_padding": counted.digits,
            "missing_frame_policy": "hold",
        }
    return {"OTIO_SCHEMA": "ExternalReference.1", **shared, "target_url": to_url(media.path, form, base)}


def generator(kind: str, name: str, frames: int, rate: Fraction, parameters: Json) -> Json:
    return {
        "OTIO_SCHEMA": "GeneratorReference.1",
        "metadata": {BLENDER: {"schema": SCHEMA}},
        "name": name,
        "available_range": time_range(0, frames, float(rate)),
        "available_image_bounds": None,
        "generator_kind": kind,
        "parameters": parameters,
    }


def read_media(reference: Json, rate: Fraction, base: str) -> Media:
    """Raises BridgeError for times that are none. What names no file gives a media without path, kept as it is."""
    schema = str(reference.get("OTIO_SCHEMA", ""))
    metadata = reference.get("metadata") if isinstance(reference.get("metadata"), dict) else {}
    own = own_part(metadata, BLENDER)
    start, frames, media_rate = _available(reference, rate)
    retake = {key: value for key, value in own_part(metadata, RETAKE).items() if key != "schema"}
    name = _text(reference, "name")
    foreign: Json = {}
    if others := without_own(metadata):
        foreign["metadata"] = others
    if reference.get("available_image_bounds") is not None:
        foreign["available_image_bounds"] = reference["available_image_bounds"]
    files: tuple[str, ...] = ()
    if schema.startswith("ExternalReference."):
        path = to_path(_text(reference, "target_url"), base)
    elif schema.startswith("ImageSequenceReference."):
        media_rate, start, frames = _playback(reference, media_rate, rate)
        path, files = _sequence(reference, frames, base)
    else:
        found = own_part(metadata, "Resolve_OTIO").get("Media Url")
        path = to_path(found, base) if isinstance(found, str) else ""
        foreign = {"reference": reference}
    exact = _own_media(own, media_rate, start, path)
    return Media(
        path=exact.get("path", path),
        rate=exact.get("rate", media_rate),
        frame_count=exact.get("frames", frames),
        metadata=retake,
        start_frame=exact.get("start", start),
        width_px=exact.get("width", 0),
        height_px=exact.get("height", 0),
        files=exact.get("files", files),
        name=exact.get("name", name),
        foreign=foreign,
        missing=bool(own.get("missing", False)),
    )


def _own_media(own: Json, rate: Fraction, start: int, path: str) -> dict[str, Any]:
    """What our metadata knows better than the reference, as long as the reference still names the same file."""
    from .record import RecordDamaged, exact_rate

    if not own:
        return {}
    found: dict[str, Any] = {}
    written = own.get("path")
    files = own.get("files")
    if isinstance(files, list) and files and all(isinstance(one, str) for one in files):
        found["files"] = tuple(files)
        found["path"] = join(folder(path), file_name(written)) if isinstance(written, str) else path
    elif isinstance(written, str) and file_name(written) == file_name(path):
        # The folder is the reference's: the whole may have been moved. Blanks and case are the path's as it was.
        found["path"] = join(folder(path), file_name(written)) if folder(path) else path
    try:
        known = exact_rate(own.get("rate"))
    except RecordDamaged:
        return found
    if abs(float(known) - float(rate)) < 0.01:
        found["rate"] = known
    if isinstance(own.get("name"), str):
        found["name"] = own["name"]
    count, size = own.get("frames"), own.get("size")
    if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**53:
        found["frames"] = count
    if "rate" in found:
        tc = own.get("start", 0)
        if isinstance(tc, int) and abs(tc - start) <= 1:
            found["start"] = tc
    if isinstance(size, list) and len(size) == 2 and all(type(one) is int for one in size):
        found["width"], found["height"] = size
    return found


def _available(reference: Json, rate: Fraction) -> tuple[int, int, Fraction]:
    available = reference.get("available_range")
    if not isinstance(available, dict):
        return 0, 0, rate
    start, duration = moment(available.get("start_time"), rate), moment(available.get("duration"), rate)
    media_rate = duration.rate or start.rate or rate
    return nearest(start.seconds * media_rate), max(0, nearest(duration.seconds * media_rate)), media_rate


def _playback(reference: Json, media_rate: Fraction, rate: Fraction) -> tuple[Fraction, int, int]:
    """How many pictures a second a sequence shows, and the first and the number of them in such frames."""
    written, step = reference.get("rate"), reference.get("frame_step")
    if isinstance(written, int | float) and not isinstance(written, bool) and 0 < written < 100_000:
        media_rate = known_rate(float(written))
    if type(step) is int and 1 < step < 2**31:
        media_rate /= step
    available = reference.get("available_range")
    if not isinstance(available, dict):
        return media_rate, 0, 0
    start, duration = moment(available.get("start_time"), rate), moment(available.get("duration"), rate)
    return media_rate, nearest(start.seconds * media_rate), max(0, nearest(duration.seconds * media_rate))


def _sequence(reference: Json, frames: int, base: str) -> tuple[str, tuple[str, ...]]:
    url = _text(reference, "target_url_base")
    numbers = [reference.get(key) for key in ("start_frame", "frame_step", "frame_zero_padding")]
    first, step, digits = (one if type(one) is int and 0 <= one < 2**31 else 0 for one in numbers)
    counted = Numbering(
        _text(reference, "name_prefix"), first, min(digits, 32), max(1, step), _text(reference, "name_suffix")
    )
    names = counted.names(max(1, min(frames, 1_000_000)))
    parent = to_path(url, base).rstrip("/") or "/"
    return join(parent, names[0]), names


def _text(reference: Json, key: str) -> str:
    found = reference.get(key)
    return found if isinstance(found, str) else ""
