# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts that Retake's own source gives Blender to show, read from the source: a new one cannot be forgotten."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

UI = Path(__file__).parents[2] / "addon" / "ui"
_ATTRIBUTES = ("bl_label", "bl_description")
_KEYWORDS = ("name", "description", "text", "title", "confirm_text", "placeholder")
_CALLS = ("iface_", "rpt_", "tip_", "poll_message_set")
_NOT_SHOWN = ("keymaps", "new", "call_menu")


@dataclass(frozen=True, order=True)
class Text:
    words: str
    is_operator: bool
    """A label of an operator: Blender keeps those apart."""


def texts() -> set[Text]:
    found: set[Text] = set()
    for path in sorted([*UI.glob("*.py"), UI.parent / "vse" / "properties.py"]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.ClassDef():
                    found |= _of_class(node)
                case ast.Call():
                    found |= _of_call(node)
                case ast.Tuple(
                    elts=[ast.Constant(value=str()), ast.Constant(value=str(name)), ast.Constant(value=str(tip))]
                ):
                    # An item of an enum.
                    found |= {Text(name, False), Text(tip, False)}
    return {one for one in found if any(map(str.isalpha, one.words))}


def _of_class(node: ast.ClassDef) -> set[Text]:
    is_operator = "_OT_" in node.name
    return {
        Text(statement.value.value, is_operator and statement.targets[0].id == "bl_label")
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in _ATTRIBUTES
        and isinstance(statement.value, ast.Constant)
    }


def _of_call(node: ast.Call) -> set[Text]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in _NOT_SHOWN:
        return set()
    given = [word.value for word in node.keywords if word.arg in _KEYWORDS]
    if called in _CALLS:
        given += node.args[:1]
    if called == "wrapped_label":
        given += node.args[2:3]
    is_operator = called == "operator"
    return {
        Text(one.value, is_operator) for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
