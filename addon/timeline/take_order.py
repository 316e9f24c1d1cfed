# SPDX-License-Identifier: GPL-3.0-or-later
"""Which take comes after or before the one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def neighbour(numbers: Iterable[int], shown: int, step: int) -> int | None:
    """The take that is `step` (1 or -1) away from `shown`, among `numbers` in any order; None at the end.

    `shown` need not be among them: 0 is before all takes, and a take may be gone from the list.
    """
    others = sorted(number for number in numbers if (number - shown) * step > 0)
    if not others:
        return None
    return others[0] if step > 0 else others[-1]
