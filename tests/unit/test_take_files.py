# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes' files: their order, their small pictures, and the place deleted ones can be got back from."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import pytest

from addon.errors import StorageError
from addon.jobs.deleted_takes import bring_back, deleted_place, deleted_takes, put_away
from addon.jobs.take_file import look_at
from addon.media.slate import make_slate
from addon.media.thumbnail import thumbnail_of
from addon.timeline.take_order import neighbour

SIDECAR = {
    "shot": "s010", "take": 2, "file": "a.mp4", "job": "0" * 32, "request": {"prompt": "rain"}, "billed_units": "1.5",
    "frame_count": 121, "rate": "24", "has_sound": True, "created_at_utc": "2026-05-04T12:00:00+00:00",
}  # fmt: skip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    make_slate(path, 25, Fraction(24), (320, 180))
    path.with_suffix(".json").write_text(json.dumps(SIDECAR), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("numbers", "shown", "step", "found"),
    [
        ([1, 2, 3], 1, 1, 2),
        ([3, 1, 2], 2, -1, 1),
        ([1, 2], 2, 1, None),
        ([1, 2], 1, -1, None),
        ([1, 4], 2, 1, 4),
        ([1, 4], 3, -1, 1),
        ([1, 2], 0, 1, 1),
        ([], 0, 1, None),
    ],
)
def test_the_take_beside(numbers: list[int], shown: int, step: int, found: int | None) -> None:
    assert neighbour(numbers, shown, step) == found


def test_a_thumbnail_is_small_and_made_once(clip: Path, tmp_path: Path) -> None:
    path = thumbnail_of(clip, tmp_path / "thumbs")
    assert path is not None
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (160, 90)
    written = path.stat().st_mtime_ns
    clip.rename(tmp_path / "b.mp4")
    assert thumbnail_of(tmp_path / "b.mp4", tmp_path / "thumbs") == path
    assert path.stat().st_mtime_ns == written


def test_what_is_no_clip_has_no_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"not a clip at all" * 100)
    assert thumbnail_of(tmp_path / "a.mp4", tmp_path / "thumbs") is None
    assert look_at(tmp_path / "a.mp4", tmp_path / "thumbs").is_there


def test_a_deleted_take_is_found_and_comes_back(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    put_away(clip)
    assert not clip.exists()
    look = look_at(clip, tmp_path / "thumbs")
    assert (look.is_there, look.is_deleted) == (False, True)
    assert look.made_at is not None
    assert look.made_at.isoformat()[:7] == "2026-05"
    (take,) = deleted_takes(tmp_path, "s010")
    assert (take.file, take.number, take.cost_units, take.rate) == (clip, 2, Decimal("1.5"), 24)
    assert deleted_takes(tmp_path, "other") == []
    bring_back(clip)
    assert clip.read_bytes() == data
    assert clip.with_suffix(".json").is_file()
    assert deleted_takes(tmp_path, "s010") == []


def test_nothing_is_written_over(clip: Path) -> None:
    put_away(clip)
    clip.write_bytes(b"another take")
    with pytest.raises(StorageError, match="already"):
        put_away(clip)
    with pytest.raises(StorageError, match="already"):
        bring_back(clip)
    assert clip.read_bytes() == b"another take"
    assert deleted_place(clip).is_file()


def test_a_move_that_fails_halfway_is_taken_back(clip: Path) -> None:
    sidecar_s_place = deleted_place(clip).with_suffix(".json")
    (sidecar_s_place / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be moved"):
        put_away(clip)
    assert clip.is_file()
    assert clip.with_suffix(".json").is_file()


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", json.dumps(SIDECAR | {"rate": "1/0"}), json.dumps(SIDECAR | {"file": "../a.mp4"})]
)
def test_a_sidecar_that_says_nothing_is_passed_over(clip: Path, tmp_path: Path, text: str) -> None:
    put_away(clip)
    deleted_place(clip).with_suffix(".json").write_text(text, encoding="utf-8")
    assert deleted_takes(tmp_path, "s010") == []
