# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the extension's own command line inside Blender; report its exit code and what it printed."""

from __future__ import annotations

import contextlib
import importlib
import io

import extension

zip_path, *argv = extension.arguments()
extension.install(zip_path)
cli = importlib.import_module(f"{extension.MODULE}.cli")
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    exit_code = cli.main(argv)
extension.disable()
extension.report({"exit_code": exit_code, "stdout": printed.getvalue()})
