# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenTimelineIO's way to .blend files: the package that its entry point names.

Every OpenTimelineIO tool imports this at its start, and blend.py to see what the adapter can do. Both cost nothing.
"""
