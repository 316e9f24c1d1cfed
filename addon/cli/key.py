# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake key …`: set a key, see where it comes from, forget it. Shows no key, and takes none as an argument."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from ..app import home_folder
from ..errors import InputError
from ..key_store import KEYS_FILE, KeyKind, KeySource, forget, key_host, status, store
from ..kling.credentials import AccessKeyPair, ApiKey, Credential
from .exit_code import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from ..key_store import KeyStatus
    from .output import Output

_KIND_WORDS = {
    KeyKind.API_KEY: "an API key",
    KeyKind.PAIR: "an access and secret key pair",
    KeyKind.HALF_PAIR: "half of a key pair",
}


class _KeyGroup(click.Group):
    """click's own words for an unknown command repeat it, and it may be a key."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            raise _no_argument("retake key", "what follows", f"the commands are {', '.join(sorted(self.commands))}")
        return super().resolve_command(ctx, args)


# It swallows what a command does not take, for the same reason.
_rest = click.argument("rest", nargs=-1, type=click.UNPROCESSED, metavar="")


@click.group(cls=_KeyGroup, help="The key that opens Kling: set it once, see where it comes from, forget it.")
def key() -> None:
    pass


@key.command("set", help="Keep a key for the host of KLING_BASE_URL, in the system's keyring or a file of your own.")
@click.option("--pair", is_flag=True, help="An access key and its secret key, the older kind, in place of an API key.")
@click.option(
    "--stdin", "from_stdin", is_flag=True, help="Read it from standard input; of a pair the access key first."
)
@_rest
@click.pass_context
def set_key(context: click.Context, *, pair: bool, from_stdin: bool, rest: tuple[str, ...]) -> int:
    output: Output = context.obj.output
    _refuse(rest)
    home = home_folder(os.environ, context.obj.host)
    host = key_host(os.environ)
    source = store(home, _piped(pair=pair) if from_stdin else _typed(pair=pair), host=host)
    _say(output, f"Kept {_KIND_WORDS[KeyKind.PAIR if pair else KeyKind.API_KEY]} for {host} in {_words(source, home)}.")
    if status(os.environ, home, use_keyring=False).source is KeySource.ENVIRONMENT:
        _say(output, "The environment has a key too, which is used first.")
    return ExitCode.DONE


@key.command("status", help="Say which kind of key is used for the host of KLING_BASE_URL, and where it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_rest
@click.pass_context
def show_status(context: click.Context, *, as_json: bool, rest: tuple[str, ...]) -> int:
    """The exit code is that of an account refused where no key could be used."""
    output: Output = context.obj.output
    _refuse(rest)
    home = home_folder(os.environ, context.obj.host)
    found = status(os.environ, home)
    if as_json:
        output.json(
            {
                "host": found.host,
                "kind": found.kind.value if found.kind else None,
                "source": found.source.value if found.source else None,
                "usable": found.is_usable,
                "problem": found.problem,
                "other_hosts": list(found.other_hosts),
            }
        )
    else:
        output.results.print(_sentence(found, home), markup=False, highlight=False)
        if found.hint:
            _say(output, found.hint)
    return ExitCode.DONE if found.is_usable else ExitCode.ACCOUNT_REFUSED


@key.command("forget", help="Remove the key that is kept for the host of KLING_BASE_URL.")
@_rest
@click.pass_context
def forget_key(context: click.Context, *, rest: tuple[str, ...]) -> int:
    output: Output = context.obj.output
    _refuse(rest)
    home = home_folder(os.environ, context.obj.host)
    host = key_host(os.environ)
    places = forget(home, host=host)
    _say(output, f"The key for {host} is removed from {' and '.join(_words(place, home) for place in places)}."
         if places else f"No key was kept for {host}.")  # fmt: skip
    if status(os.environ, home, use_keyring=False).source is KeySource.ENVIRONMENT:
        _say(output, "The environment still has a key.")
    return ExitCode.DONE


def _typed(*, pair: bool) -> Credential:
    if not sys.stdin.isatty():
        raise InputError(
            "retake key set", "input from a pipe", "a key is typed in a terminal", hint="Or give it --stdin."
        )

    def ask(name: str) -> str:
        return str(click.prompt(name, hide_input=True, err=True)).strip()

    return AccessKeyPair(ask("Access key"), ask("Secret key")) if pair else ApiKey(ask("API key"))


def _piped(*, pair: bool) -> Credential:
    # Read as bytes: the error of a text that cannot be decoded repeats it.
    lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace").strip().splitlines()
    if len(lines) != (2 if pair else 1):
        wanted = "two lines are needed, access key and secret key" if pair else "one line is needed, the API key"
        raise InputError("--stdin", f"{len(lines)} lines", wanted)
    texts = [line.strip() for line in lines]
    return AccessKeyPair(*texts) if pair else ApiKey(*texts)


def _refuse(rest: tuple[str, ...]) -> None:
    if rest:
        raise _no_argument("retake key", "a word on the command line", "a key there stays in the shell's history")


def _no_argument(field: str, shown: str, why: str) -> InputError:
    return InputError(field, shown, why, hint="`retake key set` asks for the key; with --stdin it reads a pipe.")


def _sentence(found: KeyStatus, home: Path) -> str:
    if found.problem:
        return found.problem
    if found.kind is None or found.source is None:
        others = f" There is one for {' and '.join(found.other_hosts)}." if found.other_hosts else ""
        return f"{found.host}: no key is set.{others}"
    return f"{found.host}: {_KIND_WORDS[found.kind]}, from {_words(found.source, home)}."


def _words(source: KeySource, home: Path) -> str:
    match source:
        case KeySource.ENVIRONMENT:
            return "the environment"
        case KeySource.KEYRING:
            return "the system's keyring"
        case KeySource.FILE:
            return str(home / KEYS_FILE)


def _say(output: Output, words: str) -> None:
    output.notes.print(words, markup=False, highlight=False)
