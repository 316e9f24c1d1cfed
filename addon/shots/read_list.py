# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot list from its file, with all that it includes: every form the same, and all that is wrong told at once."""

from __future__ import annotations

import os
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from .list_problem import ListProblem, ShotListErrors, did_you_mean
from .list_shots import listed_shot
from .model_rules import default_rules
from .place import Place
from .readers import read_raw
from .schema import ALIASES, field_hint, read_fps
from .schema import FIELDS as _FIELDS
from .scope import scope_of
from .shot_id import SHOT_ID
from .shot_list import ListedShot, ShotList

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from typing import Any

    from .raw_list import RawList, RawTable
    from .scope import Scope

_PROJECT = ("title", "fps", "resolution", "default_rules")
_SIDES_PX = range(16, 16_385)


def read_list(path: Path, defaults: Mapping[str, Any] | None = None) -> ShotList:
    """The form goes by the suffix. `defaults`: fields for shots that the list itself says nothing of.

    Raises ShotListErrors with everything that is wrong; what Kling cannot make is not judged here. Looks at no file
    that a shot names.
    """
    problems: list[ListProblem] = []
    hints: list[ListProblem] = []
    raw = read_raw(path)
    raw.defaults.values.update(
        {name: value for name, value in (defaults or {}).items() if name not in raw.defaults.values}
    )
    tables = _gather(raw, None, (_same(path),), problems)
    title, fps, resolution, uses_defaults = _project(raw, problems)
    shots: list[ListedShot] = []
    first_places: dict[str, Place] = {}
    for number, (table, scope) in enumerate(tables, start=1):
        shot_id = table.values.get("id")
        owner = shot_id if isinstance(shot_id, str) and SHOT_ID.fullmatch(shot_id) else f"shot {number}"
        scope.variables.setdefault("title", title)
        rules = (*scope.rules, *(default_rules() if uses_defaults else ()))
        shot = listed_shot(table, owner, scope, rules, problems, hints)
        if isinstance(shot_id, str):
            if shot_id in first_places:
                allowed = f"each shot has an id of its own, and {first_places[shot_id].words(path.parent)} has it"
                problems.append(ListProblem(table.place_of("id"), owner, "id", shot_id, allowed))
            first_places.setdefault(shot_id, table.place)
        if shot is not None:
            shots.append(shot)
    if not tables and not problems:
        problems.append(ListProblem(Place(path), "", "", path.name, "a list has at least one shot"))
    _check_links(shots, first_places, problems)
    if problems:
        raise ShotListErrors(path, _in_order(problems))
    return ShotList(path, title, tuple(shots), fps, resolution, tuple(hints))


def _gather(
    raw: RawList, outer: Scope | None, stack: tuple[str, ...], problems: list[ListProblem]
) -> list[tuple[RawTable, Scope]]:
    """The shots of the included lists in their order, then the list's own."""
    problems += raw.problems
    scope = scope_of(raw, outer, problems)
    _check_defaults(raw, problems)
    found: list[tuple[RawTable, Scope]] = []
    for name, place in raw.includes:
        path = raw.path.parent / Path(name).expanduser()
        if _same(path) in stack:
            names = [Path(one).name for one in (*stack[stack.index(_same(path)) :], _same(path))]
            allowed = f"it includes itself: {' → '.join(names)}"
            problems.append(ListProblem(place, "", "include", name, allowed))
        elif not path.is_file():
            problems.append(
                ListProblem(place, "", "include", name, f"there is no such file in {path.parent.name or '.'}")
            )
        else:
            found += _gather(read_raw(path), scope, (*stack, _same(path)), problems)
    return [*found, *((table, scope) for table in raw.shots)]


def _same(path: Path) -> str:
    return os.path.realpath(path)


def _check_defaults(raw: RawList, problems: list[ListProblem]) -> None:
    """Unknown names are told once, not for each shot."""
    for name in [name for name in raw.defaults.values if name not in _FIELDS or name == "id"]:
        value = raw.defaults.values.pop(name)
        allowed, hint = ("each shot has its own", "") if name == "id" else field_hint(name)
        problems.append(ListProblem(raw.defaults.place_of(name), "defaults", name, value, allowed, hint))


def _project(raw: RawList, problems: list[ListProblem]) -> tuple[str, Fraction | None, tuple[int, int] | None, bool]:
    values = raw.project.values

    def refuse(name: str, allowed: str, hint: str = "") -> None:
        problems.append(ListProblem(raw.project.place_of(name), "project", name, values[name], allowed, hint))

    for name in values:
        if name not in _PROJECT:
            refuse(name, f"it has {', '.join(_PROJECT)}", did_you_mean(name, _PROJECT))
    title = values.get("title", raw.path.stem)
    if not isinstance(title, str):
        refuse("title", "a text is needed")
    fps = None
    if "fps" in values:
        fps = read_fps(values["fps"])
        if fps is None:
            refuse("fps", "a rate of 1 to 240 is needed, as 24, 23.976 or “24000/1001”")
    resolution = None
    match values.get("resolution"):
        case None:
            pass
        case [int() as width, int() as height] if width in _SIDES_PX and height in _SIDES_PX:
            resolution = (width, height)
        case _:
            refuse("resolution", "width and height in pixels are needed, as [1920, 1080]")
    uses_defaults = values.get("default_rules", True)
    if not isinstance(uses_defaults, bool):
        refuse("default_rules", "true or false is needed")
    return str(title).strip(), fps, resolution, uses_defaults is not False


def _check_links(shots: list[ListedShot], ids: dict[str, Place], problems: list[ListProblem]) -> None:
    by_id = {shot.shot_id: shot for shot in shots}
    for shot in shots:
        for link in shot.links:
            if link.shot_id not in ids:
                hint = did_you_mean(link.shot_id, list(ids))
                place = shot.place_of(link.field)
                problems.append(
                    ListProblem(
                        place, shot.shot_id, _written(link.field), link.written, "the list has no such shot", hint
                    )
                )
    waiting = {shot.shot_id: {link.shot_id for link in shot.links} & by_id.keys() for shot in shots}
    order = TopologicalSorter(waiting)
    with suppress(CycleError):
        order.prepare()
    while free := order.get_ready():
        for shot_id in free:
            del waiting[shot_id]
        order.done(*free)
    told: set[str] = set()
    for shot_id in waiting:
        circle = _circle(shot_id, waiting)
        if told & set(circle):
            continue
        told |= set(circle)
        shot = by_id[circle[0]]
        link = next(link for link in shot.links if link.shot_id == circle[1])
        allowed = f"these shots wait for each other: {' → '.join(circle)}"
        problems.append(
            ListProblem(shot.place_of(link.field), shot.shot_id, _written(link.field), link.written, allowed)
        )


def _circle(shot_id: str, waiting: dict[str, set[str]]) -> list[str]:
    way = [shot_id]
    while True:
        following = min(waiting[way[-1]] & waiting.keys())
        if following in way:
            return [*way[way.index(following) :], following]
        way.append(following)


def _written(field: str) -> str:
    short = [alias for alias, name in ALIASES.items() if name == field and alias in ("start", "end")]
    return short[0] if short else field


def _in_order(problems: list[ListProblem]) -> list[ListProblem]:
    files = list(dict.fromkeys(problem.place.file for problem in problems))
    unique = list(dict.fromkeys((one.place, one.owner, one.field, str(one.value), one.allowed) for one in problems))
    by_key = {(one.place, one.owner, one.field, str(one.value), one.allowed): one for one in problems}
    return sorted((by_key[key] for key in unique), key=lambda one: (files.index(one.place.file), one.place.line or 0))
