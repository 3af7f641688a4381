"""Our own look at a mail's DKIM signatures (RFC 6376), for offices whose server writes no Authentication-Results.

Flow: the header block, within limits → the signatures whose domain is aligned with that of From, at most `MAX_TRIED` →
what each covers → its key from DNS → dkimpy. One that holds and covers From, Subject and the whole text vouches for the
sender. SPF is not looked at: the address that connected is known to the receiving server alone.

dkimpy is given nothing that could keep it busy: a short head, a text whose blanks are brought to the form that it would
bring them to in quadratic time, a short key. Only domains aligned with From are asked for, so that no mail makes us ask
DNS for names of its choosing elsewhere.

Failure policy: never raises. What cannot be used vouches for nothing; a DNS that is away makes the answer transient.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from bot.domain.trust import Authenticity, Vouching, VouchingWhy
from bot.mail.authenticity import is_aligned
from bot.mail.dns_txt import DnsError

LookUp = Callable[[str], bytes | None]
"""The TXT record of a name, None where there is none. Raises DnsError while DNS is away."""

MAX_TRIED: Final = 5
MAX_HEAD: Final = 131_072  # bytes
MAX_SIGNATURE: Final = 8_192
MAX_KEY: Final = 1_500  # of RSA with 8192 bits; a longer one would keep us computing
MAX_LINES: Final = 4_000_000
_BLANKS: Final = re.compile(rb"\s{100}")  # dkimpy looks at a run of blanks in all ways to part it
_ONCE: Final = (b"from", b"subject", b"content-type", b"mime-version", b"content-transfer-encoding", b"message-id")
_COVERED: Final = (b"from", b"subject")
_ALGORITHMS: Final = (b"rsa-sha256", b"ed25519-sha256")  # rsa-sha1 must not be verified (RFC 8301)
_NAME: Final = re.compile(rb"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9_])?")


class _Unusable(Exception):
    """This signature says nothing; why."""


def check_dkim(raw: bytes, sender: str, look_up: LookUp, now: datetime) -> Authenticity:
    """Whether a signature of an aligned domain holds. `raw` is the mail as it was on the wire, `sender` the one From
    address in lower case, `now` (aware) what a signature's last day is held against.
    """
    domain = sender.rpartition("@")[2]
    try:
        message = _message(raw)
        signatures = _aligned(message, domain)
    except _Unusable as error:
        return _none(VouchingWhy.SIGNATURE_UNUSABLE, str(error))
    if not signatures:
        return _none(VouchingWhy.UNSIGNED, "")
    found: list[Authenticity] = []
    for at, fields in signatures[:MAX_TRIED]:
        found.append(_checked(message, at, fields, look_up, now))
        if found[-1].passed:
            return found[-1]
    # A key that may still come could vouch; one that is false says more than one that says nothing.
    return next(
        (f for f in found if f.is_transient), next((f for f in found if f.vouching is Vouching.REFUTED), found[0])
    )


def _none(why: VouchingWhy, detail: str, *, is_transient: bool = False) -> Authenticity:
    return Authenticity(Vouching.NONE, why, detail, is_transient)


def _message(raw: bytes) -> Any:
    """The mail as dkimpy has it: head apart, text apart."""
    import dkim  # takes 0.1 s, and most commands do without

    end = re.search(rb"\r?\n\r?\n", raw[: MAX_HEAD + 4])
    if end is None and len(raw) > MAX_HEAD:
        raise _Unusable("the head is too long")
    head = raw[: end.start()] if end else raw
    if re.search(rb"\r(?!\n)|\x00", head):
        raise _Unusable("stray characters in the head")  # others may see other fields there than we do
    if raw.count(b"\n") > MAX_LINES:
        raise _Unusable("too many lines")
    try:
        message = dkim.DKIM(head + b"\r\n\r\n", minkey=1024)
    except Exception as error:  # dkimpy raises much beside its own DKIMException
        raise _Unusable(type(error).__name__) from error
    body = raw[end.end() :] if end else b""
    message.body = re.sub(rb"\r?\n", b"\r\n", body)
    return message


def _aligned(message: Any, domain: str) -> list[tuple[int, dict[bytes, bytes]]]:
    """The signatures of aligned domains with their place among all, the topmost first."""
    from dkim.util import InvalidTagValueList, parse_tag_value

    found = []
    signatures = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    for at, value in enumerate(signatures):
        if len(value) > MAX_SIGNATURE or _BLANKS.search(value):
            continue
        try:
            fields: dict[bytes, bytes] = parse_tag_value(value)
        except InvalidTagValueList:
            continue
        if is_aligned(fields.get(b"d", b"").decode("ascii", "replace"), domain):
            found.append((at, fields))
    return found


def _checked(message: Any, at: int, fields: dict[bytes, bytes], look_up: LookUp, now: datetime) -> Authenticity:
    signer = fields[b"d"].decode("ascii", "replace")[:100]
    try:
        _require_cover(message, fields, now)
        name = fields.get(b"s", b"") + b"._domainkey." + fields[b"d"]
        key = look_up(name.decode("ascii"))
        if not key or len(key) > MAX_KEY:
            raise _Unusable("a key too long" if key else "no key")
        is_true = _verify(message, at, fields, key)
    except DnsError as error:
        return _none(VouchingWhy.DNS_DOWN, f"{signer}: {error}", is_transient=True)
    except _Unusable as error:
        return _none(VouchingWhy.SIGNATURE_UNUSABLE, f"{signer}: {error}")
    if is_true:
        return Authenticity(Vouching.VOUCHED, VouchingWhy.SIGNATURE_HOLDS, f"dkim=pass header.d={signer}")
    return Authenticity(Vouching.REFUTED, VouchingWhy.SIGNATURE_FAIL, f"dkim=fail header.d={signer}")


def _require_cover(message: Any, fields: dict[bytes, bytes], now: datetime) -> None:
    """Raises _Unusable for a signature that does not speak for the mail as we read it."""
    if fields.get(b"a") not in _ALGORITHMS:
        raise _Unusable("an algorithm that does not count")
    if not all(_NAME.fullmatch(fields.get(tag, b"")) for tag in (b"d", b"s")):
        raise _Unusable("no name of a key")
    if b"l" in fields:
        raise _Unusable("only a part of the text is signed (l=)")
    if b"x" in fields:
        if not re.fullmatch(rb"[0-9]{1,12}", fields[b"x"]):
            raise _Unusable("no date of expiry")
        if int(fields[b"x"]) < now.timestamp():
            raise _Unusable("expired")
    covered = [name.strip().lower() for name in fields.get(b"h", b"").split(b":")]
    present = [name.lower() for name, _ in message.headers]
    if b"from" not in covered:
        raise _Unusable("From is not signed")
    for name in _ONCE:
        if present.count(name) > 1:
            raise _Unusable(f"two fields {name.decode()}")
    for name in _COVERED:
        if name in present and name not in covered:
            raise _Unusable(f"{name.decode()} is not signed")


def _verify(message: Any, at: int, fields: dict[bytes, bytes], key: bytes) -> bool:
    """Whether the signature is true. Raises _Unusable for a key or a signature that dkimpy cannot read."""
    import dkim

    body = message.body
    if fields.get(b"c", b"").strip().lower().endswith(b"/relaxed"):
        message.body = _relaxed(body)
    else:
        message.body = _without_empty_end(body)
    try:
        prepared = message.verify_headerprep(at)
        signature, covered, headers = prepared
        pk, size, kind, is_report = dkim.evaluate_pk(b"", key)
        message.pk, message.keysize, message.ktag, message.seqtlsrpt = pk, size, kind, is_report
        return bool(message.verify_sig_process(signature, covered, headers[at], None))
    except dkim.ValidationError as error:
        if "body hash" in str(error):
            return False
        raise _Unusable(type(error).__name__) from error
    except Exception as error:  # malformed keys end in IndexError, TypeError, binascii.Error and more
        raise _Unusable(type(error).__name__) from error
    finally:
        message.body = body


def _relaxed(body: bytes) -> bytes:
    """The text in relaxed form (RFC 6376, 3.4.4), in linear time; dkimpy's own way leaves it as it is."""
    return _without_empty_end(re.sub(rb"[\t ]+", b" ", body).replace(b" \r\n", b"\r\n"))


def _without_empty_end(body: bytes) -> bytes:
    """The text without the empty lines at its end, with the line end of the last one."""
    end = len(body)
    while end >= 2 and body[end - 2 : end] == b"\r\n":
        end -= 2
    return body[:end] + b"\r\n" if end < len(body) else body
