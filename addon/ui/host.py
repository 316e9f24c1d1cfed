# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender tells Retake about where its files go and whether it may use the network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from ..app import Host

ROOT_PACKAGE = __package__.rpartition(".")[0]
"""`bl_ext.<repository>.retake`, or `addon` when run from the repository."""


def blender_host() -> Host:
    from ..app import Host

    # Asked now: the session's threads may not ask Blender.
    sentence = why_offline()
    return Host(home=home(), why_offline=lambda: sentence)


def home() -> Path | None:
    """The extension's own folder."""
    if not ROOT_PACKAGE.startswith("bl_ext."):
        return None  # run from the repository: there is no extension folder
    return Path(bpy.utils.extension_path_user(ROOT_PACKAGE, create=True))


def is_this_computer() -> bool:
    """Whether KLING_BASE_URL names a Kling on this computer, which needs no network."""
    return is_address_here(os.environ.get("KLING_BASE_URL", ""))


def is_address_here(address: str) -> bool:
    """Whether an address is one of this computer."""
    from urllib.parse import urlsplit

    return urlsplit(address).hostname in ("127.0.0.1", "::1", "localhost")


def why_offline() -> str:
    """A sentence for each of the two ways to be offline; empty where Blender may use the network."""
    if bpy.app.online_access:
        return ""
    # True where the command line, not the preference, decided.
    if bpy.app.online_access_override:
        return "Blender was started with --offline-mode: Kling cannot be reached."
    return "Allow Online Access is off in Blender's preferences (System, Network), or start it with --online-mode."
