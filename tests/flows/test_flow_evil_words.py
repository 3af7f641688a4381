"""What a sender wrote comes out of us as text, whatever it says and wherever it goes.

One office, in this process: names, subjects, file names, sheet names, headings, cells and own words that mean something
to Excel, to a browser or to a terminal go in by mail; then everything that we have made is opened as its program would
open it: mails and their enclosures, the board, marked copies, trackers, calendars, names of files, the command line.
"""

import base64
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import docx
import openpyxl
import pytest
from embedded_office import BOX, COORDINATOR, STRANGER, Office, at, embedded_office
from lxml import etree, html

from bot.demo.rehearsal_files import OwnFiles

EVIL = (
    '=HYPERLINK("http://xau.test","bấm")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "]]><img src=http://xau.test/x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "&lt;a href=http://xau.test&gt;bấm&lt;/a&gt;",
    "\u202ecod.oab\u2066",
    "a\x1b[31mđỏ\x1b]8;;http://xau.test\x07b",
    "\ufeff=1+1",
    "＝1+1",
)
OURS = ("https://binhduong.example", "mailto:", "../reports/", "reports/", "#")
UNSEEN = set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\x7f\x85\x9b")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def unseen_in(text: str) -> list[str]:
    """Signs that move a terminal's pen or turn the writing round; tabs and line breaks are plain text."""
    return [repr(sign) for sign in text if sign in UNSEEN or (sign < " " and sign not in "\n\t\r")]


def faults_of_page(markup: str, *, own_scripts: int = 0) -> list[str]:
    page = html.document_fromstring(markup)
    tags = [e for e in page.iter() if isinstance(e.tag, str)]
    found = [f"<{e.tag}>" for e in tags if e.tag in ("iframe", "object", "embed", "base", "svg", "img", "link")]
    if sum(e.tag == "script" for e in tags) != own_scripts:
        found.append("a script")
    for element in tags:
        found += [f"{element.tag} {name}" for name in element.attrib if name.lower().startswith("on")]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if (target := element.get(name)) is not None and (not target.startswith(OURS) or "xau.test" in target):
                found.append(f"a link to {target}")
    texts = [*page.itertext(), *(str(value) for e in tags for value in e.attrib.values())]
    return found + [sign for text in texts for sign in unseen_in(text)]


def faults_of_book(payload: bytes, *, whose: str) -> list[str]:
    """`whose` is `ours` for a workbook that we made, `theirs` for a copy of a sender's: its cells are as they were."""
    found = []
    book = openpyxl.load_workbook(io.BytesIO(payload))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if whose == "ours":
                    if cell.data_type == "f":
                        found.append(f"{cell.coordinate} computes {cell.value}")
                    if isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS) and not cell.quotePrefix:
                        found.append(f"{cell.coordinate} would compute {cell.value!r} after an edit")
                    if isinstance(cell.value, str):
                        found += unseen_in(cell.value)
                if cell.hyperlink is not None and not (cell.hyperlink.target or "#").startswith(OURS):
                    found.append(f"a link to {cell.hyperlink.target}")
                if cell.comment is not None:
                    found += unseen_in(cell.comment.text)
        if whose == "ours" and sheet.title.startswith(FORMULA_STARTS):
            found.append(f"a sheet called {sheet.title}")
    return found + faults_of_package(payload)


def faults_of_package(payload: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(payload)) as package:
        for name in package.namelist():
            if name.endswith(".rels"):
                for relation in etree.fromstring(package.read(name)):
                    if relation.get("TargetMode") == "External" and not relation.get("Target").startswith(OURS):
                        found.append(f"{name} leads to {relation.get('Target')}")
            if "vbaProject" in name:
                found.append(name)
    return found


def faults_of_calendar(text: str) -> list[str]:
    """Every line is one of a calendar's own, folded or not."""
    found = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name = line.partition(":")[0].partition(";")[0]
        if line and (not name.isascii() or not name.replace("-", "").isupper()):
            found.append(f"a line {line!r}")
        found += unseen_in(line)
    return found


def faults_of_mail(mail: Any) -> list[str]:
    found = []
    for name, value in mail.items():
        found += [f"{name}: {sign}" for sign in unseen_in(str(value))] + [name] * ("\n" in str(value))
    for part in mail.walk():
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), part.get_filename() or ""
        content = part.get_content()
        where = f"{mail['Subject'][:40]} / {name or kind}: "
        if kind == "text/html" or name.endswith((".html", ".htm")):
            text = content if isinstance(content, str) else content.decode()
            found += [where + fault for fault in faults_of_page(text)]
        elif kind == "text/calendar" or name.endswith(".ics"):
            found += [where + f for f in faults_of_calendar(content if isinstance(content, str) else content.decode())]
        elif kind == "text/plain":
            found += [where + fault for fault in unseen_in(content)]
        elif name.endswith(".xlsx"):
            whose = "theirs" if name.startswith(("Đánh dấu", "Marked")) or "Biểu" in name else "ours"
            found += [where + fault for fault in faults_of_book(content, whose=whose)]
        elif name.endswith(".docx"):
            found += [where + fault for fault in faults_of_package(content)]
        found += [where + sign for sign in unseen_in(name)]
    return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        sandbox = cast(Any, OwnFiles(running.services.sandbox, {}))
        running.services = replace(running.services, sandbox=sandbox)
        yield running


def evil_book(office: Office) -> bytes:
    """Form II.06 with such words for figures and names."""
    book = openpyxl.load_workbook(io.BytesIO(office.cast("vpub").ii06()))
    sheet = book.worksheets[0]
    for row, words in enumerate(EVIL, 12):
        for column in (2, 3):
            cell = sheet.cell(row, column)
            if type(cell).__name__ != "MergedCell":
                cell.value = "".join(sign for sign in words if sign >= " ")
                cell.data_type = "s"
    sheet.title = "=1+1 <script>"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def evil_report(office: Office, agency: str) -> bytes:
    """A narrative without one of its parts, with headings of such words."""
    document = docx.Document(io.BytesIO(office.cast(agency).narrative(missing=["III"])))
    for number, words in enumerate(EVIL, 8):
        document.add_heading(f"{number}. " + "".join(sign for sign in words if sign >= " "), 1)
        document.add_paragraph("".join(sign for sign in words if sign >= " "))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def raw_mail(sender: str, words: str, number: int) -> bytes:
    """A mail whose name, subject and file name say it, in encoded words, which may hold anything."""
    word = f"=?utf-8?b?{base64.b64encode(words.encode()).decode()}?="
    text = base64.b64encode(f"Lý do chậm: {words}\n{words}".encode()).decode()
    head = (f"From: {word} <{sender}>", f"To: {BOX}", f"Subject: {word}", f"Message-ID: <evil{number}@noikhac.test>")
    lines = (
        *head,
        "Date: Thu, 02 Mar 2023 09:00:00 +0700",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        text,
        "--b",
        f'Content-Type: application/octet-stream; name="{word}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{word}"',
        "",
        text,
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode()


def test_what_senders_write_comes_out_as_text(office: Office) -> None:
    for number, words in enumerate(EVIL):
        sender = STRANGER if number % 2 else "stp@binhduong.example"
        office.server.deliver(raw_mail(sender, words, number), sender, [BOX])
    name = "=cmd <script> {{7*7}}"
    office.mail("vpub", [(f"{name}.xlsx", evil_book(office))], subject="=1+1", moment=at(3, 2))
    report = (f"{name} javascript-.docx", evil_report(office, "stp"))
    office.mail("stp", [report], text="Chậm vì " + EVIL[6] + EVIL[0] + "\n")
    office.mail("stc", [(f"{name}.docx", office.cast("stc").narrative())], subject="<a href=http://xau.test>")
    for moment in (at(3, 2, 9, 30), at(3, 9, 17), at(3, 10, 8)):
        office.once(moment)

    faults: list[str] = []
    mails = [m for box in (COORDINATOR, "stp", "vpub", "stc", STRANGER) for m in office.got(box)]
    names = {part.get_filename() or "" for m in mails for part in m.walk()}
    assert any("Đánh dấu" in n for n in names), names
    assert any(n.endswith(".xlsx") and "Đánh dấu" not in n for n in names), names
    for mail in mails:
        faults += faults_of_mail(mail)

    data = office.settings.data_dir
    faults += ["board: " + f for f in faults_of_page((data / "board" / "index.html").read_text(), own_scripts=1)]
    kept = [p for p in (data / "reports").rglob("*") if p.is_file()]
    assert len(kept) > 2
    for path in kept:
        relative = str(path.relative_to(data))
        if unseen_in(relative) or set('<>:"|?*\\') & set(relative) or ".." in relative:
            faults.append(f"a file called {relative!r}")
    spoken = [r.id for r in office.services.store.mails() if "đỏ" in r.subject or "cod.oab" in r.subject]
    assert len(spoken) == 2
    for command in (["mails"], ["status"], *(["show", str(id_)] for id_ in spoken)):
        faults += [f"{command}: {sign}" for sign in unseen_in(office.thuky(*command).out)]
    said = "".join(p.get_content() for m in mails for p in m.walk() if p.get_content_type() == "text/plain")
    assert all(
        words in said for words in ("{{7*7}}", "<script>alert(1)</script>", "=HYPERLINK(", "javascript:alert(1)")
    )
    assert sorted(set(faults)) == []


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<p><script>x</script>", "a script"),
        ("<a href='javascript:x'>x</a>", "a link to"),
        ("<p onclick='x'>", "p onclick"),
        ("<p>a\u202eb", "u202e"),
        ("<img src=http://xau.test>", "<img>"),
    ],
)
def test_a_page_that_lets_it_through_is_noticed(markup: str, fault: str) -> None:
    assert any(fault in found for found in faults_of_page(markup))


def test_a_book_that_lets_it_through_is_noticed() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"  # type: ignore[index]
    book.active["A2"] = "@SUM(1)"  # type: ignore[index]
    book.active["A3"].hyperlink = "http://xau.test"  # type: ignore[index]
    stream = io.BytesIO()
    book.save(stream)
    found = faults_of_book(stream.getvalue(), whose="ours")
    assert [words.partition(" ")[0] for words in found[:3]] == ["A1", "A1", "A2"]
    assert any("xau.test" in words for words in found)


def test_a_calendar_that_lets_it_through_is_noticed() -> None:
    assert faults_of_calendar("BEGIN:VCALENDAR\r\nSUMMARY:a\r\n b\r\nEND:VCALENDAR\r\n") == []
    assert faults_of_calendar("SUMMARY:a\r\nxấu: b\r\n")
