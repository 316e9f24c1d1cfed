# SPDX-License-Identifier: GPL-3.0-or-later
"""What one sandbox is started with. Plain values; reading and writing files is `secrets_file.py`'s work."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from .faults import Fault
from .resource_packs import AccountLimits
from .webhook_signature import secret_bytes

# RFC 7518 section 3.2: a key for HS256 has at least 256 bits. PyJWT warns below that.
SECRET_KEY_MIN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one account of a sandbox: an API key and an AccessKey/SecretKey pair. `repr` hides the values.

    `secret_key` signs HS256 tokens and has at least 32 bytes. The API key has no two dots: three dotted parts
    are read as a JWT.
    """

    api_key: str = field(repr=False)
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("api_key", "access_key", "secret_key"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value or value != value.strip() or not value.isascii():
                raise ValueError(f"{name} must be a non-empty ASCII text without spaces around it")
        if len(self.secret_key) < SECRET_KEY_MIN_BYTES:
            raise ValueError(
                f"secret_key has {len(self.secret_key)} bytes; HS256 needs at least {SECRET_KEY_MIN_BYTES}"
            )
        if self.api_key.count(".") == 2:
            raise ValueError("api_key has three dotted parts and would be read as a JWT")


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How a sandbox runs.

    data_dir     holds everything it keeps: tasks, clips, request log, credentials, signing secret.
    port         0..65535; 0 lets the system choose one, which a restart of the same server keeps.
    speed        divides every simulated waiting time; above 0, `math.inf` waits only for rendering.
    concurrency  tasks of one pack type that may be submitted or processing at once, at least 1; an image counts as
                 one (kling-api section 5: a trial pack has 5).
    video_units  what the account's pack for videos, voices and elements holds; 0: it has none.
    image_units  the same for images, in image units.
    credentials  None: made at the first start and read from data_dir afterwards.
    faults       what goes wrong from the start; more can be added to a running server.
    clock        seconds since 1970 for everything that is simulated: states, created_at, updated_at, Expires. It may
                 be called from any thread. None: the system's. Tokens and webhook signatures are checked by people
                 with real clocks, so they always use the system's.
    picture_divisor  1 for clips of Kling's size. More makes the sides of clips that are made from text and pictures so
                 many times shorter (and even), for tests that look at money and not at pictures.
    webhook_secret  "whsec_" and base64: callbacks are signed with it. None: they carry no signature.
    """

    data_dir: Path
    port: int = 0
    speed: float = 1.0
    concurrency: int = 5
    video_units: Decimal = Decimal(100_000)
    image_units: Decimal = Decimal(100_000)
    credentials: Credentials | None = None
    faults: tuple[Fault, ...] = ()
    clock: Callable[[], float] | None = field(default=None, compare=False)
    picture_divisor: int = 1
    webhook_secret: str | None = field(default=None, repr=False)

    @property
    def limits(self) -> AccountLimits:
        return AccountLimits(self.concurrency, {"video": self.video_units, "image": self.image_units})

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port {self.port} cannot be used: 0 to 65535 is allowed")
        if not 1 <= self.picture_divisor <= 8:
            raise ValueError(f"picture_divisor {self.picture_divisor} cannot be used: 1 to 8 is allowed")
        if math.isnan(self.speed) or self.speed <= 0:
            raise ValueError(f"speed {self.speed} cannot be used: it must be above 0")
        if self.webhook_secret is not None:
            secret_bytes(self.webhook_secret)
        if self.concurrency < 1:
            raise ValueError(f"concurrency {self.concurrency} cannot be used: it must be at least 1")
        for name in ("video_units", "image_units"):
            units = getattr(self, name)
            if not isinstance(units, Decimal) or not units.is_finite() or units < 0:
                raise ValueError(f"{name} {units} cannot be used: a Decimal of 0 or more is needed")
