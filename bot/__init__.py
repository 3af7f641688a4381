"""thuky: a secretary for reports that come by mail."""

__version__ = "0.1.0"
