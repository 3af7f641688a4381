"""Floor 5: the commands. One thin module a group; `main` puts them together. Exit codes: 0 done, 1 something is
wrong, 2 misuse, 75 locked.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import checking, deciding, diagnosing, looking, running
from bot.cli.context import Shared, default_folder

app = typer.Typer(
    name="thuky",
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


for module in (running, looking, checking, deciding, diagnosing):
    module.register(app)


def main() -> None:
    """The `thuky` command. A closed pipe is no error; everything unexpected keeps its traceback."""
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
