# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake storage …`: where reference videos are put for Kling to fetch them. Shows no key."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from ..app import home_folder
from ..errors import AccountError, InputError
from ..hosting.configured import VARIABLE, configured_place
from ..hosting.place import StorageKind
from ..key_store import forget, store
from ..key_store.storage_keys import read_storage_secret, storage_key_host
from ..kling.credentials import AccessKeyPair, ApiKey
from .exit_code import ExitCode

if TYPE_CHECKING:
    from ..hosting.place import StoragePlace
    from ..kling.credentials import Credential
    from .output import Output


@click.group(help=f"Where reference videos are put for Kling to fetch them: {VARIABLE} names it, as s3://bucket.")
def storage() -> None:
    pass


@storage.command("status", help="Say where reference videos go, and whether there are keys for it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show_status(context: click.Context, *, as_json: bool) -> int:
    output: Output = context.obj.output
    place = configured_place(os.environ)
    problem = "" if place is None else _problem(place, context)
    if as_json:
        output.json({"place": place.name if place else None, "usable": bool(place) and not problem, "problem": problem})
    elif place is None:
        _say(output, f"No storage is set up: set {VARIABLE}, as s3://bucket. Reference videos go nowhere.")
    else:
        hours = place.link.total_seconds() / 3600
        _say(output, f"Reference videos go to {place.name}/{place.prefix}; their addresses work for {hours:g} hours.")
        _say(output, problem or "There are keys for it.")
    return ExitCode.DONE if place is not None and not problem else ExitCode.ACCOUNT_REFUSED


@storage.command("check", help="Put a small object there, fetch it by its address as Kling would, and delete it.")
@click.pass_context
def check(context: click.Context) -> int:
    from ..hosting.bucket import Bucket
    from ..hosting.trial import try_storage

    place = _place()
    secret = read_storage_secret(os.environ, home_folder(os.environ, context.obj.host), place)
    why_offline = context.obj.host.why_offline()
    if why_offline:
        raise InputError(VARIABLE, place.name, "the network is switched off", hint=why_offline)
    try_storage(Bucket(place, secret))
    _say(context.obj.output, f"{place.name} takes objects, gives them by signed addresses, and deletes them.")
    return ExitCode.DONE


@storage.command("key", help="Keep the keys of the storage in the system's keyring or a file of your own.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read from standard input; of a pair the access key first.")
@click.pass_context
def set_key(context: click.Context, *, from_stdin: bool) -> int:
    place = _place()
    if place.kind is StorageKind.GCS:
        raise InputError(VARIABLE, place.name, "Google's storage takes RETAKE_STORAGE_ACCOUNT_FILE, and no typed key")
    credential = _piped(place) if from_stdin else _typed(place)
    source = store(home_folder(os.environ, context.obj.host), credential, host=storage_key_host(place))
    _say(context.obj.output, f"Kept the keys for {place.name} in the {source.value}.")
    return ExitCode.DONE


@storage.command("forget", help="Remove the keys that are kept for the storage.")
@click.pass_context
def forget_key(context: click.Context) -> int:
    place = _place()
    places = forget(home_folder(os.environ, context.obj.host), host=storage_key_host(place))
    _say(context.obj.output, f"The keys for {place.name} are removed." if places else "No keys were kept for it.")
    return ExitCode.DONE


def _place() -> StoragePlace:
    place = configured_place(os.environ)
    if place is None:
        raise InputError(VARIABLE, "nothing", "s3://bucket, gs://bucket or az://account/container is needed")
    return place


def _problem(place: StoragePlace, context: click.Context) -> str:
    try:
        read_storage_secret(os.environ, home_folder(os.environ, context.obj.host), place)
    except AccountError as error:
        return str(error)
    return ""


def _typed(place: StoragePlace) -> Credential:
    if not sys.stdin.isatty():
        raise InputError("retake storage key", "input from a pipe", "keys are typed in a terminal", hint="Or --stdin.")

    def ask(name: str) -> str:
        return str(click.prompt(name, hide_input=True, err=True)).strip()

    if place.kind is StorageKind.AZURE:
        return ApiKey(ask("Account key"))
    return AccessKeyPair(ask("Access key"), ask("Secret key"))


def _piped(place: StoragePlace) -> Credential:
    # Read as bytes: the error of a text that cannot be decoded repeats it.
    lines = [line.strip() for line in sys.stdin.buffer.read().decode("utf-8-sig", "replace").strip().splitlines()]
    wanted = 1 if place.kind is StorageKind.AZURE else 2
    if len(lines) != wanted:
        raise InputError("--stdin", f"{len(lines)} lines", "the account key is needed" if wanted == 1 else
                         "two lines are needed, access key and secret key")  # fmt: skip
    return ApiKey(*lines) if wanted == 1 else AccessKeyPair(*lines)


def _say(output: Output, words: str) -> None:
    output.notes.print(words, markup=False, highlight=False)
