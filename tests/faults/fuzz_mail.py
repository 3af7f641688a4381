"""A fuzz run over everything that reads a stranger's mail or text, without a file or a server:

    python tests/faults/fuzz_mail.py --seconds 60 --seed 1

Mails are bent: samples and hostile structures, cut, spliced, repeated and strewn with bytes that have meaning. Text is
put together of what the parsers look for. What raises, or takes longer than a second of CPU, is written down with its
input (`--keep DIR`), and every such input becomes a fixture in `tests/mails/fuzz/`, which the tests read ever after.
Ends with 1 when there was any.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "faults")]  # as a program it is not run by pytest

from hostile_mails import structures  # noqa: E402  (after the path)

from bot.mail.answers import body_of, message_told  # noqa: E402  (after the path)
from bot.mail.authenticity import lines_of, server_says  # noqa: E402  (after the path)
from bot.mail.bounces import bounced_addresses  # noqa: E402  (after the path)
from bot.mail.parse import parse, parse_head  # noqa: E402  (after the path)
from bot.text.accents import Folding, fold, nfc, squeeze  # noqa: E402  (after the path)
from bot.text.dates import find_spans, parse_date  # noqa: E402  (after the path)
from bot.text.durations import parse_minutes  # noqa: E402  (after the path)
from bot.text.legacy_encoding import detect, repair, to_unicode  # noqa: E402  (after the path)
from bot.text.names import NameIndex  # noqa: E402  (after the path)
from bot.text.near_days import near_days  # noqa: E402  (after the path)
from bot.text.numbers import format_number, parse_number  # noqa: E402  (after the path)
from bot.text.periods import find_periods  # noqa: E402  (after the path)

SLOWEST: Final = 1.0
"""Seconds of CPU for one input of at most `MOST` bytes."""
MOST: Final = 200_000
FIXTURES: Final = ROOT / "tests" / "mails" / "fuzz"
_TOKENS: Final = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"--",
    b"=?utf-8?b?",
    b"=?x?q?",
    b"?=",
    b"Content-Type: ",
    b"multipart/mixed; boundary=",
    b"message/rfc822",
    b"Content-Transfer-Encoding: base64\r\n",
    b"From: ",
    b'"',
    b"<",
    b">",
    b"(",
    b"@",
    b";",
    b"*0*=",
    b"charset=unicode_escape",
    b"charset=idna",
    b"charset=utf-7",
    b"filename*=utf-8''%e1%ba",
    b"\xff",
    b"\xe1\xba",
    b"\xcc\x81",
    b"Final-Recipient: rfc822;",
    b"Status: 5.",
    b"Authentication-Results: a; dmarc=",
    b"X-Failed-Recipients: ",
    b"=",
    b"==\r\n",
    b"begin 644 ",
    b"begin 644 a\r\n",
    b"&#x110000;",
    b"&#99999999999;",
    b"<script",
    b"<!--",
    b"Date: ",
    b"\xe2\x80\xae",
)
_WORDS: Final = (
    "ngày",
    "tháng",
    "năm",
    "quý",
    "I",
    "IV",
    "6 tháng",
    "9 tháng",
    "đầu năm",
    "trước",
    "đến",
    "từ",
    "hạn",
    "31/02/2023",
    "29/2",
    "0/0/0000",
    "99999/99/99",
    "10-3-2023",
    "1.234.567",
    "12,5%",
    "-",
    "−",
    "không",
    "½",
    "²",
    "١٢٣",
    "1e999",
    "9" * 60,
    "0 hồ sơ",
    "UBND",
    "ủy ban nhân dân",
    "TP.",
    "thành phố",
    "C¶i c¸ch",
    "§",
    "®¬n",
    "\u0301\u0323",
    "\u200b",
    "\u202e",
    "\ud800",
    "\x00",
    " ",
    "\n",
    "\u3164",
    "ß",
    "İ",
    "ﬁ",
    "thứ hai",
    "tuần sau",
    "mai",
    "cuối tuần",
    "ngày mai",
    "mười lăm",
    "giờ",
    "phút",
    "1h30'",
    "16h30",
    "24:00",
    "½ ngày",
    "(",
    ")",
    ":",
    ".",
    ",",
    "/",
    "\u00ad",
    "𝟙",
    "🇻🇳",
)


@dataclass(slots=True)
class Crash:
    """`target` raised, or was slow, for `data`."""

    target: str
    why: str
    data: bytes


@dataclass(slots=True)
class Result:
    """What a run came to: how often each target was tried, and what it could not bear."""

    tried: Counter[str] = field(default_factory=Counter)
    crashes: list[Crash] = field(default_factory=list)
    slowest: float = 0.0


def read_mail(raw: bytes) -> None:
    """Everything that reads the bytes of a mail."""
    mail = parse(raw)
    assert mail.sha256 == hashlib.sha256(raw).hexdigest(), "whatever the bytes, the record is of them"
    assert mail.size == len(raw)
    shown = (mail.subject, mail.from_name, mail.message_id, *(a.name for a in mail.attachments))
    for text in (*shown, *mail.references, *mail.from_addresses):
        assert not any(c in "\r\n\0\x1b\u202e\u200b" for c in text), f"{text!r} goes into headers and to terminals"
    for attachment in mail.attachments:
        assert attachment.name and len(attachment.name.encode()) <= 255 and "/" not in attachment.name
    mail.text.encode()  # no lone surrogates
    parse_head(raw)
    bounced_addresses(raw)
    server_says(lines_of(raw), mail.sender, "mx.binhduong.example")


def read_answer(raw: bytes) -> None:
    """The parsers of what an IMAP server says: `Inbox` makes a MailServerError of their ValueError."""
    with suppress(ValueError):
        message_told(raw)
    with suppress(ValueError):
        body_of([(raw, raw), raw, b")"], 7)


@cache
def _index() -> NameIndex:
    return NameIndex([("stp", "Sở Tư pháp"), ("tdm", "UBND thành phố Thủ Dầu Một"), ("ta", "TP. Thuận An")])


def _later(day: date, count: int) -> date:
    return day + timedelta(days=count)


def read_text(raw: bytes) -> None:
    """Everything that reads words and figures."""
    text = raw.decode("utf-8", "surrogatepass")
    for value in (text, text.strip()):
        parse_date(value)
        parse_minutes(value)
        for whole in (True, False):
            number = parse_number(value, whole=whole)
            if number is not None:
                format_number(number)
    find_spans(text)
    find_periods(text)
    near_days(fold(text), on=date(2023, 3, 9), due=date(2023, 3, 10), add_working_days=_later)
    assert fold(fold(text)) == fold(text), "folding twice changes nothing"
    folding = Folding(text)
    folding.original(0, len(folding.text))
    squeeze(nfc(text))
    detect([text])
    repair(text)
    for encoding in ("tcvn3", "vni"):
        to_unicode(text, encoding)
    _index().find(text)
    _index().same(text)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {"mail": read_mail, "answer": read_answer, "text": read_text}


@cache
def _corpus() -> tuple[bytes, ...]:
    samples = [path.read_bytes() for path in sorted((ROOT / "tests" / "mails").glob("*.eml"))]
    return tuple(raw[:MOST] for raw in (*samples, *(make() for make in structures(0.001).values())))


def make_mail(dice: random.Random) -> bytes:
    raw = bytearray(dice.choice(_corpus()))
    for _ in range(dice.choice((1, 2, 4, 16))):
        at, end = sorted((dice.randint(0, len(raw)), dice.randint(0, len(raw))))
        match dice.randrange(6):
            case 0:
                del raw[at : min(end, at + dice.choice((1, 20, 2_000)))]
            case 1:
                raw[at:at] = dice.choice(_TOKENS) * dice.choice((1, 1, 3, 300))
            case 2:
                other = dice.choice(_corpus())
                start = dice.randint(0, len(other))
                raw[at:at] = other[start : start + dice.choice((10, 300, 5_000))]
            case 3:
                raw[at:at] = raw[at : min(end, at + 2_000)] * dice.choice((1, 5, 40))
            case 4:
                raw[at:at] = dice.randbytes(dice.choice((1, 4, 50)))
            case _ if at < len(raw):
                raw[at] = dice.randrange(256)
    return bytes(raw[:MOST])


def make_answer(dice: random.Random) -> bytes:
    line = bytearray(b'7 (UID 7 INTERNALDATE " 9-Mar-2023 16:29:59 +0700" RFC822.SIZE 1234 BODY[] ""')
    for _ in range(dice.randint(0, 4)):
        at = dice.randint(0, len(line))
        line[at : at + dice.randint(0, 6)] = dice.choice(
            (b"9", b"99999999999", b"-", b"UID 7", b"\xff", b'"', b"Feb", b"")
        )
    return bytes(line)


def make_text(dice: random.Random) -> bytes:
    joined = dice.choice(("", " ", " ", "\n")).join(dice.choices(_WORDS, k=dice.choice((1, 3, 8, 60))))
    if dice.random() < 0.1:
        joined = (joined[:200] or "9") * dice.choice((10, 200))
    return joined[: MOST // 8].encode("utf-8", "surrogatepass")


MAKERS: Final = {"mail": make_mail, "answer": make_answer, "text": make_text}


def try_one(target: str, data: bytes, result: Result) -> None:
    began = time.process_time()
    try:
        TARGETS[target](data)
    except (Exception, RecursionError):
        result.crashes.append(Crash(target, traceback.format_exc(limit=-4), data))
    spent = time.process_time() - began
    result.tried[target] += 1
    result.slowest = max(result.slowest, spent)
    if spent > SLOWEST:
        result.crashes.append(Crash(target, f"{spent:.1f} s of CPU", data))


def run(seconds: float, seed: int, *, most: int | None = None) -> Result:
    """Bends and reads for so many seconds of CPU (or `most` inputs); the same seed makes the same inputs."""
    dice, result, began = random.Random(seed), Result(), time.process_time()
    while time.process_time() - began < seconds and (most is None or result.tried.total() < most):
        target = dice.choice(("mail", "mail", "answer", "text", "text"))
        try_one(target, MAKERS[target](dice), result)
    return result


def main() -> int:
    options = argparse.ArgumentParser(description="Fuzz the readers of mail and text.")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, metavar="DIR", help="where inputs that break something are written")
    chosen = options.parse_args()
    result = run(chosen.seconds, chosen.seed)
    for crash in result.crashes:
        print(f"{crash.target}: {crash.why}\n  {crash.data[:200]!r}")
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            name = f"{crash.target}-{hashlib.sha256(crash.data).hexdigest()[:12]}.bin"
            (chosen.keep / name).write_bytes(crash.data)
    tried = ", ".join(f"{count} {target}" for target, count in sorted(result.tried.items()))
    print(f"fuzz_mail seed {chosen.seed}: {tried}; slowest {result.slowest:.2f} s; broken: {len(result.crashes)}")
    return 1 if result.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
