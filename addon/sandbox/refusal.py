# SPDX-License-Identifier: GPL-3.0-or-later
"""A refused request: HTTP status, Kling's code, and the sentence. Facts: kling-api section 5, [D O1 O2].

The literal sentences are those seen live (kling-api live_error_messages); the ones marked guess are not.
"""

from __future__ import annotations

_SHOWN_CHARACTERS = 48


class Refusal(Exception):  # an expected outcome, not a failure of this program
    """The answer to a request that is not carried out. Nothing is stored and nothing is charged."""

    def __init__(self, http_status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message


def invalid_value(name: str, value: object, reason: str = "") -> Refusal:
    """400/1201 naming the field and the value, on the live pattern "<field> value '<v>' is invalid".

    What follows the colon is this sandbox's own wording (guess). Long values are cut: an image never gets into
    an answer or a log.
    """
    shown = value if isinstance(value, str) else repr(value)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}…"
    # JSON may carry half a surrogate pair, which no answer could be encoded with.
    shown = shown.encode("utf-8", "backslashreplace").decode()
    return Refusal(400, 1201, f"{name} value '{shown}' is invalid" + (f": {reason}" if reason else ""))


def missing_field(name: str, reason: str = "") -> Refusal:
    """400/1201 for a field that must be there (guess: the real sentence is not known)."""
    return Refusal(400, 1201, f"{name} value '' is invalid: it is required" + (f" {reason}" if reason else ""))


def invalid_body(reason: str) -> Refusal:
    """400/1200: the body is not a JSON object (the sentence is a guess)."""
    return Refusal(400, 1200, f"Invalid request parameters: {reason}")


def unsupported(message: str) -> Refusal:
    """400/1201 for values that are each fine but not together; `message` names the fields and values."""
    return Refusal(400, 1201, message)


def discontinued(model_name: str) -> Refusal:
    """The live sentence; HTTP 400 and code 1201 are a guess (kling-api section 11, unknown 24)."""
    return unsupported(f"The model '{model_name}' has been discontinued and is no longer available.")


def duplicate_external_id(external_task_id: str) -> Refusal:
    return Refusal(400, 1201, f"External_task_id {external_task_id} already exists")


def task_not_found(wanted: str) -> Refusal:
    return Refusal(400, 1201, f"Task not found by id/external id: {wanted}")


def too_many_tasks() -> Refusal:
    return Refusal(429, 1303, "parallel task over resource pack limit")


def model_not_found(model_name: str) -> Refusal:
    """404/1203 for a model that the path does not have (documented code; that it is meant for this is a guess)."""
    return Refusal(404, 1203, f"The requested resource does not exist: {model_name}")


def wrong_method(method: str) -> Refusal:
    """404/1202 (documented code; the sentence is a guess)."""
    return Refusal(404, 1202, f"Invalid request method: {method}")
