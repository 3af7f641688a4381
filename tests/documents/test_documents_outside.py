"""Nothing that a document says is fetched, by us or by whoever opens what we hand on. A socket on loopback listens."""

import io
import re
import selectors
import socket
import zipfile
from collections.abc import Callable, Iterator

import document_files as files
import odf_files as odf
import pytest

from bot.documents.converter import Converter, find_libreoffice
from bot.documents.limits import Limits, Refused
from bot.documents.macros import without_macros
from bot.documents.outside import is_remote
from bot.documents.reader import read_document
from bot.documents.sandbox import Sandbox
from bot.domain.document import Mark, TextDocument, Workbook

RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = ("attachedTemplate", "image", "oleObject", "frame", "subDocument", "mailMergeSource", "video")
FIELDS = ('INCLUDEPICTURE "{}a.png" \\d', 'INCLUDETEXT "{}b.docx"', "DDEAUTO excel {} c", 'LINK Word.Document.12 "{}d"')
"""Each `{}` is the address that listens."""


class Listener:
    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def was_called(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            return bool(selector.select(0))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.socket.close()


def external(kinds: tuple[str, ...], address: str) -> str:
    return "".join(
        f'<Relationship Id="x{n}" Type="{OFFICE}/{kind}" Target="{address}{kind}" TargetMode="External"/>'
        for n, kind in enumerate(kinds)
    )


def word(address: str) -> dict[str, str | bytes]:
    fields = "".join(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in (code[:4], code[4:]))
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>giữ lại</w:t></w:r>'
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        for code in (field.format(address).replace('"', "&quot;") for field in FIELDS)
    )
    simple = f'<w:p><w:fldSimple w:instr="INCLUDEPICTURE {address}s"><w:r><w:t>đơn</w:t></w:r></w:fldSimple></w:p>'
    parts = files.docx_parts(files.p("Báo cáo") + fields + simple)
    rels = str(parts["word/_rels/document.xml.rels"])
    link = f'<Relationship Id="h" Type="{OFFICE}/hyperlink" Target="{address}bam" TargetMode="External"/>'
    parts["word/_rels/document.xml.rels"] = rels.replace("</Rel", external(KINDS, address) + link + "</Rel", 1)
    parts["word/settings.xml"] = f'<w:settings xmlns:w="{files.W}"/>'
    parts["word/_rels/settings.xml.rels"] = (
        f'<Relationships xmlns="{RELS}">{external(("attachedTemplate",), address)}</Relationships>'
    )
    return parts


def excel(address: str) -> dict[str, str | bytes]:
    rows = (
        f'<row r="1"><c r="A1"><f>_xlfn.WEBSERVICE("{address}w")</f><v>7</v></c>'
        f'<c r="B1"><f>SUM(A1)</f><v>7</v></c><c r="C1"><f>cmd|&apos;/c calc&apos;!A0</f><v>1</v></c>'
        f'<c r="D1"><f>&#87;EBSERVICE("{address}")</f><v>3</v></c>'
        f'<c r="E1"><f>IMPORTXML("{address}x","//a")</f><v>4</v></c>'
        f'<c r="F1"><f t="shared" si="0" ref="F1:F2">_xlfn.IMAGE("{address}p.png")</f><v>5</v></c></row>'
        '<row r="2"><c r="F2"><f t="shared" si="0"/><v>6</v></c></row>'
    )
    parts = files.xlsx_parts(rows)
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{files.S}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        f'<Relationships xmlns="{RELS}">{external(("externalLinkPath",), address)}</Relationships>'
    )
    parts["xl/connections.xml"] = (
        f'<connections xmlns="{files.S}"><connection id="1" refreshOnLoad="1"><webPr url="{address}q"/></connection>'
        "</connections>"
    )
    return parts


def linked_odt(address: str) -> bytes:
    image = f'<draw:frame><draw:image xlink:href="{address}i.png" xlink:actuate="onLoad"/></draw:frame>'
    return odf.odt(f"<text:p>Báo cáo {image}</text:p>")


def linked_ods(address: str) -> bytes:
    source = f'<table:table-source xlink:href="{address}t.ods" table:table-name="A"/>'
    return odf.ods(source + odf.row(odf.number(1)))


def linked_rtf(address: str) -> bytes:
    fields = "".join(
        "{\\field{\\*\\fldinst " + code.format(address).replace("\\d", "\\\\d") + "}{\\fldrslt x}}" for code in FIELDS
    )
    objects = (
        r"{\object\objautlink\objupdate{\*\objclass Word.Document.8}{\*\objdata 0105}{\result x}}"
        r"{\*\template " + address + "t.dot}"
    )
    return ("{\\rtf1\\ansi Bao cao " + objects + fields + "}").encode()


def page(address: str) -> bytes:
    """A web page under the name of a Word file, as some programs export it."""
    return f'<html><link rel=stylesheet href="{address}c"><img src="{address}i"><p>Bao cao</html>'.encode()


# ---- what we do ----------------------------------------------------------------------------------------------


@pytest.mark.libreoffice
def test_no_reading_marking_cleaning_or_converting_asks_anybody(listener: Listener) -> None:
    program = find_libreoffice()
    assert program is not None
    # Without a namespace of its own, whose loopback would be another one: only the refused calls hold it.
    sandbox, at = Sandbox(converter=Converter(program, _isolation=("false",))), listener.address
    word_file, excel_file = files.package(word(at)), files.package(excel(at))
    rtf = linked_rtf(at)
    doc = (files.FILES / "libreoffice.doc").read_bytes()
    found = sandbox.read_many([("a.docx", word_file), ("b.xlsx", excel_file), ("c.rtf", rtf), ("d.doc", doc)])
    assert [type(one).__name__ for one in found] == ["TextDocument", "Workbook", "TextDocument", "TextDocument"]
    assert isinstance(found[1], Workbook)
    for name, payload in (("e.odt", linked_odt(at)), ("f.ods", linked_ods(at)), ("g.doc", page(at))):
        sandbox.read(payload, name)
        assert sandbox.without_macros(payload, name) in (None, payload)
    assert sandbox.annotate(word_file, "a.docx", [Mark("xem lại", paragraph=1)]) is not None
    assert sandbox.annotate(excel_file, "b.xlsx", [Mark("xem lại", found[1].sheets[0].name, 1, 2)]) is not None
    assert not listener.was_called()


def test_the_listener_would_hear_it() -> None:
    """What the test above looks for can be seen at all."""
    own = Listener()
    with socket.create_connection(own.socket.getsockname(), 5):
        assert own.was_called()
    own.socket.close()


# ---- what is handed on ---------------------------------------------------------------------------------------


def test_a_word_file_that_is_handed_on_asks_nobody(listener: Listener) -> None:
    payload = files.package(word(listener.address))
    before = read_document(payload, Limits())
    assert isinstance(before, TextDocument)
    assert {"DDEAUTO", "INCLUDEPICTURE", "INCLUDETEXT", "LINK"} <= set(before.traits.fetches)
    assert sum(one.startswith("http") for one in before.traits.fetches) == len(set(KINDS))
    cleaned = without_macros(payload, Limits())
    after = read_document(cleaned, Limits())
    assert isinstance(after, TextDocument)
    assert after.traits.fetches == ()
    assert after.text == before.text
    assert "giữ lại" in after.text
    whole = b"".join(_parts(cleaned).values()).decode()
    assert re.findall(r"http://127[^\"<&]*", whole) == [f"{listener.address}bam"]


def test_a_workbook_that_is_handed_on_asks_nobody(listener: Listener) -> None:
    payload = files.package(excel(listener.address))
    before = read_document(payload, Limits())
    assert isinstance(before, Workbook)
    assert {"WEBSERVICE", "DDE", "IMPORTXML", "IMAGE"} <= set(before.traits.fetches)
    cleaned = without_macros(payload, Limits())
    after = read_document(cleaned, Limits())
    assert isinstance(after, Workbook)
    assert after.traits.fetches == ()
    values = {place: cell.value for place, cell in before.sheets[0].cells.items()}
    assert {place: cell.value for place, cell in after.sheets[0].cells.items()} == values
    assert after.sheets[0].cells[1, 2].formula == "=SUM(A1)"
    whole = b"".join(_parts(cleaned).values()).decode()
    assert "127.0.0.1" not in whole
    assert "cmd" not in whole
    assert 'refreshOnLoad="1"' not in whole
    assert 'Target="externalLinkPath"' in whole


@pytest.mark.parametrize("make", [linked_odt, linked_ods, linked_rtf])
def test_what_cannot_be_cleaned_is_not_handed_on(make: Callable[[str], bytes], listener: Listener) -> None:
    with pytest.raises(Refused):
        without_macros(make(listener.address), Limits())


def test_a_file_without_such_things_stays_byte_for_byte() -> None:
    plain = files.docx(files.p("Báo cáo"))
    for payload in (plain, files.xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'), odf.odt(odf.p("a")), b"{\\rtf1 a}"):
        assert without_macros(payload, Limits()) == payload
    found = read_document(plain, Limits())
    assert isinstance(found, TextDocument)
    assert found.traits.fetches == ()


@pytest.mark.parametrize(
    ("target", "remote"),
    [
        ("http://a/b", True),
        ("HTTPS:a", True),
        (" ftp://a", True),
        ("\\\\server\\share\\a.dotx", True),
        ("//server/a", True),
        ("file://server/a", True),
        ("file:////server/a", True),
        ("file:%2f%2f%2f%2fserver/a", True),
        ("file:\\\\server\\a", True),
        ("mhtml:http://a!x", True),
        ("ms-word:ofe|u|http://a", True),
        ("file:///C:/Users/a/Normal.dotm", False),
        ("C:\\Users\\a.dotx", False),
        ("C:/a", False),
        ("media/a.png", False),
        ("../a.png", False),
        ("#Sheet1", False),
        ("urn:x", False),
        ("", False),
    ],
)
def test_which_addresses_reach_another_machine(target: str, remote: bool) -> None:
    assert is_remote(target) is remote


def _parts(payload: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
