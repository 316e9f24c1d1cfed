# SPDX-License-Identifier: GPL-3.0-or-later
"""The two forms Kling's API has. Not the choice between them: that is the client's."""

from __future__ import annotations

from enum import Enum


class Standard(Enum):
    """LEGACY: `/v1/…`, references by list position. NEW: `contents` parts, references by their own id."""

    LEGACY = "legacy"
    NEW = "new"
