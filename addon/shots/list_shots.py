# SPDX-License-Identifier: GPL-3.0-or-later
"""From a table of a list to a shot: defaults, variables, links, and the schema that all forms share."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling.catalogue import catalogue
from ..kling.dialogue import read_script
from ..kling.request import Orientation
from .link import PIECES, Link, Piece, read_link
from .list_problem import ListProblem, did_you_mean
from .model_rules import choose_model, fitted
from .schema import ALIASES, AUTO, FILE_FIELDS, LIST_FIELD_NAMES, ListFields, exact, field_hint, wrong
from .shot_fields import FIELD_NAMES, ShotFields
from .shot_id import SHOT_ID, SHOT_ID_ALLOWED
from .shot_list import ListedShot
from .variables import VariableError, expand_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .model_rules import Rule
    from .place import Place
    from .raw_list import RawTable
    from .scope import Scope

_NO_VOICES = "the model that is named takes no voices, so they are left out"
_ADDRESS = ("http://", "https://")
_LATER = {
    Piece.FIRST_FRAME: "https://retake.invalid/first.png",
    Piece.LAST_FRAME: "https://retake.invalid/last.png",
    Piece.CLIP: "https://retake.invalid/clip.mp4",
}
"""Stand for what is not made yet; never sent."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A shot's own values and those of the defaults, with where each was written."""

    values: dict[str, Any]
    places: dict[str, Place]
    owners: dict[str, str]
    """Whose each value is: the shot's, or that of the defaults, so that one fault there is told once."""
    written: dict[str, str]
    """The name that each field has there, as `start` for `image`."""


def with_stand_ins(fields: ShotFields, links: Iterable[Link]) -> ShotFields:
    """As far as price and limits go: links filled with addresses that lead nowhere."""
    return fields.model_copy(update={link.field: _LATER[link.piece] for link in links})


def listed_shot(
    table: RawTable,
    owner: str,
    scope: Scope,
    rules: tuple[Rule, ...],
    problems: list[ListProblem],
    hints: list[ListProblem],
) -> ListedShot | None:
    """None where something is wrong with it; it is in `problems` then. That ids differ is checked elsewhere."""
    before = len(problems)
    merged = _merge(table, owner, scope, problems)
    shot_id = merged.values.pop("id", None)
    if not isinstance(shot_id, str) or not SHOT_ID.fullmatch(shot_id):
        problems.append(ListProblem(table.place_of("id"), owner, "id", shot_id, SHOT_ID_ALLOWED))
    if table.words and "prompt" not in merged.values:
        merged.values["prompt"] = "{line}"
    values = _expanded(merged, owner, {**scope.variables, **table.words, "id": str(shot_id)}, table.place, problems)
    links = _links(values, owner, merged, table.place, problems)
    _judge(values, owner, merged, table.place, problems)
    if len(problems) > before:
        return None
    if (lost := _fill_cast(values, scope)) is not None:
        hints.append(ListProblem(table.place_of("prompt"), owner, "voices", ", ".join(lost), _NO_VOICES))
    told = ListFields.model_validate({name: value for name, value in values.items() if name in LIST_FIELD_NAMES})
    wanted = {name: value for name, value in values.items() if name in FIELD_NAMES}
    if wanted.get("model") == AUTO:
        del wanted["model"]
    fields = ShotFields.model_validate(wanted)
    given, length_s = frozenset(wanted), exact(told.length)
    if "model" in wanted:
        own = "model" in table.values
        fields, why = fitted(fields, given, length_s), f"named by the {'shot' if own else 'defaults'}"
    elif fields.lips is not None:
        why = "a lip-sync has no model"
    else:
        chosen = choose_model(with_stand_ins(fields, links), told.tags, rules, given, length_s)
        fields, why = chosen.fields.model_copy(update={link.field: None for link in links}), chosen.why
    return ListedShot(
        shot_id=str(shot_id),
        fields=fields,
        folder=table.place.file.absolute().parent,
        place=table.place,
        takes=told.takes,
        priority=told.priority,
        links=links,
        motion_in_s=exact(told.motion_in),
        motion_out_s=exact(told.motion_out),
        notes=told.notes,
        marker=told.marker,
        tags=told.tags,
        at_s=exact(told.at),
        length_s=length_s,
        model_why=why,
        lines=merged.places,
    )


def _merge(table: RawTable, owner: str, scope: Scope, problems: list[ListProblem]) -> Merged:
    merged = Merged({}, {}, {}, {})
    folder = table.place.file.absolute().parent
    for source in (*reversed(scope.defaults), table):
        owner_here = owner if source is table else "defaults"
        seen: dict[str, str] = {}
        for written, value in source.values.items():
            name = ALIASES.get(written, written)
            place = source.place_of(written)
            if name in seen:
                allowed = f"it is the same field as {seen[name]}; one of them is needed"
                problems.append(ListProblem(place, owner_here, written, value, allowed))
                continue
            seen[name] = written
            merged.values[name] = moved(name, value, source.place.file.absolute().parent, folder)
            merged.places[name] = place
            merged.owners[name] = owner_here
            merged.written[name] = written
    return merged


def moved(name: str, value: Any, from_folder: Path, to_folder: Path) -> Any:
    """File names of a field, counted from another folder; addresses, links and whole paths stay."""
    if from_folder == to_folder:
        return value
    if name == "reference" and isinstance(value, list | tuple):
        return [_moved(one, from_folder, to_folder) if isinstance(one, str) else one for one in value]
    return _moved(value, from_folder, to_folder) if name in FILE_FIELDS and isinstance(value, str) and value else value


def _moved(name: str, from_folder: Path, to_folder: Path) -> str:
    is_file = not (name.startswith((*_ADDRESS, "~", "{")) or Path(name).is_absolute() or _is_link(name))
    return Path(os.path.relpath(from_folder / name, to_folder)).as_posix() if is_file else name


def _is_link(name: str) -> bool:
    return re.search(r"\b(?:frame|clip)\s+of\s", name, re.IGNORECASE) is not None


def _expanded(
    merged: Merged, owner: str, variables: Mapping[str, str], place: Place, problems: list[ListProblem]
) -> dict[str, Any]:
    values = {}
    for name, value in merged.values.items():
        try:
            values[name] = expand_all(value, variables)
        except VariableError as error:
            where = merged.places.get(name, place)
            problems.append(
                ListProblem(
                    where,
                    merged.owners.get(name, owner),
                    merged.written.get(name, name),
                    error.value,
                    str(error),
                    error.hint,
                )
            )
    return values


def _links(
    values: dict[str, Any], owner: str, merged: Merged, place: Place, problems: list[ListProblem]
) -> tuple[Link, ...]:
    links = []
    for name in PIECES:
        value = values.get(name)
        if not isinstance(value, str):
            continue
        try:
            link = read_link(name, value)
        except ValueError as error:
            whose = merged.owners.get(name, owner)
            place_of = merged.places.get(name, place)
            problems.append(ListProblem(place_of, whose, merged.written.get(name, name), value, str(error)))
            continue
        if link is not None:
            del values[name]
            links.append(link)
    return tuple(links)


def _judge(values: dict[str, Any], owner: str, merged: Merged, place: Place, problems: list[ListProblem]) -> None:
    def refuse(name: str, within: str, value: object, allowed: str, hint: str = "") -> None:
        whose = merged.owners.get(name, owner)
        problems.append(ListProblem(merged.places.get(name, place), whose, within, value, allowed, hint))

    for name in values.keys() - FIELD_NAMES - LIST_FIELD_NAMES:
        refuse(name, name, values[name], *field_hint(name))
    for model, names in ((ShotFields, FIELD_NAMES), (ListFields, LIST_FIELD_NAMES)):
        for name, within, value, allowed in wrong(model, {key: one for key, one in values.items() if key in names}):
            refuse(name, within, value, allowed)
    model_name = values.get("model")
    if isinstance(model_name, str) and model_name != AUTO and catalogue().find(model_name) is None:
        known = [row.id for row in catalogue().model if not row.discontinued]
        refuse(
            "model", "model", model_name, f"it is {AUTO} or one of {', '.join(known)}", did_you_mean(model_name, known)
        )
    orientation = values.get("orientation")
    if isinstance(orientation, str) and orientation not in {one.value for one in Orientation}:
        refuse("orientation", "orientation", orientation, "it is video or image")
    begin, end = values.get("motion_in"), values.get("motion_out")
    for name, value in (("motion_in", begin), ("motion_out", end)):
        if value is not None and not values.get("motion") and not _links_motion(merged):
            refuse(name, name, value, "it is for a shot with motion")
    if isinstance(begin, int | float) and isinstance(end, int | float) and not begin < end:
        refuse("motion_out", "motion_out", end, f"it comes after motion_in, which is {begin:g} s")


def _links_motion(merged: Merged) -> bool:
    return bool(merged.values.get("motion"))


def _fill_cast(values: dict[str, Any], scope: Scope) -> tuple[str, ...] | None:
    """The voices of those who speak, and the ids of voices and elements that the texts name, as the cast knows them.

    Returns the voices that are left out, since the model that the list names takes none.
    """
    if not scope.cast:
        return None
    model = catalogue().find(values.get("model", ""))
    lost = None
    if values.get("sound") is not False:
        text = "\n".join(_texts(values))
        if model is not None and not model.limits.voices:
            lost = tuple(dict.fromkeys(_with_voices(text, scope)[1])) or None
        else:
            if isinstance(values.get("prompt"), str):
                values["prompt"] = _with_voices(values["prompt"], scope)[0]
            if values.get("cuts"):
                values["cuts"] = [{**cut, "prompt": _with_voices(cut["prompt"], scope)[0]} for cut in values["cuts"]]
    text = "\n".join(_texts(values))
    for name, by_id in (("voices", "voice"), ("elements", "element")):
        known = {str(one).casefold() for one in values.get(name, {})}
        found = dict(values.get(name, {}))
        for member in scope.cast.values():
            word = getattr(member, by_id)
            if word and word.casefold() not in known and _names(text, word):
                known.add(word.casefold())
                found[word] = getattr(member, f"{by_id}_id")
        if found:
            values[name] = found
    return lost


def _texts(values: dict[str, Any]) -> tuple[str, ...]:
    return (values.get("prompt", ""), *(cut["prompt"] for cut in values.get("cuts", ())))


def _with_voices(text: str, scope: Scope) -> tuple[str, list[str]]:
    """`[Anna, whispering]: “…”` becomes `[Anna@Alto, whispering]: “…”`; and the voices that were put in."""
    put_in: list[str] = []
    script = read_script(text)
    speaking = {turn.label_span for turn in script.turns}
    for label in reversed(script.labels):
        member = scope.cast.get(label.key)
        if member is None or not member.voice or label.voice_name is not None or label.bracket_span not in speaking:
            continue
        end = text.index(label.name, label.bracket_span.start) + len(label.name)
        text = f"{text[:end]}@{member.voice}{text[end:]}"
        put_in.append(member.voice)
    return text, put_in


def _names(text: str, word: str) -> bool:
    return re.search(rf"@\s*{re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
