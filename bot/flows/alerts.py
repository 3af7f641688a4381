"""What the coordinator must know at once: one mail a trouble, named by its key."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.mail import OutgoingMail
from bot.domain.notice import AlertNotice
from bot.flows.services import Services


def alert(services: Services, code: str, subject: str, params: Mapping[str, str], now: datetime) -> OutgoingMail:
    """The alert `code` about `subject` (a mail's id, an outgoing key, a day), ready to queue. The same trouble has
    the same key.
    """
    notice = AlertNotice(key=f"alert:{code}:{subject}", subject_code=code, params=dict(params), at=now)
    return services.composer.compose(notice, at=now)


def tell(services: Services, code: str, subject: str, params: Mapping[str, str]) -> None:
    """Queues the alert; a repeat of the same trouble is nothing."""
    now = services.now()
    services.store.enqueue([alert(services, code, subject, params, now)], now)
