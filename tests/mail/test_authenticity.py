"""Who vouches for a sender: only the receiving server's own line, and only for the From domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.trust import EXCHANGE_ONLINE, Vouching, VouchingWhy
from bot.mail.authenticity import is_aligned, lines_of, server_named, server_says

SENDER, SERVER = "dieuphoi@binhduong.example", "mx.binhduong.example"
GOOD = f"{SERVER}; dmarc=pass header.from=binhduong.example; spf=pass smtp.mailfrom=binhduong.example"
BAD = f"{SERVER}; dmarc=fail header.from=binhduong.example; spf=fail smtp.mailfrom=noikhac.test"
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=binhduong.example; dkim=pass (signature was verified) "
    "header.d=binhduong.example;dmarc=pass action=none header.from=binhduong.example;compauth=pass reason=100"
)
YES, NO, NOTHING = Vouching.VOUCHED, Vouching.REFUTED, Vouching.NONE
INJECTED = "=?utf-8?q?x=3B_dmarc=3Dpass_header.from=3Dbinhduong.example=3B_y=3Dz?=@noikhac.test"


def says(*values: str, server: str = SERVER, sender: str = SENDER) -> Vouching | None:
    found = server_says(values, sender, server)
    return found.vouching if found else None


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=binhduong.example", YES),
        ("dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=binhduong.example", YES),
        ("dmarc=pass header.from=BinhDuong.Example", YES),
        ("dmarc=pass header.from=binhduong.example.", YES),
        ("DMARC=PASS header.from=binhduong.example", YES),
        ("dmarc=pass header.from=example", NO),
        ("dmarc=pass header.from=noikhac.test", NO),
        ("dmarc=pass header.from=noikhac.test; dkim=pass header.d=binhduong.example", NO),
        ("dmarc=pass", NOTHING),
        ("dmarc=bestguesspass header.from=binhduong.example", NOTHING),
        ("dmarc=temperror header.from=binhduong.example", NOTHING),
        ("dmarc=fail header.from=binhduong.example", NO),
        ("dmarc=fail (p=NONE) header.from=binhduong.example; dkim=pass header.d=binhduong.example", NO),
        ("dmarc=pass header.from=binhduong.example; dmarc=fail header.from=binhduong.example", NO),
        ("dmarc=fail header.from=binhduong.example; dmarc=pass header.from=binhduong.example", NO),
        ("dmarc=pass header.from=binhduong.example; dmarc=none header.from=binhduong.example", NOTHING),
        ("dmarc=pass header.from=binhduong.example; dmarc=pass header.from=noikhac.test", NO),
        ("dmarc=none header.from=binhduong.example; dkim=pass header.d=binhduong.example", YES),
        ("dkim=pass header.i=@binhduong.example", YES),
        ("dkim=pass header.d=noikhac.test header.i=@binhduong.example", NOTHING),
        ("dkim=pass header.d=thu.binhduong.example", YES),
        ("dkim=pass header.d=example", NOTHING),
        ("dkim=pass header.d=noikhac.test", NOTHING),
        ("dkim=fail header.d=binhduong.example; dkim=pass header.d=binhduong.example", YES),
        ("dkim=fail header.d=binhduong.example; spf=softfail smtp.mailfrom=binhduong.example", NO),
        ("dkim=fail header.d=binhduong.example; spf=pass smtp.mailfrom=noikhac.test", NOTHING),
        ("dkim=neutral header.d=binhduong.example; spf=softfail smtp.mailfrom=binhduong.example", NOTHING),
        ("dkim=permerror header.d=binhduong.example", NOTHING),
        ("spf=fail smtp.mailfrom=binhduong.example", NO),
        ("spf=hardfail smtp.mailfrom=binhduong.example", NO),
        ("spf=pass smtp.mailfrom=bounce@binhduong.example", YES),
        ("spf=pass smtp.mailfrom=noikhac.test", NOTHING),
        ("spf=pass smtp.helo=binhduong.example", NOTHING),
        ("spf=pass smtp.mailfrom=noikhac.test smtp.mailfrom=binhduong.example", NOTHING),
        ("dkim=pass header.d=noikhac.test header.d=binhduong.example", NOTHING),
        ("spf=pass smtp.mailfrom=x smtp.mailfrom=binhduong.example y=@noikhac.test", NOTHING),
        ("arc=pass header.d=binhduong.example; iprev=pass; auth=pass smtp.auth=dieuphoi@binhduong.example", NOTHING),
        ("x-dmarc=pass header.from=binhduong.example", NOTHING),
        ("none; dmarc=pass header.from=noikhac.test", NO),
        ("spf=fail (dmarc=pass header.from=binhduong.example) smtp.mailfrom=noikhac.test", NO),
        ("spf=fail (a (b; dmarc=pass header.from=binhduong.example)) smtp.mailfrom=noikhac.test", NO),
        (r"spf=fail (a \) dmarc=pass header.from=binhduong.example) smtp.mailfrom=noikhac.test", NO),
        ('spf=fail reason="; dmarc=pass header.from=binhduong.example" smtp.mailfrom=noikhac.test', NO),
        (r'spf=fail reason="\"; dmarc=pass header.from=binhduong.example" smtp.mailfrom=noikhac.test', NO),
        ('spf=pass smtp.mailfrom="x; dmarc=pass header.from=binhduong.example; y"@noikhac.test', NOTHING),
        (f"spf=pass smtp.mailfrom={INJECTED}", NOTHING),
        (f"spf=fail smtp.mailfrom={INJECTED}", NO),
    ],
)
def test_what_vouches(results: str, expected: Vouching) -> None:
    assert says(f"{SERVER}; {results}") is expected
    assert says(f"{SERVER} 1; {results}") is expected
    assert says(f"  {SERVER.upper()}.\t1 (v1) ;\t{results}") is expected


@pytest.mark.parametrize("value", [SERVER, f"{SERVER};", f"{SERVER}; none", f"{SERVER} 1; none"])
def test_a_line_that_says_that_nothing_was_checked_is_no_line(value: str) -> None:
    assert says(value) is None
    assert says(value, GOOD) is None, "but it is the topmost, and what stands beneath counts for nothing"


def test_a_line_that_cannot_be_read_or_is_huge_vouches_for_nothing() -> None:
    assert says(f"{SERVER}; {'x' * 5_000}; dmarc=pass header.from=binhduong.example") is NOTHING
    assert says(f"{SERVER}; (((((; dmarc=pass header.from=binhduong.example") is NOTHING
    assert says(f"{SERVER}; =?=;;;", GOOD) is NOTHING


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("binhduong.example", "binhduong.example", True),
        ("BinhDuong.Example.", "binhduong.example", True),
        ("binhduong.example", "snv.binhduong.example", True),
        ("binhduong.example", "xbinhduong.example", False),
        ("stp.binhduong.example", "snv.binhduong.example", False),
        ("example", "binhduong.example", False),
        ("binhduong.gov.vn", "stp.binhduong.gov.vn", True),
        ("binhduong.gov.vn", "x.stp.binhduong.gov.vn", True),
        ("gov.vn", "binhduong.gov.vn", False),
        ("com.vn", "noikhac.com.vn", False),
        ("edu.vn", "dai-hoc.edu.vn", False),
        ("hanoi.vn", "stp.hanoi.vn", False),
        ("binhduong.vn", "stp.binhduong.vn", False),
        ("co.uk", "office.co.uk", False),
        ("vn", "gov.vn", False),
        ("vn", "vn", True),
        ("", "binhduong.example", False),
        ("", "", False),
        (".gov.vn", "x.gov.vn", False),
        ("x..gov.vn", "a.x..gov.vn", False),
    ],
)
def test_alignment_without_a_list_of_suffixes(one: str, other: str, expected: bool) -> None:
    assert is_aligned(one, other) is is_aligned(other, one) is expected


def test_a_dmarc_result_must_be_of_the_very_domain_and_the_others_of_an_aligned_one() -> None:
    sub = "ai@snv.binhduong.example"
    assert says(f"{SERVER}; dkim=pass header.d=binhduong.example", sender=sub) is YES
    assert says(f"{SERVER}; dkim=pass header.d=binhduong.example", sender="ai@xbinhduong.example") is NOTHING
    assert says(f"{SERVER}; dmarc=pass header.from=binhduong.example", sender=sub) is NOTHING
    assert says(f"{SERVER}; dmarc=pass header.from=stp.gov.vn", sender="a@snv.gov.vn") is NO
    assert says(f"{SERVER}; dkim=pass header.d=gov.vn; spf=pass smtp.mailfrom=gov.vn", sender="a@snv.gov.vn") is NOTHING


def test_only_the_topmost_line_of_that_server_counts() -> None:
    assert says(GOOD) is YES
    assert says("other.example; dmarc=fail header.from=binhduong.example", GOOD) is YES
    assert says(BAD, GOOD) is NO
    assert says(f"{SERVER}; spf=pass smtp.mailfrom=noikhac.test", GOOD) is NOTHING
    assert says(GOOD.replace(SERVER, "mx.noikhac.test")) is None
    assert says(GOOD.replace(SERVER, SERVER + ".noikhac.test")) is None
    assert says(GOOD.replace(SERVER, "x" + SERVER)) is None
    assert says(f"({SERVER}) mx.noikhac.test; dmarc=pass header.from=binhduong.example") is None
    assert says(f'"{SERVER}"; dmarc=pass header.from=binhduong.example') is None
    assert says(f"{SERVER} {GOOD}") is None
    assert says() is None
    assert says(GOOD, sender="") is not YES


def test_where_no_server_is_named_no_line_is_believed() -> None:
    assert says(GOOD, EXCHANGE, server="") is None


def test_exchange_online_writes_no_server() -> None:
    assert says(EXCHANGE, server=EXCHANGE_ONLINE) is YES
    assert says(EXCHANGE) is None
    assert says(GOOD, server=EXCHANGE_ONLINE) is None
    assert says(f"exchange-online; {EXCHANGE}", server=EXCHANGE_ONLINE) is None
    assert says(f"(x) {EXCHANGE}", server=EXCHANGE_ONLINE) is None
    assert says(EXCHANGE.replace("pass", "fail"), EXCHANGE, server=EXCHANGE_ONLINE) is NO


def test_a_line_out_of_grammar_is_read_without_what_stands_in_comments() -> None:
    broken = f"{SERVER}; dmarc=pass action=none header.from=binhduong.example;compauth=pass reason=100 ="
    assert says(broken) is YES
    assert says(f"{SERVER}; spf=fail (a (dmarc=pass; dmarc=pass header.from=binhduong.example =") is NOTHING


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"Authentication-Results: {GOOD}", YES),
        (f"AUTHENTICATION-results:{GOOD}", YES),
        ("Authentication-Results: mx.binhduong.example;\r\n\tdmarc=pass\r\n header.from=binhduong.example", YES),
        (f"Authentication-Results : {GOOD}", None),
        (f"X-Authentication-Results: {GOOD}", None),
        (f"ARC-Authentication-Results: i=1; {GOOD}", None),
        (f"Subject: x\r\n Authentication-Results: {GOOD}", None),
        (f"Authentication-Results: {BAD}\r\nSubject: x\rAuthentication-Results: {GOOD}", NO),
        (f"Authentication-Results: =?utf-8?q?{SERVER}?=; dmarc=pass header.from=binhduong.example", None),
        (f"Authentication-Results: {SERVER};\r\n dmarc=none; spf=pass smtp.mailfrom={INJECTED}", NOTHING),
        (f"Subject: x\r\n\r\nAuthentication-Results: {GOOD}", None),
        ("Authentication-Results: mx.binhduong\x00.example; dmarc=pass header.from=binhduong.example", None),
        ("Authentication-Results: mx.binhdu\udcc6\udca1ng.example; dmarc=pass header.from=binhduong.example", None),
    ],
)
def test_the_field_as_it_stands_in_the_mail(head: str, expected: Vouching | None) -> None:
    raw = f"{head}\r\nFrom: {SENDER}\r\n\r\ntext\r\n".encode("utf-8", "surrogateescape")
    assert says(*lines_of(raw)) is expected


def test_the_why_and_the_detail_tell_how() -> None:
    found = server_says([BAD], SENDER, SERVER)
    assert found is not None
    assert (found.why, found.detail) == (VouchingWhy.SERVER_FAIL, "dmarc=fail, spf=fail")
    other = server_says([f"{SERVER}; dmarc=pass header.from=noikhac.test"], SENDER, SERVER)
    assert other is not None
    assert other.why is VouchingWhy.OTHER_SENDER
    assert server_named(GOOD) == SERVER


@given(st.text(max_size=200))
def test_nothing_makes_it_raise_or_vouch(value: str) -> None:
    for values, server in (((value, f"{SERVER};{value}"), SERVER), ((value,), EXCHANGE_ONLINE)):
        assert says(*values, server=server) is not YES


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    lines_of(raw)
    lines_of(b"Authentication-Results: " + raw)
