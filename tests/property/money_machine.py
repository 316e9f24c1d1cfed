# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the random histories: wishes, runs, kills, restarts of the server, and whatever may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from addon.kling.standard import Standard
from addon.sandbox.faults import Fault
from tests.property.money_world import MoneyWorld, SharedServer
from tests.property.tally import tally

ONE_LEGACY_TASK = "/v1/videos/*/*"
# Each strikes once, or as its `when` says; which of the requests to come it strikes is drawn.
FAULTS = (
    *(Fault("drop_before", method=method) for method in ("GET", "POST")),
    *(Fault("drop_after", method=method) for method in ("GET", "POST")),
    *(Fault("status", method="POST", code=code, accept=accept) for code in (5000, 5002) for accept in (False, True)),
    Fault("status", method="GET", code=5001),
    *(Fault("html", method=method, accept=accept) for method in ("GET", "POST") for accept in (False, True)),
    *(Fault("garbage", method=method, accept=accept) for method in ("GET", "POST") for accept in (False, True)),
    Fault("garbage", method="POST", accept=True, body='{"code": 0, "data": {}}'),
    *(Fault("status", method=method, code=code) for method in ("GET", "POST") for code in (1302, 1303)),
    *(Fault("status", method="POST", code=code) for code in (1301, 1102, 1201)),
    *(Fault("status", method=method, code=1004) for method in ("GET", "POST")),
    Fault("delay", method="POST", seconds=0.01),
    Fault("delay_before", method="GET", seconds=0.01),
    Fault("extra_fields", fields={"brand_new": {"a": [1]}}),
    Fault("status_backwards", method="GET"),
    Fault("unseen", method="GET", path=ONE_LEGACY_TASK),
    Fault("unseen", method="GET", path="/tasks"),
    Fault("fail_task"),
    Fault("cut_body", body_bytes=1000),
    Fault("corrupt_body"),
    Fault("expire_url"),
)
LOST_ANSWERS = (
    Fault("drop_after", method="POST"),
    Fault("status", method="POST", code=5002, accept=True),
    Fault("html", method="POST", accept=True),
    Fault("garbage", method="POST", accept=True),
)
REFUSALS = (1301, 1102, 1201, 1103)
MOST_WISHES = 5
servers = SharedServer()


@dataclass(frozen=True)
class Wish:
    prompt: str
    is_new: bool
    turbo: bool
    new_take: bool


@dataclass(frozen=True)
class HiddenTask:
    """The worst that a lagging server can do: an answer is lost, look-ups deny the task, and the next is refused."""

    lost: Fault
    unseen: int
    """Look-ups that deny it."""
    code: int | None
    """Kling's code for the next create."""

    def faults(self) -> Iterator[Fault]:
        yield replace(self.lost, when=[1])
        if self.unseen:
            for path in (ONE_LEGACY_TASK, "/tasks"):
                yield Fault("unseen", method="GET", path=path, when=list(range(1, self.unseen + 1)))
        if self.code is not None:
            yield Fault("status", method="POST", code=self.code, when=[2])


WISHES = st.builds(Wish, st.sampled_from("abc"), st.booleans(), st.booleans(), st.booleans())
SINGLE_FAULTS = st.builds(lambda fault, nth: replace(fault, when=[nth]), st.sampled_from(FAULTS), st.integers(1, 4))
HIDDEN_TASKS = st.builds(
    HiddenTask, st.sampled_from(LOST_ANSWERS), st.integers(0, 4), st.sampled_from([None, *REFUSALS])
)


class MoneyMachine(RuleBasedStateMachine):
    """Never two tasks for one wish, never a task forgotten, never a unit that the ledger does not know of.

    A rule is the life of one process: what is wished for, what goes wrong, and whether and when it is killed.
    """

    world: MoneyWorld

    @initialize(has_api_key=st.booleans(), clock_off_h=st.sampled_from([0, 0, -20, 20]))
    def begin(self, *, has_api_key: bool, clock_off_h: int) -> None:
        self.wishes = 0
        self.is_sound = True
        self.server = servers.get()
        self.world = MoneyWorld(self.server, has_api_key=has_api_key, clock_off=timedelta(hours=clock_off_h))

    @rule(
        wishes=st.lists(WISHES, min_size=1, max_size=2),
        faults=st.lists(SINGLE_FAULTS, max_size=4),
        restart_at=st.sampled_from([None] * 9 + [3]),
    )
    def live(self, wishes: list[Wish], faults: list[Fault], restart_at: int | None) -> None:
        """Until every job has ended or stopped; the server may be restarted meanwhile."""
        self.wish(wishes)
        self.run(faults, lambda: self.world.drive(restart_at=restart_at))

    @rule(
        wishes=st.lists(WISHES, min_size=1, max_size=2),
        faults=st.lists(SINGLE_FAULTS, max_size=4),
        turns=st.integers(1, 160),
    )
    def be_killed(self, wishes: list[Wish], faults: list[Fault], turns: int) -> None:
        self.wish(wishes)
        self.run(faults, lambda: self.world.drive_and_kill(turns))

    @rule(wish=WISHES, hidden=HIDDEN_TASKS, turns=st.sampled_from([None, None, 20, 60]))
    def hide_an_accepted_task(self, wish: Wish, hidden: HiddenTask, turns: int | None) -> None:
        self.wish([wish])
        self.run(hidden.faults(), self.world.drive if turns is None else lambda: self.world.drive_and_kill(turns))

    def wish(self, wishes: list[Wish]) -> None:
        for wish in wishes[: MOST_WISHES - self.wishes]:
            is_new = wish.is_new and self.world.has_api_key
            standard = Standard.NEW if is_new else Standard.LEGACY
            self.world.wish(standard, wish.prompt, turbo=wish.turbo and is_new, new_take=wish.new_take)
            self.wishes += 1

    def run(self, faults: Iterable[Fault], live: Callable[[], object]) -> None:
        for fault in faults:
            self.server.add_fault(fault)
        with self.sound_or_over():
            live()
            self.world.check_so_far()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.server.clear_faults()
        try:
            if self.is_sound:
                with self.sound_or_over():
                    self.world.check_at_the_end(self.world.drive())
                tally.counts["histories"] += 1
        finally:
            self.world.close()

    @contextmanager
    def sound_or_over(self) -> Iterator[None]:
        """What fails once is not looked at again, and the next history gets a server that has nothing under way."""
        try:
            yield
        except BaseException:
            self.is_sound = False
            servers.drop()
            raise
