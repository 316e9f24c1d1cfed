# SPDX-License-Identifier: GPL-3.0-or-later
"""Between file paths and the addresses in OpenTimelineIO files, the same on every system.

Own code, as OpenTimelineIO's neither encodes blanks and # nor keeps a Windows drive (measured on 0.18.1).
"""

from __future__ import annotations

import posixpath
import re
from enum import Enum
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote


class UrlForm(Enum):
    PATH = "path"
    """A plain absolute path: what Resolve and Kdenlive read best."""
    FILE_URL = "file-url"
    """file:///…: what Premiere writes."""
    RELATIVE = "relative"
    """From the folder of the .otio file, with slashes."""


_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")


def is_windows(path: str) -> bool:
    """A drive letter or a \\\\server\\share path."""
    return bool(_DRIVE.match(path)) or path.startswith("\\\\")


def is_absolute(path: str) -> bool:
    return is_windows(path) or path.startswith("/")


def to_url(path: str, form: UrlForm, base: str = "") -> str:
    """`path` and `base`, the folder of the .otio file, are absolute. Where no relative way leads: `path` itself."""
    if form is UrlForm.FILE_URL:
        return _file_url(path)
    if form is UrlForm.RELATIVE and base:
        return _relative(path, base) or path
    return path


def to_path(url: str, base: str = "") -> str:
    """A path on the system it was written for; `base` is the folder of the .otio file, used for relative ones.

    An address of another kind (http, s3, kdenlive's producers) is given back as it is.
    """
    if url.lower().startswith("file:"):
        return _from_file_url(url[5:])
    if is_absolute(url):
        return _tidy(url)
    if _SCHEME.match(url) or not url:
        return url
    relative = unquote(url) if re.search(r"%[0-9A-Fa-f]{2}", url) else url
    if not base:
        return relative
    if is_windows(base):
        return _tidy(f"{base}\\{relative}")
    return _tidy(f"{base}/{relative.replace(chr(92), '/')}")


def file_name(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] if path else ""


def folder(path: str) -> str:
    return str(PureWindowsPath(path).parent) if is_windows(path) else posixpath.dirname(path)


def join(folder_path: str, name: str) -> str:
    return f"{folder_path.rstrip(chr(92))}\\{name}" if is_windows(folder_path) else posixpath.join(folder_path, name)


def _file_url(path: str) -> str:
    if path.startswith("\\\\"):
        server, _, rest = path[2:].replace("\\", "/").partition("/")
        return f"file://{quote(server)}/{quote(rest)}"
    if is_windows(path):
        drive, rest = path[:2], path[2:].replace("\\", "/")
        return f"file:///{drive}{quote(rest)}"
    return f"file://{quote(path, errors='surrogateescape')}"


def _from_file_url(rest: str) -> str:
    host = ""
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
    # Premiere and others leave # and % as they are; only what is a sound escape is one.
    path = unquote(rest, errors="surrogateescape")
    if re.match(r"^[A-Za-z]:$", host):  # file://C:/…, wrong and common
        return _tidy(f"{host}{path}")
    if re.match(r"^/[A-Za-z]:([\\/]|$)", path):
        return _tidy(path[1:])
    if host and host.lower() not in ("localhost", "127.0.0.1"):
        return "\\\\" + unquote(host) + path.replace("/", "\\")
    return _tidy(path)


def _tidy(path: str) -> str:
    if path.startswith("\\\\"):
        server, _, rest = path[2:].replace("\\", "/").partition("/")
        return "\\\\" + server + posixpath.normpath(f"/{rest}").replace("/", "\\")
    if is_windows(path):
        drive, rest = path[:2], path[2:].replace("\\", "/")
        return drive + posixpath.normpath(rest).replace("//", "/").replace("/", "\\")
    tidy = posixpath.normpath(path)
    return tidy[1:] if tidy.startswith("//") else tidy


def _relative(path: str, base: str) -> str:
    if is_windows(path) != is_windows(base):
        return ""
    if not is_windows(path):
        return posixpath.relpath(path, base)
    there, here = PureWindowsPath(path), PureWindowsPath(base)
    if there.anchor.lower() != here.anchor.lower():
        return ""
    return posixpath.relpath(
        PurePosixPath("/", *there.parts[1:]).as_posix(), PurePosixPath("/", *here.parts[1:]).as_posix()
    )
