"""The store: every transaction of the house, domain types in and out.

One public method is one transaction; whoever calls it finds afterwards all of it or nothing. The rooms by theme are
`inbound`, `intake`, `submissions`, `decisions`, `outgoing`, `watch`, `ledger`, `quarantine`, `rebuilding` and `stamp`;
this module opens the file and puts them together.

Times go in as aware datetimes and come back in UTC. `now` is always the caller's. Failure policy: see
`bot.store.errors`; a naive datetime is a TypeError.
"""

from types import TracebackType
from typing import Self

from bot.store.database import BUSY_SECONDS, create_file, database_path, make_engine
from bot.store.decisions import Decisions
from bot.store.inbound import Inbound
from bot.store.intake import Intake
from bot.store.ledger import Ledger
from bot.store.outgoing import Outgoing
from bot.store.outgoing_lists import OutgoingLists
from bot.store.quarantine import Quarantine
from bot.store.rebuilding import Rebuilding
from bot.store.schema import bring_to_head
from bot.store.stamp import Stamp
from bot.store.submissions import Submissions
from bot.store.watch import Watch


class Store(
    Inbound, Intake, Submissions, Decisions, Outgoing, OutgoingLists, Watch, Stamp, Ledger, Quarantine, Rebuilding
):
    """The open database. May be shared between threads; each call uses a connection of its own."""

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = BUSY_SECONDS, durable: bool = True) -> Self:
        """Opens `sqlite:///path`, creating the file (0600) and migrating it as needed.

        `busy_seconds` is how long a call waits for another program's write. `durable=False` waits for no disk: for a
        file that need not outlive a power cut (a rehearsal's). StoreError when the address is of another
        kind, or the file is no database, another program's, a newer program's, or cannot be read and written.
        """
        path = database_path(url)
        create_file(path)
        engine = make_engine(path, busy_seconds=busy_seconds, durable=durable)
        try:
            bring_to_head(path, engine, busy_seconds, durable=durable)
        except BaseException:
            engine.dispose()
            raise
        return cls(path, engine)

    def close(self) -> None:
        """Gives up all connections. May be called twice."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()
