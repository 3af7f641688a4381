"""The walk over all mails that are recorded and not finished: each is decided, committed with its answers, or counted.

What floods us is put aside (`flooding`). Take in (`taking`) → one commit (submissions, findings, outcome, answer) → the
shelf. A crash before the commit: the mail is taken again from the vault. A mail that breaks us is tried again at the
next walk and parked after the third time, of which `vigilance` tells; the others never wait for it. Troubles of our own
house (disk, database) are not the mail's fault: they end the walk and count for nobody.
"""

import traceback
from collections.abc import Callable

from bot.documents.antivirus import ScannerDownError
from bot.domain.intake import WAITS_FOR_SCANNER
from bot.domain.mail import InboundRecord
from bot.flows.decisions import settled
from bot.flows.flooding import put_aside
from bot.flows.services import Services
from bot.flows.shelf import shelve
from bot.flows.taking import take_in
from bot.flows.trusted import SenderUnknownYet
from bot.mail.connection import without_password
from bot.store.errors import StoreConflictError, StoreError


def process_pending(services: Services, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Brings every recorded and unfinished mail to its end, oldest first, and last those of whoever
    floods us. Returns how many were finished.

    `should_stop` is asked between two mails. Raises OSError and StoreError: our house is in trouble, not the mail.
    """
    pending, finished = put_aside(services, services.store.unfinished())
    for record in pending:
        if should_stop():
            break
        try:
            taken = take_in(services, record)
            services.store.finish(
                taken.result,
                outgoing=taken.outgoing,
                now=services.now(),
                resolution=taken.resolution,
                used_code=taken.used_code,
            )
            if taken.resolution is not None:
                settled(services, taken.resolution.decision)
            if taken.result.submissions and taken.result.round and taken.result.agency:
                shelve(services, taken.result.round, taken.result.agency)
        except ScannerDownError as error:  # it waits, and does not pass; mails without files go on
            services.store.note_waiting(record.id, f"{WAITS_FOR_SCANNER}{error}", services.now())
            services.journal.warning("mail_waits_for_scanner", mail=record.id)
            continue
        except StoreConflictError as error:  # the coordinator was quicker with this version, say: it is taken anew
            _broken(services, record, error)
            continue
        except (OSError, StoreError):
            raise
        except SenderUnknownYet as error:  # nobody's fault: DNS is away, and the mail waits for it a while
            services.journal.warning("sender_unknown_yet", mail=record.id, error=str(error))
            continue
        except Exception as error:
            _broken(services, record, error)
            continue
        finished += 1
        services.journal.info(
            "mail_finished",
            mail=record.id,
            outcome=taken.result.outcome.value,
            reason=taken.result.reason,
            agency=taken.result.agency,
            round=taken.result.round,
        )
    return finished


def _broken(services: Services, record: InboundRecord, error: Exception) -> None:
    trace = "".join(traceback.format_exception(error))
    for endpoint in (services.imap, services.smtp):  # it is kept and shown
        trace = without_password(endpoint, trace, whole=True)
    attempts = services.store.record_failure(record.id, trace, services.now())
    services.journal.warning("mail_broke_us", mail=record.id, attempts=attempts, error=type(error).__name__)
    if attempts < services.max_attempts:
        return
    # The coordinator is told by `vigilance`, from the state in the store; its header was read when it was recorded.
    services.store.park(record.id, trace, services.now())
