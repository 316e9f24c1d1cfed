# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a reference video goes, said before it goes there."""

from __future__ import annotations

from .host import is_this_computer

_NONE = "No storage is set up: Kling fetches videos from the internet. See Retake's preferences, Reference Videos."


def where_videos_go() -> tuple[str, bool]:
    """A sentence, and whether a video can go there. Looks at settings alone, not at keys."""
    from ..errors import InputError
    from ..hosting.configured import configured_place
    from .preferences import environ, preferences

    if preferences().use_sandbox:
        return "Rehearsal: the video stays on this computer", True
    try:
        place = configured_place(environ())
    except InputError as error:
        return str(error), False
    if place is not None:
        there = f"the bucket {place.bucket} on {place.host}"
        return f"Goes to {there} when the shot is sent, and is deleted when Kling is done", True
    if is_this_computer():
        return "The local Kling takes the video; it stays on this computer", True
    return _NONE, False
