# SPDX-License-Identifier: GPL-3.0-or-later
"""What each shot of a list would cost, and what in it is not possible, as a table, as records and in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table

from ..errors import InputError
from ..kling.catalogue import catalogue
from ..kling.hints import prompt_hints
from ..kling.price import billed_seconds, estimate_units, tariff
from ..shots.list_problem import shown
from ..shots.listed_request import ask, field_of
from .price_words import PRICED_FOR, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..kling.request import GenerationRequest
    from ..shots.shot_list import ListedShot, ShotList
    from .output import Output


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """`request` is None where the shot's fields do not even make one."""

    shot: ListedShot
    request: GenerationRequest | None
    take_units: Decimal
    """Of one take; 0 where it is not possible."""
    faults: tuple[InputError, ...]

    @property
    def units(self) -> Decimal:
        return self.take_units * self.shot.takes


def price_list(listed: ShotList, *, voices_are_free: bool) -> list[ListedPrice]:
    by_id = {shot.shot_id: shot for shot in listed.shots}
    priced = []
    for shot in listed.shots:
        asked = ask(shot, by_id)
        units, faults = Decimal(0), asked.faults
        if asked.request is not None and not faults:
            try:
                units = estimate_units(asked.request, voices_are_free=voices_are_free)
            except InputError as error:
                faults = (error,)
        priced.append(ListedPrice(shot, asked.request, units, faults))
    return priced


def fault_sentences(listed: ShotList, priced: list[ListedPrice]) -> Iterator[str]:
    for one in priced:
        for fault in one.faults:
            place = one.shot.place_of(field_of(one.shot, fault))
            yield f"{place.words(listed.path.parent)}: {one.shot.shot_id}: {fault}"


def hint_sentences(listed: ShotList, priced: list[ListedPrice]) -> Iterator[str]:
    folder = listed.path.parent
    for hint in listed.hints:
        yield f"{hint.place.words(folder)}: {hint.owner}: {hint.field}: {shown(hint.value)}: {hint.allowed}."
    for one in priced:
        shot, request = one.shot, one.request
        where = f"{shot.place_of('prompt').words(folder)}: {shot.shot_id}"
        if request is not None:
            for finding in prompt_hints(request):
                words = request.prompt[finding.start : finding.end_exclusive]
                yield f"{where}, at “{shown(words)}”: {finding.message} {finding.advice}"
        if shot.length_s is not None and not one.faults and request is not None:
            seconds = billed_seconds(request)
            if seconds < shot.length_s:
                yield (
                    f"{where}: it lasts {float(shot.length_s):g} s, and {request.model_name} makes {seconds} s of it. "
                    "Make two shots of it, or choose a model that makes longer ones."
                )


def price_table(priced: list[ListedPrice]) -> Table:
    table = Table("Shot", "Takes", "Model", "Quality", "Seconds", "Made as", "Units", "Credits", "List price", "Why")
    whole = catalogue()
    for one in priced:
        request, shot = one.request, one.shot
        if request is None or one.faults:
            table.add_row(shot.shot_id, str(shot.takes), shot.fields.model, *["–"] * 2, "not possible", *["–"] * 4)
            continue
        table.add_row(
            shot.shot_id, str(shot.takes), request.model_name, request.mode, str(billed_seconds(request)),
            PRICED_FOR[tariff(request)], plain(one.units), plain(whole.credits(one.units)),
            f"${whole.dollars(one.units):.2f}", shot.model_why,
        )  # fmt: skip
    return table


def counted(priced: list[ListedPrice]) -> str:
    """`4 shots`, `3 of 4 shots`, `4 shots in 6 takes`."""
    possible = [one for one in priced if not one.faults]
    shots = "1 shot" if len(priced) == 1 else f"{len(priced)} shots"
    if len(possible) < len(priced):
        shots = f"{len(possible)} of {shots}"
    takes = sum(one.shot.takes for one in possible)
    return shots if takes == len(possible) else f"{shots} in {takes} takes"


def price_record(one: ListedPrice) -> dict[str, object]:
    whole, shot = catalogue(), one.shot
    return {
        "id": shot.shot_id,
        "model": one.request.model_name if one.request else None,
        "why": shot.model_why,
        "takes": shot.takes,
        "units": float(one.units),
        "credits": float(whole.credits(one.units)),
        "dollars": float(whole.dollars(one.units)),
        "errors": [str(fault) for fault in one.faults],
    }


def tell(output: Output, listed: ShotList, priced: list[ListedPrice]) -> None:
    """Faults and hints, to the notes."""
    for sentence in fault_sentences(listed, priced):
        output.notes.print(f"Error: {sentence}", style="bold", markup=False, highlight=False)
    for sentence in hint_sentences(listed, priced):
        output.notes.print(f"Hint: {sentence}", markup=False, highlight=False)
