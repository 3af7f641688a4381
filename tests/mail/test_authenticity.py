"""Who vouches for a sender: only the receiving server's own line, and only for the From domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.authenticity import authenticity

SENDER, SERVER = "dieuphoi@binhduong.example", "mx.binhduong.example"
GOOD = f"{SERVER}; dmarc=pass header.from=binhduong.example; spf=pass smtp.mailfrom=binhduong.example"
BAD = f"{SERVER}; dmarc=fail header.from=binhduong.example; spf=fail smtp.mailfrom=noikhac.test"
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=binhduong.example; dkim=pass (signature was verified) "
    "header.d=binhduong.example;dmarc=pass action=none header.from=binhduong.example;compauth=pass reason=100"
)


def passes(*values: str, server: str = SERVER, sender: str = SENDER) -> bool:
    return authenticity({"authentication-results": values}, sender, server).passed


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=binhduong.example", True),
        ("dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=binhduong.example", True),
        ("dmarc=pass header.from=BinhDuong.Example", True),
        ("dmarc=pass header.from=example", False),
        ("dmarc=pass header.from=noikhac.test", False),
        ("dmarc=pass", False),
        ("dmarc=fail header.from=binhduong.example", False),
        ("dmarc=none header.from=binhduong.example; dkim=pass header.d=binhduong.example", True),
        ("dkim=pass header.i=@binhduong.example", True),
        ("dkim=pass header.d=noikhac.test header.i=@binhduong.example", False),
        ("dkim=pass header.d=thu.binhduong.example", False),
        ("dkim=pass header.d=example", False),
        ("dkim=fail header.d=binhduong.example; spf=softfail smtp.mailfrom=binhduong.example", False),
        ("spf=pass smtp.mailfrom=bounce@binhduong.example", True),
        ("spf=pass smtp.mailfrom=noikhac.test", False),
        ("spf=pass smtp.helo=binhduong.example", False),
        ("spf=pass smtp.mailfrom=noikhac.test smtp.mailfrom=binhduong.example", False),
        ("dkim=pass header.d=noikhac.test header.d=binhduong.example", False),
        ("spf=pass smtp.mailfrom=x smtp.mailfrom=binhduong.example y=@noikhac.test", False),
        ("none", False),
        ("spf=fail (dmarc=pass header.from=binhduong.example) smtp.mailfrom=noikhac.test", False),
        ('spf=fail reason="; dmarc=pass header.from=binhduong.example" smtp.mailfrom=noikhac.test', False),
    ],
)
def test_what_vouches(results: str, expected: bool) -> None:
    assert passes(f"{SERVER}; {results}") is expected
    assert passes(f"{SERVER} 1; {results}") is expected


def test_a_subdomain_s_sender_may_be_vouched_for_by_the_domain_above() -> None:
    line = f"{SERVER}; dkim=pass header.d=binhduong.example"
    assert passes(line, sender="ai@snv.binhduong.example")
    assert not passes(line, sender="ai@xbinhduong.example")
    assert not passes(f"{SERVER}; dmarc=pass header.from=binhduong.example", sender="ai@snv.binhduong.example")


def test_only_the_topmost_line_of_that_server_counts() -> None:
    assert passes(GOOD)
    assert passes("other.example; dmarc=fail header.from=binhduong.example", GOOD)
    assert not passes(BAD, GOOD)
    assert not passes(GOOD.replace(SERVER, "mx.noikhac.test"))
    assert not passes(GOOD.replace(SERVER, SERVER + ".noikhac.test"))
    assert not passes()
    assert not passes(GOOD, sender="")


def test_exchange_online_writes_no_server() -> None:
    assert passes(EXCHANGE, server="")
    assert not passes(EXCHANGE)
    assert not passes(GOOD, server="")
    assert not passes(EXCHANGE.replace("pass", "fail"), EXCHANGE, server="")


def test_a_line_out_of_grammar_is_read_without_what_stands_in_comments() -> None:
    broken = f"{SERVER}; dmarc=pass action=none header.from=binhduong.example;compauth=pass reason=100 ="
    assert passes(broken)
    assert not passes(f"{SERVER}; spf=fail (a (dmarc=pass; dmarc=pass header.from=binhduong.example =")


@given(st.text(max_size=200))
def test_nothing_makes_it_raise(value: str) -> None:
    for headers, server in (((value, f"{SERVER};{value}"), SERVER), ((value,), "")):
        assert authenticity({"authentication-results": headers}, SENDER, server).passed in (True, False)
