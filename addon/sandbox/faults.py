# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go wrong on purpose: one rule is a `Fault`, a TOML file holds a list of them.

A rule says which requests it watches (`method`, `path`), which of these it strikes (`when`) and what happens
then (`action`). Applying it is the work of `fault_book.py` (counting) and `application.py` (doing).

    [[fault]]
    name = "the answer is lost"
    action = "drop_after"
    method = "POST"
    path = "/v1/videos/text2video"
    when = [1]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args

Action = Literal[
    "drop_after",
    "drop_before",
    "status",
    "delay",
    "delay_before",
    "html",
    "garbage",
    "extra_fields",
    "cut_body",
    "corrupt_body",
    "expire_url",
    "fail_task",
    "stuck",
    "status_backwards",
    "unseen",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
METHODS = ("*", "GET", "HEAD", "POST")
# These answer in place of the server, before processing or after it (`accept`).
ANSWER_ACTIONS: frozenset[Action] = frozenset({"status", "html", "garbage"})
# These strike only a create, a query or list of tasks, or a result file; other requests do not count for their `when`.
CREATE_ACTIONS: frozenset[Action] = frozenset({"fail_task", "stuck"})
READ_ACTIONS: frozenset[Action] = frozenset({"status_backwards", "unseen"})
RESULT_ACTIONS: frozenset[Action] = frozenset({"cut_body", "corrupt_body", "expire_url"})

_MESSAGES = {
    1000: "Authentication failed",
    1001: "Authorization is empty",
    1002: "Authorization is invalid",
    1003: "Authorization is not yet valid",
    1004: "Authorization is expired",
    1100: "Account exception",
    1101: "Account in arrears",
    1102: "Account balance not enough",
    1103: "Unauthorized access to the requested resource",
    1200: "Invalid request parameters",
    1201: "Invalid parameters",
    1202: "Invalid request method",
    1203: "The requested resource does not exist",
    1300: "Triggered the platform policy",
    1301: "Triggered the content security policy",
    1302: "API request too fast, exceeded rate limit",
    1303: "parallel task over resource pack limit",
    1304: "Triggered the IP whitelist policy",
    5000: "Internal server error",
    5001: "Server temporarily unavailable",
    5002: "Server internal timeout",
}
# Kling's HTTP status for each code (kling-api section 5 [D]).
_HTTP_STATUSES = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1100, 1101, 1102, 1302, 1303, 1304), 429),
    **dict.fromkeys((1200, 1201, 1300, 1301), 400),
    1103: 403,
    1202: 404,
    1203: 404,
    5001: 503,
    5002: 504,
}
# No encoding that JSON may have begins like this: a reader fails at the text already, not only at the JSON.
_NOT_JSON = bytes(range(0x80, 0x100))
FAILED_TASK_MESSAGE = "Failure to pass the risk control system"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. Values that the action does not use must be left at their default.

    action      drop_before   abort the TCP connection, the request is not processed
                drop_after    process the request fully, then abort the connection without a response byte
                status        answer with `http`, `code`, `message` instead of processing
                html          answer with an HTML page and `http` instead of processing
                garbage       answer 200 "application/json" with `body`, which is no envelope, instead of processing
                delay_before  wait `seconds`, then process
                delay         process, then wait `seconds` before answering
                extra_fields  add `fields` to the envelope and, when it is an object, to its `data`
                cut_body      send the first `body_bytes` bytes of a result file, then close the connection
                corrupt_body  send a result file with the right length and wrong content
                expire_url    answer 403 to the request of a result file
                fail_task     the created task ends failed with `message`
                stuck         the created task never leaves processing
                unseen        a query by id answers as if there were no such task, as a server whose copies lag might;
                              lists show it
                status_backwards  a query or list shows each task in the state before its own; with `when` [n] once
    method      GET, HEAD, POST or * (all)
    path        a prefix of the path, or a glob when it has one of `*?[`
    when        "every", or the ordinals (from 1) of the matching requests that are struck. Counting starts
                when the rule is added and lives as long as the server object, not in data_dir.
    name        how the rule is called in messages
    accept      true: process the request fully, then answer as said in place of its own answer (status, html,
                garbage); false: it is not processed
    http        400..599, or 200 with html (status: default what Kling sends with `code`; html: default 502)
    code        Kling's code in the envelope (status; default 5000)
    message     text in the envelope (status), or the task's task_status_msg (fail_task)
    seconds     0..3600 (delay, delay_before)
    fields      keys to add (extra_fields)
    body        the text to send (garbage); default: bytes that are neither UTF-8 nor JSON. "[]", "null" or
                '{"data": {}}' are JSON and no envelope
    body_bytes  0 and up (cut_body)

    Raises:
        ValueError: names the field, the value and what is allowed.
    """

    action: Action
    method: str = "*"
    path: str = "*"
    when: tuple[int, ...] | list[int] | Literal["every"] = "every"
    name: str = ""
    http: int | None = None
    code: int | None = None
    message: str | None = None
    seconds: float | None = None
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)
    body_bytes: int | None = None
    accept: bool = False
    body: str | None = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise _bad("action", self.action, f"one of {', '.join(ACTIONS)}")
        if self.method not in METHODS:
            raise _bad("method", self.method, f"one of {', '.join(METHODS)}")
        if self.action in CREATE_ACTIONS and self.method not in ("*", "POST"):
            raise _bad("method", self.method, f"POST or * with the action {self.action}")
        if self.action in RESULT_ACTIONS and self.method == "POST":
            raise _bad("method", self.method, f"GET, HEAD or * with the action {self.action}")
        if not isinstance(self.path, str) or not self.path.startswith(("/", "*")):
            raise _bad("path", self.path, "a text that begins with / or *")
        if not isinstance(self.name, str):
            raise _bad("name", self.name, "a text")
        object.__setattr__(self, "when", _checked_when(self.when))
        self._check_values()

    def _check_values(self) -> None:
        uses: dict[str, tuple[Action, ...]] = {
            "http": ("status", "html"),
            "code": ("status",),
            "message": ("status", "fail_task"),
            "seconds": ("delay", "delay_before"),
            "fields": ("extra_fields",),
            "body_bytes": ("cut_body",),
            "accept": ("status", "html", "garbage"),
            "body": ("garbage",),
        }
        for name, actions in uses.items():
            value = getattr(self, name)
            if self.action not in actions and value is not False and value not in (None, {}):
                raise _bad(name, value, f"nothing here; it belongs to {' and '.join(actions)}")
        if not isinstance(self.accept, bool):
            raise _bad("accept", self.accept, "true or false")
        self._check_http()
        if self.code is not None and not (_is_int(self.code) and self.code > 0):
            raise _bad("code", self.code, "a whole number above 0")
        if self.message is not None and not isinstance(self.message, str):
            raise _bad("message", self.message, "a text")
        if self.body is not None and not isinstance(self.body, str):
            raise _bad("body", self.body, "a text")
        if self.action in ("delay", "delay_before"):
            seconds = self.seconds
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
                raise _bad("seconds", seconds, "a number from 0 to 3600")
        if self.action == "extra_fields" and not (isinstance(self.fields, Mapping) and self.fields):
            raise _bad("fields", self.fields, "a table with at least one key")
        if self.action == "cut_body":
            count = self.body_bytes
            if count is None or not _is_int(count) or count < 0:
                raise _bad("body_bytes", count, "a whole number of bytes, 0 or more")

    def _check_http(self) -> None:
        if self.http is None or (self.action == "html" and _is_int(self.http) and self.http == 200):
            return
        if not (_is_int(self.http) and 400 <= self.http <= 599):
            also = "200 or " if self.action == "html" else ""
            raise _bad("http", self.http, f"{also}a whole number from 400 to 599")

    def refusal(self) -> tuple[int, int, str]:
        """HTTP status, code and message of a `status` rule, defaults filled in."""
        code = 5000 if self.code is None else self.code
        message = self.message if self.message is not None else _MESSAGES.get(code, f"Error {code}")
        return (_HTTP_STATUSES.get(code, 500) if self.http is None else self.http), code, message

    def garbage(self) -> bytes:
        """The body of a `garbage` rule's answer."""
        return _NOT_JSON if self.body is None else self.body.encode()


def load_faults(path: Path) -> tuple[Fault, ...]:
    """Read the rules of a TOML file: an array of tables `[[fault]]` with the fields of `Fault`.

    Raises:
        ValueError: not TOML, or a rule that cannot be; names the rule, the field, the value and what is allowed.
        OSError: the file cannot be read.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not TOML: {error}") from error
    for key in document:
        if key != "fault":
            raise ValueError(f"{path.name}: {key!r} is not known; only [[fault]] tables are allowed")
    rules = document.get("fault", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ValueError(f"{path.name}: fault must be an array of tables, written [[fault]]")
    return tuple(_rule(path.name, number, rule) for number, rule in enumerate(rules, start=1))


def _rule(file: str, number: int, rule: dict[str, object]) -> Fault:
    name = rule.get("name")
    called = f"{file}: fault {number}" + (f" ({name})" if isinstance(name, str) and name else "")
    known = [entry.name for entry in fields(Fault)]
    for key in rule:
        if key not in known:
            raise ValueError(f"{called}: field {key!r} is not known; allowed are {', '.join(known)}")
    if "action" not in rule:
        raise ValueError(f"{called}: action is missing; it must be one of {', '.join(ACTIONS)}")
    try:
        return Fault(**rule)  # type: ignore[arg-type]  # __post_init__ checks every value's type
    except ValueError as error:
        raise ValueError(f"{called}: {error}") from error


def _checked_when(when: object) -> tuple[int, ...] | Literal["every"]:
    if isinstance(when, str):
        if when == "every":
            return "every"
    elif isinstance(when, list | tuple) and when and all(_is_int(nth) and nth >= 1 for nth in when):
        return tuple(when)
    raise _bad("when", when, '"every" or a list of whole numbers from 1')


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _bad(name: str, value: object, allowed: str) -> ValueError:
    return ValueError(f"{name} {value!r} cannot be used: {allowed} is allowed")
