# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of the project, one nox session each; `nox -s test` runs them all, one after the other.

Two Pythons are needed for everything: 3.11 (Blender 4.5, 5.0) and 3.13 (Blender 5.2). With one of them, what it can run
runs, and what could not is named at the end; with CI in the environment that fails the run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nox

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
TALLY = BUILD / "tally.tsv"
REPORT = BUILD / "report.txt"
CI = bool(os.environ.get("CI"))

BLENDERS = {"4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}
LAYERS = ("unit", "sandbox", "contract", "property", "blender", "zip", "gui")
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
RUNTIME: list[str] = [*PROJECT["dependencies"], *EXTRAS["exchange"], *EXTRAS["sandbox"]]
# retake[…] among the dev tools is what RUNTIME lists; the project itself is tested in place, never installed.
TOOLS = [line for line in EXTRAS["dev"] if not line.startswith("retake[")]

# A file to a process, for what a module's tests share is made once. More processes than a small machine has cores: most
# of a test is waiting for the local Kling.
SPREAD = ("-n", "4", "--dist", "loadfile")

nox.options.sessions = ["test"]


def find_python(version: str) -> str | None:
    """A Python that runs and can make environments: a name on PATH may be a shim that only prints an error."""
    name = f"python{version}"
    folders = os.environ.get("PATH", "").split(os.pathsep)
    candidates = [found for folder in folders if (found := shutil.which(name, path=folder))]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))
    probe = f"import ensurepip, ssl, sqlite3, venv, sys; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    for candidate in candidates:
        if subprocess.run([candidate, "-c", probe], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


PYTHONS = {version: find_python(version) for version in ("3.11", "3.13")}


def missing() -> list[str]:
    lines = [f"unit and property on Python {version}" for version, found in PYTHONS.items() if not found]
    for blender, version in BLENDERS.items():
        if not PYTHONS[version]:
            lines += [f"blender, zip and bench on Blender {blender} (Python {version})"]
    if not os.environ.get("BLENDER"):
        lines.append("gui (BLENDER names no Blender program)")
    return lines


def make_python(session: nox.Session, version: str, folder: Path, *requirements: str) -> Path:
    """The Python of an environment with `requirements`, made anew where they are not what it was made with."""
    if not PYTHONS[version]:
        (session.error if CI else session.skip)(f"no Python {version}")
    python, ready = folder / "bin" / "python", folder / ".ready"
    wanted = "\n".join(requirements)
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        session.run(PYTHONS[version], "-m", "venv", "--clear", str(folder), external=True)
        session.run(str(python), "-m", "pip", "install", "--quiet", *requirements, external=True)
        ready.write_text(wanted, encoding="utf-8")
    return python


def own_python(session: nox.Session, version: str | None = None) -> Path:
    """A Python with what the project and its checks need, one for all sessions without Blender: it is half a gigabyte.

    Without a version, of the first one that is there.
    """
    version = version or next((one for one, found in PYTHONS.items() if found), "3.11")
    return make_python(session, version, BUILD / "python" / version, *RUNTIME, *TOOLS)


def run_limited(session: nox.Session, minutes: float, *command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command that may crash or hang, as anything with bpy may: past the limit its whole group is killed."""
    session.log(" ".join(map(str, command)))
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    child = subprocess.Popen(
        [*map(str, command)], env={**os.environ, "PATH": path, **(env or {})}, start_new_session=True
    )
    try:
        code = child.wait(timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        session.error(f"no end within {minutes} minutes")
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if code:
        session.error(f"exit code {code}")


def pytest(
    session: nox.Session,
    python: Path,
    label: str,
    layers: Iterable[str],
    minutes: float,
    env: dict[str, str] | None = None,
    options: Iterable[str] = (),
) -> None:
    layers = list(layers)
    folders = [f"tests/{layer}" for layer in layers if any((ROOT / "tests" / layer).rglob("test_*.py"))]
    required = {name for name in os.environ.get("RETAKE_REQUIRE_LAYERS", "").split(",") if name in layers}
    if not folders:
        (session.error if required else session.skip)(f"no test in {', '.join(layers)}")
    BUILD.mkdir(exist_ok=True)
    own = {"RETAKE_TALLY": str(TALLY), "RETAKE_TALLY_LABEL": label, "RETAKE_REQUIRE_LAYERS": ",".join(sorted(required))}
    options = ["-o", "faulthandler_timeout=120", *options, *session.posargs]
    run_limited(session, minutes, python, "-m", "pytest", *options, *folders, env={**own, **(env or {})})


def blender_python(session: nox.Session, blender: str) -> Path:
    """A Python with bpy and all that the project and its checks need."""
    folder = BUILD / "python" / f"blender-{blender}"
    return make_python(session, BLENDERS[blender], folder, f"bpy=={blender}.*", *RUNTIME, *TOOLS)


def bpy_pythons(session: nox.Session) -> dict[str, Path]:
    """Pythons with bpy and nothing else, by Blender's version: what an installed extension meets, made once."""
    pythons = {}
    for blender, version in BLENDERS.items():
        if not PYTHONS[version]:
            session.warn(f"no Python {version}: Blender {blender} is left out")
            continue
        pythons[blender] = make_python(session, version, BUILD / "bpy" / blender, f"bpy=={blender}.*")
    if not pythons:
        session.error("no Python for any Blender: 3.11 or 3.13 is needed")
    return pythons


def build_zip(session: nox.Session, python: Path, *options: str) -> Path:
    """The path of the zip that `python -m addon.dev zip` built; its last line is `<path>  <size>`."""
    printed = session.run(str(python), "-m", "addon.dev", "zip", *options, external=True, silent=True)
    assert isinstance(printed, str)
    session.log(printed.strip())
    return Path(printed.strip().splitlines()[-1].rpartition("  ")[0])


@nox.session(python=False)
def lint(session: nox.Session) -> None:
    programs = own_python(session).parent
    for command in ("ruff check .", "ruff format --check .", "lint-imports", "mypy"):
        name, *arguments = command.split()
        session.run(str(programs / name), *arguments, external=True)


def unit_on(version: str) -> str:
    @nox.session(name=f"unit-{version}", python=False)
    def unit_session(session: nox.Session) -> None:
        """Functions and files alone."""
        pytest(session, own_python(session, version), f"Python {version}", ("unit",), minutes=10, options=SPREAD)

    return f"unit-{version}"


@nox.session(python=False)
def kling(session: nox.Session) -> None:
    """The local Kling, and the client against it: a Python each, as Blender's layer runs both on every one of them."""
    found = [version for version, python in PYTHONS.items() if python]
    for layer, version in zip(("sandbox", "contract"), (found[0], found[-1]), strict=True) if found else ():
        pytest(session, own_python(session, version), f"Python {version}", (layer,), minutes=15, options=SPREAD)


def property_on(version: str) -> str:
    @nox.session(name=f"property-{version}", python=False)
    def property_session(session: nox.Session) -> None:
        """Random histories of shots, faults, kills and restarts against the local Kling; in CI 500 on each Python."""
        python = own_python(session, version)
        examples = os.environ.get("RETAKE_EXAMPLES", "500" if CI else "100")
        # One test plays all histories: it may take longer than any other, which go on beside it.
        patient = ("-o", "faulthandler_timeout=600", "-n", "2", "--dist", "loadfile")
        pytest(session, python, f"Python {version}", ("property",), 15, {"RETAKE_EXAMPLES": examples}, patient)

    return f"property-{version}"


def blender_on(blender: str) -> str:
    @nox.session(name=f"blender-{blender}", python=False)
    def blender_session(session: nox.Session) -> None:
        """The layer inside bpy."""
        python = blender_python(session, blender)
        pytest(session, python, f"Blender {blender}", ("blender",), minutes=20, options=SPREAD)

    return f"blender-{blender}"


UNIT = [unit_on(version) for version in PYTHONS]
PROPERTY = [property_on(version) for version in PYTHONS]
BLENDER = [blender_on(blender) for blender in BLENDERS]


@nox.session(python=False)
def unit(session: nox.Session) -> None:
    for name in UNIT:
        session.notify(name)


@nox.session(name="property", python=False)
def property_(session: nox.Session) -> None:
    for name in PROPERTY:
        session.notify(name)


@nox.session(python=False)
def blender(session: nox.Session) -> None:
    for name in BLENDER:
        session.notify(name)


@nox.session(name="zip", python=False)
def zip_(session: nox.Session) -> None:
    """Build the zip with Blender's own tool, install it into every Blender."""
    pythons = bpy_pythons(session)
    built = build_zip(session, next(iter(pythons.values())))
    python = own_python(session)
    named = os.pathsep.join(f"{blender}={python}" for blender, python in pythons.items())
    pytest(session, python, ", ".join(pythons), ("zip",), 15, {"RETAKE_BPY": named, "RETAKE_ZIP": str(built)})


@nox.session(python=False)
def gui(session: nox.Session) -> None:
    """The extension in the Blender program that BLENDER names; without one its tests are skipped, loudly."""
    env = {}
    if os.environ.get("BLENDER"):
        built = build_zip(session, next(iter(bpy_pythons(session).values())), "--test-python", "3.14")
        env = {"BLENDER": str(Path(os.environ["BLENDER"]).resolve()), "RETAKE_PROGRAM_ZIP": str(built)}
    pytest(session, own_python(session), "program", ("gui",), 15, env)


@nox.session(python=False)
def pictures(session: nox.Session) -> None:
    """The pictures of the README, taken in the Blender program that BLENDER names."""
    built = build_zip(session, next(iter(bpy_pythons(session).values())), "--test-python", "3.14")
    env = {
        "BLENDER": str(Path(os.environ["BLENDER"]).resolve()),
        "RETAKE_PROGRAM_ZIP": str(built),
        "RETAKE_PICTURES": str(ROOT / "tests/gui/pictures"),
    }
    python = own_python(session)
    run_limited(session, 10, python, "-m", "pytest", "tests/gui/test_states.py", "-k", "an_editor", env=env)


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Numbers to read, on every Blender; nothing here passes or fails by them."""
    pythons = bpy_pythons(session)
    first = next(iter(pythons.values()))
    built = build_zip(session, first)
    for blender_python in pythons.values():
        run_limited(session, 5, blender_python, "tests/bench/enable_time.py", built)
    python = own_python(session)
    every = ("--every", "5") if CI else ()
    run_limited(session, 5, python, "tests/bench/reference_report.py", *every)
    run_limited(session, 5, python, "tests/bench/exchange_speed.py")
    run_limited(session, 10, python, "-m", "tests.bench.batch_run", "--small")
    has_melt = shutil.which("melt") is not None
    if not has_melt:
        session.warn("no melt: exported edits are not rendered")
    for blender in pythons:
        run_limited(session, 10, blender_python(session, blender), "-m", "tests.bench.import_speed", "1000", "10000")
        if has_melt:
            run_limited(session, 5, blender_python(session, blender), "tests/bench/render_comparison.py")
    if not os.environ.get("BLENDER"):
        session.warn("BLENDER names no Blender program: the ticks in the window are not measured")
        return
    built = build_zip(session, first, "--test-python", "3.14")
    env = {"BLENDER": str(Path(os.environ["BLENDER"]).resolve())}
    shots = "40" if CI else "200"
    run_limited(session, 10, python, "tests/bench/tick_time.py", built, "--shots", shots, env=env)
    run_limited(session, 10, python, "tests/bench/exchange_ticks.py", built, "1000", env=env)


@nox.session(python=False)
def demo(session: nox.Session) -> None:
    run_limited(session, 10, "make", "demo")


@nox.session(python=False)
def test(session: nox.Session) -> None:
    """Everything, then the totals."""
    TALLY.unlink(missing_ok=True)
    for name in ("lint", *UNIT, "kling", *PROPERTY, *BLENDER, "zip", "gui", "demo", "report"):
        session.notify(name)


@nox.session(python=False)
def report(session: nox.Session) -> None:
    """Totals of the tests by layer, and what could not run."""
    rows = [line.split("\t") for line in TALLY.read_text(encoding="utf-8").splitlines()] if TALLY.exists() else []
    lines = ["", "tests by layer"]
    totals = [0, 0, 0]
    for layer, label, *counts in rows:
        totals = [total + int(count) for total, count in zip(totals, counts, strict=True)]
        lines.append("  {:9} {:16} {:>5} passed, {} failed, {} skipped".format(layer, label, *counts))
    lines += [f"  {layer:9} did not run" for layer in LAYERS if layer not in {row[0] for row in rows}]
    if absent := missing():
        lines += ["could not run on this machine", *(f"  {line}" for line in absent)]
    lines += ["", "{} passed, {} failed, {} skipped".format(*totals)]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(REPORT.read_text(encoding="utf-8"))
    sys.stdout.flush()
    if absent and CI:
        session.error("in CI everything has to run")
