# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame arithmetic and placement rules. Standard library only; knows neither Blender nor Kling."""
