# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch takes: time against the ideal, requests for each shot, memory; with faults and kills on request.

    python -m tests.bench.batch_run [--shots 40] [--speed 20] [--places 5] [--kills 10] [--faults] [--small]

The ideal is the seconds of all tasks divided by the places, which no order can better. `--small` makes short sides, so
that rendering fake clips is not what is measured. `--every-mode` uses the list of the contract test, several times.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from addon.batch.inputs import Inputs
from addon.batch.plan import Choice, plan_batch
from addon.batch.wanted_list import read_wanted
from addon.jobs.ledger import Ledger
from addon.media.probe import probe_clip
from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.contract.test_batch import EVERY_MODE
from tests.rehearsal import ROOT, Rehearsal
from tests.sandbox.reference_host import write_video
from tests.unit.test_media import write_picture

KILL_LIMIT_S = 20.0
"""Killed by then at the latest, where it makes nothing more."""
CREATE = {"method": "POST", "path": "/v1/videos"}
WORST = (
    Fault("drop_after", when=[1, 7, 19], **CREATE),
    Fault("drop_before", when=[3, 11], **CREATE),
    Fault("garbage", when=[4, 13], accept=True, **CREATE),
    Fault("html", when=[5], accept=True, **CREATE),
    Fault("status", when=[8, 21], code=5000, accept=True, **CREATE),
    Fault("status", when=[9, 10], code=1302, **CREATE),
    Fault("delay", when=[14], seconds=3, **CREATE),
    Fault("status_backwards", method="GET", path="/v1/videos", when=[4, 9, 16]),
    Fault("html", method="GET", path="/v1/videos", when=[6, 20]),
    Fault("cut_body", method="GET", when=[1, 8], body_bytes=5000),
    Fault("corrupt_body", method="GET", when=[3, 12]),
    Fault("expire_url", method="GET", when=[5, 15]),
)


def shot_list(folder: Path, shots: int, *, every_mode: bool) -> Path:
    write_video(folder / "dance.mp4", 120, Fraction(24))
    write_picture(folder / "anna.png", 640, 360)
    path = folder / "list.toml"
    if not every_mode:
        path.write_text("".join(f'[[shot]]\nid = "s{n:04}"\nprompt = "shot {n}"\n' for n in range(shots)))
        return path
    head, *tables = EVERY_MODE.split("[[shot]]")
    blocks = []
    for number in range(shots):
        block = tables[number % len(tables)]
        group = number // len(tables)
        block = re.sub(r'id = "([\w-]+)"', rf'id = "\1-{group}"', block)
        block = re.sub(r"(first frame|last frame|clip) of ([\w-]+)", rf"\1 of \2-{group}", block)
        blocks.append(block)
    path.write_text("[[shot]]".join([head, *blocks]), encoding="utf-8")
    return path


def run(rehearsal: Rehearsal, path: Path, *, kill_after: int | None = None) -> tuple[dict, float, int]:
    """Its JSON, seconds and peak memory in KiB; killed once it has made so many more tasks."""
    keys = rehearsal.server.credentials
    environ = {
        **os.environ, "PYTHONPATH": str(ROOT), "RETAKE_HOME": str(rehearsal.folder / "home"),
        "KLING_BASE_URL": rehearsal.server.base_url, "KLING_API_KEY": keys.api_key,
    }  # fmt: skip
    began, seen = time.monotonic(), sum(rehearsal.server.accepted_creates().values())
    out = rehearsal.folder / "out.json"
    with out.open("wb") as results, (rehearsal.folder / "err.txt").open("wb") as notes:
        child = subprocess.Popen(
            [sys.executable, "-m", "addon", "batch", str(path), "--json"], env=environ, stdout=results, stderr=notes
        )
        ends_at = time.monotonic() + KILL_LIMIT_S
        while kill_after is not None and time.monotonic() < ends_at:
            if sum(rehearsal.server.accepted_creates().values()) >= seen + kill_after:
                child.send_signal(signal.SIGKILL)
                break
            time.sleep(0.05)
        _, _, usage = os.wait4(child.pid, 0)
    text = out.read_text(encoding="utf-8")
    return json.loads(text) if text else {}, time.monotonic() - began, usage.ru_maxrss


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=int, default=40)
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--places", type=int, default=5)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--every-mode", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = shot_list(folder, asked.shots, every_mode=asked.every_mode)
        settings = SandboxSettings(
            data_dir=folder / "sandbox", speed=asked.speed, concurrency=asked.places,
            picture_divisor=(2 if asked.every_mode else 8) if asked.small else 1, faults=WORST if asked.faults else (),
        )  # fmt: skip
        with SandboxServer(settings) as server:
            rehearsal = Rehearsal(server, folder)
            plan = plan_batch(read_wanted(path), (), rehearsal.settings, Inputs(rehearsal.settings, folder), Choice())
            lanes = plan.lanes({}, whole=True)
            ideal = sum(lane.seconds for lane in lanes) / asked.places / asked.speed
            for _ in range(asked.kills):
                run(rehearsal, path, kill_after=3)
            done, seconds, memory_kib = run(rehearsal, path)
            states = [shot["state"] for shot in done.get("shots", ())]
            accepted = server.accepted_creates()
            bill = sum((units for _, _, units in server.charges()), Decimal(0))
            whole = 0
            ledger = Ledger(folder / "home" / "ledger.db")
            for job in ledger.jobs():
                if job.facts is not None:
                    whole += probe_clip(job.file).frame_count == job.facts.frame_count
            ledger.close()
            print(
                f"{len(lanes)} takes of {asked.shots} shots, {asked.places} places, {asked.speed:g} times Kling's speed"
            )
            print(f"states: { {state: states.count(state) for state in sorted(set(states))} }")
            if not asked.kills:
                print(f"{seconds:.1f} s against an ideal of {ideal:.1f} s: {seconds / ideal:.2f}")
            print(f"requests: {len(server.requests())}, {len(server.requests()) / len(lanes):.1f} for each take")
            print(f"peak memory: {memory_kib / 1024:.0f} MiB")
            print(f"accepted creates for each take: at most {max(accepted.values())}, {sum(accepted.values())} in all")
            print(f"whole files: {whole}; spent {done.get('spent_units')} units, the sandbox's bill {bill}")
            print((folder / "err.txt").read_text()[-600:] if set(states) != {"ready"} else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
