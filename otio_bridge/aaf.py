# SPDX-License-Identifier: GPL-3.0-or-later
"""AAF through OpenTimelineIO's adapter and pyaaf2.

Measured on 2.0.0 with pyaaf2 1.7: cuts, gaps, picture and sound tracks and the start timecode come through. It stops at
any transition that Avid's own metadata does not describe, loses speeds, markers, `enabled` and where a nested edit
begins. What it refers to by address is linked, no media is put inside.
"""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .adapter import adapter_errors, load_adapter
from .carried import Carrier
from .flavour import Flavour
from .media_url import UrlForm

if TYPE_CHECKING:
    from pathlib import Path

    from .times import Json

CARRIER = Carrier(
    ".aaf",
    "otio_aaf_adapter",
    Flavour("aaf", "an AAF file", transitions=False, wipes=False, retimes=False, nested=False, generators=False,
            image_sequences=False, disabled=False, edge_fades=False),
    url_form=UrlForm.FILE_URL,
    channel_names=True,
    media_rates=False,
)  # fmt: skip


def write_aaf(timeline: Json, part: Path) -> None:
    """Raises BridgeError."""
    import opentimelineio as otio

    timeline = {**timeline, "tracks": {**timeline["tracks"], "children": [
        track for track in timeline["tracks"]["children"] if track["children"]
    ]}}  # fmt: skip
    adapter = _adapter()
    with adapter_errors("The edit cannot be written as AAF", "Export it as .otio or Final Cut Pro 7 XML."):
        built = otio.core.deserialize_json_from_string(json.dumps(timeline))
        adapter.write_to_file(built, str(part), use_empty_mob_ids=True)


@cache
def _adapter() -> Any:
    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    aaf2 = adapter.aaf2

    def closing_open(*arguments: Any, **named: Any) -> Any:
        """As aaf2.open, which leaves a file that it cannot read open: Windows would not let go of it."""
        found = aaf2.file.AAFFile.__new__(aaf2.file.AAFFile)
        try:
            found.__init__(*arguments, **named)
        except BaseException:
            if hasattr(found, "f"):
                found.f.close()
            raise
        return found

    # The module is a copy of our own (adapter.py).
    setattr(adapter, "aaf2", SimpleNamespace(**{**vars(aaf2), "open": closing_open}))  # noqa: B010
    return adapter


def read_aaf_file(path: Path) -> Json:
    """OpenTimelineIO's JSON of it. Raises BridgeError; OSError for the disk."""
    path.stat()
    adapter = _adapter()
    with adapter_errors("The file cannot be read as AAF", "It is damaged or of another kind: export it again."):
        found = adapter.read_from_file(str(path))
        read: Json = json.loads(found.to_json_string(indent=-1))
    _without_own_pan(read)
    return read


def _without_own_pan(found: object) -> None:
    """The adapter puts a pan to the middle on every sound that it writes, and reads it as an effect without a word."""
    pending = [found]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif isinstance(one, dict):
            pending += [one.get(key) for key in ("tracks", "children")]
            effects = one.get("effects")
            if isinstance(effects, list):
                one["effects"] = [each for each in effects if not _is_plain_pan(each)]


def _is_plain_pan(effect: object) -> bool:
    metadata = effect.get("metadata") if isinstance(effect, dict) else None
    own = metadata.get("AAF") if isinstance(metadata, dict) else None
    if not isinstance(own, dict) or own.get("Operation", {}).get("Name") != "Audio Pan":
        return False
    pan = own.get("Parameters", {}).get("Pan")
    values = pan.get("keyframe_values") if isinstance(pan, dict) else None
    return isinstance(values, list) and all(isinstance(one, list) and one[-1:] == [0.5] for one in values)
