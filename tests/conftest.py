# SPDX-License-Identifier: GPL-3.0-or-later
"""Count tests by layer, which is the folder under tests/, and say which layers ran. Never imports bpy.

RETAKE_REQUIRE_LAYERS (comma list) makes a layer of which nothing ran, or a test was skipped, fail the run: a skipped
layer that stays green is a layer nobody runs. RETAKE_TALLY names a file that gets the counts of this run, one line a
layer; RETAKE_TALLY_LABEL says in it what the run was for (a Python, a Blender).
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import settings

# How long an example takes is no part of what is tested.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")

COUNTED = ("passed", "failed", "skipped")
_counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
_failed_outside_call: set[str] = set()


def _layer(nodeid: str) -> str:
    parts = PurePosixPath(nodeid.partition("::")[0]).parts
    return parts[1] if len(parts) > 2 and parts[0] == "tests" else "other"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.skipped:
        # An expected failure is reported as skipped; the test did run, and did what it says.
        outcome = "passed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
        _counts[_layer(report.nodeid)][outcome] += 1
    elif report.failed and report.nodeid not in _failed_outside_call:
        _failed_outside_call.add(report.nodeid)
        _counts[_layer(report.nodeid)]["failed"] += 1


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.outcome != "passed":
        _counts[_layer(report.nodeid)][report.outcome] += 1


def _complaints() -> list[str]:
    complaints = []
    for layer in filter(None, os.environ.get("RETAKE_REQUIRE_LAYERS", "").split(",")):
        counts = _counts[layer]
        if not counts["passed"] + counts["failed"]:
            complaints.append(f"layer {layer!r} is required and no test of it ran")
        elif counts["skipped"]:
            complaints.append(f"layer {layer!r} is required and {counts['skipped']} of its tests were skipped")
    return complaints


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return  # one of several processes of a run: the one that started them counts for all
    if _complaints() and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if (tally := os.environ.get("RETAKE_TALLY")) and not session.config.option.collectonly:
        label = os.environ.get("RETAKE_TALLY_LABEL", "")
        lines = ["\t".join([layer, label, *(str(n[key]) for key in COUNTED)]) for layer, n in sorted(_counts.items())]
        with Path(tally).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.option.collectonly:
        return
    terminalreporter.section("layers")
    for layer, counts in sorted(_counts.items()):
        terminalreporter.line(f"{layer:10} " + ", ".join(f"{counts[key]} {key}" for key in COUNTED))
    for complaint in _complaints():
        terminalreporter.line(f"FAILED: {complaint}", red=True)
