# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot's dataclasses as JSON types and back: what goes into the namespace `blender_vse`.

Fields at their default are left out. Reading checks every type, so that a damaged or hand-made record is refused
instead of reaching Blender.
"""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from . import snapshot as snapshot_module


class RecordDamaged(ValueError):
    """A record that cannot have been written by this program."""


Record = dict[str, Any]
T = TypeVar("T")


@cache
def _defaults(cls: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(cls):
        if each.default is not MISSING:
            found[each.name] = each.default
        elif each.default_factory is not MISSING:
            found[each.name] = each.default_factory()
    return found


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


@cache
def _hints(cls: Any) -> dict[str, Any]:
    from collections.abc import Iterator, Mapping

    names = {**vars(snapshot_module), "Mapping": Mapping, "Iterator": Iterator, "Fraction": Fraction}
    return get_type_hints(cls, globalns=names)


def to_record(value: Any, *, leave_out: frozenset[str] = frozenset()) -> Record:
    """`value` is one of the snapshot's dataclasses."""
    cls: Any = type(value)
    defaults = _defaults(cls)
    record = {}
    for name in _names(cls):
        if name in leave_out:
            continue
        one = getattr(value, name)
        if name in defaults and one == defaults[name]:
            continue
        record[name] = _plain(one)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float) or value is None:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return to_record(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return {str(key): _plain(each) for key, each in value.items()}


def from_record(cls: type[T], record: Any, **given: Any) -> T:
    """Fields in `given` are taken as they are. Raises RecordDamaged."""
    if not isinstance(record, dict):
        raise RecordDamaged(f"{cls.__name__} is no object")
    known: Any = cls
    hints = _hints(known)
    values = dict(given)
    for name in _names(known):
        if name in values:
            continue
        if name in record:
            values[name] = _typed(hints[name], record[name], f"{cls.__name__}.{name}")
        elif name not in _defaults(known):
            raise RecordDamaged(f"{cls.__name__} has no {name}")
    return cls(**values)


def _typed(wanted: Any, value: Any, where: str) -> Any:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _typed(next(one for one in get_args(wanted) if one is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise RecordDamaged(f"{where} is no list")
        inner = get_args(wanted)
        if inner[-1] is not Ellipsis:
            if len(value) != len(inner):
                raise RecordDamaged(f"{where} has {len(value)} values")
            return tuple(_typed(one, each, where) for one, each in zip(inner, value, strict=True))
        return tuple(_typed(inner[0], each, where) for each in value)
    if origin is not None:  # Mapping[str, Any] and Mapping[str, Media]
        if not isinstance(value, dict):
            raise RecordDamaged(f"{where} is no object")
        inner_type = get_args(wanted)[1]
        if inner_type is Any:
            return value
        return {key: _typed(inner_type, each, where) for key, each in value.items()}
    if wanted is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise RecordDamaged(f"{where} is no number")
        return float(value)
    if wanted is int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
            raise RecordDamaged(f"{where} is no whole number")
        return value
    if wanted is Fraction:
        return exact_rate(value, where)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        try:
            return wanted(value)
        except ValueError:
            raise RecordDamaged(f"{where}: {value!r} is none of its words") from None
    if is_dataclass(wanted):
        return from_record(wanted, value)  # type: ignore[arg-type]
    if not isinstance(value, wanted):
        raise RecordDamaged(f"{where} is no {wanted.__name__}")
    return value


def exact_rate(value: Any, where: str = "rate") -> Fraction:
    """From `24000/1001`. Raises RecordDamaged."""
    rate = _rate(value) if isinstance(value, str) else None
    if rate is None:
        raise RecordDamaged(f"{where}: {value!r} is no rate")
    return rate


@lru_cache(maxsize=256)
def _rate(text: str) -> Fraction | None:
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return rate if 0 < rate <= 100_000 else None
