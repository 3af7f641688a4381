"""Mails that nobody would write by hand: each structure that has brought a mail program down, in any size. Built, not
kept: the large ones would fill the repository.
"""

from collections.abc import Callable
from typing import Final

FROM: Final = b"From: stp@binhduong.example\r\nSubject: =?utf-8?q?B=C3=A1o_c=C3=A1o?=\r\nMessage-ID: <a@x.example>\r\n"
MIB: Final = 2**20


def plain(headers: bytes = b"", body: bytes = b"Kinh gui\r\n") -> bytes:
    return FROM + headers + b"\r\n" + body


def multipart(parts: list[bytes], boundary: bytes = b"b", *, closed: bool = True, said: bytes | None = None) -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="' + (boundary if said is None else said) + b'"\r\n'
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return plain(head, body + (b"--" + boundary + b"--\r\n" if closed else b""))


def file_part(name: bytes, payload: bytes = b"x", headers: bytes = b"") -> bytes:
    head = b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + name + b"\r\n"
    return head + headers + b"\r\n" + payload


def many_parts(count: int) -> bytes:
    return multipart([file_part(b'"%d.txt"' % i, b"tep %d" % i) for i in range(count)])


def nested(depth: int) -> bytes:
    """A multipart in a multipart in a multipart …, a file in the innermost."""
    inner = file_part(b'"trong.txt"')
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    closed = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(depth)))
    return FROM + opened + inner + closed


def mail_in_mail(depth: int) -> bytes:
    return FROM + b"Content-Type: message/rfc822\r\n\r\n" * depth + plain()


def octets_in_octets(depth: int) -> bytes:
    """Mails attached as plain octets, each in another."""
    raw = plain()
    for level in range(depth):
        boundary = b"o%d" % level
        part = b'Content-Type: application/octet-stream; name="m.eml"\r\n\r\n' + raw
        raw = multipart([part], boundary)
    return raw


def prefix_boundaries(count: int) -> bytes:
    """Boundaries each of which begins with the one around it."""
    raw = file_part(b'"trong.txt"')
    for level in range(count, 0, -1):
        name = b"a" * level
        head = b"Content-Type: multipart/mixed; boundary=" + name + b"\r\n\r\n--" + name + b"\r\n"
        raw = head + raw + b"\r\n--" + name + b"--\r\n"
    return FROM + raw


def continuations(count: int) -> bytes:
    pieces = b"".join(b";\r\n filename*%d*=%%61" % i for i in range(count))
    part = b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment" + pieces + b"\r\n\r\nx"
    return multipart([part])


def charset(name: bytes, body: bytes = b"abc \\u0041 +AGE- \xc3\xa1\r\n") -> bytes:
    return plain(b'Content-Type: text/plain; charset="' + name + b'"\r\nContent-Transfer-Encoding: 8bit\r\n', body)


def structures(size: float = 1.0) -> dict[str, Callable[[], bytes]]:
    """What each is called → how it is made. `size` scales what grows: 1.0 is the full one."""

    def n(count: int) -> int:
        return max(1, int(count * size))

    mib = n(MIB)
    return {
        "header of 1 MB in short lines": lambda: plain(b"X-A: abc\r\n" * (mib // 10)),
        "one header line of 1 MB": lambda: plain(b"X-A: " + b"a" * mib + b"\r\n"),
        "one folded header of 1 MB": lambda: plain(b"X-A: a\r\n" + b" bb\r\n" * (mib // 5)),
        "100,000 header lines": lambda: plain(b"".join(b"X-%d: a\r\n" % i for i in range(n(100_000)))),
        "100,000 From lines": lambda: plain(b"From: a@b.example\r\n" * n(100_000)),
        "subject of 1 MB of encoded words": lambda: plain(b"Subject: " + b"=?utf-8?q?a?= " * (mib // 14) + b"\r\n"),
        "encoded words without end": lambda: plain(b"Subject: " + b"=?utf-8?q?" * (mib // 10) + b"\r\n"),
        "To of 1 MB": lambda: plain(b"To: " + b"<a@b.example>," * (mib // 14) + b"\r\n"),
        "To of brackets": lambda: plain(
            b"To: " + b"<" * mib + b"\r\nCc: " + b"(" * mib + b'\r\nReply-To: "' + b'"' * mib
        ),
        "To of colons": lambda: plain(b"To: " + b"a:" * (mib // 2) + b"\r\n"),
        "References of 1 MB": lambda: plain(b"References: " + b"<a@b.example>\r\n " * (mib // 16) + b"\r\n"),
        "References of open brackets": lambda: plain(b"References: " + b"<" * mib + b"\r\n"),
        "Date of 1 MB": lambda: plain(b"Date: " + b"1" * mib + b"\r\n"),
        "5,000 parts": lambda: many_parts(n(5_000)),
        "5,000 parts of one name": lambda: multipart([file_part(b"a.txt")] * n(5_000)),
        "200 levels": lambda: nested(n(200)),
        "5,000 levels": lambda: nested(n(5_000)),
        "200 mails in mails": lambda: mail_in_mail(n(200)),
        "5,000 mails in mails": lambda: mail_in_mail(n(5_000)),
        "200 mails as octets": lambda: octets_in_octets(n(200)),
        "boundary of 10 KB": lambda: multipart([file_part(b"a.txt")] * 3, b"b" * 10_240),
        "boundary of nothing": lambda: multipart([file_part(b"a.txt")] * 3, b"", said=b""),
        "boundaries that begin alike": lambda: prefix_boundaries(n(100)),
        "no closing boundary": lambda: multipart([file_part(b"a.txt")] * n(1_000), closed=False),
        "boundary that the body lacks": lambda: multipart([file_part(b"a.txt")] * n(1_000), said=b"other"),
        "lost boundaries by the thousand": lambda: plain(
            b"Content-Type: multipart/mixed\r\n", b"".join(b"--b%d\r\nContent-\r\n" % i for i in range(n(50_000)))
        ),
        "dashes of 10 MB": lambda: plain(b"Content-Type: multipart/mixed\r\n", b"--" * (5 * mib) + b"\r\n"),
        "base64 of garbage": lambda: multipart(
            [file_part(b"a.docx", b"\xff=?%" * mib, b"Content-Transfer-Encoding: base64\r\n")]
        ),
        "base64 of padding": lambda: multipart(
            [file_part(b"a.docx", b"QQ==" * mib + b"!", b"Content-Transfer-Encoding: base64\r\n")]
        ),
        "quoted-printable of signs": lambda: plain(
            b"Content-Transfer-Encoding: quoted-printable\r\n", b"=" * (10 * mib)
        ),
        "quoted-printable of soft breaks": lambda: plain(
            b"Content-Transfer-Encoding: quoted-printable\r\n", b"=\r\n" * (3 * mib)
        ),
        "quoted-printable of blanks": lambda: plain(
            b"Content-Transfer-Encoding: quoted-printable\r\n", b" " * (10 * mib)
        ),
        "uuencode without end": lambda: plain(
            b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\r\n" + b"M" + b"a" * 60 + b"\r\n" * mib
        ),
        "10,000 continuations": lambda: continuations(n(10_000)),
        "parameters by the thousand": lambda: plain(b"Content-Type: text/plain" + b"; a=b" * (mib // 5) + b"\r\n"),
        "charset of 10 KB": lambda: charset(b"x" * 10_240),
        "HTML of open tags": lambda: plain(b"Content-Type: text/html\r\n", b"<" * (4 * mib)),
        "HTML of open anchors": lambda: plain(b"Content-Type: text/html\r\n", b"<a href=" * (mib // 2)),
        "HTML of links": lambda: plain(
            b"Content-Type: text/html\r\n", b"<a href=https://x.example/>y</a>" * (mib // 8)
        ),
        "HTML of scripts": lambda: plain(b"Content-Type: text/html\r\n", b"<script>" * (mib // 2)),
        "HTML of comments": lambda: plain(b"Content-Type: text/html\r\n", b"<!--" * mib),
        "HTML of entities": lambda: plain(b"Content-Type: text/html\r\n", b"&#" + b"9" * (4 * mib)),
        "HTML of attributes": lambda: plain(b"Content-Type: text/html\r\n", b"<a " + b"href " * (mib // 2) + b">"),
        "HTML of cid": lambda: plain(b"Content-Type: text/html\r\n", b"cid:" * mib),
        "NULs": lambda: plain(b"", b"\0" * (10 * mib)),
        "bare CR": lambda: FROM + b"\r\n" + b"a\rb" * (3 * mib),
        "only CR": lambda: plain().replace(b"\r\n", b"\r"),
        "LF only": lambda: many_parts(n(400)).replace(b"\r\n", b"\n"),
        "From line of an mbox": lambda: b"From stp@binhduong.example Thu Mar  2 08:00:00 2023\n" + plain(),
        "From lines within": lambda: plain(b"", b"From x\r\n>From y\r\n" * (mib // 16)),
        "body of 40 MB in one line": lambda: plain(b"", b"a" * (40 * mib)),
        "8-bit body of 40 MB in one line": lambda: plain(b"", b"\xe1\xba" * (20 * mib)),
        "blank lines": lambda: plain(b"", b"\r\n" * (5 * mib)),
        "line separators": lambda: plain(b"Content-Type: text/plain; charset=utf-8\r\n", b"\xe2\x80\xa8" * (3 * mib)),
        "combining accents": lambda: plain(b"Content-Type: text/plain; charset=utf-8\r\n", b"\xcc\x81\xcc\xa3" * mib),
        "quoted From lines": lambda: plain(b"", b"> From: a@b.example\r\n" * (mib // 20)),
        "blanks before From": lambda: plain(b"", b" > * \t" * mib),
        "8-bit header names": lambda: plain(b"\xc3\xa1\xff: a\r\nX\xe1: b\r\n\xff\xfe\r\n: c\r\n"),
        "8-bit everywhere": lambda: multipart(
            [file_part(b'"\xe1\xba\xff.docx"', b"\xff" * 100, b"\xc3\xa1: \xff\r\nContent-ID: \xff\r\n")],
            b"\xe1\xba\xff",
        ),
        "every byte": lambda: bytes(range(256)) * 1_000,
        "nothing": lambda: b"",
        "only a colon": lambda: b":",
    }
