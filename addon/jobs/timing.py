# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait for what. Pure: the engine sleeps, these say how long."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds. Kling states no poll rate; 5 s at first, then 12 s, is what clients get along with."""

    poll_first_s: float = 5.0
    poll_first_phase_s: float = 60.0
    poll_later_s: float = 12.0
    poll_early: float = 0.5
    """A part of the time between two reads of a task: so much earlier it may be read, to share a request."""
    busy_first_s: float = 1.0
    """Kling's advice for 1303: back off from 1 s on (kling-api section 5)."""
    busy_most_s: float = 30.0
    lookup_pause_s: float = 3.0
    """Before a task that is not known is believed not to exist: its create may still be on the way."""
    outage_first_s: float = 1.0
    outage_most_s: float = 30.0
    send_patience_s: float = 10.0
    """How long an unreachable Kling is tried before the first create."""
    outage_patience_s: float = 900.0
    """How long an unreachable Kling is asked for a task that is paid for, before the job is left for later."""

    def faster(self, speed: float) -> Timing:
        """For a sandbox whose time runs `speed` times as fast; patience stays."""
        return Timing(
            poll_first_s=max(self.poll_first_s / speed, 0.1),
            poll_first_phase_s=self.poll_first_phase_s / speed,
            poll_later_s=max(self.poll_later_s / speed, 0.2),
            poll_early=self.poll_early,
            busy_first_s=max(self.busy_first_s / speed, 0.1),
            busy_most_s=max(self.busy_most_s / speed, 0.5),
            lookup_pause_s=max(self.lookup_pause_s / speed, 0.2),
            outage_first_s=max(self.outage_first_s / speed, 0.1),
            outage_most_s=max(self.outage_most_s / speed, 1.0),
            send_patience_s=self.send_patience_s,
            outage_patience_s=self.outage_patience_s,
        )

    def poll_s(self, elapsed_s: float) -> float:
        return self.poll_first_s if elapsed_s < self.poll_first_phase_s else self.poll_later_s

    def busy_s(self, attempt: int) -> float:
        """Before asking again after the `attempt`-th refusal (from 1) for lack of room."""
        return _growing(self.busy_first_s, self.busy_most_s, attempt)

    def outage_s(self, attempt: int) -> float:
        return _growing(self.outage_first_s, self.outage_most_s, attempt)


def _growing(first_s: float, most_s: float, attempt: int) -> float:
    """Doubling, capped, and spread over the upper half so that many jobs do not ask at the same moment."""
    whole = min(first_s * 2.0 ** min(attempt - 1, 30), most_s)
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load, not a secret
