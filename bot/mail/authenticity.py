"""Whether the server that took a mail in vouches for its From address (Authentication-Results, RFC 8601).

Of all such fields only the topmost of the named server counts: a sender can write any number of them, but each server
puts its own on top. It vouches with `dmarc=pass` for the From domain, or with `dkim=pass` or `spf=pass` of a domain
that the From domain equals or lies under. Exchange Online writes no server name; its form is read where the office
names none.

Pure. Failure policy: never raises; what cannot be read vouches for nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

_HEAD = re.compile(r"\s*(?P<name>[A-Za-z0-9._:-]+)(?:\s+[0-9]+)?\s*(?:\([^()]*\)\s*)?;")
_MAX_VALUE = 4_000  # characters; servers write a few hundred


@dataclass(frozen=True, slots=True)
class Authenticity:
    """`passed`: the From address is vouched for. `how` is the method that did, or what was found instead."""

    passed: bool
    how: str


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: Mapping[str, str]  # `header.from` → value


def authenticity(headers: Mapping[str, Sequence[str]], sender: str, authserv_id: str) -> Authenticity:
    """`headers` as in InboundMail; `sender` is the one From address, lower case; `authserv_id` how the receiving server
    names itself, empty for Exchange Online.
    """
    wanted = authserv_id.strip().lower()
    mine = next((v for v in headers.get("authentication-results", ()) if _server(v) == wanted), None)
    domain = sender.rpartition("@")[2].lower()
    if mine is None or not domain:
        return Authenticity(False, "no Authentication-Results of this server")
    results = _results(mine[:_MAX_VALUE], bool(wanted))
    for method, names in (("dmarc", ("header.from",)), ("dkim", ("header.d", "header.i")), ("spf", ("smtp.mailfrom",))):
        for result in results:
            if result.method == method and result.result == "pass" and _speaks_for(result, names, domain):
                return Authenticity(True, method)
    return Authenticity(False, ", ".join(f"{r.method}={r.result}" for r in results) or "unreadable")


def _server(value: str) -> str:
    """Who wrote the field; empty where it begins with a result at once."""
    head = _HEAD.match(value[:_MAX_VALUE])
    return head["name"].lower() if head else ""


def _speaks_for(result: _Result, names: tuple[str, ...], domain: str) -> bool:
    value = next((result.properties[name] for name in names if name in result.properties), "")
    theirs = value.rpartition("@")[2].lower().strip(' ".')
    is_under = result.method != "dmarc" and "." in theirs and domain.endswith(f".{theirs}")
    return theirs == domain or is_under


def _results(value: str, has_server: bool) -> tuple[_Result, ...]:
    whole = value if has_server else f"server.invalid; {value}"
    try:
        parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: {whole}")
        return tuple(
            _Result(
                str(r.method).lower(),
                str(r.result).lower(),
                _once((f"{p.type}.{p.name}", str(p.value)) for p in r.properties),
            )
            for r in parsed.results
        )
    except (AuthResError, SyntaxError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return _by_hand(value if not has_server else value.partition(";")[2])


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
