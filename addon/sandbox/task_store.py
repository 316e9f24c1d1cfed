# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of a sandbox in SQLite: what was accepted, when it ends and what it costs. It renders nothing.

A task's state is never stored: it follows from `processing_ms`, `finished_ms`, `failure` and the clock, so it goes on
while the process is down. One account, so an external id is unique in the whole table, whatever the product and
whatever became of the task (kling-api section 4, [L]; after a failed task it is a guess). A synchronous call that is
billed is a row that has ended when it is written.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from .create_rules import ClipOrder
from .field_table import Orientation, Product, Standard
from .library_order import LibraryOrder, LibraryProduct
from .refusal import duplicate_external_id, too_many_tasks
from .resource_packs import (
    PACKAGE_TYPES,
    PERIOD_MS,
    AccountLimits,
    PackageType,
    ResourcePack,
    balance_not_enough,
    pack_id,
    pack_name,
    pack_number,
)
from .simulated_time import Clock, now_ms
from .source_image import SourceImage
from .source_sound import SourceSound

STORE_FILE = "tasks.sqlite3"
_VERSION = 3
TaskStatus = Literal["submitted", "processing", "succeed", "failed"]
TaskProduct = Product | LibraryProduct

_SCHEMA = """
CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL UNIQUE,
    video_id TEXT NOT NULL UNIQUE,
    external_task_id TEXT UNIQUE,
    product TEXT NOT NULL,
    clip TEXT NOT NULL,
    units TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    processing_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    stuck INTEGER NOT NULL,
    failure TEXT,
    finished_ms INTEGER,
    standard TEXT NOT NULL DEFAULT 'legacy',
    callback_url TEXT,
    told TEXT,
    package_type TEXT NOT NULL DEFAULT 'video',
    slots INTEGER NOT NULL DEFAULT 1,
    facts TEXT NOT NULL DEFAULT '{}',
    deleted_ms INTEGER
);
CREATE TABLE account (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE images (
    task_id TEXT NOT NULL REFERENCES tasks (task_id),
    field TEXT NOT NULL,
    url TEXT,
    content BLOB,
    PRIMARY KEY (task_id, field)
);
"""

# By the format they start from: 1 knew the legacy standard alone, 2 nothing of the library and the packs.
_UPGRADES = {
    1: """
ALTER TABLE tasks ADD COLUMN standard TEXT NOT NULL DEFAULT 'legacy';
ALTER TABLE tasks ADD COLUMN callback_url TEXT;
ALTER TABLE tasks ADD COLUMN told TEXT;
""",
    2: """
ALTER TABLE tasks ADD COLUMN package_type TEXT NOT NULL DEFAULT 'video';
ALTER TABLE tasks ADD COLUMN slots INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tasks ADD COLUMN deleted_ms INTEGER;
CREATE TABLE account (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
}
# Units have two decimals; sums are made of whole numbers of these.
_PARTS_OF_A_UNIT = 10_000
_SOUND = "sound"


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What is rendered for a task, without the images. See `ClipOrder` for the fields.

    length_text  the clip's length as Kling writes it, where it follows a reference video; None before that is known
                 and for all other clips
    """

    model_name: str
    quality: str
    duration_s: int
    rate_fps: int
    sound: bool
    text: str
    aspect_ratio: str
    watermark: bool
    video_url: str | None = None
    orientation: Orientation | None = None
    length_text: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One row. Times are milliseconds since 1970; `finished_ms` may lie ahead, None while nobody knows it.

    video_id    the id of the result: of the clip, the voice, the element, the images or the face session
    seq         counts the tasks of a sandbox
    told        the last state that a callback was sent for; None: none yet
    facts       what a task of the library works with, see `LibraryOrder`; empty for all others
    slots       how many places of the account's concurrency it takes while it is open
    deleted_ms  when the voice or the element was deleted
    """

    task_id: str
    video_id: str
    external_task_id: str | None
    product: TaskProduct
    clip: ClipFacts
    units: Decimal
    created_ms: int
    processing_ms: int
    due_ms: int
    stuck: bool
    failure: str | None
    finished_ms: int | None
    standard: Standard = "legacy"
    callback_url: str | None = None
    told: str | None = None
    seq: int = 0
    package_type: PackageType = "video"
    slots: int = 1
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)
    deleted_ms: int | None = None

    def status(self, at_ms: int) -> TaskStatus:
        if self.finished_ms is not None and self.finished_ms <= at_ms:
            return "succeed" if self.failure is None else "failed"
        return "submitted" if at_ms < self.processing_ms else "processing"

    def updated_ms(self, at_ms: int) -> int:
        """When the state of that moment began."""
        match self.status(at_ms):
            case "submitted":
                return self.created_ms
            case "processing":
                return self.processing_ms
            case "succeed" | "failed":
                return self.finished_ms or self.due_ms


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a new task goes on and how it ends. `failure` set: it fails at `total_ms`; `stuck`: it never ends."""

    submitted_ms: int
    total_ms: int
    failure: str | None = None
    stuck: bool = False


class TaskStore:
    """The table of tasks. Every method may be called from any thread; a lock lets one in at a time."""

    def __init__(self, data_dir: Path, clock: Clock = now_ms) -> None:
        self._clock = clock
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            data_dir / STORE_FILE, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            self._database.row_factory = sqlite3.Row
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA foreign_keys = ON")
            self._prepare(data_dir / STORE_FILE)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def create(self, order: ClipOrder | LibraryOrder, schedule: Schedule, limits: AccountLimits) -> Task:
        """Check the external id, the pack and the number of open tasks, and insert: one transaction.

        Which of them Kling checks first is not known; here it is in this order.

        Raises:
            Refusal: 400/1201 for an id that is taken, 429/1102 when the pack cannot pay, 429/1303 when the places are
                taken. Nothing is stored.
        """
        created_ms = self._clock()
        with self._transaction():
            if order.external_task_id is not None and self._exists("external_task_id", order.external_task_id):
                raise duplicate_external_id(order.external_task_id)
            due_ms = created_ms + schedule.total_ms
            task = Task(
                task_id=self._new_id(),
                video_id=self._new_id(),
                external_task_id=order.external_task_id,
                product=order.product,
                clip=_clip_facts(order),
                units=order.units,
                created_ms=created_ms,
                processing_ms=created_ms + schedule.submitted_ms,
                due_ms=due_ms,
                stuck=schedule.stuck,
                failure=schedule.failure,
                finished_ms=due_ms if schedule.failure is not None and not schedule.stuck else None,
                standard=order.standard if isinstance(order, ClipOrder) else "legacy",
                callback_url=order.callback_url,
            )
            if isinstance(order, LibraryOrder):
                task = replace(task, package_type=order.package_type, slots=order.slots, facts=order.facts)
            self._check_pack(task, limits)
            if task.slots and self._open_slots(task.package_type, created_ms) + task.slots > limits.concurrency:
                raise too_many_tasks()
            self._insert(task, order)
        return task

    def new_result_id(self) -> str:
        """An id that no task and no result has."""
        with self._lock:
            return self._new_id()

    def add_ended(self, order: LibraryOrder, result_id: str, limits: AccountLimits) -> Task:
        """Insert a call that was answered at once and is billed; its task id is its result's id too.

        Raises:
            Refusal: 429/1102 when the pack cannot pay. Nothing is stored.
        """
        at_ms = self._clock()
        with self._transaction():
            task = Task(
                task_id=result_id,
                video_id=result_id,
                external_task_id=None,
                product=order.product,
                clip=_clip_facts(order),
                units=order.units,
                created_ms=at_ms,
                processing_ms=at_ms,
                due_ms=at_ms,
                stuck=False,
                failure=None,
                finished_ms=at_ms,
                package_type=order.package_type,
                slots=0,
                facts=order.facts,
            )
            self._check_pack(task, limits)
            self._insert(task, order)
        return task

    @property
    def account_id(self) -> str:
        """The number of the one account: what the voices and elements made here are owned by."""
        return self._account["id"]

    def packs(self, limits: AccountLimits) -> list[ResourcePack]:
        """All packs up to now, those that are over too, oldest first."""
        at_ms = self._clock()
        return [
            self._pack(package_type, number, limits)
            for number in range(pack_number(at_ms, self._began_ms) + 1)
            for package_type in PACKAGE_TYPES
            if limits.units[package_type] > 0
        ]

    def pack_of(self, task: Task, limits: AccountLimits) -> tuple[str, Decimal]:
        """The id of the pack that paid for a task that has succeeded, and what it held before."""
        number = pack_number(task.finished_ms or 0, self._began_ms)
        pack_begins, _ = self._period(number)
        spent = self._units_of(
            "package_type = ? AND finished_ms >= ? AND (finished_ms < ? OR finished_ms = ? AND seq < ?)",
            (task.package_type, pack_begins, task.finished_ms, task.finished_ms, task.seq),
        )
        return pack_id(self.account_id, task.package_type, number), limits.units[task.package_type] - spent

    def billed_between(self, start_ms: int, end_ms: int) -> list[Task]:
        """Tasks created in that time that have succeeded by now and cost something, newest first."""
        return self._many(
            "SELECT * FROM tasks WHERE created_ms BETWEEN ? AND ? AND failure IS NULL AND finished_ms <= ?"
            " AND CAST(units AS REAL) > 0 ORDER BY seq DESC",
            (start_ms, end_ms, self._clock()),
        )

    def set_deleted(self, task_id: str) -> None:
        """The voice or element that the task made is deleted; its files stay until their addresses expire (guess)."""
        with self._transaction() as database:
            database.execute("UPDATE tasks SET deleted_ms = ? WHERE task_id = ?", (self._clock(), task_id))

    def find(self, product: TaskProduct, wanted: str) -> Task | None:
        """The legacy task of this product with the id or the external id `wanted`; the id goes first.

        That a task of the new standard is not found this way is a guess; nothing is known about it.
        """
        return self._one(
            "SELECT * FROM tasks WHERE standard = 'legacy' AND product = ? AND (task_id = ? OR external_task_id = ?)"
            " ORDER BY task_id = ? DESC LIMIT 1",
            (product, wanted, wanted, wanted),
        )

    def find_any(self, column: Literal["task_id", "external_task_id"], wanted: str) -> Task | None:
        """The task of either standard and any product; what ended at once is no task."""
        query = f"SELECT * FROM tasks WHERE product <> 'identify-face' AND {column} = ?"  # noqa: S608  # two literals
        return self._one(query, (wanted,))

    def created_between(self, start_ms: int, end_ms: int, below_seq: int | None, count: int) -> list[Task]:
        """Up to `count` tasks of either standard, newest first; `below_seq` leaves out that one and all after it."""
        return self._many(
            "SELECT * FROM tasks WHERE product <> 'identify-face' AND created_ms BETWEEN ? AND ?"
            " AND (? IS NULL OR seq < ?) ORDER BY seq DESC LIMIT ?",
            (start_ms, end_ms, below_seq, below_seq, count),
        )

    def with_callback(self) -> list[Task]:
        """Tasks with a callback address whose end was not told yet, oldest first."""
        return self._many(
            "SELECT * FROM tasks WHERE callback_url IS NOT NULL"
            " AND (told IS NULL OR told NOT IN ('succeed', 'failed')) ORDER BY seq",
            (),
        )

    def set_told(self, task_id: str, status: TaskStatus) -> None:
        """Callbacks up to `status` are done with."""
        with self._transaction() as database:
            database.execute("UPDATE tasks SET told = ? WHERE task_id = ?", (status, task_id))

    def find_video(self, video_id: str) -> Task | None:
        return self._one("SELECT * FROM tasks WHERE video_id = ?", (video_id,))

    def page(self, product: TaskProduct, number: int, size: int, *, deleted: bool = True) -> list[Task]:
        """Page `number` (from 1) of the product's legacy tasks, newest first, with or without what was deleted."""
        return self._many(
            "SELECT * FROM tasks WHERE standard = 'legacy' AND product = ? AND (? OR deleted_ms IS NULL)"
            " ORDER BY seq DESC LIMIT ? OFFSET ?",
            (product, deleted, size, (number - 1) * size),
        )

    def unrendered(self) -> list[Task]:
        """Tasks whose clip is still to be made, oldest first."""
        return self._many("SELECT * FROM tasks WHERE finished_ms IS NULL AND stuck = 0 ORDER BY seq", ())

    def succeeded(self) -> list[Task]:
        """Tasks, and billed calls, that have ended well by now, oldest first."""
        query = "SELECT * FROM tasks WHERE failure IS NULL AND finished_ms <= ? ORDER BY seq"
        return self._many(query, (self._clock(),))

    def images(self, task_id: str) -> dict[str, SourceImage]:
        """The images a task was created with, by field name."""
        with self._lock:
            rows = self._database.execute(
                "SELECT field, url, content FROM images WHERE task_id = ? AND field <> ?", (task_id, _SOUND)
            ).fetchall()
        return {row["field"]: SourceImage(url=row["url"], content=row["content"]) for row in rows}

    def sound(self, task_id: str) -> SourceSound | None:
        """The sound a task was created with."""
        with self._lock:
            row = self._database.execute(
                "SELECT url, content FROM images WHERE task_id = ? AND field = ?", (task_id, _SOUND)
            ).fetchone()
        return None if row is None else SourceSound(url=row["url"], content=row["content"])

    def set_rendered(self, task_id: str) -> None:
        """The clip is whole on disk: the task succeeds at its due time, or now when that is over."""
        with self._transaction() as database:
            database.execute(
                "UPDATE tasks SET finished_ms = max(due_ms, ?) WHERE task_id = ? AND finished_ms IS NULL",
                (self._clock(), task_id),
            )

    def set_measured(self, task_id: str, clip: ClipFacts, units: Decimal) -> None:
        """What is known of a task only after its reference video was looked at."""
        with self._transaction() as database:
            database.execute(
                "UPDATE tasks SET clip = ?, units = ? WHERE task_id = ?",
                (json.dumps(asdict(clip)), str(units), task_id),
            )

    def set_failed(self, task_id: str, message: str) -> None:
        """The task fails, at the earliest when `submitted` is over."""
        with self._transaction() as database:
            database.execute(
                "UPDATE tasks SET finished_ms = max(processing_ms, ?), failure = ?"
                " WHERE task_id = ? AND finished_ms IS NULL",
                (self._clock(), message, task_id),
            )

    def _prepare(self, path: Path) -> None:
        with self._transaction() as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {_VERSION}")
            elif version in _UPGRADES:
                for older in range(version, _VERSION):
                    for statement in filter(str.strip, _UPGRADES[older].split(";")):
                        database.execute(statement)
                database.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                raise ValueError(
                    f"{path} was written by another version of the sandbox (format {version}, not {_VERSION});"
                    " use another folder or delete it"
                )

            for name, value in (("id", self._new_id()), ("began_ms", str(self._clock()))):
                database.execute("INSERT OR IGNORE INTO account VALUES (?, ?)", (name, value))
            self._account: dict[str, str] = dict(
                tuple(row) for row in database.execute("SELECT name, value FROM account").fetchall()
            )

    @property
    def _began_ms(self) -> int:
        return int(self._account["began_ms"])

    def _period(self, number: int) -> tuple[int, int]:
        """When the pack `number` begins and ends; the first also pays for what was before it."""
        begins_ms = self._began_ms + number * PERIOD_MS
        return (begins_ms if number else 0), begins_ms + PERIOD_MS

    def _pack(self, package_type: PackageType, number: int, limits: AccountLimits) -> ResourcePack:
        begins_ms, ends_ms = self._period(number)
        spent = self._units_of(
            "package_type = ? AND finished_ms >= ? AND finished_ms < ? AND finished_ms <= ?",
            (package_type, begins_ms, ends_ms, self._clock()),
        )
        return ResourcePack(
            package_type=package_type,
            name=pack_name(package_type, limits),
            pack_id=pack_id(self.account_id, package_type, number),
            total=limits.units[package_type],
            spent=spent,
            begins_ms=self._began_ms + number * PERIOD_MS,
            ends_ms=ends_ms,
        )

    def _check_pack(self, task: Task, limits: AccountLimits) -> None:
        """Refuse a task whose price the pack could not pay once all open tasks have ended well."""
        at_ms = task.created_ms
        pack = self._pack(task.package_type, pack_number(at_ms, self._began_ms), limits)
        reserved = self._units_of(
            "package_type = ? AND (finished_ms IS NULL OR finished_ms > ?)", (task.package_type, at_ms)
        )
        free = pack.total - pack.spent - reserved
        # The price of some clips is known only later; they need a pack with something in it.
        if free < task.units or (task.slots and free <= 0):
            raise balance_not_enough()

    def _units_of(self, condition: str, values: tuple[object, ...]) -> Decimal:
        """What the tasks that have not failed cost together; `condition` is SQL of this class."""
        parts = f"coalesce(sum(CAST(round(CAST(units AS REAL) * {_PARTS_OF_A_UNIT}) AS INTEGER)), 0)"
        query = f"SELECT {parts} FROM tasks WHERE failure IS NULL AND {condition}"  # noqa: S608  # none comes from outside
        with self._lock:
            (total,) = self._database.execute(query, values).fetchone()
        return Decimal(total) / _PARTS_OF_A_UNIT

    def _open_slots(self, package_type: PackageType, at_ms: int) -> int:
        (slots,) = self._database.execute(
            "SELECT coalesce(sum(slots), 0) FROM tasks WHERE package_type = ?"
            " AND (finished_ms IS NULL OR finished_ms > ?)",
            (package_type, at_ms),
        ).fetchone()
        return int(slots)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            # IMMEDIATE takes the write lock before the check, so no other process can slip in after it.
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _insert(self, task: Task, order: ClipOrder | LibraryOrder) -> None:
        self._database.execute(
            "INSERT INTO tasks (task_id, video_id, external_task_id, product, clip, units, created_ms, processing_ms,"
            " due_ms, stuck, failure, finished_ms, standard, callback_url, package_type, slots, facts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                task.task_id,
                task.video_id,
                task.external_task_id,
                task.product,
                json.dumps(asdict(task.clip)),
                str(task.units),
                task.created_ms,
                task.processing_ms,
                task.due_ms,
                task.stuck,
                task.failure,
                task.finished_ms,
                task.standard,
                task.callback_url,
                task.package_type,
                task.slots,
                json.dumps(task.facts),
            ),
        )
        for name, given in _files(order).items():
            if given is not None:
                self._database.execute(
                    "INSERT INTO images (task_id, field, url, content) VALUES (?, ?, ?, ?)",
                    (task.task_id, name, given.url, given.content),
                )

    def _new_id(self) -> str:
        while True:
            made = str(10**17 + secrets.randbelow(9 * 10**17))
            if not self._exists("task_id", made) and not self._exists("video_id", made):
                return made

    def _exists(self, column: Literal["task_id", "video_id", "external_task_id"], value: str) -> bool:
        query = f"SELECT 1 FROM tasks WHERE {column} = ?"  # noqa: S608  # one of three literals
        return self._database.execute(query, (value,)).fetchone() is not None

    def _one(self, query: str, values: tuple[object, ...]) -> Task | None:
        found = self._many(query, values)
        return found[0] if found else None

    def _many(self, query: str, values: tuple[object, ...]) -> list[Task]:
        with self._lock:
            rows = self._database.execute(query, values).fetchall()
        return [_task(row) for row in rows]


def _clip_facts(order: ClipOrder | LibraryOrder) -> ClipFacts:
    if isinstance(order, LibraryOrder):
        return ClipFacts(
            model_name=order.model_name,
            quality="",
            duration_s=0,
            rate_fps=0,
            sound=False,
            text="",
            aspect_ratio="",
            watermark=order.watermark,
        )
    return ClipFacts(
        model_name=order.model_name,
        quality=order.quality,
        duration_s=order.duration_s,
        rate_fps=order.rate_fps,
        sound=order.sound,
        text=order.text,
        aspect_ratio=order.aspect_ratio,
        watermark=order.watermark,
        video_url=order.video_url,
        orientation=order.orientation,
    )


def _files(order: ClipOrder | LibraryOrder) -> dict[str, SourceImage | SourceSound | None]:
    if isinstance(order, LibraryOrder):
        return {**order.images, _SOUND: order.sound}
    return {"image": order.image, "image_tail": order.image_tail}


def _task(row: sqlite3.Row) -> Task:
    return Task(
        task_id=row["task_id"],
        video_id=row["video_id"],
        external_task_id=row["external_task_id"],
        product=row["product"],
        clip=ClipFacts(**json.loads(row["clip"])),
        units=Decimal(row["units"]),
        created_ms=row["created_ms"],
        processing_ms=row["processing_ms"],
        due_ms=row["due_ms"],
        stuck=bool(row["stuck"]),
        failure=row["failure"],
        finished_ms=row["finished_ms"],
        standard=row["standard"],
        callback_url=row["callback_url"],
        told=row["told"],
        seq=row["seq"],
        package_type=row["package_type"],
        slots=row["slots"],
        facts=json.loads(row["facts"]),
        deleted_ms=row["deleted_ms"],
    )
