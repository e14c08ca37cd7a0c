"""The page of the command line, made from the commands themselves, so that no option is described twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from crt_return.pages import markdown


def command_line_page(group: click.Group) -> str:
    """Every command with what it takes, as `--help` says it, as Markdown."""
    commands = [_command(command, name) for name, command in sorted(group.commands.items())]
    return markdown("site/command-line.md", commands=commands)


def _command(command: click.Command, name: str) -> Mapping[str, Any]:
    context = click.Context(command, info_name=f"crt-return {name}")
    records = [option.get_help_record(context) for option in command.get_params(context)]
    return {
        "name": name,
        "usage": " ".join([f"crt-return {name}", *command.collect_usage_pieces(context)]),
        "help": (command.help or "").strip().split("\n\n"),
        "options": [record for record in records if record],
    }
