# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a process that has Blender as a module in it."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
from typing import NoReturn

import bpy


def leave(code: int) -> NoReturn:
    """Run Python's own ends, then end the process without the destructors of Blender's libraries.

    Once Blender has opened a sound device, the module's destructors wait for ever for the thread that closes it: a
    command that had done all its work never came back (seen on bpy 4.5.15 with glibc 2.36).
    """
    folder = bpy.app.tempdir
    logging.shutdown()
    atexit._run_exitfuncs()  # noqa: SLF001 - Python has no public name for it
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more: Python's own code for it
        code = 120
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(code)
