# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake reference`: what Kling would make of a motion reference, and a file that it takes. Sends nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from ..errors import InputError
from ..kling.catalogue import DEFAULT_MODEL_NAME
from ..kling.request import Orientation, whole_seconds
from ..shots.motion_reference import inspect_reference, prepare_reference
from ..timeline.ranges import FrameRange
from .exit_code import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from ..media.reference_file import ReferenceFile
    from ..shots.motion_reference import MotionReference
    from ..shots.reference_check import ReferenceFinding
    from .output import Output

_FRAMES = re.compile(r"(\d+)-(\d+)")


@click.command(help="Check a motion reference before it is paid for: length, size, cuts, camera, speed. Sends nothing.")
@click.argument("video", type=click.Path(path_type=Path))
@click.option(
    "--orientation", type=click.Choice([one.value for one in Orientation]), default=Orientation.VIDEO.value,
    show_default=True, help="Which way the character faces: as in the video (3 to 30 s) or the image (3 to 10 s).",
)  # fmt: skip
@click.option("--model", default=DEFAULT_MODEL_NAME, show_default=True, help="The model whose limits count.")
@click.option("--frames", default=None, metavar="FIRST-LAST", help="Look at these frames alone; they count from 0.")
@click.option(
    "--fix", "fix", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="OUT.mp4",
    help="Write the longest part that Kling can use, scaled and encoded only where it has to be.",
)  # fmt: skip
@click.option("--drop-sound", is_flag=True, help="Leave the sound out of OUT.mp4.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def reference(
    context: click.Context,
    video: Path,
    *,
    orientation: str,
    model: str,
    frames: str | None,
    fix: Path | None,
    drop_sound: bool,
    as_json: bool,
) -> int:
    output: Output = context.obj.output
    if fix is not None and fix.suffix.lower() != ".mp4":
        raise InputError("--fix", fix, "a name that ends in .mp4 is needed")
    facing = Orientation(orientation)
    with _steps(output.notes) as step:
        found = inspect_reference(
            video, facing, model_name=model, frames=_range(frames), progress=step("Looking at it")
        )
    if not as_json:
        _print(output.results, found)
    if fix is None:
        if as_json:
            output.json(_record(found, None, None))
        return _code(found)
    with _steps(output.notes) as step:
        made = prepare_reference(found, fix, keep_sound=not drop_sound, progress=step("Making the file"))
        again = inspect_reference(made.path, facing, model_name=model, progress=step("Looking at what was made"))
    if as_json:
        output.json(_record(found, made, again))
    else:
        _print_made(output.results, made)
        _print(output.results, again)
    return _code(again)


def _code(found: MotionReference) -> int:
    return ExitCode.BAD_INPUT if found.check.is_refused else ExitCode.DONE


def _range(given: str | None) -> FrameRange | None:
    if given is None:
        return None
    match = _FRAMES.fullmatch(given.strip())
    if match is None or int(match[1]) > int(match[2]):
        raise InputError("--frames", given, "two numbers are needed, as 48-143")
    return FrameRange(int(match[1]), int(match[2]) + 1)


class _steps:  # noqa: N801 - used as a function
    """A live bar for each step on a terminal, and nothing elsewhere."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(console=console, transient=True, disable=not console.is_terminal)

    def __enter__(self) -> Callable[[str], Callable[[float], None]]:
        self._progress.start()
        return self._step

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _step(self, words: str) -> Callable[[float], None]:
        task = self._progress.add_task(words, total=1.0)
        return lambda share: self._progress.update(task, completed=share)


def _print(console: Console, found: MotionReference) -> None:
    for line in _lines(found):
        console.print(line, markup=False, highlight=False)


def _lines(found: MotionReference) -> Iterator[str]:
    source, check = found.source, found.check
    width, height = source.shown_size_px
    rate = (
        f"{float(source.rate):.6g} fps" if source.is_constant_rate else f"a varying rate, near {float(source.rate):.6g}"
    )
    yield (
        f"{source.path.name}: {check.frames.length} frames, {float(check.duration_s):.2f} s at {rate},"
        f" {width} × {height} px, {source.size_bytes / 1e6:.1f} MB; billed as {check.billed_s} s"
    )
    for one in check.findings:
        yield f"{one.severity}: {one.rule}. {one.message}"
        yield f"    {one.effect} {one.advice}"
    if not check.findings:
        yield "Nothing stands against it."
    elif check.best is not None and check.best != check.frames:
        yield f"The longest usable part: frames {check.best.start} to {check.best.end_exclusive - 1}."


def _print_made(console: Console, made: ReferenceFile) -> None:
    how = f"encoded once: {'; '.join(made.reasons)}" if made.reasons else "the picture is copied, not encoded"
    console.print(
        f"\nMade {made.path.name}: {made.frame_count} frames, {float(made.duration_s):.2f} s, {made.size_px[0]} ×"
        f" {made.size_px[1]} px, {made.size_bytes / 1e6:.1f} MB ({how})",
        markup=False, highlight=False,
    )  # fmt: skip


def _record(found: MotionReference, made: ReferenceFile | None, again: MotionReference | None) -> dict[str, object]:
    source, check = found.source, found.check
    fixed: dict[str, object] | None = None
    if made is not None and again is not None:
        fixed = {
            "file": str(made.path.absolute()),
            "frames": made.frame_count,
            "duration_s": float(made.duration_s),
            "size_px": list(made.size_px),
            "size_bytes": made.size_bytes,
            "copied": not made.reasons,
            "reasons": list(made.reasons),
            "billed_s": whole_seconds(made.duration_s),
            "findings": [_finding(one) for one in again.check.findings],
        }
    return {
        "file": str(source.path.absolute()),
        "frames": [check.frames.start, check.frames.end_exclusive - 1],
        "duration_s": float(check.duration_s),
        "rate": float(source.rate),
        "size_px": list(source.shown_size_px),
        "size_bytes": source.size_bytes,
        "orientation": check.orientation.value,
        "billed_s": check.billed_s,
        "findings": [_finding(one) for one in check.findings],
        "best": _pair(check.best),
        "fixed": fixed,
    }


def _finding(one: ReferenceFinding) -> dict[str, object]:
    fix = None
    if one.fix is not None:
        fix = {"kind": one.fix.kind.value, "label": one.fix.label, "frames": _pair(one.fix.frames)}
    return {
        "rule": one.rule.value,
        "severity": one.severity,
        "frames": [_pair(span) for span in one.frames],
        "message": one.message,
        "effect": one.effect,
        "advice": one.advice,
        "fix": fix,
    }


def _pair(frames: FrameRange | None) -> list[int] | None:
    """First and last, both included, as --frames takes them."""
    return None if frames is None else [frames.start, frames.end_exclusive - 1]
