# SPDX-License-Identifier: GPL-3.0-or-later
"""A Timeline for adapters that know no media but files: otio-fcp-adapter 1.0.0 stops at a colour (measured)."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio


def leave_files_only(timeline: Any) -> list[str]:
    """Clips of colours, texts, image sequences and the like stay where they are, without media. Returns their names."""
    emptied = []
    for clip in timeline.find_clips():
        references = dict(clip.media_references())
        if all(map(_is_file, references.values())):
            continue
        emptied.append(clip.name)
        kept = {key: one if _is_file(one) else _missing(one) for key, one in references.items()}
        clip.set_media_references(kept, clip.active_media_reference_key)
    return emptied


def _is_file(reference: Any) -> bool:
    return isinstance(reference, otio.schema.ExternalReference | otio.schema.MissingReference)


def _missing(reference: Any) -> Any:
    return otio.schema.MissingReference(reference.name, reference.available_range, dict(reference.metadata))
