# SPDX-License-Identifier: GPL-3.0-or-later
"""How many tasks are tried at once: lowered to what Kling accepts, raised again by one at a time, for each model."""

from __future__ import annotations

import asyncio

import pytest

from addon.jobs.places import Place, Places


async def taken(places: Places, count: int, model: str = "m") -> list[Place]:
    handed = [places.of(model) for _ in range(count)]
    for place in handed:
        await place.take()
    return handed


async def waiting(place: Place) -> asyncio.Task[None]:
    task = asyncio.create_task(place.take())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


def test_no_more_are_handed_out_than_there_are_and_the_first_to_wait_is_the_first_served() -> None:
    async def scene() -> None:
        places = Places(2)
        held = await taken(places, 2)
        third, fourth = await waiting(places.of("m")), await waiting(places.of("m"))
        other_model = await waiting(places.of("n"))
        assert (third.done(), fourth.done(), other_model.done()) == (False, False, True)
        held[0].give_back()
        held[0].give_back()
        await third
        await asyncio.sleep(0)
        assert not fourth.done()
        held[1].give_back()
        await fourth

    asyncio.run(scene())


def test_a_refusal_lowers_the_number_to_what_was_under_way() -> None:
    async def scene() -> None:
        places = Places(5)
        held = await taken(places, 5)
        for place in held[2:]:
            place.refuse()
        assert places.limit("m") == 2
        late = await waiting(held[4])
        assert not late.done()
        held[0].give_back(task_ended=True)
        await late

    asyncio.run(scene())


def test_a_refusal_of_the_only_one_leaves_one() -> None:
    async def scene() -> None:
        places = Places(3)
        (only,) = await taken(places, 1)
        only.refuse()
        assert places.limit("m") == 1
        await only.take()

    asyncio.run(scene())


def test_good_ends_raise_it_by_one_where_somebody_waits() -> None:
    async def scene() -> None:
        places = Places(2)
        for _ in range(5):
            for place in await taken(places, 2):
                place.give_back(task_ended=True)
        assert places.limit("m") == 2, "nobody waited: there was nothing to try"
        held = await taken(places, 2)
        queue = [await waiting(places.of("m")) for _ in range(4)]
        held[0].give_back(task_ended=True)
        assert places.limit("m") == 2
        held[1].give_back(task_ended=True)
        assert places.limit("m") == 3
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [task.done() for task in queue] == [True, True, True, False]
        queue[3].cancel()

    asyncio.run(scene())


def test_a_task_that_kling_has_already_is_counted_without_waiting() -> None:
    async def scene() -> None:
        places = Places(1)
        resumed = [places.of("m") for _ in range(2)]
        for place in resumed:
            place.occupy()
        next_one = await waiting(places.of("m"))
        resumed[0].give_back(task_ended=True)
        await asyncio.sleep(0)
        assert places.limit("m") == 2
        await next_one

    asyncio.run(scene())


def test_one_that_is_called_back_while_it_waits_takes_no_place() -> None:
    async def scene() -> None:
        places = Places(1)
        (held,) = await taken(places, 1)
        gone, stays = await waiting(places.of("m")), await waiting(places.of("m"))
        gone.cancel()
        await asyncio.wait([gone])
        held.give_back()
        await stays

    asyncio.run(scene())


def test_a_place_handed_to_one_that_is_called_back_in_the_same_turn_goes_to_the_next() -> None:
    async def scene() -> None:
        places = Places(1)
        (held,) = await taken(places, 1)
        gone, stays = await waiting(places.of("m")), await waiting(places.of("m"))
        held.give_back()
        gone.cancel()
        await asyncio.wait([gone])
        await stays

    asyncio.run(scene())


def test_none_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places"):
        Places(0)


def test_closed_places_are_given_to_nobody_until_they_are_open_again() -> None:
    async def scene() -> None:
        places = Places(2)
        (held,) = await taken(places, 1)
        places.close()
        first, second = await waiting(places.of("m")), await waiting(places.of("another"))
        held.give_back()
        await asyncio.sleep(0)
        assert not first.done()
        assert not second.done()
        places.open()
        await first
        await second

    asyncio.run(scene())
