# SPDX-License-Identifier: GPL-3.0-or-later
"""How many tasks may be under way at once, learned for each model from what Kling accepts.

Kling counts them by account and model, and holds a place from the create to the task's end (kling-api section 5). How
many there are depends on the account's packs and on who else uses it, so the number here is an estimate: a refusal for
lack of a place (1303, free) lowers it to what was under way then, and as many good ends as there are places raise it
by one. Used on the engine's thread only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field


class Places:
    """`start` is how many places each model has to begin with, at least 1."""

    def __init__(self, start: int) -> None:
        if start < 1:
            raise ValueError(f"{start} places are too few to make anything")
        self._start = start
        self._models: dict[str, _ModelPlaces] = {}
        self._is_open = True

    def of(self, model_name: str) -> Place:
        """A place of `model_name` for one job, not taken yet."""
        return Place(self._models.setdefault(model_name, _ModelPlaces(self._start, is_open=self._is_open)))

    def close(self) -> None:
        """Give out no place until `open`. Those that are held stay held."""
        self._set_open(is_open=False)

    def open(self) -> None:
        """Give out places again, to begin with to who waits for one."""
        self._set_open(is_open=True)

    def _set_open(self, *, is_open: bool) -> None:
        self._is_open = is_open
        for model in self._models.values():
            model.is_open = is_open
            model.hand_out()

    def limit(self, model_name: str) -> int:
        """How many tasks of the model are tried at once now."""
        model = self._models.get(model_name)
        return self._start if model is None else model.limit


@dataclass(slots=True)
class _ModelPlaces:
    limit: int
    taken: int = 0
    is_open: bool = True
    good_ends: int = 0
    """Since the limit last changed."""
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def hand_out(self) -> None:
        while self.is_open and self.waiting and self.taken < self.limit:
            waiter = self.waiting.popleft()
            if not waiter.done():
                self.taken += 1
                waiter.set_result(None)


class Place:
    """One job's place: held at most once, and given back at most once."""

    def __init__(self, model: _ModelPlaces) -> None:
        self._model = model
        self._is_held = False

    async def take(self) -> None:
        """Wait for the job's turn, where it does not hold its place yet. First come, first served."""
        if self._is_held:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._model.waiting.append(waiter)
        self._model.hand_out()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._model.taken -= 1
                self._model.hand_out()
            raise
        self._is_held = True

    def occupy(self) -> None:
        """Count a task that Kling has already, whether or not there seems to be room for it."""
        if not self._is_held:
            self._is_held = True
            self._model.taken += 1

    def refuse(self) -> None:
        """Kling had no place for this job's create: there are only as many as were taken besides it."""
        if not self._is_held:
            raise ValueError("a create was refused that had no place")
        self._model.limit = max(1, min(self._model.limit, self._model.taken - 1))
        self._model.good_ends = 0
        self._free()

    def give_back(self, *, task_ended: bool = False) -> None:
        """Where it is held. `task_ended`: Kling had a task in it to the end, which is what one more is tried on."""
        if not self._is_held:
            return
        if task_ended and self._model.waiting:
            self._model.good_ends += 1
            if self._model.good_ends >= self._model.limit:
                self._model.limit += 1
                self._model.good_ends = 0
        self._free()

    def _free(self) -> None:
        self._is_held = False
        self._model.taken -= 1
        self._model.hand_out()
