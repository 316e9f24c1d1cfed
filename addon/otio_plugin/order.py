# SPDX-License-Identifier: GPL-3.0-or-later
"""What the second Python is told, and what it answers: two JSON files in a folder beside the edit."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ORDER = "order.json"
ANSWER = "answer.json"
EDIT = "edit.otio"


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """The edit of `blend` goes to EDIT."""

    blend: str
    scene: str
    flavour: str
    paths: str
    strict: bool


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """EDIT becomes `blend`, which is replaced where it is there. All paths are absolute."""

    blend: str
    base: str
    relink: tuple[str, ...]
    strict: bool


Order = ReadOrder | WriteOrder


@dataclass(frozen=True, slots=True)
class Answer:
    """All are sentences; `error` is empty where all went well."""

    error: str = ""
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def tell(order: Order, folder: Path) -> None:
    told = {"kind": type(order).__name__, "order": asdict(order)}
    (folder / ORDER).write_text(json.dumps(told), encoding="utf-8")


def told_in(folder: Path) -> Order:
    told = json.loads((folder / ORDER).read_text(encoding="utf-8"))
    kinds = {kind.__name__: kind for kind in (ReadOrder, WriteOrder)}
    return kinds[told["kind"]](**told["order"])


def answer(value: Answer, folder: Path) -> None:
    part = folder / f"{ANSWER}.part"
    part.write_text(json.dumps(asdict(value)), encoding="utf-8")
    part.replace(folder / ANSWER)


def answered_in(folder: Path) -> Answer | None:
    """None where the other Python ended without a word."""
    if not (folder / ANSWER).is_file():
        return None
    said = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    return Answer(said["error"], tuple(said["losses"]), tuple(said["notes"]))
