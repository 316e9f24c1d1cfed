# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the file of a planned reference: an mp4 whose frames are those of the plan, whoever reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import StorageError
from .frame_schedule import frame_schedule, repeats
from .reference_sound import SOUND_RATE_HZ, read_sound
from .video_source import open_video_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import av
    import numpy as np
    from av.container import InputContainer, OutputContainer
    from numpy.typing import NDArray

    from .reference_plan import ReferenceLimits, ReferencePlan
    from .video_source import VideoSource

    Progress = Callable[[float], None]

# Frames are put in order by signed offsets, not by an edit list: what ignores those would start late. The index goes
# to the front, for whoever fetches the file.
_CONTAINER_OPTIONS = {"movflags": "faststart+negative_cts_offsets"}
_QUALITY = "17"
"""x264's constant rate factor: 18 is taken for not to be told from the source, and this file is encoded once more."""
_SOUND_BITS_PER_S = 192_000
_SHARE_FOR_DATA = Fraction(95, 100)
_LATER_SHARE = Fraction(85, 100)


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """What was made. `reasons` is empty where the picture was copied."""

    path: Path
    size_px: tuple[int, int]
    rate: Fraction
    frame_count: int
    size_bytes: int
    has_sound: bool
    reasons: tuple[str, ...]

    @property
    def duration_s(self) -> Fraction:
        return self.frame_count / self.rate


def make_reference(
    source: VideoSource,
    plan: ReferencePlan,
    limits: ReferenceLimits,
    out: Path,
    *,
    keep_sound: bool = True,
    progress: Progress | None = None,
) -> ReferenceFile:
    """Write `out` (.mp4), whole or not at all. Blocks for as long as encoding takes; `progress` gets 0 to 1, and what
    it raises ends the work.

    Raises StorageError where the file cannot be written or the source fails in the middle.
    """
    import av

    part = out.with_name(f".{out.stem}-{os.getpid()}.mp4")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        reasons = plan.reasons
        length_s = source.span_s(plan.start, plan.end_exclusive)
        sound = read_sound(source.path, _file_time_s(source, plan.start), length_s) if keep_sound else None
        if plan.is_copy:
            _copy(source, plan, part, sound)
            if not _is_as_planned(part, plan, limits):
                reasons = ("the cut file did not hold exactly the frames of the range",)
        if reasons:
            _encode_to_fit(source, plan, limits, part, sound, progress)
        part.replace(out)
    except (av.FFmpegError, OSError) as error:
        raise StorageError(
            f"The reference {out.name} could not be made of {source.path.name}.",
            hint=f"{getattr(error, 'strerror', None) or error}.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    made = open_video_source(out)
    return ReferenceFile(out, made.shown_size_px, made.rate, made.frame_count, made.size_bytes, made.has_sound, reasons)


def _file_time_s(source: VideoSource, frame: int) -> Fraction:
    return source.shown_pts[frame] * source.time_base


def _copy(source: VideoSource, plan: ReferencePlan, part: Path, sound: NDArray[np.float32] | None) -> None:
    import av

    first_pts = source.shown_pts[plan.start]
    wanted = set(source.shown_pts[plan.start : plan.end_exclusive])
    with av.open(str(source.path)) as container, av.open(str(part), "w", options=_CONTAINER_OPTIONS) as target:
        stream = container.streams.video[0]
        copied = target.add_stream_from_template(stream)
        sound_stream = _add_sound(target, sound)
        container.seek(first_pts, stream=stream)
        left = len(wanted)
        for packet in container.demux(stream):
            if packet.pts not in wanted:
                continue
            packet.pts -= first_pts
            packet.dts = None if packet.dts is None else packet.dts - first_pts
            packet.stream = copied
            target.mux(packet)
            left -= 1
            if not left:
                break
        _mux_sound(target, sound_stream, sound)


def _is_as_planned(part: Path, plan: ReferencePlan, limits: ReferenceLimits) -> bool:
    """Reads the copy as one does that heeds no edit list: all stamps, and the pictures up to the second key frame and
    from the last one on. A cut at a key frame of a kind that needs what was before it, or behind the end, shows there
    as frames that are missing or broken."""
    import av

    if part.stat().st_size > limits.max_bytes:
        return False
    options = {"ignore_editlist": "1"}
    with av.open(str(part), options=options) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size and packet.pts is not None]
        tick = stream.time_base
        if tick is None:
            return False
        places = sorted(round(packet.pts * tick * plan.rate) for packet in packets if packet.pts is not None)
        keys = [packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None]
    if places != list(range(plan.end_exclusive - plan.start)) or not keys:
        return False
    second = round(keys[1] * tick * plan.rate) if len(keys) > 1 else len(places)
    last = round(keys[-1] * tick * plan.rate)
    return _shows(part, plan, 0, 0, second) and _shows(part, plan, keys[-1], last, len(places))


def _shows(part: Path, plan: ReferencePlan, seek_pts: int, first: int, end_exclusive: int) -> bool:
    """Whether decoding from a key frame on gives each frame from `first` up to, and without, `end_exclusive`, whole."""
    import av

    wanted = list(range(first, end_exclusive))
    shown: list[int] = []
    with av.open(str(part), options={"ignore_editlist": "1"}) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        container.seek(seek_pts, stream=stream)
        try:
            for frame in container.decode(stream):
                if frame.is_corrupt or frame.time is None:
                    return False
                shown.append(round(frame.time * plan.rate))
                if len(shown) == len(wanted):
                    break
        except av.FFmpegError:
            return False
    return shown == wanted


def _encode_to_fit(
    source: VideoSource,
    plan: ReferencePlan,
    limits: ReferenceLimits,
    part: Path,
    sound: NDArray[np.float32] | None,
    progress: Progress | None,
) -> None:
    """One encode with a ceiling; where an odd picture breaks through it, one more at a lower average."""
    length_s = source.span_s(plan.start, plan.end_exclusive)
    room = limits.max_bytes * 8 * _SHARE_FOR_DATA - (_SOUND_BITS_PER_S * length_s if sound is not None else 0)
    ceiling = int(room / length_s)
    _encode(source, plan, part, sound, {"crf": _QUALITY, "maxrate": str(ceiling), "bufsize": str(ceiling)}, progress)
    if part.stat().st_size > limits.max_bytes:
        average = int(ceiling * _LATER_SHARE)
        options = {"b": str(average), "maxrate": str(average), "bufsize": str(average // 2)}
        _encode(source, plan, part, sound, options, progress)


def _encode(
    source: VideoSource,
    plan: ReferencePlan,
    part: Path,
    sound: NDArray[np.float32] | None,
    options: dict[str, str],
    progress: Progress | None,
) -> None:
    import av

    schedule = frame_schedule(source, plan.start, plan.end_exclusive, plan.rate)
    with av.open(str(source.path)) as container, av.open(str(part), "w", options=_CONTAINER_OPTIONS) as target:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        video = target.add_stream("libx264", rate=plan.rate, options={"preset": "medium", **options})
        video.width, video.height = plan.size_px
        video.pix_fmt = "yuv420p"
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(video.codec_context, name, getattr(stream.codec_context, name))
        sound_stream = _add_sound(target, sound)
        number = 0
        for frame, count in _scheduled(source, container, repeats(schedule), plan):
            for _ in range(count):
                frame.pts, frame.time_base = number, 1 / plan.rate
                target.mux(video.encode(frame))
                number += 1
            if progress is not None:
                progress(number / len(schedule))
        target.mux(video.encode(None))
        _mux_sound(target, sound_stream, sound)
    if number != len(schedule):
        raise StorageError(
            f"Only {number} of {len(schedule)} frames of {source.path.name} could be read.",
            hint="Export or download it again.",
        )


def _scheduled(
    source: VideoSource, container: InputContainer, shown: dict[int, int], plan: ReferencePlan
) -> Iterator[tuple[av.VideoFrame, int]]:
    """The frames of the schedule, upright and of the right size, and how often each is shown.

    A frame that cannot be decoded is covered by the one before it.
    """
    import av

    place = {pts: number for number, pts in enumerate(source.shown_pts)}
    graph: av.filter.Graph | None = None
    numbers = sorted(shown)
    stream = container.streams.video[0]
    pending = 0
    last = None
    container.seek(source.shown_pts[numbers[0]], stream=stream)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue
        for frame in frames:
            number = place.get(frame.pts if frame.pts is not None else -1, -1)
            if number < numbers[0] or pending >= len(numbers):
                continue
            missed = 0
            while pending < len(numbers) and numbers[pending] < number:
                missed += shown[numbers[pending]]
                pending += 1
            if missed and last is not None:
                yield last, missed
                missed = 0
            if pending == len(numbers) or numbers[pending] != number:
                continue
            graph = graph or _graph(source, frame, plan)
            graph.push(frame)
            last = graph.vpull()
            # Else the encoder is told to make the kinds of frames the source had.
            last.pict_type = av.video.frame.PictureType.NONE
            yield last, shown[number] + missed
            pending += 1
        if pending >= len(numbers):
            return
    if last is not None and pending < len(numbers):
        yield last, sum(shown[number] for number in numbers[pending:])


def _graph(source: VideoSource, frame: av.VideoFrame, plan: ReferencePlan) -> av.filter.Graph:
    import av

    graph = av.filter.Graph()
    steps = [
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=source.time_base,
        )
    ]  # fmt: skip
    if source.is_interlaced:
        steps.append(graph.add("bwdif", "mode=send_frame"))
    turns = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}.get(source.rotation_deg % 360, [])
    steps += [graph.add("transpose", way) for way in turns]
    width, height = plan.size_px
    if (width, height) != (source.width_px, source.height_px) or turns:
        steps.append(graph.add("scale", f"{width}:{height}:flags=bicubic"))
    steps += [graph.add("setsar", "1"), graph.add("format", "yuv420p"), graph.add("buffersink")]
    graph.link_nodes(*steps).configure()
    return graph


def _add_sound(target: OutputContainer, sound: NDArray[np.float32] | None) -> av.AudioStream | None:
    if sound is None:
        return None
    stream = target.add_stream("aac", rate=SOUND_RATE_HZ, layout="stereo")
    stream.bit_rate = _SOUND_BITS_PER_S
    return stream


def _mux_sound(target: OutputContainer, stream: av.AudioStream | None, sound: NDArray[np.float32] | None) -> None:
    import av

    if stream is None or sound is None:
        return
    frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
    frame.sample_rate = SOUND_RATE_HZ
    frame.pts, frame.time_base = 0, Fraction(1, SOUND_RATE_HZ)
    target.mux(stream.encode(frame))
    target.mux(stream.encode(None))
