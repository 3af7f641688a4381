"""The IMAP half of the embedded mail server: pymap's in-memory backend, and what it needs to behave like a real one.

Flow: `ImapService` is the server; `add_account` gives it an account with its folders; `connected` is the callback for
`asyncio.start_server`. Below it stand small subclasses, each of which mends one thing of pymap 0.36 and says which.

Failure policy: a client that goes away ends its own connection only.
"""

from __future__ import annotations

import asyncio
import dataclasses
from argparse import Namespace
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from datetime import datetime
from typing import Final

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.bytes import WriteStream
from pymap.concurrent import Event, Subsystem
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import Response
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Wildcard
from pymap.selected import SelectedMailbox
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

FOLDERS: Final = ("Sent", "Drafts", "Junk", "Trash")
"""What an account has beside its INBOX, as a mail provider would have made it."""

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime."""


class _Mailbox(MailboxData):
    """pymap's mailbox with what it leaves out: keywords of a client's own, the demo's clock, no lost wake-up."""

    def __init__(self, template: MailboxData, clock: Clock) -> None:
        super().__init__(template._content_cache, template._thread_cache)
        self._clock = clock

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        """Any keyword may be stored, as on every real server; pymap alone keeps only the system flags."""
        return super().permanent_flags | {Wildcard}

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """An APPEND without a date gets the demo's time, not the machine's."""
        dated = append_msg if append_msg.when else dataclasses.replace(append_msg, when=self._clock())
        return await super().append(dated, recent=recent)

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        """What changed since; IDLE (`wait_on`) waits only when nothing has changed already.

        pymap waits for the next change in any case, and so would sleep through a mail that came between the client's
        last command and its IDLE.
        """
        if wait_on is not None and selected.mod_sequence != self._mod_sequences.highest:
            wait_on = None
        return await super().update_selected(selected, wait_on=wait_on)


class Mailboxes(MailboxSet):
    """The folders of one account, all of them `_Mailbox`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._inbox = _Mailbox(self._inbox, clock)

    async def add_mailbox(self, name: str) -> ObjectId:
        """Make a folder; raises `ValueError` when there is one of that name."""
        await super().add_mailbox(name)
        made = self._set[name] = _Mailbox(self._set[name], self._clock)
        return made.mailbox_id


class ImapService(IMAPServer):
    """pymap's IMAP, started by us: a connection's task is held while it lasts, and its answers go out whole."""

    __slots__ = ["_accounts", "_tasks"]

    def __init__(self, host: str) -> None:
        args = Namespace(
            debug=False, host=host, port=0, cert=None, key=None, tls=False, proxy_protocol=None,
            passlib_cfg=None, demo_data=False, demo_user="", demo_password="",
        )  # fmt: skip
        # Passwords live for the minutes of a demo: hashing them would only cost a fifth of a second a log-in.
        config = Config.from_args(args, hash_context=Cleartext(), cpu_subsystem=Subsystem.for_asyncio())
        self._accounts = Login(config)
        self._tasks: set[asyncio.Task[object]] = set()
        super().__init__(self._accounts, config)

    async def add_account(self, address: str, password: str, folders: Mailboxes) -> Mailboxes:
        """Let `address` log in and find `folders`, with the usual ones made in it; gives `folders` back."""
        config = self._accounts.config
        prepared = await Passwords(config).hash_password(password)
        self._accounts.users_dict[address] = UserMetadata(config, address, password=prepared)
        config.set_cache[address] = (folders, FilterSet())
        for name in FOLDERS:
            await folders.add_mailbox(name)
            await folders.set_subscribed(name, True)
        return folders

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from greeting to good-bye. asyncio holds tasks weakly: without the set they can vanish."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        info = SocketInfoLocal(writer.transport)
        connection = _ImapConnection(self.commands, self._config, reader, writer, info)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(ConnectionState(self._login, self._config))


class _ImapConnection(IMAPConnection):
    """One write for each response: in many small ones, a client waits 40 ms for the acknowledgement of each."""

    __slots__: list[str] = []

    async def write_response(self, resp: Response) -> None:
        whole = _Gathered()
        await resp.async_write(whole)
        try:
            self.writer.write(bytes(whole.data))
            await self.writer.drain()
        except ConnectionError:
            pass  # the client has gone; pymap notices at its next read


class _Gathered(WriteStream):
    """Collects what pymap writes piece by piece."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        """Nothing to wait for in memory."""
