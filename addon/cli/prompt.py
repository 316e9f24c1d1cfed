# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake prompt`: what is likely wrong with a prompt, and what Kling would get. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..kling.hints import prompt_hints
from ..kling.possible import fitting_standards, problems
from ..kling.prompt_lint import apply_fix
from ..kling.wire_prompt import wire_prompt
from .exit_code import ExitCode
from .shot_options import build, shot_options

if TYPE_CHECKING:
    from .output import Output


@click.command(help="Check a shot's prompt before it is paid for, and show it as Kling would get it. Sends nothing.")
@shot_options
@click.option("--fix", is_flag=True, help="Print the prompt with all fixes that need no person.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def prompt(context: click.Context, /, **options: Any) -> int:
    output: Output = context.obj.output
    request = build(options)
    found, findings = problems(request), prompt_hints(request)
    text = request.prompt
    for finding in reversed(findings):
        text = apply_fix(text, finding)
    wires = {}
    if not found:
        for standard in fitting_standards(request):
            wire = wire_prompt(request, standard)
            wires[standard.value] = {"text": wire.text, "voice_ids": [voice.voice_id for voice in wire.voices]}
    if options["as_json"]:
        output.json(
            {
                "problems": [str(problem.error()) for problem in found],
                "findings": [
                    {"rule": one.rule, "severity": one.severity, "start": one.start, "end": one.end_exclusive,
                     "message": one.message, "advice": one.advice, "fix": one.fix} for one in findings
                ],
                "fixed": text,
                "wire": wires,
            }
        )  # fmt: skip
    elif options["fix"]:
        output.results.print(text, markup=False, highlight=False)
    else:
        for problem in found:
            output.results.print(f"error: {problem.error()}", markup=False, highlight=False)
        for one in findings:
            words = request.prompt[one.start : one.end_exclusive]
            output.results.print(f"{one.severity}: {one.rule}, at {one.start} “{words}”", markup=False, highlight=False)
            output.results.print(f"    {one.message} {one.advice}", markup=False, highlight=False)
        for name, sent in wires.items():
            output.results.print(f"{name}: {sent['text']}", markup=False, highlight=False)
    return ExitCode.BAD_INPUT if found else ExitCode.DONE
