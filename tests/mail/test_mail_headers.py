"""Header fields, parameters, names, charsets, transfer encodings and HTML, each by table and property."""

from __future__ import annotations

import base64
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.mail.charsets import clean_line, decode_bytes
from bot.mail.headers import decode_value, first_message_id, message_ids, parse_addresses
from bot.mail.html_text import content_ids, html_to_text
from bot.mail.names import Names, guess_extension, safe_name
from bot.mail.parameters import parameters
from bot.mail.transfer import decode_base64, decode_transfer


@pytest.mark.parametrize(
    ("raw", "addresses"),
    [
        ("xa01@demo.test <evil@x.test>", ["evil@x.test"]),
        ('"xa01@demo.test" <evil@x.test>', ["evil@x.test"]),
        ("vs\x9dstp@binhduong.example", []),
        ('"a\x9db"@x.test', []),
        ("=?utf-8?q?xa01=40demo.test_=3Ca=40b=3E?= <evil@x.test>", ["evil@x.test"]),
        ("xa01@demo.test, <evil@x.test>", ["xa01@demo.test", "evil@x.test"]),
        ("<a@x.test> <b@x.test>", ["a@x.test", "b@x.test"]),
        ("(xa01@demo.test) b@x.test", ["b@x.test"]),
        ("A (B (c@x.test) d) <b@x.test>", ["b@x.test"]),
        ("Nhóm: a@x.test, B <b@x.test>;", ["a@x.test", "b@x.test"]),
        ("undisclosed-recipients:;", []),
        ("A <a@x.test", ["a@x.test"]),
        ('"unclosed <a@x.test>', ["a@x.test"]),
        ("<a@x.test, b@x.test>", ["a@x.test", "b@x.test"]),
        ("<@relay.test:a@x.test>", ["a@x.test"]),
        ("A.B@X.Test", ["a.b@x.test"]),
        ("\u212aelvin@x.test", ["\u212aelvin@x.test"]),
        ("A [mailto:a@x.test]", ["a@x.test"]),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ('"a b"@x.test', ['"a b"@x.test']),
        ('"no@x.test" a@x.test', ["a@x.test"]),
        ('"no@x"y@x.test', []),
        ("Van A a@x.test", ["a@x.test"]),
        ("a @ x . test", ["a@x.test"]),
        ('"no@x.test": a@x.test;', ["a@x.test"]),
        ("a@b@x.test", []),
        ("a@x.test\r\nBcc: b@x.test", ["a@x.test", "b@x.test"]),
        ("", []),
        ("<>", []),
    ],
)
def test_addresses(raw: str, addresses: list[str]) -> None:
    assert [m.address for m in parse_addresses(raw)] == addresses


def test_names_of_addresses() -> None:
    found = parse_addresses('"Sở, Tư \\"pháp\\"" <a@x.test>, b@x.test (B\u00ea), =?utf-8?b?xJA=?= <c@x.test>')
    assert [m.name for m in found] == ['Sở, Tư "pháp"', "Bê", "Đ"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?UTF-8?B?QsOhbyA=?= =?UTF-8?Q?c=C3?= =?utf-8?q?=A1o?=", "Báo cáo"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        ("=?utf-8*vi?Q?B=C3=A1o?=", "Báo"),
        ("=?iso-8859-1?Q?B=C3=A1o?=", "Báo"),
        ("=?utf-8?B?QsOhbw?=", "Báo"),
        ("=?utf-8?B?Qs\r\n Ohbw==?=", "Báo"),
        ("=?utf-8?B?never ends", "=?utf-8?B?never ends"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-8?q?=E2=80=AEfdp?=", "fdp"),
        ("=?punycode?q?abc?=", "abc"),
        ("Ba\u0301o", "Báo"),
    ],
)
def test_decoded_values(raw: str, text: str) -> None:
    assert decode_value(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?b?c+G7rWE=?= =?utf-8?q?b=C3=A1o?=", "sửabáo"),
        ("=?utf-8?b?c+G7rWE=?=\r\n =?utf-8?q?b=C3=A1o?=", "sửabáo"),
        ("=?utf-8?b?c+G7rWE=?= (=?utf-8?q?b=C3=A1o?=", "sửa (báo"),
        ("=?utf-8?b?c+G7rWE=?=\r\n (2023)\r\n =?utf-8?q?b=C3=A1o?=", "sửa (2023) báo"),
        ("Re: =?utf-8?b?c+G7rWE=?= 2023", "Re: sửa 2023"),
        ("=?utf-8?b?c+G7rWE=?= =?utf-8?q?_=28b=C3=A1o?= Q1", "sửa (báo Q1"),
        ("=?utf-8?b?c+G7rWE=?= =?iso-8859-1?q?b=E1o?=", "sửabáo"),
    ],
)
def test_blanks_count_beside_plain_text_and_not_between_two_encoded_words(raw: str, text: str) -> None:
    """RFC 2047, 6.2."""
    assert decode_value(raw) == text


def test_raw_bytes_in_headers() -> None:
    assert decode_value("Báo".encode().decode("ascii", "surrogateescape")) == "Báo"
    assert decode_value(b"B\xe1o c\xe1o quy\xec".decode("ascii", "surrogateescape")) == "Báo cáo quý"


@given(st.text(max_size=60), st.sampled_from("BQ"), st.integers(1, 7))
def test_encoded_words_come_back(text: str, encoding: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    if encoding == "B":
        words = [f"=?utf-8?B?{base64.b64encode(p).decode()}?=" for p in pieces]
    else:
        words = ["=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in p) + "?=" for p in pieces]
    assert decode_value("\r\n ".join(words)) == clean_line(data.decode())


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("<a@x>", ["<a@x>"]),
        ("<a@x><b@x>\r\n <a@x> junk", ["<a@x>", "<b@x>"]),
        ("a@x", []),
        ("<a b@x>", []),
    ],
)
def test_message_ids(raw: str, ids: list[str]) -> None:
    assert list(message_ids(raw)) == ids


def test_first_message_id() -> None:
    assert first_message_id("a@x") == "<a@x>"
    assert first_message_id("two words") == ""
    assert first_message_id("") == ""
    many = message_ids(" ".join(f"<{n}@x>" for n in range(900)))
    assert (len(many), many[0], many[-1]) == (200, "<0@x>", "<899@x>")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ('x; filename="a b.docx"', "a b.docx"),
        ("x; filename=a b.docx; size=3", "a b.docx"),
        ("x; filename*=UTF-8''B%C3%A1o.docx; filename=Bao.docx", "Báo.docx"),
        ("x; filename*0*=utf-8''B%C3; filename*1*=%A1o; filename*2=.docx", "Báo.docx"),
        ('x; filename*1="o.docx"; filename*0="Ba"', "Bao.docx"),
        ('x; filename*0="=?utf-8?B?QsOh"; filename*1="bw==?=.docx"', "Báo.docx"),
        ("x; filename*=B%C3%A1o.docx", "Báo.docx"),
        ("x; filename*=windows-1258''B%E1o.docx", "Báo.docx"),
        ("x; filename*=nonsense''B%C3%A1o.docx", "Báo.docx"),
        ('x; filename="C:\\temp\\a.docx"', "C:\\temp\\a.docx"),
        ('x; filename="a\\"b.docx"', 'a"b.docx'),
        ('x; filename="100% xong.docx"', "100% xong.docx"),
        ('x; filename="a;b.docx"', "a;b.docx"),
        ('x; filename="unclosed.docx', "unclosed.docx"),
        ("x; FileName = a.docx", "a.docx"),
        ("x", ""),
        ("", ""),
    ],
)
def test_parameters(raw: str, name: str) -> None:
    assert parameters(raw).get("filename", "") == name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("Báo cáo.docx", "Báo cáo.docx"),
        (unicodedata.normalize("NFD", "Báo cáo.docx"), "Báo cáo.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.docx", "b.docx"),
        ("/tmp/b.docx", "b.docx"),
        ("quý I/2023.docx", "quý I-2023.docx"),
        ("a\x00b\r\n.docx", "a b.docx"),
        ("a\u202excod.exe", "axcod.exe"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("console.txt", "console.txt"),
        (" .htaccess. ", "htaccess"),
        ('a<b>:"|?*.docx', "a-b------.docx"),
        ("...", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_safe_names(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(max_size=400))
@example("ệ" * 300 + ".docx")
@example("a" * 500)
def test_safe_names_are_safe_and_stay_so(name: str) -> None:
    safe = safe_name(name)
    assert len(safe) <= 120
    assert len(safe.encode()) <= 200
    assert not set(safe) & set('/\\:*?"<>|')
    assert safe_name(safe) == safe


def test_long_names_keep_their_extension() -> None:
    assert safe_name("ệ" * 300 + ".docx").endswith("ệ.docx")
    assert len(safe_name("a" * 300 + ".docx")) == 120


def test_each_name_once() -> None:
    names = Names()
    assert [names.take(n) for n in ("a.docx", "A.docx", "a (2).docx", "a.docx")] == [
        "a.docx",
        "A (2).docx",
        "a (2) (2).docx",
        "a (3).docx",
    ]
    long = "x" * 115 + ".docx"
    assert names.take(long) == long
    assert len(names.take(long)) <= 120
    assert [names.make(".pdf"), names.make(".pdf")] == ["tep-dinh-kem-1.pdf", "tep-dinh-kem-2.pdf"]


@pytest.mark.parametrize(
    ("payload", "kind", "extension"),
    [
        (b"%PDF-1.7", "application/octet-stream", ".pdf"),
        (b"PK\x03\x04..xl/workbook.xml", "application/octet-stream", ".xlsx"),
        (b"PK\x03\x04..word/document.xml", "application/zip", ".docx"),
        (b"PK\x03\x04..x", "application/octet-stream", ".zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "application/x", ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword", ".doc"),
        (b"", "text/calendar", ".ics"),
        (b"?", "application/x-unheard-of", ".bin"),
    ],
)
def test_extensions(payload: bytes, kind: str, extension: str) -> None:
    assert guess_extension(payload, kind) == extension


@pytest.mark.parametrize(
    ("data", "declared", "text", "sound"),
    [
        ("Báo".encode(), "utf-8", "Báo", True),
        ("Báo".encode(), "", "Báo", True),
        ("Báo".encode(), "iso-8859-1", "Báo", False),
        ("Báo".encode("utf-16"), "utf-16", "Báo", True),
        ("ư".encode("cp1258"), "windows-1258", "ư", True),
        ("ư".encode("cp1258"), "utf-8", "ư", False),
        (b"abc", "unicode_escape", "abc", True),
        (b"\\u0041\xff", "unicode_escape", "\\u0041ÿ", False),
        ("Báo cáo quý".encode() + b"\xc3", "utf-8", "Báo cáo quý\ufffd", False),
        (b"\x80\x9d\x9e", "", "\x80\x9d\x9e", False),
    ],
)
def test_charsets(data: bytes, declared: str, text: str, sound: bool) -> None:
    assert decode_bytes(data, declared) == (text, sound)


@given(st.binary(max_size=300), st.text(max_size=12))
def test_any_bytes_in_any_charset(data: bytes, declared: str) -> None:
    decode_bytes(data, declared)


@given(st.binary(max_size=300), st.integers(1, 80))
def test_base64_comes_back(data: bytes, width: int) -> None:
    letters = base64.b64encode(data)
    assert decode_base64(b"\r\n".join(letters[n : n + width] for n in range(0, len(letters), width))) == (data, True)
    assert decode_base64(letters + b"\r\n-- footer --")[0][: len(data)] == data


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", "nonsense"]))
def test_any_bytes_in_any_transfer_encoding(data: bytes, encoding: str) -> None:
    decode_transfer(data, encoding)


def test_uuencode() -> None:
    assert decode_transfer(b"begin 644 a.txt\n#0V%T\n`\nend\n", "x-uuencode") == (b"Cat", True)
    assert decode_base64(b"QQ==QkM=") == (b"ABC", False)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>x{}</style>a<script>if (1<2) alert('</p>')</script>b", "ab"),
        ("<!-- a > b -->c<!DOCTYPE x>", "c"),
        ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("<td>1</td><td>2</td>", "1 2"),
        ('<a href="https://x.test/a?b=1&amp;c=2">tệp</a>', "tệp <https://x.test/a?b=1&c=2>"),
        ('<a href="https://x.test/">https://x.test/</a>', "https://x.test/"),
        ("a\r\n  b", "a b"),
        ("<p>never <b", "never"),
    ],
)
def test_html(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


def test_content_ids() -> None:
    assert content_ids("<img src='cid:A@b'><p style=\"background:url(cid:c)\">") == {"a@b", "c"}


@settings(deadline=None)
@given(st.text(alphabet="<>/!-&#;ap styleHREF='\"", max_size=200))
def test_any_markup(markup: str) -> None:
    html_to_text(markup)


@pytest.mark.parametrize("piece", ["(", "<", '"', "\\", ",", "=?a?q?", "=?utf-8?b?QQ", "a@", ":", "a*0*=;", "%41"])
def test_hostile_fields_take_no_time(piece: str) -> None:
    raw = (piece * 20_000)[:100_000]
    began = time.process_time()
    parse_addresses(raw), decode_value(raw), parameters("x;" + raw), message_ids(raw), safe_name(raw)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("piece", ["<", "<!--", "<style>", "<a href='", "</", "<a>", "&#x", "cid:", "<p>"])
def test_hostile_markup_takes_no_time(piece: str) -> None:
    began = time.process_time()
    html_to_text(piece * 100_000), content_ids(piece * 100_000)
    assert time.process_time() - began < 2.0
