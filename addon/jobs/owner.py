# SPDX-License-Identifier: GPL-3.0-or-later
"""Who drives a job: a name for this process, and whether another owner's process is known to be gone."""

from __future__ import annotations

import os
import socket
import sys
import uuid


def new_owner() -> str:
    """Host, process and a token that sets a reused process number apart."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def is_gone(owner: str) -> bool:
    """True only when the owner was a process of this host and is no more; its lease need not be waited for.

    Being wrong costs nothing: two drivers of one job share its external_task_id, so Kling makes one task.
    Windows has no harmless probe (`os.kill(pid, 0)` ends the process there), so there leases run out by themselves.
    """
    host, process, _token = owner.split("/")
    if host != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
