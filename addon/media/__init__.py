# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading media with PyAV, without Blender. Calls decode and may take seconds: never on Blender's main thread."""
