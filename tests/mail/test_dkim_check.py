"""Our own look at signatures: one that covers the mail as we read it vouches, nothing else does; nothing keeps us."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_mails import key, plain, records, signed

from bot.domain.trust import Authenticity, Vouching, VouchingWhy
from bot.mail.dkim_check import MAX_TRIED, check_dkim
from bot.mail.dns_txt import DnsError

DOMAIN = "binhduong.example"
SENDER = f"stp@{DOMAIN}"
NOW = datetime(2099, 11, 1, tzinfo=UTC)
H = ("from", "to", "subject", "date", "message-id")
COVERED = [name.encode() for name in H]


class Dns:
    """A DNS that knows these records, and notes what it was asked for."""

    def __init__(self, *domains: str, **more: bytes) -> None:
        self.known = records(*(domains or (DOMAIN,))) | more
        self.asked: list[str] = []

    def __call__(self, name: str) -> bytes | None:
        self.asked.append(name)
        return self.known.get(name)


def away(name: str) -> bytes | None:
    raise DnsError("timed out")


def look(raw: bytes, dns: Callable[[str], bytes | None] | None = None, sender: str = SENDER) -> Authenticity:
    return check_dkim(raw, sender, dns or Dns(), NOW)


def good(**how: object) -> bytes:
    return signed(plain(SENDER), DOMAIN, include_headers=COVERED, **how)


@pytest.mark.parametrize("canonical", [(b"relaxed", b"relaxed"), (b"relaxed", b"simple"), (b"simple", b"simple")])
@pytest.mark.parametrize("text", [b"", b"\r\n", b"\r\n\r\n", b"a", b"a \t b \r\n \r\n\r\n", b"a\r\r\nb  \r\n"])
def test_a_true_signature_vouches(canonical: tuple[bytes, bytes], text: bytes) -> None:
    raw = plain(SENDER).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + text
    found = look(signed(raw, DOMAIN, include_headers=COVERED, canonicalize=canonical))
    assert (found.vouching, found.why) == (Vouching.VOUCHED, VouchingWhy.SIGNATURE_HOLDS)
    assert found.detail == "dkim=pass header.d=binhduong.example"


def test_the_domain_above_or_beneath_may_sign_and_no_other_is_even_asked_for() -> None:
    raw = plain("a@stp.binhduong.example")
    for signer, expected in ((DOMAIN, Vouching.VOUCHED), ("x.stp.binhduong.example", Vouching.VOUCHED)):
        assert look(signed(raw, signer), Dns(signer), "a@stp.binhduong.example").vouching is expected
    for signer in ("noikhac.test", "xbinhduong.example", "snv.binhduong.example", "example"):
        dns = Dns(signer)
        assert look(signed(raw, signer), dns, "a@stp.binhduong.example").why is VouchingWhy.UNSIGNED
        assert dns.asked == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"xin gui bao cao", b"xin gui bao cat"),
        (b"Subject: Bao cao", b"Subject: Bao cap"),
        (b"From: stp@", b"From: stc@"),
        (b"Message-ID: <1@", b"Message-ID: <2@"),
    ],
)
def test_a_mail_that_was_changed_is_refuted(old: bytes, new: bytes) -> None:
    raw = good()
    assert raw.count(old) == 1
    found = look(raw.replace(old, new))
    assert (found.vouching, found.why) == (Vouching.REFUTED, VouchingWhy.SIGNATURE_FAIL)


def tagged(change: Callable[[bytes], bytes]) -> bytes:
    """A signed mail whose signature field was changed afterwards."""
    field, mark, rest = good().partition(b"\r\nFrom:")
    return change(field) + mark + rest


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(plain(SENDER), VouchingWhy.UNSIGNED, id="no signature"),
        pytest.param(b"", VouchingWhy.UNSIGNED, id="nothing at all"),
        pytest.param(good(length=True), VouchingWhy.SIGNATURE_UNUSABLE, id="only a part of the text (l=)"),
        pytest.param(good(length=True) + b"mo rong\r\n", VouchingWhy.SIGNATURE_UNUSABLE, id="l= and a longer text"),
        pytest.param(
            signed(plain(SENDER), DOMAIN, include_headers=[b"from", b"date"]),
            VouchingWhy.SIGNATURE_UNUSABLE,
            id="Subject is not signed",
        ),
        pytest.param(
            tagged(lambda f: f.replace(b"h=from : ", b"h=")), VouchingWhy.SIGNATURE_UNUSABLE, id="From is not signed"
        ),
        pytest.param(good().replace(b"rsa-sha256", b"rsa-sha1"), VouchingWhy.SIGNATURE_UNUSABLE, id="sha1"),
        pytest.param(tagged(lambda f: f.replace(b"v=1;", b"v=2;")), VouchingWhy.SIGNATURE_UNUSABLE, id="version"),
        pytest.param(tagged(lambda f: f.replace(b"b=", b"b=!")), VouchingWhy.SIGNATURE_UNUSABLE, id="no base64"),
        pytest.param(tagged(lambda f: f.replace(b"v=1;", b"v=1; v=1;")), VouchingWhy.UNSIGNED, id="a tag twice"),
        pytest.param(b"DKIM-Signature: " + b"x" * 9000 + b"\r\n" + plain(SENDER), VouchingWhy.UNSIGNED, id="huge"),
        pytest.param(b"X: y\r\n" * 30_000 + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="a head of 180 KB"),
        pytest.param(b"Subject: [QD] gia han\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="a second Subject"),
        pytest.param(b"From: stc@binhduong.example\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="a second From"),
        pytest.param(b"X: y\rSubject: z\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="a Subject behind a bare CR"),
        pytest.param(b"X: y\x00z\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="NUL"),
        pytest.param(b"khong phai dau thu\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="no header line"),
        pytest.param(b" folded into nothing\r\n" + good(), VouchingWhy.SIGNATURE_UNUSABLE, id="a fold before all"),
    ],
)
def test_what_cannot_be_used_vouches_for_nothing(raw: bytes, why: VouchingWhy) -> None:
    found = look(raw)
    assert (found.vouching, found.why, found.is_transient) == (Vouching.NONE, why, False)


@pytest.mark.parametrize(
    ("record", "vouching"),
    [
        (None, Vouching.NONE),
        (b"", Vouching.NONE),
        (b"v=DKIM1; p=", Vouching.NONE),
        (b"v=DKIM1; k=rsa; p=AAAA", Vouching.NONE),
        (b"v=DKIM1; k=ed25519; p=" + b"A" * 43 + b"=", Vouching.NONE),
        (b"v=DKIM9; " + key(1024)[1].partition(b"; ")[2], Vouching.NONE),
        (b"khong phai khoa", Vouching.NONE),
        (b"\xff\xfe", Vouching.NONE),
        (key(1024)[1] + b"; n=" + b"x" * 2_000, Vouching.NONE),
        (key(1024)[1] + b"; s=tlsrpt", Vouching.NONE),
        (key(512)[1], Vouching.REFUTED),
        (key(1024)[1], Vouching.VOUCHED),
    ],
)
def test_keys_good_and_bad(record: bytes | None, vouching: Vouching) -> None:
    assert look(good(), lambda name: record).vouching is vouching


def test_a_short_key_does_not_count() -> None:
    raw = signed(plain(SENDER), DOMAIN, bits=512, include_headers=COVERED)
    assert look(raw, lambda name: key(512)[1]).why is VouchingWhy.SIGNATURE_UNUSABLE


def test_expired_is_by_the_day_the_mail_came() -> None:
    """dkimpy signs no x=, so the field is judged before the signature."""
    for seconds, why in ((-1, VouchingWhy.SIGNATURE_UNUSABLE), (86_400, VouchingWhy.SIGNATURE_FAIL)):
        until = b"v=1; x=%d;" % (NOW + timedelta(seconds=seconds)).timestamp()
        assert look(tagged(lambda f, u=until: f.replace(b"v=1;", u))).why is why
    assert look(tagged(lambda f: f.replace(b"v=1;", b"v=1; x=soon;"))).why is VouchingWhy.SIGNATURE_UNUSABLE


def test_a_dns_that_is_away_makes_the_answer_a_later_one() -> None:
    found = look(good(), away)
    assert (found.vouching, found.why, found.is_transient) == (Vouching.NONE, VouchingWhy.DNS_DOWN, True)


def test_any_of_a_few_signatures_suffices_and_no_more_are_tried() -> None:
    false = tagged(lambda f: f.replace(b"v=1;", b"v=1; s=t2;").replace(b" s=t1;", b"")).partition(b"From:")[0]
    for count, expected in ((MAX_TRIED - 1, Vouching.VOUCHED), (MAX_TRIED, Vouching.NONE)):
        dns = Dns()
        assert look(false * count + good(), dns).vouching is expected
        assert len(dns.asked) == MAX_TRIED
    elsewhere = signed(plain(SENDER), "noikhac.test", include_headers=COVERED).partition(b"From:")[0]
    assert look(elsewhere * 20 + good()).vouching is Vouching.VOUCHED, "those of others are passed over"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(good(canonicalize=(b"relaxed", b"relaxed")) + b" " * 1_000_000 + b"x", id="a line of blanks"),
        pytest.param(good() + b"\r\n" * 1_000_000, id="a million empty lines"),
        pytest.param(b"X: y" + b"\r\n x" * 30_000 + b"\r\n" + good(), id="a field of 30,000 lines"),
        pytest.param(tagged(lambda f: f.replace(b"b=", b"b=" + b" \r\n " * 1_500)), id="blanks within b="),
        pytest.param(tagged(lambda f: f.replace(b"v=1;", b"v=1; b" + b" " * 7_000 + b";")), id="blanks behind b"),
        pytest.param(tagged(lambda f: f.replace(b"v=1;", b"v=1; z=" + b" b" * 3_500 + b";")), id="many b"),
        pytest.param(tagged(lambda f: f.replace(b"h=", b"h=" + b"x:" * 3_500)), id="many names in h="),
    ],
)
def test_nothing_keeps_us_busy(raw: bytes) -> None:
    began = time.process_time()
    assert look(raw).vouching in Vouching
    assert time.process_time() - began < 1.5


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 400))
def test_no_bytes_make_it_raise(junk: bytes, at: int) -> None:
    raw = good()
    for mail in (junk, b"DKIM-Signature: " + junk + b"\r\n" + plain(SENDER), raw[:at] + junk + raw[at:]):
        assert look(mail).vouching in Vouching
    assert look(raw, lambda name: junk).vouching is not Vouching.VOUCHED
