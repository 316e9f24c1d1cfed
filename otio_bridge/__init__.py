# SPDX-License-Identifier: GPL-3.0-or-later
"""Between a snapshot of Blender's timeline and OpenTimelineIO. Knows nothing of Blender, Kling or Retake's engine.

Import the modules: the package itself exports nothing, and importing it does not load OpenTimelineIO.
"""
