# SPDX-License-Identifier: GPL-3.0-or-later
"""The second Python's work, with Blender as a module in it: `python -m retake.otio_plugin.child FOLDER`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError
from .order import EDIT, Answer, Order, ReadOrder, WriteOrder, answer, told_in

if TYPE_CHECKING:
    from ..interchange.bridge import Report


def main(folder: Path) -> int:
    """The code that the process is to end with: 0 where there is an answer, be it an error."""
    try:
        given = carry_out(told_in(folder), folder / EDIT)
    except RetakeError as error:
        given = Answer(error=_sentence(error))
    except Exception:
        logging.getLogger("retake").exception("a fault of Retake")
        return 1
    answer(given, folder)
    return 0


def carry_out(order: Order, edit: Path) -> Answer:
    """Raises RetakeError."""
    match order:
        case ReadOrder():
            return _read(order, edit)
        case WriteOrder():
            return _write(order, edit)


def _read(order: ReadOrder, edit: Path) -> Answer:
    from ..interchange.otio_file import write_otio
    from ..vse.blend_edit import read_blend

    snapshot = read_blend(Path(order.blend), order.scene)
    report = write_otio(snapshot, edit, flavour=order.flavour, url_form=order.paths, strict=order.strict)
    return _answer(report)


def _write(order: WriteOrder, edit: Path) -> Answer:
    from ..interchange.otio_file import read_otio, relinked_edit
    from ..vse.blend_edit import make_blend

    snapshot, report = read_otio(edit, base=Path(order.base))
    if order.relink:
        snapshot, report = relinked_edit(snapshot, report, [Path(folder) for folder in order.relink])
    return _answer(make_blend(snapshot, report, Path(order.blend), strict=order.strict).report)


def _answer(report: Report) -> Answer:
    return Answer(losses=tuple(one.sentence for one in report.losses), notes=report.notes)


def _sentence(error: RetakeError) -> str:
    if isinstance(error, InputError) and error.field.startswith("--"):
        error = InputError(error.field.lstrip("-"), error.value, error.allowed, hint=error.hint)
    return str(error)


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    if "bpy" in sys.modules:
        from ..vse.leave import leave

        leave(code)
    sys.exit(code)
