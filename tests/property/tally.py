# SPDX-License-Identifier: GPL-3.0-or-later
"""What the random histories came to: how many there were, and how much happened in them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal


class Tally:
    """Counts of one test run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.units = Decimal(0)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def lines(self) -> list[str]:
        return [
            ", ".join(f"{count:,} {what}" for what, count in self.counts.items()) + f", {self.units:,} units billed",
            "jobs ended " + _listed(self.ends),
            f"{self.faults.total():,} faults struck: " + _listed(self.faults),
        ]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count:,}" for what, count in counts.most_common())


tally = Tally()
