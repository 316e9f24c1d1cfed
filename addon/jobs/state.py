# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a job and every step between them.

queued → preparing → submitting → submitted → processing → downloading → ready → placed
                          ↕
                       unknown          a create whose outcome is not known: looked up, never blindly resent
other ends: failed (by Kling), refused (never billed), cancelled (before anything was sent)
"""

from __future__ import annotations

from enum import Enum


class JobState(Enum):
    QUEUED = "queued"
    PREPARING = "preparing"
    SUBMITTING = "submitting"
    """The intent is on record; the create may or may not have been sent."""
    UNKNOWN = "unknown"
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    DOWNLOADING = "downloading"
    """Paid for; the file is on its way."""
    READY = "ready"
    PLACED = "placed"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


_S = JobState

NEXT_STATES: dict[JobState, frozenset[JobState]] = {
    _S.QUEUED: frozenset({_S.PREPARING, _S.REFUSED, _S.CANCELLED}),
    _S.PREPARING: frozenset({_S.SUBMITTING, _S.REFUSED, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.SUBMITTED, _S.UNKNOWN, _S.REFUSED, _S.FAILED}),
    _S.UNKNOWN: frozenset({_S.SUBMITTING, _S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.PROCESSING, _S.DOWNLOADING, _S.FAILED}),
    _S.PROCESSING: frozenset({_S.DOWNLOADING, _S.FAILED}),
    _S.DOWNLOADING: frozenset({_S.READY}),
    # Back to downloading where the file was lost: Kling has it for 30 days, and it is paid for.
    _S.READY: frozenset({_S.PLACED, _S.DOWNLOADING}),
    _S.PLACED: frozenset({_S.DOWNLOADING}),
    _S.FAILED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.CANCELLED: frozenset(),
}

WITHOUT_TAKE = frozenset({_S.FAILED, _S.REFUSED, _S.CANCELLED})
"""Ends that gave no take: the same wish again is a new job."""

WITH_TAKE = frozenset({_S.READY, _S.PLACED})

CANCELLABLE = frozenset({_S.QUEUED, _S.PREPARING})
"""Kling has no cancel: from submitting on, the clip comes and is kept."""
