# SPDX-License-Identifier: GPL-3.0-or-later
"""Who needs an uploaded file beside jobs: the making of a voice or an element, while its process works."""

from __future__ import annotations

import time

from .owner import is_gone, new_owner

_MARK = "visit"
_LONGEST_S = 24 * 3600.0
"""No making lasts as long. It counts where nobody can tell whether a process is gone."""


def new_upload_user() -> str:
    """A name for this process and this one making, in the place of a job's id."""
    return f"{_MARK} {time.time():.0f} {new_owner()}"


def still_needs(user: str) -> bool | None:
    """Whether a maker with this name may still be at work; None where it is a job's id."""
    mark, _, rest = user.partition(" ")
    began, _, owner = rest.partition(" ")
    if mark != _MARK or not began.isdigit() or owner.count("/") != 2:
        return None
    return time.time() - int(began) < _LONGEST_S and not is_gone(owner)
