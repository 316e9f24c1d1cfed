# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account has left, from its packages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addon.balance import balance_of
from addon.errors import AccountError
from addon.kling.account import AccountCosts, PackStatus, ResourcePack


def pack(
    name: str, remaining: str, status: PackStatus = PackStatus.ONLINE, invalid_ms: int | None = None
) -> ResourcePack:
    return ResourcePack(
        name=name,
        pack_id="1",
        kind="decreasing_total",
        total_units=Decimal(1000),
        remaining_units=Decimal(remaining),
        purchased_ms=None,
        effective_ms=None,
        invalid_ms=invalid_ms,
        status=status,
    )


def test_active_video_packages_count_together() -> None:
    balance = balance_of(
        AccountCosts(
            (
                pack("Video-1000Units-5Con-1Months", "2.5", invalid_ms=900),
                pack("Video-100Units-20Con-1Months", "1", invalid_ms=300),
                pack("Video-100Units-20Con-1Months", "0", invalid_ms=100),
                pack("Image-100Units-9Con-1Months", "50"),
                pack("Video-100Units-50Con-1Months", "70", PackStatus.EXPIRED),
            )
        )
    )
    assert (balance.remaining_units, balance.places, balance.expires_ms) == (Decimal("3.5"), 20, 300)
    balance.check(Decimal("3.5"), "Wait")
    with pytest.raises(AccountError, match=r"hold 3\.5 units, and this needs 3\.6"):
        balance.check(Decimal("3.6"), "Wait")


def test_an_account_without_a_package_may_pay_otherwise() -> None:
    balance = balance_of(AccountCosts((pack("Image-100Units-9Con-1Months", "50"),)))
    assert balance.remaining_units is None
    balance.check(Decimal(1000), "Wait")
