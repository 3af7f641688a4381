"""The mailbox is ours alone, or we keep our hands off: the lease, taken and renewed on the way of a turn.

`hold` is called on every connection that works with the mailbox, `hold_before_sending` where mails are about to leave;
both do nothing unless the lease is due. Where the mailbox cannot be reached nobody can tell who holds it, and sending
goes on: the coordinator must hear of the outage, and who wanted the mailbox meanwhile has to reach it first.

Failure policy: MailboxHeldError ends the process: the mailbox is somebody else's. A server that lets us have no folder
for the lease is told of once, and we work without.
"""

from collections.abc import Callable

from bot.flows.services import Services
from bot.mail.inbox import Inbox, MailServerError


def hold(services: Services, inbox: Inbox) -> None:
    """Take the mailbox, or renew that it is ours. Raises MailboxHeldError and MailServerError."""
    lease = services.lease
    if lease is None or not lease.is_due:
        return
    if lease.hold(inbox):
        services.journal.info("mailbox_taken", account=services.account)
    if lease.refusal:
        services.journal.warning("lease_unavailable", account=services.account, error=lease.refusal)


def hold_on(services: Services, inbox: Inbox) -> None:
    """The same amid long work that can go on without the connection: its failure is left to who needs it next."""
    try:
        hold(services, inbox)
    except MailServerError as error:
        services.journal.warning("lease_not_renewed", error=str(error))


def hold_before_sending(services: Services, should_stop: Callable[[], bool]) -> None:
    """Before mails leave: where the lease is due and something is to be sent, on a connection of its own. Raises
    MailboxHeldError.
    """
    if services.lease is None or not services.lease.is_due:
        return
    due = services.store.next_due_at()
    if due is None or due > services.now():
        return
    try:
        with Inbox(services.imap, services.account, stop=should_stop) as inbox:
            hold(services, inbox)
    except MailServerError as error:
        services.journal.warning("lease_not_renewed", error=str(error))


def let_go(services: Services) -> None:
    """At the end: the lease is removed, as far as the server can be reached; else it expires. Never raises."""
    lease = services.lease
    if lease is None or not lease.is_held:
        return
    try:
        with Inbox(services.imap, services.account, stop=lambda: True) as inbox:  # a server that is slow may keep it
            lease.release(inbox)
        services.journal.info("mailbox_released", account=services.account)
    except MailServerError as error:
        services.journal.warning("lease_not_released", error=str(error))
