# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences: account, rehearsal, folders, budget. What the environment says comes first."""

import os
from collections.abc import Mapping

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from . import key_panel, storage_panel
from .host import ROOT_PACKAGE, why_offline
from .wrapped_label import wrapped_label

_BEIJING = "https://api-beijing.klingai.com"
_NO_CAP = 0


class RetakePreferences(bpy.types.AddonPreferences):
    bl_idname = ROOT_PACKAGE

    use_sandbox: BoolProperty(
        name="Rehearse for Free",
        description="Use a local Kling on this computer. Its clips show prompt and frame number; nothing is paid",
        default=False,
    )
    region: EnumProperty(
        name="Region",
        description="Where the account is. A key of one region does not open the other",
        items=[
            ("GLOBAL", "Global", "api-singapore.klingai.com"),
            ("CHINA", "China", "api-beijing.klingai.com"),
        ],
    )
    media_folder: StringProperty(
        name="Takes Folder",
        description="Where clips go; beside the .blend where it begins with //",
        subtype="DIR_PATH",
        default="//takes",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    day_credits: IntProperty(
        name="Credits per Day",
        description="Nothing is sent that would pass this in one day (UTC), counted over all files. 0: no limit",
        min=_NO_CAP,
        default=_NO_CAP,
        soft_max=10_000,
    )
    tasks_at_once: IntProperty(
        name="Shots at Once",
        description="How many shots of a model are made at the same time. 0: as many as Kling lets",
        min=0,
        max=100,
        default=0,
    )
    voices_are_free: BoolProperty(
        name="Voices Are Included",
        description="The account is a subscription that covers voices: they are not added to prices",
    )

    storage: EnumProperty(
        name="Storage",
        description="Where reference videos are put, for a few hours, for Kling to fetch them",
        items=[
            ("NONE", "None", "Nothing is uploaded: videos are given by their addresses"),
            ("S3", "Amazon S3 or Alike", "AWS, Cloudflare R2, Backblaze B2, MinIO"),
            ("GCS", "Google Cloud Storage", "With the JSON file of a service account"),
            ("AZURE", "Azure Blob Storage", "With the account's key"),
        ],
    )
    storage_bucket: StringProperty(name="Bucket", description="It has to be there already")
    storage_prefix: StringProperty(name="Folder", description="Retake touches nothing outside of it", default="retake")
    storage_endpoint: StringProperty(name="Address", description="Such as https://account.r2.cloudflarestorage.com")
    storage_region: StringProperty(name="Region", description="Of the bucket; auto for R2", default="us-east-1")
    storage_account: StringProperty(name="Account", description="The name of the storage account")
    storage_account_file: StringProperty(
        name="Service Account", description="Its JSON file, which stays where it is", subtype="FILE_PATH"
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "use_sandbox")
        _draw_account(layout.column(), context, self)
        box = _section(layout, "Files")
        box.prop(self, "media_folder")
        if self.media_folder.startswith("//"):
            wrapped_label(
                box, context, "Before a file is saved, takes go to “Retake takes” in your home folder", "INFO"
            )
        box = _section(layout, "Budget and Pace")
        _prop_or_environment(box, self, "day_credits", "RETAKE_MAX_CREDITS_PER_DAY")
        box.prop(self, "tasks_at_once")
        _prop_or_environment(box, self, "voices_are_free", "RETAKE_VOICES_FREE")
        box = _section(layout, "Reference Videos")
        storage_panel.draw(box, context, self)
        row = layout.row()
        row.operator("retake.copy_diagnostics", icon="COPYDOWN")
        row.operator("retake.open_manual", icon="HELP")


def _draw_account(layout: bpy.types.UILayout, context: bpy.types.Context, own: RetakePreferences) -> None:
    box = _section(layout, "Account")
    box.active = not own.use_sandbox
    _prop_or_environment(box, own, "region", "KLING_BASE_URL")
    key_panel.draw(box, context, environ())
    offline = why_offline()
    if offline:
        wrapped_label(box, context, offline, "ERROR")
        if not bpy.app.online_access_override:
            box.prop(context.preferences.system, "use_online_access")
    if own.use_sandbox:
        box.label(text="Not used while rehearsing", icon="GHOST_ENABLED")


def _section(layout: bpy.types.UILayout, title: str) -> bpy.types.UILayout:
    box = layout.box()
    box.label(text=title)
    return box.column()


def _prop_or_environment(layout: bpy.types.UILayout, own: RetakePreferences, name: str, variable: str) -> None:
    row = layout.row()
    is_set = bool(os.environ.get(variable, "").strip())
    row.enabled = not is_set
    row.prop(own, name)
    if is_set:
        layout.label(text=f"Set by {variable}", icon="LOCKED")


class _Defaults:
    """For scripts and tests that use bpy as a module, where no add-on is enabled."""

    use_sandbox = False
    region = "GLOBAL"
    media_folder = "//takes"
    day_credits = _NO_CAP
    tasks_at_once = 0
    voices_are_free = False
    storage = "NONE"


_defaults = _Defaults()


def preferences() -> RetakePreferences | _Defaults:
    entry = bpy.context.preferences.addons.get(ROOT_PACKAGE)
    return _defaults if entry is None or entry.preferences is None else entry.preferences


def _storage(own: RetakePreferences | _Defaults) -> dict[str, str]:
    if own.storage == "NONE":
        return {}
    scheme = {"S3": "s3", "GCS": "gs", "AZURE": "az"}[own.storage]
    account = f"{own.storage_account}/" if own.storage == "AZURE" else ""
    return {
        "RETAKE_STORAGE": f"{scheme}://{account}{own.storage_bucket}/{own.storage_prefix}",
        "RETAKE_STORAGE_ENDPOINT": own.storage_endpoint if own.storage == "S3" else "",
        "RETAKE_STORAGE_REGION": own.storage_region,
        "RETAKE_STORAGE_ACCOUNT_FILE": bpy.path.abspath(own.storage_account_file),
    }


def environ() -> Mapping[str, str]:
    """The environment, with the preferences in place of what it does not set."""
    own = preferences()
    wanted = {}
    if own.region == "CHINA":
        wanted["KLING_BASE_URL"] = _BEIJING
    if own.day_credits != _NO_CAP:
        wanted["RETAKE_MAX_CREDITS_PER_DAY"] = str(own.day_credits)
    if own.voices_are_free:
        wanted["RETAKE_VOICES_FREE"] = "1"
    wanted |= _storage(own)
    return {**wanted, **{name: value for name, value in os.environ.items() if value.strip() or name not in wanted}}
