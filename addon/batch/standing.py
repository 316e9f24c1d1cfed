# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a shot stands: which of its jobs are of the recipe that is wanted now, and which takes are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..jobs.state import CANCELLABLE, WITH_TAKE, WITHOUT_TAKE
from .recipe import recipe_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..jobs.job import Job


@dataclass(frozen=True, slots=True)
class Standing:
    """All jobs of a shot, in parts that do not overlap; each by take number."""

    takes: tuple[Job, ...] = ()
    """Of the recipe, with their files."""
    under_way: tuple[Job, ...] = ()
    """Of the recipe, and neither done nor ended."""
    gone: tuple[Job, ...] = ()
    """Of the recipe, paid for, and their files are not there any more."""
    older_takes: tuple[Job, ...] = ()
    """Of another recipe, with their files."""
    older_sent: tuple[Job, ...] = ()
    """Of another recipe, and Kling has them: they are paid for, and their clips come."""
    older_unsent: tuple[Job, ...] = ()
    """Of another recipe, and nothing of them was sent."""

    @property
    def shown(self) -> Job | None:
        """The take that the edit shows: the newest of the recipe, else the newest there is."""
        return (self.takes or self.older_takes or (None,))[-1]


def standing_of(jobs: Iterable[Job], recipes: Collection[str]) -> Standing:
    """`recipes`: those that count as the wanted one. Looks for the files."""
    parts: dict[str, list[Job]] = {name: [] for name in Standing.__dataclass_fields__}
    for job in sorted(jobs, key=lambda job: (job.take_number, job.created_at_utc)):
        if job.state in WITHOUT_TAKE:
            continue
        is_wanted = recipe_of(job.request) in recipes
        if job.state in WITH_TAKE:
            if job.file.is_file():
                parts["takes" if is_wanted else "older_takes"].append(job)
            elif is_wanted:
                parts["gone"].append(job)
        elif is_wanted:
            parts["under_way"].append(job)
        else:
            parts["older_unsent" if job.state in CANCELLABLE else "older_sent"].append(job)
    return Standing(**{name: tuple(found) for name, found in parts.items()})
