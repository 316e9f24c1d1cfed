# SPDX-License-Identifier: GPL-3.0-or-later
"""Retake's words in other languages. Blender looks up labels and tooltips itself; the rest asks by `iface_` or `rpt_`.

The labels of operators are a context of their own in Blender: a word may be an action there and a thing elsewhere.
"""

from __future__ import annotations

import bpy

from .german import GERMAN, GERMAN_OPERATORS

OPERATOR = "Operator"
ANY = "*"

_NAME = __package__


def register() -> None:
    german = {(OPERATOR, words): german for words, german in GERMAN_OPERATORS.items()}
    german |= {(ANY, words): german for words, german in GERMAN.items()}
    bpy.app.translations.register(_NAME, {"de_DE": german})


def unregister() -> None:
    bpy.app.translations.unregister(_NAME)
