# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of real shape, through every way out that a text can take."""

from __future__ import annotations

import base64
import io
import logging
from decimal import Decimal
from pathlib import Path

import jwt
import pytest

from addon.errors import RetakeError
from addon.jobs.job import JobDraft
from addon.jobs.ledger import Ledger
from addon.jobs.state import JobState
from addon.kling.credentials import credential_from
from addon.kling.errors import error_for
from addon.kling.request import GenerationRequest
from addon.kling.standard import Standard
from addon.redaction import REMOVED, logger, redact

API_KEY = "api-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
SECRET_KEY = "s3cr3t-8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d"
TOKEN = jwt.encode({"iss": "x", "exp": 1}, SECRET_KEY, algorithm="HS256")
SIGNED = "https://v1-kling.klingai.com/a.mp4?Expires=1790000000&Signature=Zm9vYmFyYmF6&x-oss-process=1"
PICTURE = base64.b64encode(bytes(range(256)) * 4).decode()
SECRETS = [API_KEY, SECRET_KEY, TOKEN, "Zm9vYmFyYmF6", PICTURE]
TEXT = f"Authorization: Bearer {TOKEN}; key {API_KEY}; {SECRET_KEY}; GET {SIGNED}; image={PICTURE}"


@pytest.fixture(autouse=True)
def _keys_in_use() -> None:
    credential_from({"KLING_API_KEY": API_KEY})
    credential_from({"KLING_ACCESS_KEY": "access-key-in-use", "KLING_SECRET_KEY": SECRET_KEY})


def _assert_clean(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text]


def test_a_text_is_cleaned_by_shape_and_by_value() -> None:
    cleaned = redact(TEXT)
    _assert_clean(cleaned)
    assert REMOVED in cleaned
    assert "x-oss-process=1" in cleaned


@pytest.mark.parametrize("text", ["A red fox, 5 s, sound on", "task 893605946402811985", "key light from the left"])
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_log_is_clean_in_message_arguments_and_traceback() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logger("test")
    log.addHandler(handler)
    try:
        log.warning("sent %s", TEXT)
        try:
            raise ValueError(TEXT)
        except ValueError:
            log.exception("broke")
    finally:
        log.removeHandler(handler)
    assert "Traceback" in stream.getvalue()
    _assert_clean(stream.getvalue())


def test_an_error_from_the_service_is_clean() -> None:
    error = error_for(1201, 400, "r", redact(TEXT))
    _assert_clean(f"{error} {error.detail} {error!r}")


def test_the_ledger_file_is_clean(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    request = GenerationRequest(prompt="a tree", model_name="kling-2.6", mode="std", duration_s=5)
    job = ledger.enqueue(JobDraft("account", "list", "s010", request, Standard.LEGACY, tmp_path, Decimal(1)))
    ledger.note_error(job.job_id, RetakeError(f"It broke: {TEXT}", hint=TEXT))
    ledger.advance(job.job_id, JobState.REFUSED, error=RetakeError(TEXT), warning=TEXT)
    ledger.close()
    for file in tmp_path.iterdir():
        _assert_clean(file.read_bytes().decode("utf-8", "replace"))
