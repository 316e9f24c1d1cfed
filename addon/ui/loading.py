# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading what panels need on a thread of its own, when the first one is drawn: enabling the add-on stays cheap."""

from __future__ import annotations

import threading

_done = threading.Event()
_thread: threading.Thread | None = None


def is_done() -> bool:
    return _done.is_set()


def begin() -> None:
    """Start loading, unless that was done. Returns at once."""
    global _thread
    if _thread is None:
        _thread = threading.Thread(target=_load, name="retake-loading", daemon=True)
        _thread.start()


def wait() -> None:
    """For scripts and tests."""
    begin()
    _done.wait()


def _load() -> None:
    from .. import session
    from ..kling.catalogue import catalogue
    from ..kling.hints import prompt_hints

    catalogue()
    _ = session, prompt_hints
    _done.set()
