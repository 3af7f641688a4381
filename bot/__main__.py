"""`python -m bot` is `thuky`."""

from bot.cli import main

main()
