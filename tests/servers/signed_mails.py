"""Mails with real DKIM signatures, made with keys of the tests' own, and the records that DNS would give for them."""

import base64
import subprocess
from functools import cache

import dkim

SELECTOR = "t1"
PLAIN = (
    b"From: %s\r\nTo: baocao@binhduong.example\r\nSubject: Bao cao quy I\r\nDate: Wed, 01 Mar 2023 08:00:00 +0700\r\n"
    b"Message-ID: <1@binhduong.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    b"Kinh gui  So Noi vu, \r\nxin gui bao cao.\r\n\r\n\r\n"
)


@cache
def key(bits: int) -> tuple[bytes, bytes]:
    """A private RSA key (PEM) and its public record for DNS."""
    pem = _openssl("genrsa", "-traditional", str(bits))
    public = _openssl("rsa", "-pubout", "-outform", "DER", given=pem)
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def plain(sender: str) -> bytes:
    return PLAIN % sender.encode()


def signed(raw: bytes, domain: str, *, selector: str = SELECTOR, bits: int = 1024, **how: object) -> bytes:
    """The mail with a signature of `domain` on top. `how` goes to dkimpy."""
    return dkim.sign(raw, selector.encode(), domain.encode(), key(bits)[0], **how) + raw  # type: ignore[arg-type]  # by name


def records(*domains: str, bits: int = 1024) -> dict[str, bytes]:
    """What DNS knows: the tests' key under each of these domains."""
    return {f"{SELECTOR}._domainkey.{domain}": key(bits)[1] for domain in domains}


def _openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout
