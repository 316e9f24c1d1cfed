# SPDX-License-Identifier: GPL-3.0-or-later
"""The .json beside each take: what it was made from and what it cost. It survives the loss of ledger and .blend."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from ..version import version

if TYPE_CHECKING:
    from pathlib import Path

    from .job import Job, TakeFacts


def write_sidecar(job: Job, facts: TakeFacts) -> Path:
    """Written whole or not at all. Holds no secret: a request has none."""
    content = {
        "retake": version(),
        "shot": job.shot_id,
        "take": job.take_number,
        "file": job.file_name,
        "job": job.job_id,
        "account": job.account,
        "task_id": job.task_id,
        "external_task_id": job.external_task_id,
        "request": job.request.to_record(),
        "estimate_units": str(job.estimate_units),
        "billed_units": None if job.billed_units is None else str(job.billed_units),
        "frame_count": facts.frame_count,
        "rate": str(facts.rate),
        "size_px": [facts.width_px, facts.height_px],
        "has_sound": facts.has_sound,
        "created_at_utc": job.created_at_utc,
    }
    path = job.file.with_suffix(".json")
    part = path.with_suffix(".json.part")
    part.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` outlive a power cut, where the system lets a folder be synced (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
