"""The demo's clock: it stands still until the story moves it."""

from datetime import datetime


class StoryClock:
    """A clock that `move_to` sets. The embedded mail server stamps its mails by it, so nothing comes from the
    future.
    """

    travels = False

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant

    def move_to(self, instant: datetime) -> None:
        """Forwards only; an earlier instant changes nothing."""
        self._instant = max(self._instant, instant)
