"""TXT records: asked for within a few seconds, and kept for a while.

Failure policy: a DNS that does not answer is a DnsError; when it was not reached at all, that holds for `_PAUSE`
seconds for every name, so that a hundred mails do not each wait for it. A name without such a record is None.
"""

import ipaddress
import time
from typing import Final

SECONDS: Final = 4.0
_KEPT: Final = 600.0  # seconds; keys change seldom, and a retired one stays for days
_PAUSE: Final = 30.0
_MOST: Final = 500


class DnsError(Exception):
    """DNS did not answer; a sentence. `is_away`: for no name, as far as we know, and not for this one alone."""

    def __init__(self, message: str, *, is_away: bool = True) -> None:
        super().__init__(message)
        self.is_away = is_away


def server_of(text: str) -> tuple[str, int] | None:
    """`192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353` → address and port (53 by default); None for any other."""
    host, mark, port = (
        text.strip().rpartition(":") if text.count(":") == 1 or "]:" in text else (text.strip(), "", "53")
    )
    try:
        address = ipaddress.ip_address(host.strip("[]"))
        number = int(port) if port.isascii() and port.isdigit() else 0
    except ValueError:
        return None
    return (str(address), number) if 1 <= number <= 65535 and (mark or port == "53") else None


class TxtResolver:
    """Asks the DNS server at `server` (see `server_of`), or the system's where it is empty. Calling it with a name
    gives the record's bytes, None where there is none; raises DnsError.
    """

    def __init__(self, server: str = "", seconds: float = SECONDS) -> None:
        self._server = server_of(server) if server else None
        self._seconds = seconds
        self._known: dict[str, tuple[float, bytes | None]] = {}
        self._away_until = 0.0
        self._away = ""

    def __call__(self, name: str) -> bytes | None:
        name = name.lower().rstrip(".")
        moment = time.monotonic()
        kept = self._known.get(name)
        if kept and moment < kept[0]:
            return kept[1]
        if moment < self._away_until:
            raise DnsError(self._away)
        try:
            found = self._ask(name)
        except DnsError as error:
            if error.is_away:
                self._away, self._away_until = str(error), time.monotonic() + _PAUSE
            raise
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[name] = time.monotonic() + _KEPT, found
        return found

    def _ask(self, name: str) -> bytes | None:
        import dns.exception  # takes 0.1 s, and most commands do without
        import dns.name
        import dns.resolver

        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server:
                resolver.nameservers, resolver.port = [self._server[0]], self._server[1]
            answer = resolver.resolve(f"{name}.", "TXT", lifetime=self._seconds, search=False)
            return b"".join(next(iter(answer)).strings)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return None
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, UnicodeError):
            return None  # no such name can be
        except (dns.exception.DNSException, OSError) as error:
            refused = isinstance(error, dns.resolver.NoNameservers)  # SERVFAIL of that one domain, say
            raise DnsError(" ".join(str(error).split())[:200] or type(error).__name__, is_away=not refused) from error
