# SPDX-License-Identifier: GPL-3.0-or-later
"""What a second Blender runs on a copy of the edit. Never imported by the first one."""
