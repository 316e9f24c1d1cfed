# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Kling's servers could fetch an address that the user gave.

Kling fetches every video, and any file given by its address, itself; an address of this computer or of a private
network is refused here, before it costs a task (kling-api section 6). Names are not looked up: what a public name
points at is not known here. A sandbox on this computer reaches private addresses, so there they are allowed.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from ..errors import InputError

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
# RFC 6761, 6762, 8375 and what routers and clouds use for names of their own network.
_PRIVATE_ENDINGS = ("localhost", "local", "internal", "localdomain", "lan", "home.arpa")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_NEEDS_ADDRESS = "it has to be an address that begins with https:// or http://"
_NEEDS_PUBLIC = "Kling's servers fetch it themselves and cannot reach an address of this computer or its own network"
_UPLOAD = "Put the file where it can be fetched from the internet, and give that address."


def check_public_url(url: str, api_base_url: str, field: str) -> None:
    """Raises InputError, naming `field`, where `url` is no web address or the API's servers cannot reach it.

    The error shows the address's host alone: the rest of a signed address is a secret.
    """
    host = _host_of(url, field)
    if is_loopback(api_base_url):
        return
    if not _may_be_public(host):
        raise InputError(field, f"an address on {host}", _NEEDS_PUBLIC, hint=_UPLOAD)


def is_loopback(base_url: str) -> bool:
    """Whether the API at `base_url` runs on this computer."""
    try:
        host = _plain_name(urlsplit(base_url).hostname or "")
    except ValueError:
        return False
    address = _literal(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _host_of(url: str, field: str) -> str:
    # Programs disagree on what a backslash or a control character in an address means.
    if any(character == "\\" or character.isspace() or not character.isprintable() for character in url):
        raise InputError(field, "an address with spaces or backslashes", _NEEDS_ADDRESS)
    try:
        parts = urlsplit(url)
        host = _plain_name(parts.hostname or "")
        has_port = parts.port != 0
    except ValueError as error:
        raise InputError(field, "an address that cannot be read", _NEEDS_ADDRESS) from error
    if parts.scheme.lower() not in ("http", "https") or not host or not has_port:
        raise InputError(field, "an address without http or a host", _NEEDS_ADDRESS)
    return host


def _plain_name(host: str) -> str:
    """The form that a resolver would see: full-width digits and dots are digits and dots, one end dot means nothing."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").casefold().removesuffix(".")


def _may_be_public(host: str) -> bool:
    address = _literal(host)
    if address is not None:
        return _is_public(address)
    labels = host.split(".")
    # "127.1", "0x7f.1" and "2130706433" are addresses to a resolver; a public name never ends in a number (RFC 3696).
    if len(labels) < 2 or not all(labels) or _NUMBER.fullmatch(labels[-1]) or "%" in host or ":" in host:
        return False
    return not any(host.endswith(f".{ending}") for ending in _PRIVATE_ENDINGS)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0] if ":" in host else host)
    except ValueError:
        return None


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _is_public(inside)
    return address.is_global and not address.is_multicast
