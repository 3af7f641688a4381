"""Floor 4: configuration files → domain objects, all faults at once."""
