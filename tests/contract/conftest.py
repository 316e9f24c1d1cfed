# SPDX-License-Identifier: GPL-3.0-or-later
"""The client, the engine and the program against a real server over real HTTP, which shares no code with them."""

from __future__ import annotations

from tests.rehearsal import rehearsal, shell

__all__ = ["rehearsal", "shell"]
