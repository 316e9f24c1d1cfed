# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's calls over real HTTP, against answers written down from the reference: pages, lost and odd ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import TypeVar

import pytest

from addon.errors import InputError
from addon.kling.account import BillingFilter, PackStatus, Period
from addon.kling.credentials import ApiKey
from addon.kling.errors import (
    KlingAccountRefused,
    KlingAuthRefused,
    KlingBadAnswer,
    KlingBadRequest,
    KlingBusy,
    KlingNotFound,
    KlingRefused,
    KlingUnknownOutcome,
)
from addon.kling.image import ImageRequest
from addon.kling.library import KlingLibrary
from addon.kling.lip_sync import Face, FaceVideo, LipSync
from addon.kling.paging import LAST_PAGE, CursorPage, cursor_pages, numbered_pages
from addon.kling.voice import NewVoice
from tests.unit.answering_server import Answer, AnsweringServer, Asked, answering, ok, refused

T = TypeVar("T")
VOICE = NewVoice("mine", voice_url="http://127.0.0.1/a.mp3")
PERIOD = Period(1751284003293, 1782219793736)
NOT_FOUND = refused(400, 1201, "Task not found by id/external id: job-1")


def ask(answer: Answer, call: Callable[[KlingLibrary], Awaitable[T]]) -> tuple[T, AnsweringServer]:
    """What `call` gives, and the server that was asked."""

    async def run(base_url: str) -> T:
        library = KlingLibrary(base_url, ApiKey("key-of-a-test"))
        try:
            return await call(library)
        finally:
            await library.aclose()

    with answering(answer) as server:
        return asyncio.run(run(server.base_url)), server


async def gathered(entries: AsyncIterator[T]) -> list[T]:
    return [entry async for entry in entries]


def voice_task(number: int, *, status: str = "succeed", external: str = "") -> dict[str, object]:
    voices = [{"voice_id": f"v{number}", "voice_name": "n", "trial_url": "", "owned_by": "kling"}]
    return {
        "task_id": str(number),
        "task_status": status,
        "task_info": {"external_task_id": external},
        "task_result": {"voices": voices},
    }


def test_a_create_is_one_post_with_our_id() -> None:
    created = {"task_id": "1", "task_status": "submitted", "task_info": {"external_task_id": "job-1"}}
    task, server = ask(lambda _: ok(created), lambda library: library.voices.create(VOICE, "job-1"))
    assert (task.task_id, task.external_task_id) == ("1", "job-1")
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/general/custom-voices")
    assert asked.body == {"voice_name": "mine", "voice_url": "http://127.0.0.1/a.mp3", "external_task_id": "job-1"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, KlingUnknownOutcome),
        (ok(None), KlingBadAnswer),
        (ok({"task_status": "submitted"}), KlingBadAnswer),
        ((504, "<html>gateway</html>"), KlingBadAnswer),
        (refused(504, 5002, "Server internal timeout"), KlingUnknownOutcome),
        (refused(400, 1201, "External_task_id job-1 already exists"), KlingBadRequest),
        (refused(429, 1303, "parallel task over resource pack limit"), KlingBusy),
        (refused(429, 1102, "Account balance not enough"), KlingAccountRefused),
    ],
)
def test_a_create_that_went_wrong_is_sent_once_and_says_whether_it_may_have_been_carried_out(
    answer: tuple[int, str] | None, kind: type[Exception]
) -> None:
    seen: list[Asked] = []

    def once(asked: Asked) -> tuple[int, str] | None:
        seen.append(asked)
        return answer

    with pytest.raises(kind) as error:
        ask(once, lambda library: library.voices.create(VOICE, "job-1"))
    assert len(seen) == 1
    assert isinstance(error.value, KlingRefused) is not issubclass(kind, KlingUnknownOutcome)


@pytest.mark.parametrize("part", ["voices", "elements", "images", "lip_sync"])
@pytest.mark.parametrize("answer", [NOT_FOUND, refused(404, 1203, "not found"), ok(None), ok([])])
def test_an_unknown_id_is_none_where_it_is_searched_and_an_error_where_it_is_known(
    part: str, answer: tuple[int, str]
) -> None:
    found, _ = ask(lambda _: answer, lambda library: getattr(library, part).find("job-1"))
    assert found is None
    with pytest.raises(KlingNotFound, match="893605946402811985"):
        ask(lambda _: answer, lambda library: getattr(library, part).task("893605946402811985"))


def test_a_refused_key_is_not_an_unknown_id() -> None:
    with pytest.raises(KlingAuthRefused):
        ask(lambda _: refused(401, 1002, "invalid"), lambda library: library.voices.find("job-1"))


def test_a_task_is_found_bare_or_in_a_list_and_never_another_one() -> None:
    for data in (voice_task(7, external="job/1"), [voice_task(7, external="job/1")], voice_task(7)):
        found, server = ask(lambda _, data=data: ok(data), lambda library: library.voices.find("job/1"))
        assert found is not None
        assert found.task_id == "7"
        assert server.asked[0].path == "/v1/general/custom-voices/job%2F1"
    with pytest.raises(KlingBadAnswer) as error:
        ask(lambda _: ok(voice_task(7, external="job-2")), lambda library: library.voices.find("job-1"))
    assert "job-2" in error.value.detail


@pytest.mark.parametrize("wanted", ["", " ", ".", ".."])
def test_an_id_that_would_ask_for_something_else_is_refused(wanted: str) -> None:
    for call in (
        lambda library: library.voices.find(wanted),
        lambda library: library.images.task(wanted),
        lambda library: library.voices.create(VOICE, wanted),
        lambda library: library.voices.delete(wanted),
        lambda library: library.elements.delete(wanted),
    ):
        with pytest.raises(InputError, match="id"):
            ask(lambda _: ok(None), call)


def test_nothing_is_sent_for_a_request_that_cannot_be() -> None:
    seen: list[Asked] = []
    calls = (
        lambda library: library.voices.create(NewVoice("x" * 21, "http://127.0.0.1/a"), "j"),
        lambda library: library.images.create(ImageRequest(""), "j"),
        lambda library: library.lip_sync.identify_faces(FaceVideo()),
        lambda library: library.lip_sync.create(LipSync("s", Face("0", 0, 9000), 0, 1999, 0, audio_id="a"), "j"),
        lambda library: gathered(library.voices.tasks(page_size=1001)),
        lambda library: gathered(library.images.tasks(page_size=501)),
        lambda library: gathered(library.elements.presets(page_size=0)),
        lambda library: gathered(library.account.unit_deductions(PERIOD, limit=501)),
        lambda library: library.account.costs(Period(2, 1)),
    )
    for call in calls:
        with pytest.raises(InputError):
            ask(lambda asked: seen.append(asked) or ok(None), call)
    assert seen == []


def paged(total: int) -> Answer:
    def answer(asked: Asked) -> tuple[int, str]:
        page, size = int(asked.query["pageNum"]), int(asked.query["pageSize"])
        return ok([voice_task(number) for number in range(total)][(page - 1) * size : page * size])

    return answer


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (3, 2), (4, 2), (7, 3)])
def test_a_list_ends_with_its_first_short_page(total: int, pages: int) -> None:
    tasks, server = ask(paged(total), lambda library: gathered(library.voices.tasks(page_size=3)))
    assert [task.task_id for task in tasks] == [str(number) for number in range(total)]
    assert [asked.query["pageNum"] for asked in server.asked] == [str(number + 1) for number in range(pages)]


def test_a_list_is_read_no_further_than_it_is_used() -> None:
    async def first(library: KlingLibrary) -> str:
        async for task in library.voices.tasks(page_size=1):
            return task.task_id
        return ""

    first_id, server = ask(paged(9), first)
    assert (first_id, len(server.asked)) == ("0", 1)


def test_presets_are_the_voices_of_all_entries_even_of_a_list_without_pages() -> None:
    entries = [{"task_result": {"voices": voice_task(n)["task_result"]["voices"]}} for n in (1, 2, 2)]
    voices, server = ask(lambda _: ok(entries), lambda library: gathered(library.voices.presets(page_size=2)))
    assert [voice.voice_id for voice in voices] == ["v1", "v2"]
    assert [asked.path for asked in server.asked] == ["/v1/general/presets-voices"] * 2


@pytest.mark.parametrize("data", [{"result": []}, ["x"], [{"task_id": ""}], "x"])
def test_a_list_that_is_none_is_a_bad_answer(data: object) -> None:
    with pytest.raises(KlingBadAnswer):
        ask(lambda _: ok(data), lambda library: gathered(library.voices.tasks()))


def test_a_list_is_bounded_and_skips_what_moved_to_the_next_page() -> None:
    asked: list[int] = []

    async def endless(page_number: int) -> list[str]:
        asked.append(page_number)
        return [f"{page_number - 1}", f"{page_number}"]

    entries = asyncio.run(gathered(numbered_pages(endless, 2, str)))
    assert entries == [str(number) for number in range(LAST_PAGE + 1)]
    assert asked == list(range(1, LAST_PAGE + 1))


@pytest.mark.parametrize(("next_cursor", "pages"), [(lambda _: "again", 2), (lambda cursor: f"{cursor}x", LAST_PAGE)])
def test_a_record_that_does_not_end_is_not_taken_for_whole(next_cursor: Callable[[str], str], pages: int) -> None:
    fetched: list[str] = []

    async def fetch(cursor: str) -> CursorPage[str]:
        fetched.append(cursor)
        return CursorPage((cursor,), next_cursor(cursor))

    with pytest.raises(KlingBadAnswer):
        asyncio.run(gathered(cursor_pages(fetch)))
    assert len(fetched) == pages


@pytest.mark.parametrize("data", [None, {}, {"task_id": "1", "task_status": "succeed"}, {"task_status": "submitted"}])
def test_a_deletion_may_be_answered_with_or_without_data(data: object) -> None:
    _, server = ask(lambda _: ok(data), lambda library: library.voices.delete("850087542757535834"))
    assert [(asked.path, asked.body) for asked in server.asked] == [
        ("/v1/general/delete-voices", {"voice_id": "850087542757535834"})
    ]
    _, server = ask(lambda _: ok(data), lambda library: library.elements.delete("893605946402811985"))
    assert [(asked.path, asked.body) for asked in server.asked] == [
        ("/v1/general/delete-advanced-elements", {"element_id": "893605946402811985"})
    ]


def test_a_deletion_that_failed_is_an_error() -> None:
    with pytest.raises(KlingBadRequest, match="did not delete"):
        ask(lambda _: ok({"task_status": "failed"}), lambda library: library.voices.delete("1"))
    with pytest.raises(KlingBadRequest, match="already be deleted"):
        ask(lambda _: refused(400, 1201, "Element already be deleted for id: 1"), lambda lib: lib.elements.delete("1"))


def test_a_big_element_id_is_exact_in_both_directions() -> None:
    text = (
        '{"code": 0, "data": {"task_id": 893605946402811985, "task_status": "succeed",'
        ' "task_result": {"elements": [{"element_id": 893605946402811987}]}}}'
    )
    task, _ = ask(lambda _: (200, text), lambda library: library.elements.task("893605946402811985"))
    assert (task.task_id, task.results[0].element_id) == ("893605946402811985", "893605946402811987")
    request = ImageRequest("a puppy", element_ids=(task.results[0].element_id,))
    created = ok({"task_id": "1", "task_status": "submitted"})
    _, server = ask(lambda _: created, lambda library: library.images.create(request, "job-1"))
    assert '"element_id":893605946402811987}' in server.asked[0].raw_body.replace(" ", "")


@pytest.mark.parametrize("answer", [None, refused(500, 5000, "Internal server error"), ok({"face_data": []})])
def test_lost_faces_say_that_they_may_have_been_paid(answer: tuple[int, str] | None) -> None:
    with pytest.raises(KlingUnknownOutcome, match="cannot be looked up") as error:
        ask(lambda _: answer, lambda library: library.lip_sync.identify_faces(FaceVideo(video_id="850")))
    assert "looks the task up" not in str(error.value)


# As the reference has it, with the numbers of Kling's own sample.
PACKS = [
    {
        "resource_pack_name": "Video Generation - 10,000 entries",
        "resource_pack_id": "509f3fd3d4ab4a3f9eec5db27aa44f27",
        "resource_pack_type": "decreasing_total",
        "total_quantity": 200.0,
        "remaining_quantity": 118.0,
        "purchase_time": 1726124664368,
        "effective_time": 1726124664368,
        "invalid_time": 1727366400000,
        "status": "expired",
    },
    {
        "resource_pack_name": "Trial-Video-100Units-5Con-1Months",
        "resource_pack_id": "p1",
        "resource_pack_type": "constant_period",
        "total_quantity": 100,
        "remaining_quantity": 91.3,
        "purchase_time": 1789800000000,
        "effective_time": 0,
        "invalid_time": 1792392000000,
        "status": "online",
    },
    {"resource_pack_name": "New-Kind", "total_quantity": 1, "remaining_quantity": 1, "status": "paused"},
]


def test_packs_are_read_from_the_inner_envelope() -> None:
    answer = ok({"code": 0, "msg": "success", "resource_pack_subscribe_infos": PACKS})
    costs, server = ask(lambda _: answer, lambda library: library.account.costs(PERIOD, "Trial"))
    assert server.asked[0].query == {
        "start_time": "1751284003293",
        "end_time": "1782219793736",
        "resource_pack_name": "Trial",
    }
    expired, trial, new = costs.packs
    assert (expired.status, expired.remaining_units, expired.invalid_ms) == (PackStatus.EXPIRED, 118, 1727366400000)
    assert (trial.status, trial.kind, trial.effective_ms) == (PackStatus.ONLINE, "constant_period", None)
    assert str(trial.remaining_units) == "91.3"
    assert new.status is PackStatus.UNKNOWN
    assert (costs.remaining_video_units, costs.video_concurrency) == (Decimal("91.3"), 5)


def test_a_refusal_in_the_inner_envelope_is_one() -> None:
    inner = ok({"code": 1302, "msg": "too fast", "resource_pack_subscribe_infos": None})
    with pytest.raises(KlingBusy, match="too fast"):
        ask(lambda _: inner, lambda library: library.account.costs(PERIOD))
    with pytest.raises(KlingBadAnswer):
        ask(
            lambda _: ok({"resource_pack_subscribe_infos": [{"resource_pack_name": "no amounts"}]}),
            lambda library: library.account.costs(PERIOD),
        )


def deduction(number: int) -> dict[str, object]:
    return {
        "package_id": "p1",
        "product_type": "video",
        "task_id": f"{number}",
        "api_key_name": "studio",
        "product_function": "Image to Video",
        "model_name": "kling-v3",
        "resolution": "720p",
        "duration": "5.04",
        "refer_video_input": True,
        "video_sound": "native",
        "voice_control": False,
        "deduction_time": "1779549455861",
        "unit_before_deduction": 13037.3,
        "deduction_amount": 5.1,
        "unit_after_deduction": 13032.2,
        "cash_type": "balance",
        "balance_before_deduction": 13037.3,
        "balance_after_deduction": 13032.2,
        "list_price": 6.0,
        "currency": "USD",
    }


def by_cursor(asked: Asked) -> tuple[int, str]:
    number = int(asked.body.get("cursor", "0"))
    more = number < 2
    # The last answer still carries a cursor, which leads nowhere.
    page = {"result": {"detail": [deduction(number)], "count": 1}, "next_cursor": f"{number + 1}", "has_more": more}
    return ok(page)


def test_unit_records_are_followed_by_cursor_alone() -> None:
    wanted = BillingFilter(("studio",), ("video",), package_ids=("p1",))
    records, server = ask(by_cursor, lambda library: gathered(library.account.unit_deductions(PERIOD, wanted, limit=1)))
    assert [asked.body for asked in server.asked] == [
        {
            "start_time": 1751284003293,
            "end_time": 1782219793736,
            "limit": 1,
            "filters": [
                {"key": "api_key_name", "values": ["studio"]},
                {"key": "product_type", "values": ["video"]},
                {"key": "package_id", "values": ["p1"]},
            ],
        },
        {"cursor": "1"},
        {"cursor": "2"},
    ]
    assert {asked.path for asked in server.asked} == {"/account/billing/package"}
    assert [record.task_id for record in records] == ["0", "1", "2"]
    assert sum(record.units for record in records) == Decimal("15.3")
    assert records[0].duration_s == Decimal("5.04")
    assert (records[0].deducted_ms, records[0].units_before) == (1779549455861, Decimal("13037.3"))


def test_balance_records_have_money_and_its_currency() -> None:
    records, server = ask(by_cursor, lambda library: gathered(library.account.balance_deductions(PERIOD)))
    assert server.asked[0].body == {"start_time": 1751284003293, "end_time": 1782219793736, "limit": 500}
    assert {asked.path for asked in server.asked} == {"/account/billing/balance"}
    first = records[0]
    assert (first.amount, first.currency, first.list_price) == (Decimal("5.1"), "USD", Decimal(6))
    assert (first.cash_type, first.balance_after) == ("balance", Decimal("13032.2"))


def test_an_account_without_records_is_an_empty_list() -> None:
    for data in (None, {"result": None, "has_more": False}, {"result": {"detail": None}, "next_cursor": None}):
        records, _ = ask(
            lambda _, data=data: ok(data), lambda library: gathered(library.account.unit_deductions(PERIOD))
        )
        assert records == []
    with pytest.raises(KlingBadAnswer):
        ask(
            lambda _: (200, json.dumps({"code": 0, "data": {"result": {"detail": [{}]}}})),
            lambda library: gathered(library.account.unit_deductions(PERIOD)),
        )
