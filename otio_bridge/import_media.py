# SPDX-License-Identifier: GPL-3.0-or-later
"""The media of a clip: each of its references."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .import_time import schema_of
from .namespaces import BLENDER
from .references import read_media
from .snapshot import StripKind

if TYPE_CHECKING:
    from .import_run import ImportRun
    from .snapshot import Media
    from .times import Json


def media_of(run: ImportRun, clip: Json) -> tuple[dict[str, Media], str]:
    references = clip.get("media_references")
    references = references if isinstance(references, dict) else {}
    found = {}
    for key, reference in references.items():
        if not isinstance(reference, dict):
            continue
        media = read_media(reference, run.rate, run.base)
        if not media.path and schema_of(reference) == "GeneratorReference":
            continue
        if schema_of(reference) == "MissingReference" and not media.path and is_ours(reference):
            continue
        if not media.path or (run.exists is None and schema_of(reference) == "MissingReference"):
            media = replace(media, missing=True)
        elif run.exists is not None:
            media = replace(media, missing=not run.exists(media.path))
        found[key] = media
    active = clip.get("active_media_reference_key")
    if not isinstance(active, str) or active not in found:
        active = next(iter(found), "")
    return found, active


def recorded_media(run: ImportRun, item: Json, own: Json, record: Any) -> tuple[dict[str, Media], str]:
    media, active = media_of(run, item)
    beside = own.get("media")
    if isinstance(beside, dict):
        # Written for readers before Clip.2: all takes are here, the shown one is the clip's own.
        all_of_them, key = media_of(
            run, {"media_references": beside, "active_media_reference_key": own.get("active_media")}
        )
        shown = media.get(active)
        if shown is not None and key in all_of_them and _same_file(all_of_them[key], shown):
            return all_of_them, key
        if not media and all_of_them:
            return all_of_them, key
    if not media and isinstance(record, dict):
        key = record.get("active_media", "")
        return {}, key if isinstance(key, str) else ""
    return media, active


def content_length(run: ImportRun, media: Media | None, kind: StripKind) -> int:
    if media is None or not media.frame_count or (kind is StripKind.IMAGE and not media.files):
        return 0
    return max(1, int(media.frame_count * run.rate / media.rate))


def is_ours(reference: Json) -> bool:
    metadata = reference.get("metadata")
    return isinstance(metadata, dict) and set(metadata) == {BLENDER}


def _same_file(one: Media, other: Media) -> bool:
    return (one.path, one.files) == (other.path, other.files)
