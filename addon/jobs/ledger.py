# SPDX-License-Identifier: GPL-3.0-or-later
"""The durable record of jobs and money: one SQLite file, one transaction per step.

Several processes may open it at once; a lease says which of them drives a job. Calls are short and may come from any
thread. No secret and no signed address is ever stored here.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError, StorageError
from ..kling.request import GenerationRequest
from ..kling.standard import Standard
from ..redaction import logger, redact
from .budget import Caps, check_caps
from .faces import faces_from_json, faces_to_json
from .job import ErrorNote, Job, JobDraft, Kind, TakeFacts, kind_of
from .owner import is_gone, new_owner
from .state import CANCELLABLE, NEXT_STATES, WITHOUT_TAKE, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ..errors import RetakeError
    from ..kling.lip_sync import FaceSession

_log = logger("ledger")

LEASE_S = 30.0

_SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE job (
    job_id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    account TEXT NOT NULL,
    list_id TEXT NOT NULL,
    shot_id TEXT NOT NULL,
    take_number INTEGER NOT NULL,
    state TEXT NOT NULL,
    request TEXT NOT NULL,
    standard TEXT NOT NULL,
    media_dir TEXT NOT NULL,
    file_name TEXT NOT NULL,
    external_task_id TEXT NOT NULL UNIQUE,
    task_id TEXT,
    creates_sent INTEGER NOT NULL DEFAULT 0,
    estimate_units TEXT NOT NULL,
    billed_units TEXT,
    facts TEXT,
    faces TEXT,
    warning TEXT NOT NULL DEFAULT '',
    error TEXT,
    created_at_utc TEXT NOT NULL,
    intent_at_utc TEXT,
    lease_owner TEXT,
    lease_until_utc TEXT
) STRICT;
CREATE INDEX job_by_key ON job (key);
CREATE INDEX job_by_shot ON job (account, shot_id);
CREATE TABLE step (
    job_id TEXT NOT NULL REFERENCES job,
    at_utc TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL
) STRICT;
CREATE INDEX step_by_job ON step (job_id);
"""
"""Amounts are decimal text: SQLite's REAL would round money."""

_MIGRATIONS = {
    1: "ALTER TABLE job ADD COLUMN standard TEXT NOT NULL DEFAULT 'legacy'",
    2: "ALTER TABLE job ADD COLUMN faces TEXT",
}
"""From each older schema to the next: a ledger holds paid takes and is never begun anew."""


class Ledger:
    """`now` is the clock, in UTC; every other argument keeps its default outside tests."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] | None = None, lease_s: float = LEASE_S) -> None:
        self.path = path
        self.lease_s = lease_s
        self._now = now or (lambda: datetime.now(UTC))
        self._owner = new_owner()
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"The ledger cannot be opened in {path.parent}: {error}.",
                hint="Set RETAKE_HOME to a folder that can be written.",
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # Jobs

    def enqueue(self, draft: JobDraft, *, new_take: bool = False) -> Job:
        """The job for `draft`: the one that is under way or done, or a new one.

        With `new_take` always a new one. A job that ended without a take is not taken up again. An unfinished job
        follows the draft's media folder, and one that was not sent yet its standard.
        """
        with self._transaction():
            if not new_take:
                found = self._latest_with_take_or_open(draft.key)
                if found is not None:
                    return self._follow_draft(found, draft)
            return self._insert(draft)

    def enqueue_another(self, draft: JobDraft, known: Collection[str], is_same: Callable[[Job], bool]) -> Job:
        """A job for one more take of the draft's shot, besides those in `known` (by id).

        One that `is_same`, which somebody else began meanwhile, is taken instead of paying for a new one.
        """
        with self._transaction():
            rows = self._db.execute(
                "SELECT * FROM job WHERE account = ? AND shot_id = ? ORDER BY rowid", (draft.account, draft.shot_id)
            )
            for job in map(_read_job, rows.fetchall()):
                if job.job_id not in known and job.state not in WITHOUT_TAKE and is_same(job):
                    return self._follow_draft(job, draft)
            return self._insert(draft)

    def job(self, job_id: str) -> Job:
        row = self._one("SELECT * FROM job WHERE job_id = ?", job_id)
        if row is None:
            raise LedgerError(f"There is no job {job_id}.", hint="`retake jobs list` shows those there are.")
        return _read_job(row)

    def jobs(self) -> tuple[Job, ...]:
        """All jobs, oldest first."""
        with self._lock:
            return tuple(_read_job(row) for row in self._db.execute("SELECT * FROM job ORDER BY created_at_utc, rowid"))

    def steps(self, job_id: str) -> tuple[JobState, ...]:
        """The states a job has been in, in order."""
        with self._lock:
            rows = self._db.execute("SELECT to_state FROM step WHERE job_id = ? ORDER BY rowid", (job_id,))
            return tuple(JobState(row["to_state"]) for row in rows)

    # Steps

    def advance(
        self,
        job_id: str,
        to_state: JobState,
        *,
        task_id: str | None = None,
        billed_units: Decimal | None = None,
        facts: TakeFacts | None = None,
        warning: str | None = None,
        error: RetakeError | None = None,
    ) -> Job:
        """One step, with what it brings. Clears the last error unless a new one is given.

        Raises LedgerError where the step is not in NEXT_STATES, or another process drives the job.
        """
        changes: dict[str, Any] = {"error": _error_to_json(error)}
        if task_id is not None:
            changes["task_id"] = task_id
        if billed_units is not None:
            changes["billed_units"] = str(billed_units)
        if facts is not None:
            changes["facts"] = _facts_to_json(facts)
        if warning is not None:
            changes["warning"] = redact(warning)
        with self._transaction():
            return self._step(job_id, to_state, changes)

    def begin_submit(self, job_id: str, caps: Caps) -> Job:
        """Put the intent to send a create on record, and reserve its price under the caps, in one transaction.

        From `unknown` it is the same intent again: its price is reserved already. Raises BudgetError.
        """
        with self._transaction():
            job = self.job(job_id)
            changes: dict[str, Any] = {"error": None, "creates_sent": job.creates_sent + 1}
            if job.state is not JobState.UNKNOWN:
                changes["intent_at_utc"] = self._stamp()
                list_units = self._committed_units("list_id = ?", job.list_id)
                check_caps(caps, job.estimate_units, list_units, self._day_units(job.account))
            return self._step(job_id, JobState.SUBMITTING, changes)

    def note_error(self, job_id: str, error: RetakeError) -> Job:
        """Keep why the job stopped where it is; its state stays."""
        with self._transaction():
            self._update(job_id, {"error": _error_to_json(error)})
            return self.job(job_id)

    def note_faces(self, job_id: str, session: FaceSession) -> Job:
        """Keep what a face search found and cost: nothing finds it again. Its pictures' addresses are left out."""
        with self._transaction():
            self._update(job_id, {"faces": faces_to_json(session)})
            return self.job(job_id)

    def spent_units(self, list_id: str) -> Decimal:
        """Billed so far for a list, plus what is reserved for its running jobs."""
        with self._lock:
            return self._committed_units("list_id = ?", list_id)

    def day_units(self, account: str) -> Decimal:
        """Billed for an account since midnight UTC, plus what is reserved for its running jobs."""
        with self._lock:
            return self._day_units(account)

    def typical_s(self, account: str) -> dict[Kind, float]:
        """How long an account's jobs of a kind took from the first send to the take: the median, in seconds."""
        rows = self._all(
            "SELECT job.request AS request, job.intent_at_utc AS begun, step.at_utc AS ended FROM job "
            "JOIN step ON step.job_id = job.job_id AND step.to_state = ? "
            "WHERE job.account = ? AND job.intent_at_utc IS NOT NULL",
            JobState.READY.value,
            account,
        )
        lengths: dict[Kind, list[float]] = {}
        for row in rows:
            took = datetime.fromisoformat(row["ended"]) - datetime.fromisoformat(row["begun"])
            kind = kind_of(GenerationRequest.from_record(json.loads(row["request"])))
            lengths.setdefault(kind, []).append(took.total_seconds())
        return {kind: median(seconds) for kind, seconds in lengths.items()}

    # Leases

    def claim(self, job_id: str) -> bool:
        """Make this process the job's driver for `lease_s`; False while another one, that is alive, has it."""
        with self._transaction():
            row = self._one("SELECT lease_owner, lease_until_utc FROM job WHERE job_id = ?", job_id)
            if row is None:
                raise LedgerError(f"There is no job {job_id}.")
            holder = row["lease_owner"]
            is_free = holder in (None, self._owner) or row["lease_until_utc"] <= self._stamp() or is_gone(holder)
            if is_free:
                until = self._now() + timedelta(seconds=self.lease_s)
                self._update(
                    job_id,
                    {"lease_owner": self._owner, "lease_until_utc": until.isoformat(timespec="milliseconds")},
                )
            return is_free

    def release(self, job_id: str) -> None:
        """Give the lease back, where this process holds it."""
        with self._transaction():
            self._db.execute(
                "UPDATE job SET lease_owner = NULL, lease_until_utc = NULL WHERE job_id = ? AND lease_owner = ?",
                (job_id, self._owner),
            )

    # Inside

    def _prepare(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        # FULL: a committed intent must outlive a power cut, or a paid task could be forgotten.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        with self._transaction():
            (found,) = self._db.execute("PRAGMA user_version").fetchone()
            if found > _SCHEMA_VERSION:
                raise LedgerError(
                    f"The ledger {self.path} was written by a newer version of Retake (schema {found}).",
                    hint="Use that version, or set RETAKE_HOME to another folder.",
                )
            if found == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
            else:
                for version in range(found, _SCHEMA_VERSION):
                    self._db.execute(_MIGRATIONS[version])
            self._db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            try:
                # IMMEDIATE: what is read here cannot be changed by another process before it is written.
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:  # a full disk ends it by itself
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                raise StorageError(
                    f"The ledger {self.path} cannot be written: {error}.",
                    hint="Make room, or end what keeps it busy, and run it again: nothing is lost.",
                ) from error

    def _insert(self, draft: JobDraft) -> Job:
        job_id = draft.job_id or uuid.uuid4().hex
        take_number = self._next_take_number(draft)
        values = {
            "job_id": job_id,
            "key": draft.key,
            "account": draft.account,
            "list_id": draft.list_id,
            "shot_id": draft.shot_id,
            "take_number": take_number,
            "state": JobState.QUEUED.value,
            "request": json.dumps(draft.request.to_record(), ensure_ascii=False),
            "standard": draft.standard.value,
            "media_dir": str(draft.media_dir),
            # The job's own letters keep two jobs, and two ledgers, from ever writing the same file.
            "file_name": f"{draft.shot_id}_t{take_number:02d}_{job_id[:6]}.mp4",
            "external_task_id": f"retake-{job_id}",
            "estimate_units": str(draft.estimate_units),
            "created_at_utc": self._stamp(),
        }
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self._db.execute(f"INSERT INTO job ({columns}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
        self._record_step(job_id, None, JobState.QUEUED)
        return self.job(job_id)

    def _follow_draft(self, job: Job, draft: JobDraft) -> Job:
        changes: dict[str, Any] = {}
        if job.facts is None:
            changes["media_dir"] = str(draft.media_dir)
        if job.state in CANCELLABLE:
            changes["standard"] = draft.standard.value
        if changes:
            self._update(job.job_id, changes)
        return self.job(job.job_id)

    def _step(self, job_id: str, to_state: JobState, changes: dict[str, Any]) -> Job:
        row = self._one("SELECT state, lease_owner FROM job WHERE job_id = ?", job_id)
        if row is None:
            raise LedgerError(f"There is no job {job_id}.")
        if row["lease_owner"] not in (None, self._owner):
            raise LedgerError(
                f"Job {job_id[:6]} is driven by another Retake process.", hint="Let that one finish, or stop it."
            )
        from_state = JobState(row["state"])
        if to_state not in NEXT_STATES[from_state]:
            raise LedgerError(f"Job {job_id[:6]} is {from_state.value} and cannot become {to_state.value}.")
        self._update(job_id, {**changes, "state": to_state.value})
        self._record_step(job_id, from_state, to_state)
        job = self.job(job_id)
        _log.info("job=%s %s -> %s task=%s", job_id, from_state.value, to_state.value, job.task_id)
        return job

    def _record_step(self, job_id: str, from_state: JobState | None, to_state: JobState) -> None:
        self._db.execute(
            "INSERT INTO step (job_id, at_utc, from_state, to_state) VALUES (?, ?, ?, ?)",
            (job_id, self._stamp(), from_state.value if from_state else None, to_state.value),
        )

    def _update(self, job_id: str, changes: dict[str, Any]) -> None:
        assignments = ", ".join(f"{column} = ?" for column in changes)
        self._db.execute(f"UPDATE job SET {assignments} WHERE job_id = ?", (*changes.values(), job_id))  # noqa: S608

    def _one(self, statement: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
            return row

    def _latest_with_take_or_open(self, key: str) -> Job | None:
        rows = self._db.execute("SELECT * FROM job WHERE key = ? ORDER BY rowid DESC", (key,))
        jobs = (_read_job(row) for row in rows)
        return next((job for job in jobs if job.state not in WITHOUT_TAKE), None)

    def _next_take_number(self, draft: JobDraft) -> int:
        rows = self._db.execute(
            "SELECT state, take_number FROM job WHERE account = ? AND shot_id = ?", (draft.account, draft.shot_id)
        )
        used = (row["take_number"] for row in rows if JobState(row["state"]) not in WITHOUT_TAKE)
        return max(used, default=0) + 1

    def _committed_units(self, condition: str, *values: object) -> Decimal:
        rows = self._db.execute(f"SELECT * FROM job WHERE {condition}", values)  # noqa: S608
        return sum((_read_job(row).committed_units for row in rows), Decimal(0))

    def _day_units(self, account: str) -> Decimal:
        today = self._now().date().isoformat()
        return self._committed_units("account = ? AND substr(intent_at_utc, 1, 10) = ?", account, today)

    def _all(self, statement: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="milliseconds")


def _read_job(row: sqlite3.Row) -> Job:
    return Job(
        job_id=row["job_id"],
        key=row["key"],
        account=row["account"],
        list_id=row["list_id"],
        shot_id=row["shot_id"],
        take_number=row["take_number"],
        state=JobState(row["state"]),
        request=GenerationRequest.from_record(json.loads(row["request"])),
        standard=Standard(row["standard"]),
        media_dir=Path(row["media_dir"]),
        file_name=row["file_name"],
        external_task_id=row["external_task_id"],
        task_id=row["task_id"],
        creates_sent=row["creates_sent"],
        estimate_units=Decimal(row["estimate_units"]),
        billed_units=None if row["billed_units"] is None else Decimal(row["billed_units"]),
        facts=_facts_from_json(row["facts"]),
        faces=faces_from_json(row["faces"]),
        warning=row["warning"],
        error=None if row["error"] is None else ErrorNote(**json.loads(row["error"])),
        created_at_utc=row["created_at_utc"],
        intent_at_utc=row["intent_at_utc"],
    )


def _error_to_json(error: RetakeError | None) -> str | None:
    if error is None:
        return None
    note = {"kind": type(error).__name__, "message": redact(error.message), "hint": redact(error.hint)}
    return json.dumps(note, ensure_ascii=False)


def _facts_to_json(facts: TakeFacts) -> str:
    return json.dumps(
        {
            "frame_count": facts.frame_count,
            "rate": str(facts.rate),
            "width_px": facts.width_px,
            "height_px": facts.height_px,
            "has_sound": facts.has_sound,
        }
    )


def _facts_from_json(text: str | None) -> TakeFacts | None:
    if text is None:
        return None
    values = json.loads(text)
    return TakeFacts(**{**values, "rate": Fraction(values["rate"])})
