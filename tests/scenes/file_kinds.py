"""Reports in every kind of file that agencies send, each made from a right report and from one with a planted fault.

`KINDS` is the table: what is mailed, and what a good secretary does with it. One agency a kind, so that no mail changes
what another comes to.
"""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cached_property

import container_files as made
import msoffcrypto
import olefile
import openpyxl
import pdf_files
import xlsb_files as xlsb
from lxml import etree
from msoffcrypto.format.ooxml import OOXMLFile

from bot.demo.scenes import Cast
from bot.text.legacy_encoding import _TABLES

File = tuple[str, bytes]
MISSING, BROKEN = "II.5", {"C14": 120}
"""What the twins with a fault lack: a part of the narrative, and a sum in II.06."""


_BACK = {name: {new: old for old, new in table.items()} for name, table in _TABLES.items()}


class Letters:
    """Ways in which Vietnamese letters come."""

    _OLD_PLACE = (("oà", "òa"), ("oá", "óa"), ("oả", "ỏa"), ("oã", "õa"), ("oạ", "ọa"), ("uỷ", "ủy"), ("uý", "úy"))

    @staticmethod
    def tcvn3(text: str) -> str:
        """As typed in .VnTime; capitals with marks are those of .VnTimeH, which stand at the small letters' places."""
        back = _BACK["tcvn3"]
        return "".join(back.get(c, back.get(c.lower(), c)) for c in unicodedata.normalize("NFC", text))

    @staticmethod
    def vni(text: str) -> str:
        return "".join(_BACK["vni"].get(c, c) for c in unicodedata.normalize("NFC", text))

    @staticmethod
    def nfd(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    @classmethod
    def new_place(cls, text: str) -> str:
        """hoà, thuỷ: the mark on the main vowel."""
        return cls._swapped(text, [(old, new) for new, old in cls._OLD_PLACE])

    @classmethod
    def old_place(cls, text: str) -> str:
        """hòa, thủy."""
        return cls._swapped(text, cls._OLD_PLACE)

    @staticmethod
    def _swapped(text: str, pairs: Sequence[tuple[str, str]]) -> str:
        for one, other in pairs:
            text = text.replace(one, other).replace(one.upper(), other.upper())
        return text


def repacked(payload: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The package with each part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, change(entry.filename, source.read(entry)))
    return out.getvalue()


def retyped(payload: bytes, letters: Callable[[str], str], font: str = "") -> bytes:
    """A .docx or .xlsx with all its texts in other letters, and in that font."""

    def change(name: str, content: bytes) -> bytes:
        if name not in ("word/document.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
            return content
        root = etree.fromstring(content)
        for node in root.iter("{*}t"):
            node.text = letters(node.text or "")
        for node in root.iter("{*}name") if font and name == "xl/styles.xml" else ():
            node.set("val", font)
        for node in root.iter("{*}rFonts") if font else ():
            for key in node.attrib:
                node.set(key, font)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    return repacked(payload, change)


def with_macros(payload: bytes) -> bytes:
    """The .docx or .xlsx as .docm or .xlsm, with a VBA project, as Office saves one."""
    word = payload.find(b"word/document.xml") >= 0
    folder, main = ("word", "document") if word else ("xl", "workbook")
    plain = b"wordprocessingml.document.main" if word else b"spreadsheetml.sheet.main"
    old = b"application/vnd.openxmlformats-officedocument." + plain + b"+xml"
    new = f"application/vnd.ms-{'word.document' if word else 'excel.sheet'}.macroEnabled.main+xml".encode()
    relation = (
        b'<Relationship Id="vba1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        b' Target="vbaProject.bin"/></Relationships>'
    )

    def change(name: str, content: bytes) -> bytes:
        if name == "[Content_Types].xml":
            bin_ = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
            return content.replace(old, new).replace(b"</Types>", bin_)
        if name == f"{folder}/_rels/{main}.xml.rels":
            return content.replace(b"</Relationships>", relation)
        return content

    out = io.BytesIO(repacked(payload, change))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(f"{folder}/vbaProject.bin", made.ole({"VBA": {"dir": b"\x01" * 600}}))
    return out.getvalue()


def binary_workbook(payload: bytes) -> bytes:
    """The .xlsx as .xlsb, cell by cell; LibreOffice does not write it."""
    book = openpyxl.load_workbook(io.BytesIO(payload))
    sheet = book.worksheets[0]
    records = []
    for row in sheet.iter_rows():
        cells = [c for c in row if c.value is not None]
        records += [xlsb.row(row[0].row)] if cells else []
        for cell in cells:
            number = isinstance(cell.value, int | float)
            body = xlsb.struct.pack("<d", cell.value) if number else xlsb.text(str(cell.value))
            records.append(xlsb.cell(5 if number else 6, cell.column, body))
    records += [xlsb.merge(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges]
    return xlsb.files.package(xlsb.parts(xlsb.sheet(*records), names=(sheet.title,)))


def locked(payload: bytes) -> bytes:
    """The .docx or .xlsx under a password."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(payload)).encrypt("matkhau", out)
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()
    return out.getvalue()


def _streams(payload: bytes) -> made.Storage:
    root: made.Storage = {}
    with olefile.OleFileIO(io.BytesIO(payload)) as ole:
        for path in ole.listdir():
            if len(path) == 1:
                root[path[0]] = ole.openstream(path).read()
    return root


def _book(streams: made.Storage) -> str:
    return next(name for name in streams if name in ("Workbook", "Book"))


def old_with_macros(payload: bytes) -> bytes:
    """The .xls with a VBA project beside its workbook."""
    streams = _streams(payload)
    return made.ole({**streams, "_VBA_PROJECT_CUR": {"VBA": {"_VBA_PROJECT": b"\xcc\x61" * 20, "dir": b"\x01" * 600}}})


def old_word_with_macros(payload: bytes) -> bytes:
    """The .doc with a VBA project beside its text."""
    streams = _streams(payload)
    return made.ole({**streams, "Macros": {"VBA": {"_VBA_PROJECT": b"\xcc\x61" * 20, "dir": b"\x01" * 600}}})


def old_locked(payload: bytes) -> bytes:
    """The .xls with a FilePass record behind its first one, as Excel writes under a password."""
    streams = _streams(payload)
    book = streams[_book(streams)]
    assert isinstance(book, bytes)
    first = 4 + int.from_bytes(book[2:4], "little")
    return made.ole({"Workbook": book[:first] + b"\x2f\x00\x06\x00\x00\x00\x34\x12\x78\x56" + book[first:]})


def old_word_locked(payload: bytes) -> bytes:
    """The .doc with the bit that says it is encrypted."""
    streams = _streams(payload)
    word = bytearray(streams["WordDocument"])
    word[11] |= 0x01
    return made.ole({**streams, "WordDocument": bytes(word)})


def attached_mail(*files: File) -> bytes:
    """A mail as mail programs save one."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "phong@donvi.example", "vanthu@donvi.example", "Báo cáo quý I"
    mail["Message-ID"], mail["Date"] = "<cu@donvi.example>", "Wed, 01 Mar 2023 08:00:00 +0700"
    mail.set_content("Gửi văn thư.\n")
    for name, payload in files:
        mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00"
    b"\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xdc\xccY\xe7\x00\x00\x00\x00IEND\xaeB`\x82"
)
HTML = (
    "<html><head><meta charset='utf-8'></head><body><table><tr><td>STT</td><td>Lĩnh vực</td></tr></table></body></html>"
)
CSV = "STT;Lĩnh vực;Tổng số\n1;Hộ tịch;120\n"


@dataclass(frozen=True)
class Reports:
    """The reports of one agency, right or with the planted fault, and how LibreOffice saves them."""

    cast: Cast
    faulty: bool
    converted: dict[tuple[str, str], bytes]

    @cached_property
    def docx(self) -> bytes:
        return self.cast.narrative(missing=[MISSING] if self.faulty else [])

    @cached_property
    def xlsx(self) -> bytes:
        return self.cast.ii06(BROKEN if self.faulty else None)

    @property
    def name(self) -> str:
        """Under which LibreOffice's files of these reports are kept."""
        return f"{self.cast.agency.code}-{'faulty' if self.faulty else 'good'}"

    def saved(self, ending: str) -> bytes:
        """As LibreOffice saves it: doc, rtf, odt, xls, ods."""
        return self.converted[self.name, ending]

    def text(self) -> str:
        """The narrative's lines, as a PDF of it holds them."""
        import docx

        return "\n".join(p.text for p in docx.Document(io.BytesIO(self.docx)).paragraphs if p.text)


_LIBARCHIVE = ("rar", "7z", "targz", "zipzip", "ziplock")


@dataclass(frozen=True)
class Kind:
    """One row of the table.

    `form` is what the agency owes; `codes` what is found in the right report (loose findings and the submission's);
    `kept` the endings under `reports/`; `twin` the code of the planted fault where the faulty one is sent first.
    `saves` are the endings for which LibreOffice must make the file.
    """

    code: str
    title: str
    form: str
    files: Callable[[Reports], Sequence[File]]
    outcome: str = "accepted"
    codes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    twin: str = ""
    marked: bool = False
    saves: str = ""
    text: str = "Kính gửi Sở Nội vụ, xin gửi báo cáo.\n"

    def needs(self) -> tuple[str, ...]:
        """The optional programs without which this kind cannot be made or opened, as pytest's markers."""
        return (*(["libreoffice"] if self.saves else []), *(["libarchive"] if self.code in _LIBARCHIVE else []))


def _only(name: str, make: Callable[[Reports], bytes]) -> Callable[[Reports], list[File]]:
    return lambda r: [(name, make(r))]


def _word(code: str, title: str, name: str, make: Callable[[Reports], bytes], **more: object) -> Kind:
    return Kind(code, title, "narrative", _only(name, make), **more)  # type: ignore[arg-type]  # a table's row


def _excel(code: str, title: str, name: str, make: Callable[[Reports], bytes], **more: object) -> Kind:
    return Kind(code, title, "ii06", _only(name, make), **more)  # type: ignore[arg-type]  # a table's row


W, X = "W101", "X201"
FIX = "correction"
NAMES = "Báo cáo quý I/Biểu mẫu/Biểu II.06 – số liệu.xlsx"

KINDS: tuple[Kind, ...] = (
    _word("docx", ".docx", "Báo cáo.docx", lambda r: r.docx, kept=(".docx",), twin=W, marked=True),
    _excel("xlsx", ".xlsx", "II.06.xlsx", lambda r: r.xlsx, kept=(".xlsx",), twin=X, marked=True),
    _word("doc", ".doc", "Báo cáo.doc", lambda r: r.saved("doc"), kept=(".doc",), twin=W, saves="doc"),
    _excel("xls", ".xls", "II.06.xls", lambda r: r.saved("xls"), kept=(".xls",), twin=X, saves="xls"),
    _excel("xlsb", ".xlsb", "II.06.xlsb", lambda r: binary_workbook(r.xlsx), kept=(".xlsb",), twin=X),
    _excel("ods", ".ods", "II.06.ods", lambda r: r.saved("ods"), kept=(".ods",), twin=X, saves="ods"),
    _word("odt", ".odt", "Báo cáo.odt", lambda r: r.saved("odt"), kept=(".odt",), twin=W, saves="odt"),
    _word("rtf", ".rtf", "Báo cáo.rtf", lambda r: r.saved("rtf"), kept=(".rtf",), twin=W, saves="rtf"),
    _word("docm", ".docm", "Báo cáo.docm", lambda r: with_macros(r.docx), outcome=FIX, codes=("F108",),
          kept=(".docx",), twin=W, marked=True),
    _excel("xlsm", ".xlsm", "II.06.xlsm", lambda r: with_macros(r.xlsx), outcome=FIX, codes=("F108",),
           kept=(".xlsx",), twin=X, marked=True),
    _excel("xlsvba", ".xls with macros", "II.06.xls", lambda r: old_with_macros(r.saved("xls")), outcome=FIX,
           codes=("F108",), saves="xls"),
    _word("docvba", ".doc with macros", "Báo cáo.doc", lambda r: old_word_with_macros(r.saved("doc")), outcome=FIX,
          codes=("F108",), saves="doc"),
    Kind("zip", ".zip with folders and Vietnamese names", "ii06",
         lambda r: [("Báo cáo.zip", made.zipped([(NAMES, r.xlsx)]))], kept=(".xlsx",), twin=X, marked=True),
    Kind("zipnfd", ".zip from macOS: decomposed names", "ii06",
         lambda r: [("Báo cáo.zip", made.zipped([(Letters.nfd(NAMES), r.xlsx), ("__MACOSX/._II.06.xlsx", b"x")]))],
         kept=(".xlsx",)),
    Kind("zipcp", ".zip whose names are UTF-8 without saying so", "ii06",
         lambda r: [("Báo cáo.zip", made.zipped([(NAMES, r.xlsx)], flag=False))], kept=(".xlsx",)),
    Kind("rar", ".rar", "ii06", lambda r: [("Báo cáo.rar", made.rar5([(NAMES, r.xlsx)]))], kept=(".xlsx",)),
    Kind("7z", ".7z", "narrative", lambda r: [("Báo cáo.7z", made.seven_zip([("Báo cáo/Báo cáo.docx", r.docx)]))],
         kept=(".docx",)),
    Kind("targz", ".tar.gz", "narrative",
         lambda r: [("Báo cáo.tar.gz", made.seven_zip([("Báo cáo.docx", r.docx)], "gnutar", "gzip"))],
         kept=(".docx",)),
    Kind("zipzip", "archive in an archive", "narrative",
         lambda r: [("ngoài.zip", made.zipped([("trong.7z", made.seven_zip([("Báo cáo.docx", r.docx)]))]))],
         kept=(".docx",)),
    Kind("ziplock", ".zip with a password", "narrative",
         lambda r: [("Báo cáo.zip", made.seven_zip([("Báo cáo.docx", r.docx)], "zip", passphrase="x",
                                                   options="encryption=aes256"))],
         outcome=FIX, codes=("F110",)),
    Kind("eml", "mail attached (.eml)", "narrative",
         lambda r: [("Fwd.eml", attached_mail(("Báo cáo.docx", r.docx)))], kept=(".docx",), twin=W, marked=True),
    Kind("msg", "Outlook mail attached (.msg)", "narrative",
         lambda r: [("Fwd.msg", made.ole(made.message([("Báo cáo.docx", r.docx)])))], kept=(".docx",)),
    Kind("winmail", "winmail.dat", "ii06", lambda r: [("winmail.dat", made.winmail([("II.06.xlsx", r.xlsx)]))],
         kept=(".xlsx",)),
    _word("pdftext", "PDF with text, alone", "Báo cáo.pdf", lambda r: pdf_files.pdf(r.text()), outcome=FIX,
          codes=("F103",), kept=(".pdf",)),
    _word("pdfscan", "PDF scan, alone", "scan_0001.pdf", lambda r: pdf_files.pdf(""), outcome=FIX, codes=("F103",)),
    _excel("pdfxlsx", "PDF scan where Excel is due", "scan_0002.pdf", lambda r: pdf_files.pdf(""), outcome=FIX,
           codes=("F103",)),
    Kind("signed", "signed PDF beside the .docx", "narrative",
         lambda r: [("Báo cáo.docx", r.docx), ("Báo cáo đã ký.pdf", pdf_files.pdf(r.text()))],
         kept=(".docx", ".pdf")),
    Kind("scanned", "scan (PDF without text) beside the .docx", "narrative",
         lambda r: [("Báo cáo.docx", r.docx), ("scan_0003.pdf", pdf_files.pdf(""))], kept=(".docx", ".pdf")),
    _word("pdflock", "PDF with a password", "Báo cáo.pdf",
          lambda r: pdf_files.locked(pdf_files.pdf("Báo cáo"), user="x", owner="y"), outcome=FIX, codes=("F104",)),
    _word("picture", "picture", "IMG_0001.png", lambda r: PICTURE, outcome=FIX, codes=("F103",)),
    Kind("drive", "Google Drive link, no file", "narrative", lambda r: [], outcome=FIX, codes=("M106",),
         text="Kính gửi Sở, báo cáo tại https://drive.google.com/drive/folders/1AbC?usp=sharing\n"),
    Kind("onedrive", "OneDrive link, no file", "narrative", lambda r: [], outcome=FIX, codes=("M106",),
         text="Kính gửi Sở, báo cáo tại https://1drv.ms/w/s!AbCdEf\n"),
    Kind("nofile", "no file and no link", "narrative", lambda r: [], outcome=FIX, codes=("M101",)),
    _word("tcvn3w", ".docx typed in TCVN3", "Báo cáo.docx", lambda r: retyped(r.docx, Letters.tcvn3, ".VnTime"),
          kept=(".docx",), twin=W, marked=True),
    _excel("tcvn3x", ".xlsx typed in TCVN3", "II.06.xlsx", lambda r: retyped(r.xlsx, Letters.tcvn3, ".VnTime"),
           kept=(".xlsx",), twin=X, marked=True),
    _word("vniw", ".docx typed in VNI", "Báo cáo.docx", lambda r: retyped(r.docx, Letters.vni, "VNI-Times"),
          kept=(".docx",)),
    _excel("vnix", ".xlsx typed in VNI", "II.06.xlsx", lambda r: retyped(r.xlsx, Letters.vni, "VNI-Times"),
           kept=(".xlsx",)),
    _word("nfdw", ".docx with decomposed letters (NFD)", "Báo cáo.docx", lambda r: retyped(r.docx, Letters.nfd),
          kept=(".docx",)),
    _excel("nfdx", ".xlsx with decomposed letters (NFD)", "II.06.xlsx", lambda r: retyped(r.xlsx, Letters.nfd),
           kept=(".xlsx",)),
    _word("newmarks", "hoà, thuỷ", "Báo cáo.docx", lambda r: retyped(r.docx, Letters.new_place), kept=(".docx",)),
    _word("oldmarks", "hòa, thủy", "Báo cáo.docx", lambda r: retyped(r.docx, Letters.old_place), kept=(".docx",)),
    _excel("xlsxasxls", ".xlsx named .xls", "II.06.xls", lambda r: r.xlsx, codes=("F109",), kept=(".xlsx",)),
    _word("docxasdoc", ".docx named .doc", "Báo cáo.doc", lambda r: r.docx, codes=("F109",), kept=(".docx",)),
    _word("docxasxlsx", ".docx named .xlsx", "Báo cáo.xlsx", lambda r: r.docx, codes=("F109",), kept=(".docx",)),
    _excel("xlsxasdocx", ".xlsx named .docx", "II.06.docx", lambda r: r.xlsx, codes=("F109",), kept=(".xlsx",)),
    _excel("xlsxaspdf", ".xlsx named .pdf", "II.06.pdf", lambda r: r.xlsx, codes=("F109",), kept=(".xlsx",)),
    _excel("noending", ".xlsx without an ending", "II06", lambda r: r.xlsx, codes=("F109",), kept=(".xlsx",)),
    _word("rtfasdoc", ".rtf named .doc", "Báo cáo.doc", lambda r: r.saved("rtf"), kept=(".doc",), saves="rtf"),
    _excel("xlsasxlsx", ".xls named .xlsx", "II.06.xlsx", lambda r: r.saved("xls"), codes=("F109",), kept=(".xls",),
           saves="xls"),
    _word("docxlock", ".docx with a password", "Báo cáo.docx", lambda r: locked(r.docx), outcome=FIX,
          codes=("F104",)),
    _excel("xlsxlock", ".xlsx with a password", "II.06.xlsx", lambda r: locked(r.xlsx), outcome=FIX, codes=("F104",)),
    _excel("xlslock", ".xls with a password", "II.06.xls", lambda r: old_locked(r.saved("xls")), outcome=FIX,
           codes=("F104",), kept=(".xls",), saves="xls"),
    _word("doclock", ".doc with a password", "Báo cáo.doc", lambda r: old_word_locked(r.saved("doc")), outcome=FIX,
          codes=("F104",), kept=(".doc",), saves="doc"),
    _word("empty", "empty file", "Báo cáo.docx", lambda r: b"", outcome=FIX, codes=("F102",)),
    _word("torn", "torn .docx", "Báo cáo.docx", lambda r: r.docx[: len(r.docx) // 2], outcome=FIX, codes=("F101",)),
    _excel("tornxls", "torn .xls", "II.06.xls", lambda r: r.saved("xls")[:3_000], outcome=FIX, codes=("F101",),
           saves="xls"),
    _excel("html", "HTML named .xls", "II.06.xls", lambda r: HTML.encode(), outcome=FIX, codes=("F107",),
           kept=(".xls",)),
    _word("htmldoc", "HTML named .doc", "Báo cáo.doc", lambda r: HTML.encode(), outcome=FIX, codes=("F107",),
          kept=(".doc",)),
    _excel("csv", ".csv", "II.06.csv", lambda r: CSV.encode(), outcome=FIX, codes=("F107",), kept=(".csv",)),
)  # fmt: skip
