# SPDX-License-Identifier: GPL-3.0-or-later
"""Between a .blend and a Timeline, in a second Python.

Blender holds one file, and opening one closes the other: in the process of another program that could be somebody's
work. Loaded beside other libraries it also ends processes late or never (see vse/leave.py). So Blender is never loaded
into the tool that asks, and the tool ends as it always does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..errors import ExchangeError, InputError, RetakeError, StorageError
from ..redaction import logger
from .files_only import leave_files_only
from .order import EDIT, Answer, Order, ReadOrder, WriteOrder, answered_in, tell

_log = logger("otio_plugin")
_CHATTER = "blender.log"
_MOST_TOLD = 400


def read(filepath: str, *, scene: object, flavour: object, paths: object, files_only: object, strict: object) -> Any:
    """As in blend.py. What is not kept is logged. Raises CouldNotReadFileError or ReadingNotSupportedError."""
    _check_blender(filepath, otio.exceptions.ReadingNotSupportedError)
    try:
        blend = Path(filepath).absolute()
        if not blend.is_file():
            raise StorageError(f"{filepath} is not there.", hint="Check the path.")
        if paths not in ("path", "file-url"):
            # A Timeline in memory lies in no folder that a relative path could start from.
            raise InputError("paths", paths, "allowed are path and file-url")
        wants_files_only, is_strict = _switch("files_only", files_only), _switch("strict", strict)
        order = ReadOrder(str(blend), str(scene or ""), str(flavour), str(paths), is_strict)
        with tempfile.TemporaryDirectory(prefix="retake-otio-") as folder:
            given = _carried_out(order, Path(folder))
            timeline = otio.core.deserialize_json_from_file(str(Path(folder) / EDIT))
        emptied = leave_files_only(timeline) if wants_files_only else []
        lost = tuple(f"{name}: its media is no file, and is left out" for name in emptied)
        if lost and is_strict:
            raise ExchangeError(f"{lost[0]}, and {len(lost) - 1} more.", hint="Read it without strict to accept that.")
    except RetakeError as error:
        raise otio.exceptions.CouldNotReadFileError(str(error)) from None
    _tell(filepath, replace(given, losses=given.losses + lost))
    return timeline


def write(input_otio: Any, filepath: str, *, overwrite: object, base: object, relink: object, strict: object) -> None:
    """As in blend.py. What is not kept is logged. Raises OTIOError; the disk is then as it was."""
    _check_blender(filepath, otio.exceptions.WritingNotSupportedError)
    try:
        blend = Path(filepath).absolute()
        if blend.suffix != ".blend":
            raise InputError("output", filepath, "a name that ends in .blend is needed")
        if blend.is_dir():
            raise InputError("output", filepath, "it is a folder")
        may_overwrite = _switch("overwrite", overwrite)
        if blend.exists() and not may_overwrite:
            # As OpenTimelineIO's own bundles: a .blend holds more than an edit, and conversion keeps nothing of it.
            raise ExchangeError(
                f"{filepath} exists, and is not overwritten.",
                hint="Give another name, or overwrite=True; the old file is then kept as .blend1.",
            )
        order = WriteOrder(
            str(blend), str(_folder("base", base or ".")), tuple(map(str, _folders(relink))), _switch("strict", strict)
        )
        with tempfile.TemporaryDirectory(prefix="retake-otio-") as folder:
            text = otio.core.serialize_json_to_string(input_otio)
            (Path(folder) / EDIT).write_text(text, encoding="utf-8")
            given = _carried_out(order, Path(folder))
    except RetakeError as error:
        raise otio.exceptions.OTIOError(str(error)) from None
    _tell(filepath, given)


def _check_blender(filepath: str, refusal: type[Exception]) -> None:
    """Raises `refusal` where there is no Blender as a module of this Python."""
    if "bpy" in sys.modules:
        from ..vse.program import is_program

        if is_program():
            raise refusal(
                f"{filepath}: inside Blender, Retake's sidebar and blender -b --command retake otio … exchange edits. "
                "As an OpenTimelineIO adapter it needs a Python of its own."
            )
    elif find_spec("bpy") is None:
        raise refusal(
            f"{filepath}: Blender's Python module is not installed here. Install it with: "
            'pip install "retake[blender]"'
        )
    if not Path(sys.executable or "").name.lower().startswith("python"):
        raise refusal(
            f"{filepath}: Retake loads Blender in a second Python, and the program here is {sys.executable or 'none'}. "
            "Convert the file in a terminal, with otioconvert."
        )


def _carried_out(order: Order, folder: Path) -> Answer:
    """Blocks. Raises ExchangeError."""
    tell(order, folder)
    with (folder / _CHATTER).open("w+b") as log:
        ended = subprocess.run(  # noqa: S603 - our own program
            # -P: the current folder is no place for modules.
            [sys.executable, "-P", "-m", f"{__package__}.child", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": _path()},
            check=False,
        )
        log.seek(0)
        said = log.read().decode("utf-8", "replace").strip().splitlines()
    given = answered_in(folder)
    if given is None:
        raise ExchangeError(
            f"Blender ended with code {ended.returncode} before the work was done: {' '.join(said[-1:])[:_MOST_TOLD]}",
            hint=f"Does this run? {sys.executable} -c 'import bpy'",
        )
    if given.error:
        raise ExchangeError(given.error)
    return given


def _path() -> str:
    """The other Python finds this package too, where a tool added its folder as it ran, and what pip put beside it.

    The rest of this one's path is its own: with Blender in it, there are folders that hide the module (bpy 4.5 to 5.2).
    """
    beside = Path(__file__).absolute().parents[2]
    return os.pathsep.join(filter(None, (str(beside), os.environ.get("PYTHONPATH"))))


def _tell(filepath: str, given: Answer) -> None:
    for line in (*given.notes, *given.losses):
        _log.warning("%s: %s", filepath, line)


def _switch(name: str, value: object) -> bool:
    """OpenTimelineIO's tools give `true` as a word, which Python takes for true, and `false` as well."""
    switches = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if (found := switches.get(str(value).lower())) is None:
        raise InputError(name, value, "allowed are True and False")
    return found


def _folders(value: object) -> list[Path]:
    given = value if isinstance(value, list | tuple) else [value]
    return [_folder("relink", one) for one in given if one]


def _folder(name: str, value: object) -> Path:
    folder = Path(str(value)).absolute()
    if not folder.is_dir():
        raise InputError(name, value, "there is no such folder")
    return folder
