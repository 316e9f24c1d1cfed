# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompt as a Text block, in a text editor beside the sequencer, for Blenders without a field of several lines.

The block and the field stay in step, whichever is edited: a timer compares them four times a second while the block is
there. A panel's `draw` may not write.
"""

import bpy

from ..vse.compat import edit_scene
from ..vse.override import context_of

_STEP_S = 0.25
_PART_OF_AREA = 0.45
_agreed: dict[str, str] = {}
"""What block and field last agreed on, by scene."""


class RETAKE_OT_edit_prompt(bpy.types.Operator):
    bl_idname = "retake.edit_prompt"
    bl_label = "Edit in Text Editor"
    bl_description = "Open the prompt in a text editor beside the sequencer. Field and text stay in step"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if edit_scene() is None:
            cls.poll_message_set("Choose a scene for the sequencer first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        draft = scene.retake_draft
        if draft.prompt_block is None:
            draft.prompt_block = bpy.data.texts.new(f"Prompt {draft.shot_id or scene.name}")
        _write(draft.prompt_block, draft.prompt)
        _agreed[scene.name] = draft.prompt
        follow()
        _show(context, draft.prompt_block)
        return {"FINISHED"}


def follow() -> None:
    """Keep prompts and their blocks in step from now on."""
    if not bpy.app.timers.is_registered(keep_in_step):
        bpy.app.timers.register(keep_in_step, first_interval=_STEP_S)


def keep_in_step() -> float | None:
    """One turn of the timer; None where no prompt has a block."""
    scenes = [scene for scene in bpy.data.scenes if scene.retake_draft.prompt_block is not None]
    for scene in scenes:
        draft = scene.retake_draft
        text = draft.prompt_block.as_string().removesuffix("\n")
        agreed = _agreed.get(scene.name)
        if text == draft.prompt:
            _agreed[scene.name] = text
        elif draft.prompt == agreed or agreed is None:
            draft.prompt = _agreed[scene.name] = text
        else:
            _write(draft.prompt_block, draft.prompt)
            _agreed[scene.name] = draft.prompt
    return _STEP_S if scenes else None


def _write(block: bpy.types.Text, text: str) -> None:
    block.clear()
    block.write(text)


def _show(context: bpy.types.Context, block: bpy.types.Text) -> None:
    window, area = context.window, context.area
    if window is None or area is None:
        return
    shown = next((one for one in window.screen.areas if one.type == "TEXT_EDITOR"), None)
    if shown is None:
        before = set(window.screen.areas)
        with context_of(window, area):
            bpy.ops.screen.area_split(direction="VERTICAL", factor=_PART_OF_AREA)
        shown = next(iter(set(window.screen.areas) - before), None)
        if shown is None:  # too narrow to split
            return
        shown.type = "TEXT_EDITOR"
    shown.spaces.active.text = block
    shown.spaces.active.show_word_wrap = True


def register() -> None:
    """Nothing: the timer starts with the first block."""


def unregister() -> None:
    if bpy.app.timers.is_registered(keep_in_step):
        bpy.app.timers.unregister(keep_in_step)
    _agreed.clear()


CLASSES = (RETAKE_OT_edit_prompt,)
