# SPDX-License-Identifier: GPL-3.0-or-later
"""The key in the preferences: entered once, stored by key_store, shown only as set or not.

The keyring and the file are asked on a thread of their own: a keyring may wait for the user to unlock it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from .host import blender_host, is_address_here, why_offline
from .key_work import KeyWork
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..app import Host
    from ..key_store import KeyStatus

_KINDS = {"api_key": "An API key", "pair": "An access and secret key pair", "half_pair": "Half of a key pair"}
_SOURCES = {"environment": "the environment", "keyring": "the system's keyring", "file": "a file in Retake's folder"}


_work: KeyWork[KeyStatus] = KeyWork("retake-keys")


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, environ: Mapping[str, str]) -> None:
    """Whether a key is set and from where, and what can be done about it. Never the key."""
    _, home = _own()

    def look() -> KeyStatus:
        from ..key_store import status

        return status(environ, home)

    found = _work.ask(environ.get("KLING_BASE_URL", ""), look)
    if found is None:
        layout.label(text="Looking for a key …", icon="SORTTIME")
        return
    text, icon = _sentence(found)
    wrapped_label(layout, context, text, icon)
    row = layout.row(align=True)
    is_set = found.kind is not None
    row.operator(RETAKE_OT_enter_key.bl_idname, text="Change Key…" if is_set else "Enter Key…", icon="KEYINGSET")
    row.operator(RETAKE_OT_check_key.bl_idname, icon="CHECKMARK")
    row.operator(RETAKE_OT_forget_key.bl_idname, text="", icon="TRASH")
    _work.draw(layout, context)


def _sentence(found: KeyStatus) -> tuple[str, str]:
    if found.problem:
        return f"{found.problem} {found.hint}", "ERROR"
    if found.kind is None or found.source is None:
        others = f" There is one for {' and '.join(found.other_hosts)}" if found.other_hosts else ""
        return f"No key is set for {found.host}.{others}", "INFO"
    return (
        f"{_KINDS[found.kind.value]} is set for {found.host}, from {_SOURCES[found.source.value]}",
        "KEY_HLT",
    )


class RETAKE_OT_enter_key(bpy.types.Operator):
    bl_idname = "retake.enter_key"
    bl_label = "Enter Key"
    bl_description = "Keep the account's key in the system's keyring, or in a file that only you can read"
    # No REGISTER: what was typed is not kept among the operators that were run.
    bl_options = {"INTERNAL"}

    is_pair: BoolProperty(
        name="Access and Secret Key", description="The older kind, of two keys", options={"SKIP_SAVE"}
    )
    api_key: StringProperty(name="API Key", subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"})
    access_key: StringProperty(name="Access Key", subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"})
    secret_key: StringProperty(name="Secret Key", subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Keep Key")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if self.is_pair:
            layout.prop(self, "access_key")
            layout.prop(self, "secret_key")
        else:
            layout.prop(self, "api_key")
        layout.prop(self, "is_pair")
        wrapped_label(
            layout, context, "You find it in Kling's console, under API Keys. It never gets into a file of yours"
        )

    def execute(self, context: bpy.types.Context) -> set[str]:
        typed = (self.access_key, self.secret_key) if self.is_pair else (self.api_key,)
        self.api_key = self.access_key = self.secret_key = ""
        texts = [text.strip() for text in typed]
        if not all(texts):
            self.report({"ERROR"}, "No key was entered")
            return {"CANCELLED"}
        own, home = _own()
        _work.begin(lambda: _store(texts, own, home))
        return {"FINISHED"}


class RETAKE_OT_forget_key(bpy.types.Operator):
    bl_idname = "retake.forget_key"
    bl_label = "Forget Key"
    bl_description = "Remove the stored key from keyring and file. What the environment sets stays"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        found = _work.found()
        if found is None or found.kind is None:
            cls.poll_message_set("No key is set")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event, title="Forget the stored key?")

    def execute(self, context: bpy.types.Context) -> set[str]:
        own, home = _own()
        _work.begin(lambda: _forget(own, home))
        return {"FINISHED"}


class RETAKE_OT_check_key(bpy.types.Operator):
    bl_idname = "retake.check_key"
    bl_label = "Check Key"
    bl_description = "Ask Kling whether it takes the key. Costs nothing"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        found = _work.found()
        if found is None or not found.is_usable:
            cls.poll_message_set("Enter a key first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..app import Host

        own, home = _own()
        offline = "" if is_address_here(own.get("KLING_BASE_URL", "")) else why_offline()
        if offline:
            self.report({"ERROR"}, offline)
            return {"CANCELLED"}
        _work.begin(lambda: _check(own, Host(home=home)))
        return {"FINISHED"}


def _own() -> tuple[Mapping[str, str], Path]:
    """What the environment and the preferences say, and Retake's folder."""
    from ..app import home_folder
    from .preferences import environ

    return environ(), home_folder(os.environ, blender_host())


def register() -> None:
    """Nothing: the thread starts when a key is first asked for."""


def unregister() -> None:
    _work.close()


# On the thread: nothing of Blender's


def _store(texts: list[str], environ: Mapping[str, str], home: Path) -> str:
    from ..key_store import key_host, store
    from ..kling.credentials import AccessKeyPair, ApiKey

    host = key_host(environ)
    source = store(home, ApiKey(*texts) if len(texts) == 1 else AccessKeyPair(*texts), host=host)
    return f"Kept for {host} in {_SOURCES[source.value]}"


def _forget(environ: Mapping[str, str], home: Path) -> str:
    from ..key_store import forget, key_host

    host = key_host(environ)
    places = forget(home, host=host)
    if not places:
        return f"Nothing was stored for {host}"
    return f"The key for {host} is removed from {' and '.join(_SOURCES[place.value] for place in places)}"


def _check(environ: Mapping[str, str], host: Host) -> str:
    """Raises RetakeError with what is wrong."""
    from ..app import load_settings
    from ..balance import balance_of, read_costs

    balance = balance_of(read_costs(load_settings(environ, host)))
    if balance.remaining_units is None:
        return "Kling takes the key. The account has no video package now"
    return f"Kling takes the key. Video packages hold {balance.remaining_units.normalize():f} units"


CLASSES = (RETAKE_OT_enter_key, RETAKE_OT_forget_key, RETAKE_OT_check_key)
