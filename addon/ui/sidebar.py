# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Retake's panels are: a tab of its own in the Video Sequencer's sidebar."""


class SidebarPanel:
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Retake"
