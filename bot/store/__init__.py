"""Floor 2: what lasts. The database (`store`) and the files (`vault`); knows only `bot.domain`."""
