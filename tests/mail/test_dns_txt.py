"""TXT records from a real server on loopback: found, not there, kept; and a DNS that is away."""

import socket
import time

import pytest
from dns_server import dns_server
from signed_mails import records

from bot.mail.dns_txt import DnsError, TxtResolver

KEY = records("binhduong.example")
NAME = next(iter(KEY))


def test_a_record_in_several_strings_a_name_without_one_and_names_that_cannot_be() -> None:
    with dns_server(KEY | {"dai.example": b"x" * 700}) as server:
        ask = TxtResolver(server)
        assert ask(NAME) == ask(NAME.upper() + ".") == KEY[NAME]
        assert ask("dai.example") == b"x" * 700
        assert ask("khong-co.example") is None
        for name in ("a..b", "x" * 70 + ".example", ".".join(["abcdefgh"] * 40), ""):
            assert ask(name) is None
    assert ask(NAME) == KEY[NAME], "kept, though the server has gone"


def test_a_server_that_is_silent_is_waited_for_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ask = TxtResolver(f"127.0.0.1:{silent.getsockname()[1]}", seconds=0.2)
        with pytest.raises(DnsError):
            ask(NAME)
        began = time.monotonic()
        with pytest.raises(DnsError):
            ask("khac.example")
        assert time.monotonic() - began < 0.1
