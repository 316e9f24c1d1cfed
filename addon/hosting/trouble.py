# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with the user's storage, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import AccountError, InputError, StorageError
from ..redaction import redact

if TYPE_CHECKING:
    from .place import StoragePlace


def refused_keys(place: StoragePlace, detail: str) -> AccountError:
    return AccountError(
        f"{place.host} refused the keys for the bucket {place.bucket}.",
        hint="Check the keys and their rights: they need to read, write and delete objects.",
        detail=redact(detail),
    )


def no_such_bucket(place: StoragePlace) -> InputError:
    return InputError(
        "bucket", place.bucket, f"there is no such bucket on {place.host}", hint="Make it, or correct it."
    )


def not_done(place: StoragePlace, detail: str) -> StorageError:
    return StorageError(
        f"{place.host} did not take or give what was asked.",
        hint="Check the connection and the storage's address, then try again: nothing was sent to Kling.",
        detail=redact(detail),
    )
