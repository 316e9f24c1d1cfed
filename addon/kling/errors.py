# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and Kling, by what it means for money.

    KlingError
    ├── KlingTaskFailed         Kling took the task and could not make it
    ├── KlingNotSent            no byte of the request reached Kling: nothing happened there
    ├── KlingUnknownOutcome     the request may have been carried out: look it up, never resend it blindly
    │   └── KlingBadAnswer      an answer came that does not fit the API
    └── KlingRefused            Kling answered with a code: nothing was created, nothing is charged
        ├── KlingNotThere           there is no such API at this address
        ├── KlingAuthRefused        1000-1004; also an AccountError
        ├── KlingAccountRefused     1100-1103, 1304; also an AccountError
        ├── KlingBadRequest         1200-1203
        │   └── KlingNotFound           the task asked for does not exist
        ├── KlingPolicyRefused      1300, 1301
        └── KlingBusy               1302, 1303: the only refusals that waiting cures

Codes and meanings: kling-api reference section 5 (official documentation, September 2026).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import AccountError, RetakeError


class KlingError(RetakeError):
    """The root of all that Kling, or the way to it, answers."""

    retry_after_s: float | None = None
    """How long Kling, or a gateway before it, asks to wait, where it says so."""


class KlingTaskFailed(KlingError):
    """The task ended without a clip; see kling/failure_reason.py."""


class KlingNotSent(KlingError):
    """The connection was never made: nothing reached Kling."""


class KlingUnknownOutcome(KlingError):
    """The request may or may not have been carried out."""


class KlingBadAnswer(KlingUnknownOutcome):
    """An answer came, but not one of this API."""


class KlingRefused(KlingError):
    """Kling refused. `code` is Kling's, `service_message` its words, cleaned of secrets."""

    def __init__(
        self, message: str, *, hint: str, code: int, http_status: int, request_id: str = "", service_message: str = ""
    ) -> None:
        detail = f"code={code} http={http_status} request_id={request_id} message={service_message}"
        super().__init__(message, hint=hint, detail=detail)
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.service_message = service_message


class KlingNotThere(KlingRefused):
    """Something that is not Kling's API turned the request away (HTTP 4xx without Kling's envelope)."""


class KlingAuthRefused(KlingRefused, AccountError):
    """The key or token is refused."""


class KlingAccountRefused(KlingRefused, AccountError):
    """The account may not do this, or cannot pay for it."""


class KlingBadRequest(KlingRefused):
    """Kling does not accept the request's values."""


class KlingNotFound(KlingBadRequest):
    """Kling does not know the task."""


class KlingPolicyRefused(KlingRefused):
    """The content is against Kling's rules."""


class KlingBusy(KlingRefused):
    """Too many requests or tasks at once: wait and ask again."""

    @property
    def has_no_place(self) -> bool:
        """The account's places are taken (1303); otherwise requests came too fast (1302)."""
        return self.code == _NO_PLACE


_NO_PLACE = 1303
_ALREADY_THERE = "already exists"


def says_task_exists(error: KlingRefused) -> bool:
    """Whether a create was refused because Kling has a task with its external_task_id already.

    Kling has no code of its own for this: it is 1201 with the words "External_task_id <id> already exists" (kling-api
    live_error_messages). A refusal in other words is not recognised, and looked up all the same.
    """
    return isinstance(error, KlingBadRequest) and _ALREADY_THERE in error.service_message.lower()


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    kind: type[KlingRefused] | type[KlingUnknownOutcome]
    message: str
    hint: str


_NEW_KEY = "Check the key in the preferences or in KLING_API_KEY; keys of one region do not work in another."
_CLOCK = "Check this computer's clock and time zone, then run it again."
_CONSOLE = "See the account's packages and balance in Kling's console."
_LATER = "Retake looks the task up before it sends anything again."

CODES: dict[int, CodeMeaning] = {
    1000: CodeMeaning(KlingAuthRefused, "Kling does not accept the key.", _NEW_KEY),
    1001: CodeMeaning(KlingAuthRefused, "Kling received no key.", _NEW_KEY),
    1002: CodeMeaning(KlingAuthRefused, "Kling does not accept the key.", _NEW_KEY),
    1003: CodeMeaning(KlingAuthRefused, "Kling says that the token is not valid yet.", _CLOCK),
    1004: CodeMeaning(KlingAuthRefused, "Kling says that the token has expired.", _CLOCK),
    1100: CodeMeaning(KlingAccountRefused, "Kling says that something is wrong with the account.", _CONSOLE),
    1101: CodeMeaning(KlingAccountRefused, "The Kling account has an unpaid bill.", _CONSOLE),
    1102: CodeMeaning(KlingAccountRefused, "The Kling account has not enough credit.", _CONSOLE),
    1103: CodeMeaning(KlingAccountRefused, "The Kling account may not use this model or feature.", _CONSOLE),
    1200: CodeMeaning(KlingBadRequest, "Kling does not accept the request.", "Change the shot's settings."),
    1201: CodeMeaning(KlingBadRequest, "Kling does not accept a value of the request.", "Change the shot's settings."),
    1202: CodeMeaning(KlingBadRequest, "Kling does not know this call.", "Check KLING_BASE_URL."),
    1203: CodeMeaning(KlingBadRequest, "Kling does not know what was asked for.", "Choose another model."),
    1300: CodeMeaning(KlingPolicyRefused, "Kling's platform policy does not allow this shot.", "Change the prompt."),
    1301: CodeMeaning(
        KlingPolicyRefused, "Kling's content check does not allow this shot.", "Change the prompt or the images."
    ),
    1302: CodeMeaning(KlingBusy, "Kling is receiving too many requests.", "Retake waits and asks again."),
    1303: CodeMeaning(KlingBusy, "All places of the Kling account are taken.", "Retake waits and asks again."),
    1304: CodeMeaning(
        KlingAccountRefused, "Kling does not allow this network address.", "Add it to the account's list of addresses."
    ),
    5000: CodeMeaning(KlingUnknownOutcome, "Kling has an internal problem.", _LATER),
    5001: CodeMeaning(KlingUnknownOutcome, "Kling is under maintenance.", _LATER),
    5002: CodeMeaning(KlingUnknownOutcome, "Kling took too long inside.", _LATER),
}
"""Every documented code. 5000 to 5002 say nothing about whether a create was carried out, hence unknown."""


def error_for(code: int, http_status: int, request_id: str, service_message: str) -> KlingError:
    """The error for an answer with `code`; undocumented codes are judged by the HTTP status."""
    words = f" Kling's words: “{service_message}”." if service_message else ""
    meaning = CODES.get(code)
    if meaning is None:
        meaning = _meaning_of_unlisted(code, http_status)
    if issubclass(meaning.kind, KlingRefused):
        return meaning.kind(
            meaning.message.rstrip(".") + "." + words,
            hint=meaning.hint,
            code=code,
            http_status=http_status,
            request_id=request_id,
            service_message=service_message,
        )
    return meaning.kind(
        meaning.message.rstrip(".") + "." + words,
        hint=meaning.hint,
        detail=f"code={code} http={http_status} request_id={request_id}",
    )


def _meaning_of_unlisted(code: int, http_status: int) -> CodeMeaning:
    sentence = f"Kling answered with the undocumented code {code} (HTTP {http_status})."
    if http_status in (401, 403):
        return CodeMeaning(KlingAuthRefused, sentence, _NEW_KEY)
    if 400 <= http_status < 500:
        return CodeMeaning(KlingBadRequest, sentence, "Change the shot's settings, or report this code.")
    return CodeMeaning(KlingUnknownOutcome, sentence, _LATER)
