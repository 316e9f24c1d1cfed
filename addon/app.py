# SPDX-License-Identifier: GPL-3.0-or-later
"""The composition root: from settings to a ledger and a running engine, for the shell, Blender and scripts alike."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .errors import AccountError, InputError, OfflineError
from .hosting.configured import configured_place
from .jobs.budget import Caps
from .jobs.timing import Timing
from .key_store import read_keys
from .key_store.storage_keys import read_storage_secret
from .kling.catalogue import catalogue
from .kling.client import GLOBAL_BASE_URL, KlingClient
from .kling.credentials import ApiKey, Credential
from .kling.public_address import check_public_url
from .kling.standard import Standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from .hosting.hosting import Hosting
    from .hosting.place import StoragePlace, StorageSecret
    from .jobs.message import JobMessage
    from .kling.request import GenerationRequest

SANDBOX_ACCOUNT = "sandbox"
REHEARSAL_SPEED = 30.0
"""How many times as fast as Kling a private sandbox runs: a clip of 5 s takes about as many seconds."""


@dataclass(frozen=True, slots=True)
class Host:
    """What the program around us decides: where Retake keeps its files, and whether it may use the network."""

    home: Path | None = None
    """None: RETAKE_HOME, else the platform's folder for user data."""
    why_offline: Callable[[], str] = field(default=lambda: "")
    """A sentence for the user where the network is switched off, else an empty text."""


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    base_url: str
    credential: Credential
    account: str
    """Whose money a job spends: the API's host, or `sandbox`."""
    timing: Timing
    day_units: Decimal | None
    """The cap on what the account may spend in a day of UTC."""
    standard: Standard | None = None
    """The request format the user insists on."""
    voices_are_free: bool = False
    """Subscribers do not pay extra for bound voices."""
    storage: StoragePlace | None = None
    """Where reference videos are put for Kling to fetch them."""
    storage_secret: StorageSecret | None = None

    @property
    def uploads_here(self) -> bool:
        """Whether a local Kling takes reference videos itself."""
        is_local = is_loopback(urlsplit(self.base_url).hostname or "")
        return self.account == SANDBOX_ACCOUNT or (is_local and self.storage is None)


def home_folder(environ: Mapping[str, str], host: Host) -> Path:
    """RETAKE_HOME, else where the host says, else the platform's folder for user data."""
    if environ.get("RETAKE_HOME"):
        return Path(environ["RETAKE_HOME"]).expanduser().absolute()
    if host.home is not None:
        return host.home
    from platformdirs import user_data_path

    return user_data_path("retake", appauthor=False)


def load_settings(environ: Mapping[str, str], host: Host, *, use_keyring: bool = True) -> Settings:
    """For Kling itself, or whatever KLING_BASE_URL names. Raises AccountError, InputError or OfflineError.

    The system's keyring may wait for the user to unlock it: `use_keyring` is not for Blender's main thread.
    """
    base_url = environ.get("KLING_BASE_URL", "").strip() or GLOBAL_BASE_URL
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise InputError("KLING_BASE_URL", base_url, "an address such as https://host is needed") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("KLING_BASE_URL", base_url, "an address such as https://host is needed")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError("KLING_BASE_URL", base_url, "keys are sent over https only, or to this computer")
    why_offline = host.why_offline()
    if why_offline and not is_loopback(parts.hostname):
        raise OfflineError(why_offline, hint="Or rehearse on this computer with --sandbox.")
    home = home_folder(environ, host)
    storage = configured_place(environ)
    return Settings(
        home=home,
        base_url=base_url,
        credential=read_keys(environ, home, use_keyring=use_keyring).credential,
        # Without a user and password, which an address may carry: it goes into the ledger.
        account=parts.netloc.rpartition("@")[2],
        timing=Timing(),
        day_units=day_cap_units(environ),
        standard=wanted_standard(environ),
        voices_are_free=voices_are_free(environ),
        storage=storage,
        storage_secret=None if storage is None else _storage_secret(environ, home, storage, use_keyring=use_keyring),
    )


def _storage_secret(
    environ: Mapping[str, str], home: Path, storage: StoragePlace, *, use_keyring: bool
) -> StorageSecret | None:
    """None where there is none: a shot without a reference video needs no storage."""
    try:
        return read_storage_secret(environ, home, storage, use_keyring=use_keyring)
    except AccountError:
        return None


@contextmanager
def open_settings(
    environ: Mapping[str, str],
    host: Host,
    *,
    sandbox: bool,
    use_keyring: bool = True,
    speed: float = REHEARSAL_SPEED,
    faults: Path | None = None,
) -> Iterator[Settings]:
    """With `sandbox` those of a private rehearsal, else the account's, as `load_settings` does."""
    if sandbox:
        with rehearsal_settings(environ, host, speed=speed, faults=faults) as settings:
            yield settings
    else:
        yield load_settings(environ, host, use_keyring=use_keyring)


@contextmanager
def rehearsal_settings(
    environ: Mapping[str, str], host: Host, *, speed: float = REHEARSAL_SPEED, faults: Path | None = None
) -> Iterator[Settings]:
    """A private sandbox on this computer, for as long as the context lasts. Its tasks outlive it on disk.

    `speed`: how many times as fast as Kling it runs; `faults`: a file that says what goes wrong.
    """
    if not 0 < speed < float("inf"):
        raise InputError("--speed", speed, "a number above 0 is needed")
    try:
        from .sandbox.data_lock import DataDirInUseError
        from .sandbox.faults import load_faults
        from .sandbox.server import SandboxServer
        from .sandbox.settings import SandboxSettings
    except ImportError as error:
        raise AccountError(
            "The sandbox is not installed.", hint="Install Retake with its extra: pip install 'retake[sandbox]'."
        ) from error
    try:
        rules = load_faults(faults) if faults else ()
    except (ValueError, OSError) as error:
        raise InputError("--faults", faults, str(error)) from error
    home = home_folder(environ, host)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(
                SandboxServer(SandboxSettings(data_dir=home / "sandbox", speed=speed, faults=rules))
            )
        except DataDirInUseError as error:
            raise InputError(
                "--sandbox",
                home / "sandbox",
                "another rehearsal is running there",
                hint="Wait for it, or run `retake sandbox` once and let all commands use that server.",
            ) from error
        yield Settings(
            home=home,
            base_url=server.base_url,
            credential=ApiKey(server.credentials.api_key),
            account=SANDBOX_ACCOUNT,
            timing=Timing().faster(speed),
            day_units=day_cap_units(environ),
            standard=wanted_standard(environ),
            voices_are_free=voices_are_free(environ),
        )


def wanted_standard(environ: Mapping[str, str]) -> Standard | None:
    """From KLING_STANDARD; None where it is not set."""
    text = environ.get("KLING_STANDARD", "").strip()
    if not text:
        return None
    try:
        return Standard(text)
    except ValueError as error:
        raise InputError("KLING_STANDARD", text, "it is legacy or new") from error


def day_cap_units(environ: Mapping[str, str]) -> Decimal | None:
    """From RETAKE_MAX_CREDITS_PER_DAY; None where it is not set."""
    text = environ.get("RETAKE_MAX_CREDITS_PER_DAY", "").strip()
    return units_from_credits("RETAKE_MAX_CREDITS_PER_DAY", text) if text else None


def voices_are_free(environ: Mapping[str, str]) -> bool:
    """From RETAKE_VOICES_FREE."""
    text = environ.get("RETAKE_VOICES_FREE", "").strip()
    if text not in ("", "0", "1"):
        raise InputError("RETAKE_VOICES_FREE", text, "it is 0 or 1")
    return text == "1"


def units_from_credits(field_name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise InputError(field_name, text, "a number of credits, 0 or more, is needed")
    return value / catalogue().credits_per_unit


def is_loopback(hostname: str) -> bool:
    if hostname == "localhost":
        return True
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return False


def check_video(request: GenerationRequest, settings: Settings) -> None:
    """Raises InputError or AccountError where Kling could not fetch the request's reference video."""
    video = request.video
    if video is None:
        return
    if isinstance(video.source, str):
        check_public_url(video.source, settings.base_url, "reference video")
    elif not settings.uploads_here and settings.storage is None:
        raise InputError(
            "reference video",
            video.source.path.name,
            "Kling fetches videos from the internet, and no storage is set up for it",
            hint="Set one up in the preferences or with RETAKE_STORAGE, or give an address (https://…).",
        )
    elif not settings.uploads_here and settings.storage_secret is None:
        name = settings.storage.name if settings.storage else ""
        raise AccountError(
            f"There are no keys for the storage {name}.",
            hint="Enter them in the preferences or with `retake storage key`.",
        )


def open_hosting(settings: Settings) -> Hosting | None:
    """Where reference videos go; None where nothing is set up. Opens no connection."""
    from .hosting.hosting import Hosting

    if settings.uploads_here:
        from .hosting.sandbox_shelf import SandboxShelf

        shelf = SandboxShelf(settings.base_url, settings.credential)
        return Hosting(settings.home, shelf, "uploads", settings.base_url)
    if settings.storage is None or settings.storage_secret is None:
        return None
    from .hosting.bucket import Bucket

    bucket = Bucket(settings.storage, settings.storage_secret)
    return Hosting(settings.home, bucket, settings.storage.prefix, settings.base_url)


class Services:
    """A ledger and a running engine. Use as a context; leaving it stops the engine, and jobs stay on record."""

    def __init__(
        self,
        settings: Settings,
        *,
        list_units: Decimal | None = None,
        in_flight: int | None = None,
        on_message: Callable[[JobMessage], None] | None = None,
    ) -> None:
        """`in_flight`: how many tasks of a model the account lets run at once, where that is known."""
        from .jobs.engine import DEFAULT_IN_FLIGHT, Engine
        from .jobs.ledger import Ledger

        self.settings = settings
        self.ledger = Ledger(settings.home / "ledger.db")
        self.engine = Engine(
            self.ledger,
            lambda: KlingClient(settings.base_url, settings.credential),
            settings.timing,
            Caps(list_units=list_units, day_units=settings.day_units),
            in_flight=in_flight or DEFAULT_IN_FLIGHT,
            hosting=open_hosting(settings),
            on_message=on_message,
        )

    def __enter__(self) -> Services:
        self.engine.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.stop()
        self.ledger.close()
