# SPDX-License-Identifier: GPL-3.0-or-later
"""Install and enable the zip; report what enabling pulled in, and where the libraries of the zip are found."""

from __future__ import annotations

import importlib
import sys

import extension

HEAVY = ("httpx", "pydantic", "av", "opentimelineio", "click", "rich", "starlette", "uvicorn", "jwt", "PIL")

before = set(sys.modules)
extension.install(extension.arguments()[0])
pulled_in = sorted(name for name in HEAVY if name in sys.modules and name not in before)
origins = {name: importlib.import_module(name).__file__ for name in HEAVY}
extension.disable()
extension.report({"pulled_in": pulled_in, "origins": origins})
