# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal shows of a batch, and how long one is said to take."""

from __future__ import annotations

import io

from rich.console import Console

from addon.batch.events import ErrorWords, JobChanged, JobDone
from addon.batch.expected_time import Lane, makespan_s
from addon.cli.batch_progress import LiveView, PlainView


def changed(shot: str, state: str) -> JobChanged:
    return JobChanged(
        shot=shot, take=1, job=shot, state=state, model="kling-2.6", external_task_id=f"retake-{shot}", task_id=None
    )  # fmt: skip


def done(shot: str, error: str = "") -> JobDone:
    words = ErrorWords(kind="RetakeError", message=error, hint="") if error else None
    return JobDone(
        shot=shot, take=1, job=shot, state="failed" if error else "ready", task_id=None, file=None, cost_units=None,
        error=words,
    )  # fmt: skip


def test_a_terminal_shows_the_whole_and_only_what_is_under_way() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120, _environ={"TERM": "xterm"})
    with LiveView(console, 3) as view:
        view.show(changed("s010", "processing"))
        view.show(changed("s020", "submitted"))
        view.show(done("s010"))
        view.show(done("s020", "Kling could not make it."))
    shown = screen.getvalue()
    last = shown.rpartition("All takes")[2]
    assert "2 of 3" in last
    assert "s010" not in last
    assert "s020 take 1: Kling could not make it." in shown


def test_without_a_terminal_each_change_is_a_line() -> None:
    screen = io.StringIO()
    with PlainView(Console(file=screen, width=200), 1) as view:
        for event in (changed("s010", "processing"), changed("s010", "processing"), done("s010")):
            view.show(event)
    assert screen.getvalue().splitlines() == [
        "s010 take 1: Kling is working on it", "s010 take 1: ready (1 of 1 done)"
    ]  # fmt: skip


def test_the_time_is_that_of_the_places_and_of_what_waits_for_what() -> None:
    six = [Lane(f"s{n}", "kling-2.6", 60.0) for n in range(6)]
    assert makespan_s(six, 5) == 120
    assert makespan_s([*six, Lane("other", "kling-3.0", 90.0)], 6) == 90
    chain = [Lane("a", "kling-2.6", 60.0), Lane("b", "kling-2.6", 60.0, ("a",)), Lane("c", "kling-2.6", 10.0)]
    assert makespan_s(chain, 5) == 120
    assert makespan_s([Lane("b", "kling-2.6", 60.0, ("b",))], 5) == 0
