# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's storage in the preferences: where reference videos go, its keys, and whether it works."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from .host import blender_host, why_offline
from .key_work import KeyWork
from .storage_words import where_videos_go
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..hosting.place import StoragePlace

_VARIABLE = "RETAKE_STORAGE"
_work: KeyWork[str] = KeyWork("retake-storage")
"""Its status is why there is no key that serves; empty where there is one."""


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, own: bpy.types.PropertyGroup) -> None:
    if os.environ.get(_VARIABLE, "").strip():
        layout.label(text=f"Set by {_VARIABLE}", icon="LOCKED")
    else:
        _draw_fields(layout, own)
    place = _place()
    words, is_good = where_videos_go()
    wrapped_label(layout, context, words, "EXPORT" if is_good else "INFO")
    if place is None:
        return
    environ, home = _own()

    def look() -> str:
        return _why_no_key(environ, home, place)

    problem = _work.ask(place.name, look)
    if problem is None:
        layout.label(text="Looking for a key …", icon="SORTTIME")
        return
    wrapped_label(layout, context, problem or "There are keys for it", "INFO" if problem else "KEY_HLT")
    row = layout.row(align=True)
    if own.storage != "GCS":
        row.operator(RETAKE_OT_enter_storage_key.bl_idname, text="Enter Keys…", icon="KEYINGSET")
    row.operator(RETAKE_OT_check_storage.bl_idname, icon="CHECKMARK")
    if own.storage != "GCS":
        row.operator(RETAKE_OT_forget_storage_key.bl_idname, text="", icon="TRASH")
    _work.draw(layout, context)


def _draw_fields(layout: bpy.types.UILayout, own: bpy.types.PropertyGroup) -> None:
    layout.prop(own, "storage")
    if own.storage == "NONE":
        return
    if own.storage == "AZURE":
        layout.prop(own, "storage_account")
    layout.prop(own, "storage_bucket", text="Container" if own.storage == "AZURE" else "Bucket")
    layout.prop(own, "storage_prefix")
    if own.storage == "S3":
        layout.prop(own, "storage_endpoint", placeholder="Amazon's own")
        layout.prop(own, "storage_region")
    if own.storage == "GCS":
        layout.prop(own, "storage_account_file")


class RETAKE_OT_enter_storage_key(bpy.types.Operator):
    bl_idname = "retake.enter_storage_key"
    bl_label = "Enter Storage Key"
    bl_description = "Keep the storage's keys in the system's keyring, or in a file that only you can read"
    # No REGISTER: what was typed is not kept among the operators that were run.
    bl_options = {"INTERNAL"}

    access_key: StringProperty(name="Access Key", subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"})
    secret_key: StringProperty(name="Secret Key", subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=420, confirm_text="Keep Key")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        if not _takes_one_key():
            layout.prop(self, "access_key")
        layout.prop(self, "secret_key")
        wrapped_label(
            layout, context, "They need to read, write and delete objects. They never get into a file of yours"
        )

    def execute(self, context: bpy.types.Context) -> set[str]:
        typed = (self.secret_key,) if _takes_one_key() else (self.access_key, self.secret_key)
        self.access_key = self.secret_key = ""
        texts = [text.strip() for text in typed]
        place = _place()
        if place is None or not all(texts):
            self.report({"ERROR"}, "No key was entered")
            return {"CANCELLED"}
        _, home = _own()
        _work.begin(lambda: _store(texts, home, place))
        return {"FINISHED"}


class RETAKE_OT_forget_storage_key(bpy.types.Operator):
    bl_idname = "retake.forget_storage_key"
    bl_label = "Forget Storage Key"
    bl_description = "Remove the storage's keys from keyring and file. What the environment sets stays"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event, title="Forget the storage's keys?")

    def execute(self, context: bpy.types.Context) -> set[str]:
        place = _place()
        if place is not None:
            _, home = _own()
            _work.begin(lambda: _forget(home, place))
        return {"FINISHED"}


class RETAKE_OT_check_storage(bpy.types.Operator):
    bl_idname = "retake.check_storage"
    bl_label = "Check Storage"
    bl_description = "Put a small object there, fetch it by its address as Kling would, and delete it"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _work.found() != "":
            cls.poll_message_set("Enter the storage's keys first")
            return False
        if offline := why_offline():
            cls.poll_message_set(offline)
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        place = _place()
        if place is not None:
            environ, home = _own()
            _work.begin(lambda: _check(environ, home, place))
        return {"FINISHED"}


def _place() -> StoragePlace | None:
    """None where nothing, or nothing that can be, is set up."""
    from ..errors import InputError
    from ..hosting.configured import configured_place
    from .preferences import environ

    try:
        return configured_place(environ())
    except InputError:
        return None


def _takes_one_key() -> bool:
    from ..hosting.place import StorageKind

    place = _place()
    return place is not None and place.kind is StorageKind.AZURE


def _own() -> tuple[Mapping[str, str], Path]:
    from ..app import home_folder
    from .preferences import environ

    return environ(), home_folder(os.environ, blender_host())


def register() -> None:
    """Nothing: the thread starts when a key is first asked for."""


def unregister() -> None:
    _work.close()


# On the thread: nothing of Blender's


def _why_no_key(environ: Mapping[str, str], home: Path, place: StoragePlace) -> str:
    from ..errors import RetakeError
    from ..key_store.storage_keys import read_storage_secret

    try:
        read_storage_secret(environ, home, place)
    except RetakeError as error:
        return error.message
    return ""


def _store(texts: list[str], home: Path, place: StoragePlace) -> str:
    from ..key_store import store
    from ..key_store.storage_keys import storage_key_host
    from ..kling.credentials import AccessKeyPair, ApiKey

    source = store(home, ApiKey(*texts) if len(texts) == 1 else AccessKeyPair(*texts), host=storage_key_host(place))
    return f"Kept for {place.name} in the {source.value}"


def _forget(home: Path, place: StoragePlace) -> str:
    from ..key_store import forget
    from ..key_store.storage_keys import storage_key_host

    places = forget(home, host=storage_key_host(place))
    return f"The keys for {place.name} are removed" if places else f"Nothing was stored for {place.name}"


def _check(environ: Mapping[str, str], home: Path, place: StoragePlace) -> str:
    from ..hosting.bucket import Bucket
    from ..hosting.trial import try_storage
    from ..key_store.storage_keys import read_storage_secret

    try_storage(Bucket(place, read_storage_secret(environ, home, place)))
    return f"{place.host} takes objects, gives them by signed addresses, and deletes them"


CLASSES = (RETAKE_OT_enter_storage_key, RETAKE_OT_forget_storage_key, RETAKE_OT_check_storage)
