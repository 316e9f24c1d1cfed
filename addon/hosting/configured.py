# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage that the user configured, from RETAKE_STORAGE and what goes with it.

s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX] or az://ACCOUNT/CONTAINER[/PREFIX]. Keys are key_store's business.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..errors import InputError
from .place import StorageKind, StoragePlace

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "RETAKE_STORAGE"
SCHEMES = {"s3": StorageKind.S3, "gs": StorageKind.GCS, "az": StorageKind.AZURE}
_WAYS = "s3://bucket, gs://bucket or az://account/container is needed"


def configured_place(environ: Mapping[str, str]) -> StoragePlace | None:
    """None where RETAKE_STORAGE is not set. Raises InputError, naming the variable or the field."""
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return None
    scheme, mark, rest = text.partition("://")
    kind = SCHEMES.get(scheme.lower())
    if kind is None or not mark or not rest.strip("/"):
        raise InputError(VARIABLE, text, _WAYS)
    names = rest.strip("/").split("/")
    account = names.pop(0) if kind is StorageKind.AZURE else ""
    if not names:
        raise InputError(VARIABLE, text, _WAYS)
    return StoragePlace(
        kind,
        names[0],
        endpoint=environ.get("RETAKE_STORAGE_ENDPOINT", "").strip(),
        region=environ.get("RETAKE_STORAGE_REGION", "").strip() or "us-east-1",
        account=account,
        prefix="/".join(names[1:]) or "retake",
        link=_link(environ.get("RETAKE_STORAGE_LINK_HOURS", "").strip()),
    )


def _link(text: str) -> timedelta:
    if not text:
        return timedelta(hours=6)
    try:
        return timedelta(hours=float(text))
    except (ValueError, OverflowError) as error:
        raise InputError("RETAKE_STORAGE_LINK_HOURS", text, "a number of hours is needed") from error
