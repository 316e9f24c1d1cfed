# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user sees in Blender: panels, operators, preferences, and the timer that feeds them. Main thread only."""
