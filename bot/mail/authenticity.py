"""What the office's own mail server says of a sender (Authentication-Results, RFC 8601).

Of all such fields only the topmost of the named server counts: a sender can write any number of them, but each server
puts its own on top and has to take away those that bear its name (section 5). `dmarc` decides where the server has an
answer; else a `dkim=pass` or `spf=pass` of a domain that is aligned with that of From. Exchange Online writes no server
name; its form is read for `EXCHANGE_ONLINE`.

Alignment without a list of public suffixes: two domains are aligned when they are equal or one lies under the other,
and the upper one belongs to somebody: it has two labels, under a country's top domain three. So gov.vn, com.vn or
hanoi.vn vouch for nobody, and stp.tinh.gov.vn and tinh.gov.vn for each other. What lies side by side is not aligned.

Pure. Failure policy: never raises; what cannot be read vouches for nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Final

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from bot.domain.trust import EXCHANGE_ONLINE, Authenticity, Vouching, VouchingWhy

HEADER: Final = "authentication-results"
_HEAD: Final = re.compile(r"\s*(?P<name>[A-Za-z0-9._:-]+)(?:\s+[0-9]+)?\s*(?:\([^()]*\)\s*)?(?:;|$)")
_NAMELESS: Final = re.compile(r"\s*(?:spf|dkim|dmarc)\s*=", re.IGNORECASE)
_MAX_HEAD: Final = 2**18  # bytes
_MAX_VALUE: Final = 4_000  # characters; servers write a few hundred
_MAX_DETAIL: Final = 200
_FAILED: Final = frozenset({"fail", "hardfail"})  # softfail and the errors say nothing for certain
_SENDERS: Final = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: Mapping[str, str]  # `header.from` → value


def lines_of(raw: bytes) -> tuple[str, ...]:
    """The values of all such fields of a mail, topmost first, unfolded and as they stand: a sender's address in them
    may look like an encoded word (RFC 2047), and nothing that it decodes to may count.
    """
    head = re.split(rb"\r?\n\r?\n", raw[:_MAX_HEAD], maxsplit=1)[0] + b"\r\n\r\n"
    try:
        fields = BytesHeaderParser(policy=compat32).parsebytes(head).raw_items()
        values = [str(value) for name, value in fields if name.lower() == HEADER]
    except Exception:  # bytes that defeat the standard library's parser hold no line of a server
        return ()
    return tuple(re.sub(r"[\r\n]+[ \t]*", " ", value).strip() for value in values)


def server_says(lines: Sequence[str], sender: str, authserv_id: str) -> Authenticity | None:
    """What the server named `authserv_id` says of `sender`, the one From address in lower case; None where it has
    written no line, or one without any result. `lines` are those of `lines_of`.
    """
    wanted = _plain(authserv_id)
    if not wanted:
        return None
    mine = next((v for v in lines if is_line_of(v, wanted)), None)
    if mine is None:
        return None
    if len(mine) > _MAX_VALUE:
        return _silent(f"a line of {len(mine)} characters")
    said = mine if wanted == EXCHANGE_ONLINE else mine[head.end() :] if (head := _HEAD.match(mine)) else ""
    if said.strip().lower() in ("", "none"):
        return None
    results = _results(said)
    return _judge(results, sender.rpartition("@")[2])


def is_line_of(value: str, authserv_id: str) -> bool:
    """Whether the server of that name wrote this field."""
    wanted = _plain(authserv_id)
    if wanted == EXCHANGE_ONLINE:
        return _NAMELESS.match(value) is not None
    return bool(wanted) and server_named(value) == wanted


def server_named(value: str) -> str:
    """Who wrote such a field, in lower case without a dot at the end; empty where no server is named."""
    head = _HEAD.match(value[:_MAX_VALUE])
    return _plain(head["name"]) if head else ""


def is_aligned(one: str, other: str) -> bool:
    """Whether what is proven of one mail domain speaks for the other."""
    one, other = _plain(one), _plain(other)
    if not one or not other:
        return False
    if one == other:
        return True
    upper, lower = sorted((one, other), key=len)
    labels = upper.split(".")
    needed = 3 if len(labels[-1]) == 2 else 2
    return len(labels) >= needed and all(labels) and lower.endswith(f".{upper}")


def _judge(results: Sequence[_Result], domain: str) -> Authenticity:
    detail = ", ".join(f"{r.method}={r.result}" for r in results)[:_MAX_DETAIL] or "unreadable"
    dmarc = [r for r in results if r.method == "dmarc"]
    if any(r.result in _FAILED for r in dmarc):
        return Authenticity(Vouching.REFUTED, VouchingWhy.SERVER_FAIL, detail)
    passed = [r for r in dmarc if r.result == "pass"]
    named = {_domain_of(r, ("header.from",)) for r in passed}
    if any(name and not is_aligned(name, domain) for name in named):
        return Authenticity(Vouching.REFUTED, VouchingWhy.OTHER_SENDER, detail)
    if passed and len(passed) == len(dmarc) and named == {_plain(domain)}:
        return Authenticity(Vouching.VOUCHED, VouchingWhy.SERVER_VOUCHES, "dmarc=pass")
    for method, names in _SENDERS.items():
        for result in results:
            if result.method == method and result.result == "pass" and is_aligned(_domain_of(result, names), domain):
                return Authenticity(Vouching.VOUCHED, VouchingWhy.SERVER_VOUCHES, f"{method}=pass")
    others = [r for r in results if r.method in _SENDERS]
    if any(r.result in _FAILED for r in others) and not any(r.result == "pass" for r in others):
        return Authenticity(Vouching.REFUTED, VouchingWhy.SERVER_FAIL, detail)
    return _silent(detail)


def _silent(detail: str) -> Authenticity:
    return Authenticity(Vouching.NONE, VouchingWhy.SERVER_SILENT, detail)


def _plain(domain: str) -> str:
    return domain.strip(" \t\r\n\"'").lower().removesuffix(".")


def _domain_of(result: _Result, names: Sequence[str]) -> str:
    value = next((result.properties[name] for name in names if name in result.properties), "")
    return _plain(value.rpartition("@")[2])


def _results(said: str) -> tuple[_Result, ...]:
    """The results in what follows the server's name."""
    try:
        parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: server.invalid; {said}")
        return tuple(
            _Result(
                str(r.method).lower(),
                str(r.result).lower(),
                _once((f"{p.type}.{p.name}", str(p.value)) for p in r.properties),
            )
            for r in parsed.results
        )
    except (AuthResError, SyntaxError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return _by_hand(said)


def _once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Property → value; with two values it says nothing: a sender's local part may hold one of them."""
    said: dict[str, str] = {}
    for name, value in ((name.lower(), value) for name, value in pairs):
        said[name] = value if said.get(name, value) == value else ""
    return said


def _by_hand(value: str) -> tuple[_Result, ...]:
    """Results as Exchange Online and others write them, where the grammar is not kept."""
    plain = re.sub(r"\([^()]*\)", " ", value)
    if "(" in plain or '"' in plain:  # nested or open: what stands inside a comment or a quotation must not count
        return ()
    found = []
    for part in plain.split(";"):
        pairs = re.findall(r"([A-Za-z0-9._-]+)\s*=\s*([^\s;]+)", part)
        if pairs:
            (method, result), *rest = pairs
            found.append(_Result(method.lower(), result.lower(), _once(rest)))
    return tuple(found)
