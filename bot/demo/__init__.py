"""Floor 5: the round that `thuky demo` shows, on an embedded mail server with sample agencies."""
