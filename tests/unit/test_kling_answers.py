# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from decimal import Decimal

import jwt
import pytest

from addon.errors import AccountError
from addon.kling import wire_legacy, wire_new
from addon.kling.credentials import AccessKeyPair, ApiKey, credential_from
from addon.kling.errors import (
    CODES,
    KlingAccountRefused,
    KlingAuthRefused,
    KlingBadRequest,
    KlingBusy,
    KlingPolicyRefused,
    KlingUnknownOutcome,
    error_for,
)
from addon.kling.task import KlingTask, TaskStatus
from addon.kling.tokens import LIFETIME_S, RENEW_BEFORE_EXPIRY_S, TokenSource

# Section 5 of the reference, by hand.
DOCUMENTED = {
    KlingAuthRefused: {1000, 1001, 1002, 1003, 1004},
    KlingAccountRefused: {1100, 1101, 1102, 1103, 1304},
    KlingBadRequest: {1200, 1201, 1202, 1203},
    KlingPolicyRefused: {1300, 1301},
    KlingBusy: {1302, 1303},
    KlingUnknownOutcome: {5000, 5001, 5002},
}
PAIR = AccessKeyPair("access-key-of-a-test", "secret-key-of-a-test-with-32-bytes")


def test_every_documented_code_has_one_error() -> None:
    assert {code: meaning.kind for code, meaning in CODES.items()} == {
        code: kind for kind, codes in DOCUMENTED.items() for code in codes
    }


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_says_what_happened_and_what_to_do(code: int) -> None:
    error = error_for(code, 429, "request-1", "the service's words")
    assert error.message.count("the service's words") == 1
    assert error.hint.endswith(".")
    assert "request-1" in error.detail


@pytest.mark.parametrize("code", [1000, 1102, 1304])
def test_what_only_the_account_can_cure_is_an_account_error(code: int) -> None:
    assert isinstance(error_for(code, 429, "", ""), AccountError)


@pytest.mark.parametrize(
    ("http_status", "kind"), [(401, KlingAuthRefused), (422, KlingBadRequest), (500, KlingUnknownOutcome)]
)
def test_an_undocumented_code_is_judged_by_its_status(http_status: int, kind: type[Exception]) -> None:
    assert isinstance(error_for(9999, http_status, "", ""), kind)


def _legacy(**fields: object) -> KlingTask:
    answer = {"task_id": "893605946402811985", "task_status": "succeed", **fields}
    return wire_legacy.read_task(wire_legacy.ReceivedTask.model_validate(answer))


def _new(**fields: object) -> KlingTask:
    answer = {"id": "893605946402811985", "status": "succeeded", **fields}
    return wire_new.read_task(wire_new.ReceivedTask.model_validate(answer))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("submitted", TaskStatus.SUBMITTED),
        ("processing", TaskStatus.PROCESSING),
        ("succeed", TaskStatus.SUCCEEDED),
        ("succeeded", TaskStatus.SUCCEEDED),
        ("failed", TaskStatus.FAILED),
        ("rendering-in-a-new-way", TaskStatus.PROCESSING),
    ],
)
def test_status_words_of_both_standards_and_unknown_ones(word: str, status: TaskStatus) -> None:
    assert _legacy(task_status=word).status is status
    assert _new(status=word).status is status


def test_a_legacy_answer_may_hold_numbers_nulls_and_new_fields() -> None:
    task = _legacy(
        task_id=893605946402811985,
        task_status_msg=None,
        task_result={"videos": [{"url": "https://cdn/x.mp4", "duration": 5.041, "poster": "new"}], "mood": 1},
        final_unit_deduction=1.5,
        brand_new={"a": 1},
    )
    assert task.task_id == "893605946402811985"
    assert task.billed_units == Decimal("1.5")
    assert [video.duration_s for video in task.videos] == [Decimal("5.041")]
    assert _legacy(task_result={"videos": None}).videos == ()


def test_a_new_answer_may_hold_other_outputs_several_charges_and_nulls() -> None:
    task = _new(
        id=893605946402811985,
        external_id="job-1",
        outputs=[
            {"type": "image", "url": "https://cdn/x.png"},
            {"type": "video", "id": "1", "url": "https://cdn/x.mp4", "duration": "5.041"},
        ],
        billing=[
            {"charge_type": "unit", "amount": "1.25", "package_type": "video"},
            {"charge_type": "unit", "amount": "0.25", "package_type": "video"},
            {"charge_type": "cash", "amount": "9.99", "currency": "USD"},
        ],
    )
    assert (task.task_id, task.external_task_id) == ("893605946402811985", "job-1")
    assert [video.url for video in task.videos] == ["https://cdn/x.mp4"]
    assert task.billed_units == Decimal("1.50")
    assert _new(outputs=None, billing=None).billed_units is None


def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    clock = [1_000_000.0]
    source = TokenSource(PAIR, now=lambda: clock[0])
    first = source.token()
    claims = jwt.decode(
        first, PAIR.secret_key, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    assert claims == {"iss": PAIR.access_key, "exp": 1_001_800, "nbf": 999_995}
    clock[0] += LIFETIME_S - RENEW_BEFORE_EXPIRY_S - 1
    assert source.token() == first
    clock[0] += 1
    assert source.token() != first


def test_a_discarded_token_is_signed_anew() -> None:
    clock = [1_000_000.0]
    source = TokenSource(PAIR, now=lambda: clock[0])
    first = source.token()
    clock[0] += 10
    source.discard()
    assert source.token() != first


def test_a_short_secret_of_another_service_gives_no_warning() -> None:
    assert TokenSource(AccessKeyPair("ak", "short")).token()


def test_credentials_come_from_the_environment_and_never_show() -> None:
    pair = credential_from({"KLING_ACCESS_KEY": " access1 ", "KLING_SECRET_KEY": "secret2"})
    assert pair == AccessKeyPair("access1", "secret2")
    both = credential_from({"KLING_API_KEY": "key-3333", "KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "b"})
    assert both == ApiKey("key-3333")
    assert "secret2" not in repr(pair)
    assert "key-3333" not in repr(both)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "KLING_API_KEY"),
        ({"KLING_ACCESS_KEY": "a"}, "KLING_SECRET_KEY"),
        ({"KLING_SECRET_KEY": "b"}, "KLING_ACCESS_KEY"),
    ],
)
def test_a_missing_key_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(AccountError) as caught:
        credential_from(environ)
    assert named in str(caught.value)
