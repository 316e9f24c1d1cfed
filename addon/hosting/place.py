# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's storage: where files for Kling go, and what opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ..errors import InputError
from ..redaction import remember_secret

MAX_LINK = timedelta(days=7)
"""Amazon's limit for a signed address; the others allow as much."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


class StorageKind(Enum):
    S3 = "s3"
    """Amazon S3 and what speaks its language: R2, B2, MinIO."""
    GCS = "gcs"
    AZURE = "azure"


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """No secret is in it. Raises InputError, naming the field, for what cannot be used."""

    kind: StorageKind
    bucket: str
    """The container, in Azure's words."""
    endpoint: str = ""
    """Empty: the provider's own."""
    region: str = "us-east-1"
    """S3 only; R2's is `auto`."""
    account: str = ""
    """Azure only: the storage account."""
    prefix: str = "retake"
    link: timedelta = timedelta(hours=6)
    """How long an address works: when Kling fetches a file is not known."""
    patience: timedelta = timedelta(seconds=30)
    """How long a connection that is lost is tried again."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.bucket):
            raise InputError("bucket", self.bucket, "a name of letters, digits, dots and dashes is needed")
        if self.endpoint and (urlsplit(self.endpoint).scheme not in ("http", "https") or not self._endpoint_host):
            raise InputError("endpoint", self.endpoint, "an address such as https://host is needed")
        parts = PurePosixPath(self.prefix).parts
        if not parts or any(part in ("/", ".", "..") for part in parts):
            raise InputError("prefix", self.prefix, "a folder such as retake is needed: other objects are not touched")
        if not timedelta(minutes=10) <= self.link <= MAX_LINK:
            raise InputError("link", self.link, "10 minutes to 7 days are allowed")
        if self.kind is StorageKind.AZURE and not self.account:
            raise InputError("account", "nothing", "Azure needs the name of the storage account")

    @property
    def _endpoint_host(self) -> str:
        return urlsplit(self.endpoint).netloc.rpartition("@")[2]

    @property
    def host(self) -> str:
        """Where the files are sent, for the user to see."""
        if self.endpoint:
            return self._endpoint_host
        match self.kind:
            case StorageKind.S3:
                return f"s3.{self.region}.amazonaws.com"
            case StorageKind.GCS:
                return "storage.googleapis.com"
            case StorageKind.AZURE:
                return f"{self.account}.blob.core.windows.net"

    @property
    def name(self) -> str:
        """One name for one bucket: what the record of uploads is kept by."""
        return f"{self.kind.value}://{self.host}/{self.bucket}"


@dataclass(frozen=True, slots=True)
class StorageSecret:
    """Never shown. S3: both; Azure: `secret` is the account key; GCS: `service_account`, the path of its JSON file."""

    access_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    service_account: Path | None = None

    def __post_init__(self) -> None:
        remember_secret(self.access_key)
        remember_secret(self.secret)
