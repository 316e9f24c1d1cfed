# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys come from, where they are kept, and that they show nowhere else."""

from __future__ import annotations

import io
import json
import logging
import os
import shlex
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from addon.app import Host, load_settings, open_settings
from addon.errors import AccountError, InputError, RetakeError, StorageError
from addon.key_store import (
    KEYS_FILE,
    KeyFound,
    KeyKind,
    KeySource,
    KeyStatus,
    forget,
    key_host,
    os_keyring,
    read_keys,
    status,
    store,
)
from addon.kling.credentials import AccessKeyPair, ApiKey, Credential
from addon.redaction import REMOVED, RedactionFilter, redact

SINGAPORE = "api-singapore.klingai.com"
BEIJING = "api-beijing.klingai.com"
IN_BEIJING = {"KLING_BASE_URL": f"https://{BEIJING}"}

FROM_ENVIRONMENT = "env-4f1d09c2a87b6e53"
FROM_KEYRING = "ring-7c20e9b1d6f4a385"
FROM_FILE = "file-a1b2c3d4e5f60718"
ACCESS = "access-90ab12cd34ef56"
SECRET = "secret-6b5a4c3d2e1f0a9b8c7d"
SECRETS = (FROM_ENVIRONMENT, FROM_KEYRING, FROM_FILE, ACCESS, SECRET)

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are POSIX's")


class Ring:
    """A keyring's backend, as the `keyring` package hands it out (that package is not among Retake's own)."""

    def __init__(self) -> None:
        self.priority = 5.0
        self.entries: dict[tuple[str, str], str] = {}
        self.calls = 0
        self.before: Callable[[str], None] = lambda _: None
        """Runs at each call, with its name."""

    def get_password(self, service: str, username: str) -> str | None:
        self._call("get")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._call("set")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._call("delete")
        del self.entries[service, username]

    def put(self, host: str, **row: str) -> None:
        self.entries[os_keyring.SERVICE, host] = json.dumps(row)

    def _call(self, name: str) -> None:
        self.calls += 1
        self.before(name)


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    # None makes the import fail, as it does where the package is not installed.
    monkeypatch.setitem(sys.modules, "keyring", None)  # type: ignore[arg-type]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    package = ModuleType("keyring")
    package.get_keyring = lambda: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", package)
    return made


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger("retake")
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def write_file(home: Path, text: str | bytes, mode: int = 0o600) -> Path:
    home.mkdir(exist_ok=True)
    path = home / KEYS_FILE
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def whole(error: BaseException) -> str:
    """All that could ever be printed of an error: its text, repr, details, and the traceback with every cause."""
    texts = traceback.format_exception(error)
    cause: BaseException | None = error
    while cause is not None:
        # Some say more in a repr than in their text: that of a decoding error has all the bytes.
        texts += [str(cause), repr(cause), repr(vars(cause))]
        cause = cause.__cause__
    return "".join(texts)


def assert_clean(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text]


def refusal(action: Callable[[], object]) -> RetakeError:
    with pytest.raises(RetakeError) as caught:
        action()
    assert_clean(whole(caught.value))
    return caught.value


# Which key counts


def test_the_environment_comes_first_then_the_keyring_then_the_file(tmp_path: Path, ring: Ring) -> None:
    store(tmp_path, ApiKey(FROM_FILE), use_keyring=False)
    assert read_keys({}, tmp_path) == KeyFound(ApiKey(FROM_FILE), KeySource.FILE)
    ring.put(SINGAPORE, api_key=FROM_KEYRING)
    assert read_keys({}, tmp_path) == KeyFound(ApiKey(FROM_KEYRING), KeySource.KEYRING)
    found = read_keys({"KLING_API_KEY": FROM_ENVIRONMENT}, tmp_path)
    assert found == KeyFound(ApiKey(FROM_ENVIRONMENT), KeySource.ENVIRONMENT)
    assert read_keys({}, tmp_path, use_keyring=False) == KeyFound(ApiKey(FROM_FILE), KeySource.FILE)


def test_the_keyring_is_not_asked_where_the_environment_has_a_key_or_it_may_not_be(tmp_path: Path, ring: Ring) -> None:
    read_keys({"KLING_API_KEY": FROM_ENVIRONMENT}, tmp_path)
    store(tmp_path, ApiKey(FROM_FILE), use_keyring=False)
    read_keys({}, tmp_path, use_keyring=False)
    status({}, tmp_path, use_keyring=False)
    forget(tmp_path, use_keyring=False)
    assert ring.calls == 0


@pytest.mark.parametrize("with_keyring", [True, False])
@pytest.mark.parametrize(
    "credential", [ApiKey("api\"\\key#'=1234"), AccessKeyPair(ACCESS, SECRET)], ids=["key", "pair"]
)
def test_what_is_stored_is_found_and_can_be_forgotten(
    tmp_path: Path, ring: Ring, credential: Credential, with_keyring: bool
) -> None:
    source = KeySource.KEYRING if with_keyring else KeySource.FILE
    assert store(tmp_path, credential, use_keyring=with_keyring) is source
    assert read_keys({}, tmp_path) == KeyFound(credential, source)
    kind = KeyKind.API_KEY if isinstance(credential, ApiKey) else KeyKind.PAIR
    assert status({}, tmp_path) == KeyStatus(SINGAPORE, kind, source)
    assert (tmp_path / KEYS_FILE).exists() is not with_keyring
    assert forget(tmp_path) == (source,)
    assert forget(tmp_path) == ()
    assert (status({}, tmp_path).kind, ring.entries, list(tmp_path.iterdir())) == (None, {}, [])


def test_a_new_key_takes_the_place_of_one_of_the_other_kind(tmp_path: Path) -> None:
    store(tmp_path, AccessKeyPair(ACCESS, SECRET))
    store(tmp_path, ApiKey(FROM_FILE))
    assert read_keys({}, tmp_path).credential == ApiKey(FROM_FILE)
    assert SECRET not in (tmp_path / KEYS_FILE).read_text()


def test_no_copy_in_plain_text_outlives_the_move_into_the_keyring(tmp_path: Path, ring: Ring) -> None:
    store(tmp_path, ApiKey(FROM_FILE), use_keyring=False)
    store(tmp_path, ApiKey("of-beijing-123"), host=BEIJING, use_keyring=False)
    assert store(tmp_path, ApiKey(FROM_KEYRING)) is KeySource.KEYRING
    assert FROM_FILE not in (tmp_path / KEYS_FILE).read_text()
    assert read_keys(IN_BEIJING, tmp_path).credential == ApiKey("of-beijing-123")


def test_a_key_of_one_host_is_never_used_for_another(tmp_path: Path, ring: Ring) -> None:
    store(tmp_path, ApiKey(FROM_FILE), host=BEIJING, use_keyring=False)
    ring.put(BEIJING.upper(), api_key=FROM_KEYRING)
    error = refusal(lambda: read_keys({}, tmp_path))
    assert error.message == "No Kling key is set."
    assert f"There is one for {BEIJING}, but not for {SINGAPORE}." in error.hint
    assert status({}, tmp_path) == KeyStatus(SINGAPORE, other_hosts=(BEIJING,))
    assert read_keys(IN_BEIJING, tmp_path).credential == ApiKey(FROM_FILE)
    store(tmp_path, AccessKeyPair(ACCESS, SECRET), use_keyring=False)
    assert read_keys({}, tmp_path).credential == AccessKeyPair(ACCESS, SECRET)
    assert forget(tmp_path, use_keyring=False) == (KeySource.FILE,)
    assert read_keys(IN_BEIJING, tmp_path).credential == ApiKey(FROM_FILE)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("", SINGAPORE),
        ("https://API-Beijing.klingai.com/", BEIJING),
        ("https://api-beijing.klingai.com:443", BEIJING),
        ("https://name:word@api-beijing.klingai.com:8443/v1", f"{BEIJING}:8443"),
        ("http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("http://[::1]:5000", "[::1]:5000"),
    ],
)
def test_keys_are_kept_by_host_and_port(base_url: str, host: str) -> None:
    assert key_host({"KLING_BASE_URL": base_url}) == host


@pytest.mark.parametrize("base_url", ["klingai", "https://", "https://[", "https://host:port"])
def test_no_address_is_no_host(base_url: str, tmp_path: Path) -> None:
    assert isinstance(refusal(lambda: key_host({"KLING_BASE_URL": base_url})), InputError)
    assert isinstance(refusal(lambda: load_settings({"KLING_BASE_URL": base_url}, Host(home=tmp_path))), InputError)
    assert not status({"KLING_BASE_URL": base_url}, tmp_path).is_usable


def test_settings_take_the_stored_key_and_the_environment_wins(tmp_path: Path, ring: Ring) -> None:
    host = Host(home=tmp_path)
    assert refusal(lambda: load_settings({}, host)).message == "No Kling key is set."
    store(tmp_path, ApiKey(FROM_FILE), use_keyring=False)
    ring.put(SINGAPORE, api_key=FROM_KEYRING)
    assert load_settings({}, host).credential == ApiKey(FROM_KEYRING)
    assert load_settings({"KLING_API_KEY": FROM_ENVIRONMENT}, host).credential == ApiKey(FROM_ENVIRONMENT)
    with open_settings({}, host, sandbox=False, use_keyring=False) as settings:
        assert settings.credential == ApiKey(FROM_FILE)
    assert_clean(repr(settings))


def test_without_a_key_the_hint_names_every_way(tmp_path: Path) -> None:
    hint = refusal(lambda: read_keys({}, tmp_path)).hint
    for way in ("retake key set", "preferences", "KLING_API_KEY", "KLING_ACCESS_KEY and KLING_SECRET_KEY", "--sandbox"):
        assert way in hint


# Half a pair, and what is no key


@pytest.mark.parametrize(("name", "missing"), [("ACCESS", "KLING_SECRET_KEY"), ("SECRET", "KLING_ACCESS_KEY")])
def test_half_a_pair_in_the_environment_is_said_and_nothing_else_is_used(
    tmp_path: Path, name: str, missing: str
) -> None:
    store(tmp_path, ApiKey(FROM_FILE))
    half = "half-of-a-pair-5566"
    environ = {f"KLING_{name}_KEY": half}
    found = status(environ, tmp_path)
    assert (found.kind, found.source, found.is_usable) == (KeyKind.HALF_PAIR, KeySource.ENVIRONMENT, False)
    assert missing in found.problem
    assert missing in refusal(lambda: read_keys(environ, tmp_path)).message
    assert redact(half) == REMOVED


def test_half_a_pair_in_the_file_and_in_the_keyring(tmp_path: Path, ring: Ring) -> None:
    path = write_file(tmp_path, f'[hosts."{SINGAPORE}"]\nsecret_key = "{SECRET}"\n')
    found = status({}, tmp_path)
    assert (found.kind, found.source) == (KeyKind.HALF_PAIR, KeySource.FILE)
    assert found.problem == (f"Half of the Kling key pair is missing: access_key for {SINGAPORE} in {path} is not set.")
    assert "retake key set --pair" in found.hint
    ring.put(SINGAPORE, access_key=ACCESS)
    found = status({}, tmp_path)
    assert (found.kind, found.source) == (KeyKind.HALF_PAIR, KeySource.KEYRING)
    assert f"secret_key for {SINGAPORE} in the keyring" in found.problem
    assert_clean(repr(found))


@pytest.mark.parametrize("value", [f"{SECRET} {ACCESS}", f"{SECRET}\r\nX-More: 1", f"{SECRET}é", f"{SECRET}\udce9"])
def test_what_no_header_can_carry_is_no_key(tmp_path: Path, value: str) -> None:
    environ = {"KLING_API_KEY": value}
    assert "KLING_API_KEY has characters" in refusal(lambda: read_keys(environ, tmp_path)).message
    assert_clean(repr(status(environ, tmp_path)))
    for credential in (ApiKey(value), AccessKeyPair(ACCESS, value), AccessKeyPair(value, SECRET)):
        assert isinstance(refusal(lambda given=credential: store(tmp_path, given)), InputError)
    assert isinstance(refusal(lambda: store(tmp_path, ApiKey(""))), InputError)
    assert list(tmp_path.iterdir()) == []


# The file


@posix
def test_the_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store(tmp_path / "new" / "home", ApiKey(FROM_FILE))
        store(tmp_path / "new" / "home", ApiKey(FROM_KEYRING), host=BEIJING)
    finally:
        os.umask(before)
    (path,) = (tmp_path / "new" / "home").iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (KEYS_FILE, 0o600)


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o602])
def test_a_file_that_others_can_use_is_refused_and_the_command_offered_mends_it(tmp_path: Path, mode: int) -> None:
    home = tmp_path / "a home"
    store(home, ApiKey(FROM_FILE))
    path = home / KEYS_FILE
    path.chmod(mode)
    error = refusal(lambda: read_keys({}, home))
    assert isinstance(error, AccountError)
    assert f"{mode:04o}" in error.message
    assert (status({}, home).source, status({}, home).kind) == (KeySource.FILE, None)
    assert isinstance(refusal(lambda: store(home, ApiKey(FROM_KEYRING))), AccountError)
    command = shlex.split(error.hint.split("`")[1])
    subprocess.run(command, check=True)
    assert read_keys({}, home).credential == ApiKey(FROM_FILE)


@posix
def test_a_key_that_others_can_read_can_still_be_forgotten(tmp_path: Path) -> None:
    store(tmp_path, ApiKey(FROM_FILE))
    store(tmp_path, ApiKey(FROM_KEYRING), host=BEIJING)
    path = tmp_path / KEYS_FILE
    path.chmod(0o644)
    assert forget(tmp_path) == (KeySource.FILE,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FROM_FILE not in path.read_text()
    assert FROM_KEYRING in path.read_text()


@posix
@pytest.mark.parametrize("to", ["file", "nothing"])
def test_a_link_is_refused_and_left_as_it_is(tmp_path: Path, to: str) -> None:
    target = tmp_path / "elsewhere"
    if to == "file":
        store(tmp_path / "first", ApiKey(FROM_FILE))
        (tmp_path / "first" / KEYS_FILE).rename(target)
    before = target.read_bytes() if to == "file" else None
    home = tmp_path / "home"
    home.mkdir()
    (home / KEYS_FILE).symlink_to(target)
    actions: list[Callable[[], object]] = [
        lambda: read_keys({}, home),
        lambda: store(home, ApiKey(FROM_KEYRING)),
        lambda: forget(home),
    ]
    for action in actions:
        assert "is a link" in refusal(action).message
    assert "is a link" in status({}, home).problem
    assert (home / KEYS_FILE).is_symlink()
    assert (target.read_bytes() if target.exists() else None) == before


@posix
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / KEYS_FILE)
    assert "is not a plain file" in refusal(lambda: read_keys({}, tmp_path)).message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SECRET, id="a bare key"),
        pytest.param(f"api_key = {SECRET}", id="no quotes"),
        pytest.param(f'api_key = "{SECRET}"', id="no host"),
        pytest.param(f'hosts = "{SECRET}"', id="hosts is a text"),
        pytest.param(f'[hosts]\n"{SINGAPORE}" = "{SECRET}"', id="a host is a text"),
        pytest.param(f'[hosts."{SINGAPORE}"]\napikey = "{SECRET}"', id="a mistyped name"),
        pytest.param(f'[hosts."{SINGAPORE}"]\n"{SECRET}" = 1', id="a key as a name"),
        pytest.param(f'[hosts."{SINGAPORE}"]\napi_key = ["{SECRET}"]', id="a key is a list"),
        pytest.param(f'[hosts."{SINGAPORE}"]\napi_key = "{SECRET}"\napi_key = "{ACCESS}"', id="twice"),
        pytest.param(f'[hosts]\n"{SECRET}" = 1\n"{SECRET}" = 2', id="a key twice as a name"),
        pytest.param(f'more = 1\n[hosts."{SINGAPORE}"]\napi_key = "{SECRET}"', id="more than hosts"),
        pytest.param(SECRET.encode() + b"\xff\xfe\x00", id="bytes"),
        pytest.param("a = " + "[" * 100_000, id="deep"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_sentence_and_is_not_overwritten(
    tmp_path: Path, content: str | bytes, log: io.StringIO
) -> None:
    path = write_file(tmp_path, content)
    before = path.read_bytes()
    error = refusal(lambda: read_keys({}, tmp_path))
    assert isinstance(error, AccountError)
    assert f"{path} is not a file of keys" in error.message
    assert_clean(repr(status({}, tmp_path)))
    for action in (lambda: store(tmp_path, ApiKey(FROM_KEYRING)), lambda: forget(tmp_path)):
        assert "is not a file of keys" in refusal(action).message
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [KEYS_FILE]
    assert_clean(log.getvalue())


def test_where_a_file_is_wrong_is_said(tmp_path: Path) -> None:
    write_file(tmp_path, f'[hosts."{SINGAPORE}"]\napi_key = {SECRET}\n')
    assert "(at line 2, column 11)" in refusal(lambda: read_keys({}, tmp_path)).message


def test_a_home_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    # Windows says that it is not there; elsewhere reading it already fails.
    assert isinstance(refusal(lambda: store(tmp_path / "home", ApiKey(FROM_FILE))), AccountError | StorageError)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write")
def test_a_folder_that_takes_no_file_is_a_sentence() -> None:
    assert isinstance(refusal(lambda: store(Path("/proc/keys-of-retake"), ApiKey(FROM_FILE))), StorageError)


# The keyring


def fails(name: str) -> None:
    raise RuntimeError(f"the bus is gone; {FROM_KEYRING} {FROM_FILE} {name}")


def test_a_keyring_that_fails_breaks_nothing(tmp_path: Path, ring: Ring, log: io.StringIO) -> None:
    ring.before = fails
    assert store(tmp_path, ApiKey(FROM_FILE)) is KeySource.FILE
    assert read_keys({}, tmp_path) == KeyFound(ApiKey(FROM_FILE), KeySource.FILE)
    assert status({}, tmp_path).is_usable
    assert "may still have a key" in refusal(lambda: forget(tmp_path)).message
    assert not (tmp_path / KEYS_FILE).exists()
    assert "the keyring failed (RuntimeError)" in log.getvalue()
    assert_clean(log.getvalue())


def test_a_keyring_that_never_answers_is_left_alone(
    tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    answers = threading.Event()
    ring.before = lambda _: (answers.wait(), None)[1]
    monkeypatch.setattr(os_keyring, "WAIT_S", 0.05)
    write_file(tmp_path, f'[hosts."{SINGAPORE}"]\napi_key = "{FROM_FILE}"\n')
    try:
        assert read_keys({}, tmp_path) == KeyFound(ApiKey(FROM_FILE), KeySource.FILE)
        assert store(tmp_path, ApiKey(FROM_FILE)) is KeySource.FILE
        assert ring.calls == 1, "one that hangs is not asked again"
    finally:
        answers.set()
        for thread in threading.enumerate():
            if thread.name == "retake-keyring":
                thread.join()
    assert "no answer" in log.getvalue()
    ring.put(SINGAPORE, api_key=FROM_KEYRING)
    assert read_keys({}, tmp_path).source is KeySource.KEYRING


@pytest.mark.parametrize("priority", [0.0, -1.0, 0.5])
def test_a_backend_that_fails_forgets_or_keeps_plain_text_is_no_keyring(
    tmp_path: Path, ring: Ring, priority: float
) -> None:
    ring.priority = priority
    assert store(tmp_path, ApiKey(FROM_FILE)) is KeySource.FILE
    assert (read_keys({}, tmp_path).source, ring.calls) == (KeySource.FILE, 0)
    assert forget(tmp_path) == (KeySource.FILE,)


@pytest.mark.parametrize(("priority", "source"), [(0.5, KeySource.FILE), (5.0, KeySource.KEYRING)])
def test_a_chain_is_as_good_as_the_backend_that_takes_what_is_set(
    tmp_path: Path, ring: Ring, priority: float, source: KeySource
) -> None:
    first = Ring()
    first.priority = priority
    ring.priority = 10
    ring.backends = [first, Ring()]  # type: ignore[attr-defined]
    assert store(tmp_path, ApiKey(FROM_FILE)) is source


@pytest.mark.parametrize(
    "entry", ["not JSON " + SECRET, json.dumps([SECRET]), json.dumps({"other": SECRET}), "[" * 99_999]
)
def test_an_entry_that_is_not_ours_is_passed_over(tmp_path: Path, ring: Ring, entry: str, log: io.StringIO) -> None:
    ring.entries[os_keyring.SERVICE, SINGAPORE] = entry
    store(tmp_path, ApiKey(FROM_FILE), use_keyring=False)
    assert read_keys({}, tmp_path).source is KeySource.FILE
    assert "is not one of Retake's" in log.getvalue()
    assert_clean(log.getvalue())


def test_a_keyring_that_holds_on_to_an_old_key_is_said_as_that_key_would_be_used(tmp_path: Path, ring: Ring) -> None:
    ring.put(SINGAPORE, api_key=FROM_KEYRING)
    ring.before = lambda name: fails(name) if name in ("set", "delete") else None
    assert "does not let it be replaced" in refusal(lambda: store(tmp_path, ApiKey(FROM_FILE))).message
    assert not (tmp_path / KEYS_FILE).exists()
    assert "may still have a key" in refusal(lambda: forget(tmp_path)).message


def test_a_keyring_that_drops_what_it_is_given_is_found_out(tmp_path: Path, ring: Ring) -> None:
    ring.entries = _Forgetful()
    assert store(tmp_path, ApiKey(FROM_FILE)) is KeySource.FILE


class _Forgetful(dict[tuple[str, str], str]):
    def __setitem__(self, key: tuple[str, str], value: str) -> None:
        pass


# Nothing shows


def test_every_value_that_is_read_is_removed_from_texts_later_on(tmp_path: Path, ring: Ring) -> None:
    other = "key-of-another-host-77"
    pair = 'access_key = "remember-a1"\nsecret_key = "remember-s2"\n'
    write_file(tmp_path, f'[hosts."{SINGAPORE}"]\n{pair}[hosts.other]\napi_key = "{other}"\n')
    ring.put(BEIJING, api_key="remember-ring-3")
    read_keys({}, tmp_path)
    read_keys(IN_BEIJING, tmp_path)
    read_keys({"KLING_API_KEY": "remember-env-4", "KLING_SECRET_KEY": "remember-env-5"}, tmp_path)
    store(tmp_path, ApiKey("remember-stored-6"))
    for value in ("remember-a1", "remember-s2", other, "remember-ring-3", "remember-env-4", "remember-env-5",
                  "remember-stored-6"):  # fmt: skip
        assert redact(f"x {value} y") == f"x {REMOVED} y"


def test_no_repr_and_no_log_record_shows_a_key(tmp_path: Path, ring: Ring, log: io.StringIO) -> None:
    ring.put(SINGAPORE, access_key=ACCESS, secret_key=SECRET)
    found = read_keys({}, tmp_path)
    assert found.credential == AccessKeyPair(ACCESS, SECRET)
    assert_clean(repr(found) + repr(status({}, tmp_path)) + str(found.credential))
    record = logging.LogRecord("retake", logging.INFO, "", 0, "sent %s", (ACCESS + SECRET,), None)
    RedactionFilter().filter(record)
    assert_clean(record.getMessage())
    assert log.getvalue() == ""
