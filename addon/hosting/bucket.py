# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's storage itself, through obstore: put, look, sign, delete; its errors become our sentences."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from ..errors import AccountError
from .place import StorageKind
from .s3_parts import PART_BYTES, S3Parts
from .trouble import no_such_bucket, not_done, refused_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from obstore.store import AzureStore, ClientConfig, GCSStore, RetryConfig, S3Credential, S3Store

    from .place import StoragePlace, StorageSecret
    from .shelf import Progress, UploadNotes

_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
"""Amazon's and Azure's words for it."""


class Bucket:
    """Every call blocks and may take as long as the network does. Raises AccountError, InputError and StorageError."""

    def __init__(self, place: StoragePlace, secret: StorageSecret) -> None:
        self.place = place
        self.name = place.name
        self.address = place.endpoint or f"https://{place.host}"
        with self._told():
            self._store = _open(place, secret)
        self._parts = S3Parts(place, secret) if place.kind is StorageKind.S3 else None

    def signed_url(self, object_name: str) -> str:
        """Made here, without a request."""
        import obstore

        with self._told():
            return obstore.sign(self._store, "GET", object_name, self.place.link)

    def size_bytes(self, object_name: str) -> int | None:
        """None where there is no such object. Raises InputError where there is no such bucket."""
        import obstore
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        with self._told():
            try:
                return obstore.head(self._store, object_name)["size"]
            except FileNotFoundError:
                pass
            # The answer to a look has no body: whether it is the bucket that is missing, only a list says.
            with suppress(PermissionDeniedError, UnauthenticatedError):
                for _ in obstore.list(self._store, prefix=object_name, chunk_size=1):
                    break
            return None

    def put(self, object_name: str, path: Path, content_type: str, progress: Progress, notes: UploadNotes) -> None:
        """A part that is lost on the way is sent again."""
        import obstore

        if self._parts is not None and path.stat().st_size > PART_BYTES:
            self._parts.put(object_name, path, content_type, progress, notes)
            progress(1.0)
            return
        with self._told():
            obstore.put(
                self._store,
                object_name,
                parts(path, progress),
                attributes={"Content-Type": content_type},
                chunk_size=PART_BYTES,
                max_concurrency=2,
            )
        progress(1.0)

    def abandon(self, object_name: str, upload_id: str) -> None:
        """Of S3 alone: Azure forgets such blocks by itself, and no id of Google's is kept."""
        if self._parts is not None:
            self._parts.abandon(object_name, upload_id)

    def delete(self, object_name: str) -> None:
        """One that is not there any more is no error."""
        import obstore

        with self._told():
            try:
                obstore.delete(self._store, object_name)
            except FileNotFoundError:
                return

    @contextmanager
    def _told(self) -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        # The causes stay out of the chain: their texts may carry signed addresses.
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise refused_keys(self.place, str(error)) from None
        except (BaseError, FileNotFoundError, ValueError) as error:
            text = str(error)
            if isinstance(error, FileNotFoundError) or any(name in text for name in _NO_BUCKET):
                raise no_such_bucket(self.place) from None
            raise not_done(self.place, text) from None


def parts(path: Path, progress: Progress) -> Iterator[bytes]:
    """The file in pieces of PART_BYTES; `progress` hears of each before it goes, and what it raises ends it."""
    total_bytes, sent_bytes = path.stat().st_size, 0
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            progress(min(1.0, sent_bytes / total_bytes))
            yield part
            sent_bytes += len(part)


def _open(place: StoragePlace, secret: StorageSecret) -> S3Store | GCSStore | AzureStore:
    from obstore.store import AzureStore, GCSStore, S3Store

    # Everything is given: what is not, obstore would read from the environment of other programs.
    endpoint = place.endpoint or f"https://{place.host}"
    client: ClientConfig = {"allow_http": endpoint.startswith("http://"), "connect_timeout": timedelta(seconds=5)}
    # A part that is lost is sent again: an upload goes on after a short outage.
    retry: RetryConfig = {
        "max_retries": 100,
        "backoff": {"init_backoff": timedelta(seconds=0.5), "max_backoff": timedelta(seconds=5), "base": 2},
        "retry_timeout": place.patience,
    }

    def only_these() -> S3Credential:
        return {
            "access_key_id": secret.access_key,
            "secret_access_key": secret.secret,
            "token": None,
            "expires_at": None,
        }

    match place.kind:
        case StorageKind.S3:
            return S3Store(
                place.bucket,
                endpoint=endpoint,
                region=place.region,
                aws_endpoint_url_s3=endpoint,
                credential_provider=only_these,
                skip_signature=False,
                virtual_hosted_style_request=False,
                client_options=client,
                retry_config=retry,
            )
        case StorageKind.GCS:
            if secret.service_account is None:
                raise AccountError("Google's storage needs a service account.", hint="Name its JSON file.")
            return GCSStore(
                place.bucket, service_account=str(secret.service_account), client_options=client, retry_config=retry
            )
        case StorageKind.AZURE:
            return AzureStore(
                place.bucket,
                account_name=place.account,
                account_key=secret.secret,
                endpoint=endpoint,
                client_options=client,
                retry_config=retry,
            )
