# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault rules as TOML: what is read, and the sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.sandbox.faults import Fault, load_faults


def write(folder: Path, text: str) -> Path:
    path = folder / "faults.toml"
    path.write_text(text)
    return path


def test_file_with_every_kind_of_value(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [[fault]]
        name = "lost"
        action = "drop_after"
        method = "POST"
        path = "/v1/videos/text2video"
        when = [1, 3]

        [[fault]]
        action = "status"
        http = 429
        code = 1303
        when = "every"

        [[fault]]
        action = "delay"
        seconds = 1.5

        [[fault]]
        action = "extra_fields"
        fields = { a = 1, b = { c = "d" } }

        [[fault]]
        action = "cut_body"
        body_bytes = 10

        [[fault]]
        action = "garbage"
        body = "[]"
        accept = true
        """,
    )
    assert load_faults(path) == (
        Fault("drop_after", "POST", "/v1/videos/text2video", (1, 3), "lost"),
        Fault("status", http=429, code=1303),
        Fault("delay", seconds=1.5),
        Fault("extra_fields", fields={"a": 1, "b": {"c": "d"}}),
        Fault("cut_body", body_bytes=10),
        Fault("garbage", body="[]", accept=True),
    )


def test_file_without_rules(tmp_path: Path) -> None:
    assert load_faults(write(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("", ["action is missing", "drop_after"]),
        ('action = "explode"', ["action 'explode'", "drop_after, drop_before, status"]),
        ('action = "stuck"\ncolour = 1', ["field 'colour'", "allowed are action, method, path"]),
        ('action = "status"\nmethod = "PUT"', ["method 'PUT'", "GET"]),
        ('action = "status"\nmethod = 1', ["method 1", "GET"]),
        ('action = "stuck"\nmethod = "GET"', ["method 'GET'", "POST"]),
        ('action = "cut_body"\nmethod = "POST"', ["method 'POST'", "GET, HEAD"]),
        ('action = "status"\npath = "v1"', ["path 'v1'", "begins with /"]),
        ('action = "status"\npath = 1', ["path 1"]),
        ('action = "status"\nwhen = []', ["when []", '"every"']),
        ('action = "status"\nwhen = [0]', ["when [0]", "from 1"]),
        ('action = "status"\nwhen = [true]', ["when [True]"]),
        ('action = "status"\nwhen = "first"', ["when 'first'", '"every"']),
        ('action = "status"\nwhen = 1', ["when 1"]),
        ('action = "status"\nhttp = 200', ["http 200", "400 to 599"]),
        ('action = "status"\nhttp = "429"', ["http '429'", "400 to 599"]),
        ('action = "status"\nhttp = true', ["http True", "400 to 599"]),
        ('action = "html"\nhttp = 302', ["http 302", "200 or a whole number from 400 to 599"]),
        ('action = "garbage"\nhttp = 500', ["http 500", "belongs to status and html"]),
        ('action = "garbage"\nbody = 1', ["body 1", "a text"]),
        ('action = "html"\nbody = "x"', ["body 'x'", "belongs to garbage"]),
        ('action = "garbage"\naccept = 1', ["accept 1", "true or false"]),
        ('action = "drop_before"\naccept = true', ["accept True", "belongs to status and html and garbage"]),
        ('action = "status"\ncode = 0', ["code 0", "above 0"]),
        ('action = "fail_task"\nmessage = 1', ["message 1", "a text"]),
        ('action = "delay"', ["seconds None", "0 to 3600"]),
        ('action = "delay"\nseconds = -1', ["seconds -1", "0 to 3600"]),
        ('action = "delay"\nseconds = nan', ["seconds nan", "0 to 3600"]),
        ('action = "stuck"\nseconds = 1', ["seconds 1", "delay and delay_before"]),
        ('action = "stuck"\nseconds = 0', ["seconds 0", "delay and delay_before"]),
        ('action = "extra_fields"', ["fields {}", "at least one key"]),
        ('action = "extra_fields"\nfields = "a"', ["fields 'a'", "at least one key"]),
        ('action = "cut_body"', ["body_bytes None", "0 or more"]),
        ('action = "cut_body"\nbody_bytes = 1.5', ["body_bytes 1.5"]),
        ('action = "stuck"\nname = 1', ["name 1", "a text"]),
    ],
)
def test_wrong_rule_is_named(tmp_path: Path, rule: str, named: list[str]) -> None:
    path = write(tmp_path, f'[[fault]]\nname = "fine"\naction = "stuck"\n\n[[fault]]\n{rule}\n')
    with pytest.raises(ValueError, match="fault 2") as caught:
        load_faults(path)
    for part in named:
        assert part in str(caught.value)


def test_rule_is_named_by_number_and_name(tmp_path: Path) -> None:
    path = write(tmp_path, '[[fault]]\nname = "late"\naction = "delay"\nseconds = 4000\n')
    with pytest.raises(
        ValueError, match=r"^faults\.toml: fault 1 \(late\): seconds 4000 cannot be used: a number from 0 to 3600"
    ):
        load_faults(path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[fault]", "is not TOML"),
        ("[faults]\n", "'faults' is not known"),
        ("fault = 1", "array of tables"),
        ("[fault]\naction = 'stuck'", "array of tables"),
    ],
)
def test_wrong_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"^faults\.toml") as caught:
        load_faults(write(tmp_path, text))
    assert named in str(caught.value)
