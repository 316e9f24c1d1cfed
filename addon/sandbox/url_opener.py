# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens an http or https address that a request named, and nothing else."""

from __future__ import annotations

import urllib.request
from http.client import HTTPResponse

TIMEOUT_S = 10.0


def open_url(target: str | urllib.request.Request, timeout_s: float = TIMEOUT_S) -> HTTPResponse:
    """The answer, to be read and closed by the caller; `timeout_s` is how long silence may last.

    Raises:
        urllib.error.HTTPError: an answer of 400 and up. It must be closed.
        OSError, http.client.HTTPException, ValueError: no answer, or not an address.
    """
    # An opener with these handlers alone: a redirect cannot lead to file: or ftp:.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    response = opener.open(target, timeout=timeout_s)
    if not isinstance(response, HTTPResponse):
        raise ValueError("the address is not one of http or https")  # noqa: TRY004  # it is the text that is wrong
    return response
