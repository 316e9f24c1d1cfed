# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the extension's own command line inside Blender, its standard output sent to a file as a shell's `>` does."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import extension

zip_path, output, *argv = extension.arguments()
extension.install(zip_path)
cli = importlib.import_module(f"{extension.MODULE}.cli")

# The descriptor, not sys.stdout: Blender writes lines of its own there, and a pipe into another program gets them all.
sys.stdout.flush()
kept = os.dup(1)
with Path(output).open("wb") as file:
    os.dup2(file.fileno(), 1)
    exit_code = cli.main(argv)
    sys.stdout.flush()
    os.dup2(kept, 1)
extension.disable()
extension.report({"exit_code": exit_code})
