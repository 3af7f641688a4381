"""Floor 5: the commands. One thin module a group; `main` puts them together. Exit codes: 0 done, 1 something is
wrong, 2 misuse, 75 locked.

A command's module is imported when the command is asked for: `thuky status` does not wait for what `thuky run` needs.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot.cli.context import Shared, default_folder

COMMANDS = {
    "running": ("run", "once", "demo"),
    "looking": ("status", "mails", "outbox", "show", "digest"),
    "checking": ("check", "explain"),
    "forming": ("forms",),
    "rehearsing": ("rehearse",),
    "deciding": ("extend", "excuse", "accept", "return", "received", "bind", "release"),
    "auditing": ("grace", "mute", "decline", "undo", "decisions"),
    "archiving": ("backup", "restore"),
    "rebuilding": ("rebuild",),
    "diagnosing": ("doctor",),
}
"""Module → its commands, in the order of `thuky --help`. A test holds it against what the modules register."""


class _OnDemand(TyperGroup):
    def list_commands(self, _ctx: Any) -> list[str]:
        return [name for names in COMMANDS.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        known = cmd_name in self.list_commands(ctx)
        for module, names in COMMANDS.items():
            # A name that is none: all are loaded, so that the nearest one can be suggested.
            if (cmd_name in names or not known) and names[0] not in self.commands:
                self.commands.update(commands_of(module))
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """A reader that has seen enough (`thuky mails | head`) is no error. Typer itself would make it exit code 1."""
        try:
            value = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the last flush has to go somewhere
            raise typer.Exit from None
        return value


def commands_of(module: str) -> dict[str, Any]:
    """The commands that a module of this room registers, by name."""
    one = typer.Typer()
    import_module(f"bot.cli.{module}").register(one)
    return dict(get_group(one).commands)


app = typer.Typer(
    name="thuky",
    cls=_OnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A secretary for reports that come by mail.",
)


@app.callback()
def _shared(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="DIR", help="The office's folder; $THUKY_CONFIG or ./config by default."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every event on standard error.")] = False,
) -> None:
    context.obj = Shared(config or default_folder(), verbose)


def main() -> None:
    """The `thuky` command. Everything unexpected keeps its traceback."""
    app()
