"""What `doctor` says of senders: the office's policy, and whether its server really writes the line that is believed.

Failure policy: a database or a mail that cannot be read is left out here; other lines of `doctor` tell of it.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from bot.domain.trust import EXCHANGE_ONLINE, TrustPolicy
from bot.mail.authenticity import is_line_of, lines_of, server_named
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.store.vault import Vault

LATEST = 20
_MOST_NAMES = 5


def policy_in_words(settings: Settings, words: Callable[..., str]) -> str:
    """What becomes of mail for whose sender nobody vouches, and whose word counts."""
    rules = settings.office.authentication
    if rules.policy is TrustPolicy.OFF and not settings.office.orders.authenticated:
        return words("trust_off")
    return words(
        "trust_on",
        policy=words(f"trust_policy_{rules.policy.value}"),
        server=words("trust_server", server=rules.authserv_id) if rules.authserv_id else words("trust_no_server"),
        own=words("trust_own") if rules.own_check else words("trust_no_own"),
    )


def seen_lines(settings: Settings, words: Callable[..., str]) -> Iterator[tuple[bool, str]]:
    """Whether the latest mails bear the line of the named server, and what that comes to in words; nothing where no
    server is named or no mail is there. False: probably it is misspelt.
    """
    server = settings.office.authentication.authserv_id
    latest = _latest(settings) if server else []
    if not latest:
        return
    seen = sum(any(is_line_of(line, server) for line in lines) for lines in latest)
    params = {"seen": seen, "count": len(latest), "server": server}
    if seen:
        yield True, words("trust_seen", **params)
        return
    names = Counter(server_named(line) or EXCHANGE_ONLINE for lines in latest for line in lines)
    others = ", ".join(name for name, _ in names.most_common(_MOST_NAMES))
    yield False, words("trust_unseen", **params, others=words("trust_others", names=others) if others else "")


def _latest(settings: Settings) -> list[tuple[str, ...]]:
    """The lines of each of the newest mails that were read whole; automatic mail of our own house has none."""
    try:
        with Store.open(settings.database_url) as store:
            mails = [m for m in store.mails() if m.sha256]
        vault = Vault(settings.data_dir)
        return [lines_of(vault.read(m.sha256)) for m in mails[-LATEST:]]
    except (StoreError, OSError):
        return []
