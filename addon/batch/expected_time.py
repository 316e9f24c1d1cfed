# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a batch will take: each job's usual time, laid out over the places the account has."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..jobs.job import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..jobs.job import Kind
    from ..kling.request import GenerationRequest

_FIVE_SECONDS_TAKE_S = {"std": 90.0, "pro": 150.0, "4k": 300.0}
"""Guesses within what was seen: pro 5 s 100 to 250 s, a 3 s clip 28 to 83 s (kling-api section 4)."""
_AROUND_IT_S = 5.0
"""Sending, waiting to begin, and fetching."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One job to come: where it queues, how long it takes, and whose jobs have to be done before."""

    shot_id: str
    model_name: str
    seconds: float
    after: tuple[str, ...] = ()


def expected_s(request: GenerationRequest, typical_s: Mapping[Kind, float]) -> float:
    """By the account's own history where there is one."""
    known = typical_s.get(kind_of(request))
    if known is not None:
        return known
    _, mode, seconds = kind_of(request)
    return _AROUND_IT_S + _FIVE_SECONDS_TAKE_S.get(mode, _FIVE_SECONDS_TAKE_S["pro"]) * (0.5 + 0.1 * seconds)


def makespan_s(lanes: Iterable[Lane], places: int) -> float:
    """From the first send to the last end, with `places` for each model. Jobs begin in the order given."""
    waiting: dict[str, list[Lane]] = defaultdict(list)
    left: dict[str, int] = defaultdict(int)
    for lane in lanes:
        waiting[lane.model_name].append(lane)
        left[lane.shot_id] += 1
    free = dict.fromkeys(waiting, places)
    running: list[tuple[float, int, str, str]] = []
    now_s, begun = 0.0, 0
    while any(waiting.values()) or running:
        for model_name, lanes_waiting in waiting.items():
            held: list[Lane] = []
            for lane in lanes_waiting:
                if free[model_name] and not any(left[shot_id] for shot_id in lane.after):
                    free[model_name] -= 1
                    begun += 1
                    heapq.heappush(running, (now_s + lane.seconds, begun, model_name, lane.shot_id))
                else:
                    held.append(lane)
            waiting[model_name] = held
        if not running:
            break  # what is left waits for a shot that nobody makes
        now_s, _, model_name, shot_id = heapq.heappop(running)
        free[model_name] += 1
        left[shot_id] -= 1
    return now_s
