# SPDX-License-Identifier: GPL-3.0-or-later
"""Which faults strike a request: the rules of one server and how often each has matched."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from .faults import CREATE_ACTIONS, READ_ACTIONS, RESULT_ACTIONS, Fault

RequestKind = Literal["create", "read", "result", "other"]


class FaultBook:
    """Counts matches and tells what strikes. Every method may be called from any thread."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = list(faults)
        self._matches: list[int] = [0] * len(self._rules)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._rules.append(fault)
            self._matches.append(0)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._matches.clear()

    def strike(self, method: str, path: str, kind: RequestKind) -> tuple[Fault, ...]:
        """Count this request against every rule it matches and return the rules that strike it, in order."""
        struck = []
        with self._lock:
            for index, rule in enumerate(self._rules):
                if not _watches(rule, method, path, kind):
                    continue
                self._matches[index] += 1
                if rule.when == "every" or self._matches[index] in rule.when:
                    struck.append(rule)
        return tuple(struck)


def _watches(rule: Fault, method: str, path: str, kind: RequestKind) -> bool:
    if rule.action in CREATE_ACTIONS and kind != "create":
        return False
    if rule.action in READ_ACTIONS and kind != "read":
        return False
    if rule.action in RESULT_ACTIONS and kind != "result":
        return False
    if rule.method not in ("*", method):
        return False
    if any(sign in rule.path for sign in "*?["):
        return fnmatchcase(path, rule.path)
    return path.startswith(rule.path)
