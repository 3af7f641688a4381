"""The draft letter as a file: the layout of Nghị định 30/2020/NĐ-CP, blanks that are seen, who owes what."""

import io
import re
import subprocess
import tomllib
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from pypdf import PdfReader

from bot.documents.converter import find_libreoffice
from bot.documents.letter_words import KEYS, LetterWords, LetterWordsError
from bot.documents.official_letter import LetterContents, Owing, draft_letter

TEMPLATES = Path(__file__).resolve().parents[2] / "mail_templates"
WORDS = {lang: LetterWords.load(TEMPLATES / lang) for lang in ("vi", "en")}
SILENT = (Owing("UBND huyện Bàu Bàng", ("Báo cáo CCHC", "Biểu II.06"), (), "09/3/2023"),)
UNFINISHED = (Owing("Sở Tài chính", (), ("Biểu II.06",), "09/3/2023"),)
UNREACHED = (Owing("Báo Bình Dương", ("Danh mục tin, bài",), (), "12/3/2023"),)
CONTENTS = LetterContents(
    office="Sở Nội vụ tỉnh Bình Dương",
    superior="UBND tỉnh Bình Dương",
    place="Bình Dương",
    made_on=date(2023, 3, 13),
    period="quý I/2023",
    title="báo cáo công tác cải cách hành chính quý I năm 2023",
    basis="Công văn số 388/SNV-XDCQ-CCHC-CTTN ngày 02/3/2023",
    printed="trước ngày 10/3/2023",
    due="24 giờ 00 thứ Năm ngày 09/3/2023",
    as_of="8 giờ 00 ngày 13/3/2023",
    answer_by="thứ Tư ngày 15/3/2023",
    mailbox="baocao@binhduong.example",
    contact="bà Nguyễn Thị Minh Anh",
    telephone="0274 0000 388",
    address="dieuphoi@binhduong.example",
    silent=SILENT,
    unfinished=UNFINISHED,
    unreached=UNREACHED,
)
MANY = replace(CONTENTS, silent=tuple(replace(SILENT[0], agency=f"UBND xã số {at}") for at in range(1, 61)))


def opened(contents: LetterContents, lang: str = "vi") -> Any:
    return Document(io.BytesIO(draft_letter(contents, WORDS[lang]).payload))


def paragraphs(document: Any) -> list[Any]:
    """Every paragraph, those of tables included, in order."""
    body = document.element.body
    from docx.text.paragraph import Paragraph

    return [Paragraph(p, document) for p in body.iter(qn("w:p"))]


def text(document: Any) -> str:
    return "\n".join(p.text for p in paragraphs(document))


def blanks(document: Any) -> list[str]:
    """What is marked yellow."""
    return [r.text for p in paragraphs(document) for r in p.runs if r.font.highlight_color is WD_COLOR_INDEX.YELLOW]


def test_page_and_type_are_those_of_the_decree() -> None:
    document = opened(CONTENTS)
    section = document.sections[0]
    millimetres = [round(getattr(section, name).mm) for name in ("page_width", "page_height", "top_margin",
                   "bottom_margin", "left_margin", "right_margin")]  # fmt: skip
    assert millimetres == [210, 297, 20, 20, 30, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    sizes = {r.font.size.pt for p in paragraphs(document) for r in p.runs}
    assert sizes <= {11, 12, 13, 14}
    assert {r.font.size.pt for p in document.paragraphs for r in p.runs} == {14}


def test_head_body_and_end_stand_in_their_order() -> None:
    said = text(opened(CONTENTS))
    order = [
        *("UBND TỈNH BÌNH DƯƠNG", "SỞ NỘI VỤ TỈNH BÌNH DƯƠNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        *("Độc lập - Tự do - Hạnh phúc", "Số: ", "V/v đôn đốc gửi báo cáo quý I/2023", "Bình Dương, ngày"),
        *("Kính gửi:", "- UBND huyện Bàu Bàng;", "- Sở Tài chính;", "- Báo Bình Dương."),
        *("Thực hiện Công văn số 388", "hạn gửi trước ngày 10/3/2023 (chậm nhất 24 giờ 00 thứ Năm ngày 09/3/2023)"),
        *("Đến 8 giờ 00 ngày 13/3/2023", "3 cơ quan", "Chưa nhận được báo cáo (1)", "Báo cáo CCHC; Biểu II.06"),
        *("cần sửa (1)", "Biểu II.06 (cần sửa)", "không đến được", "12/3/2023"),
        *("baocao@binhduong.example, chậm nhất hết thứ Tư ngày 15/3/2023", "0274 0000 388", "./."),
        *("Nơi nhận:", "- Như trên;", "- Lưu: VT", "CHỨC VỤ", "Họ và tên"),
    ]
    at = -1
    for words in order:
        found = said.find(words, at + 1)
        assert found > at, words
        at = found


def test_what_nobody_told_us_is_a_blank_and_never_made_up() -> None:
    told = blanks(opened(CONTENTS))
    assert [b.strip() for b in told if b.strip(" …")] == [
        "thứ Tư ngày 15/3/2023",
        "QUYỀN HẠN, CHỨC VỤ\nCỦA NGƯỜI KÝ",
        "Họ và tên",
    ]
    assert sum(not b.strip(" …") for b in told) == 5, "number, its mark, day, month, the file's mark"
    bare = replace(CONTENTS, superior="", place="", basis="", printed="", telephone="")
    more = blanks(opened(bare))
    assert len(more) == len(told) + 3
    assert "CƠ QUAN CHỦ QUẢN" in more
    assert "số, ngày của văn bản giao báo cáo" in more
    said = text(opened(bare))
    assert "điện thoại" not in said
    assert ", chậm nhất 24 giờ 00 thứ Năm ngày 09/3/2023." in said
    assert "[[" not in said + text(opened(MANY)) + text(opened(bare, "en"))


def test_few_are_addressed_by_name_and_many_by_the_annexed_list() -> None:
    ten = replace(CONTENTS, silent=MANY.silent[:8])
    assert "- UBND xã số 8;" in text(opened(ten))
    assert "Phụ lục" not in text(opened(ten))
    said = text(opened(MANY))
    assert "Kính gửi: Các cơ quan, đơn vị theo danh sách kèm theo." in said
    assert "- UBND xã số 8;" not in said
    assert said.index("Nơi nhận:") < said.index("Phụ lục") < said.index("UBND xã số 60")
    assert "có tên trong danh sách" in said
    one = text(opened(replace(CONTENTS, unfinished=(), unreached=())))
    assert "Kính gửi: UBND huyện Bàu Bàng." in one
    assert "đề nghị Quý cơ quan gửi" in one


@pytest.mark.parametrize("contents", [CONTENTS, MANY], ids=["within the letter", "annex"])
def test_the_table_repeats_its_head_and_breaks_no_row(contents: LetterContents) -> None:
    (table,) = [t for t in opened(contents).tables if len(t.columns) == 4]
    rows = [row._tr for row in table.rows]
    assert rows[0].find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
    assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)
    numbers = [row.cells[0].text for row in table.rows[1:]]
    assert numbers == ["I", *map(str, range(1, len(contents.silent) + 1)),
                       "II", str(len(contents.silent) + 1), "III", str(len(contents.silent) + 2)]  # fmt: skip


def test_lists_that_are_empty_are_not_named() -> None:
    said = text(opened(replace(CONTENTS, silent=(), unreached=())))
    assert "Chưa nhận được báo cáo (" not in said
    assert "không đến được" not in said
    with pytest.raises(ValueError, match="nobody"):
        draft_letter(replace(CONTENTS, silent=(), unfinished=(), unreached=()), WORDS["vi"])


def test_the_same_contents_give_the_same_bytes_under_a_name_that_says_what_it_is() -> None:
    first, second = (draft_letter(MANY, WORDS["vi"]) for _ in range(2))
    assert first == second
    assert first.name == "Dự thảo công văn đôn đốc báo cáo quý I-2023.docx"
    with zipfile.ZipFile(io.BytesIO(first.payload)) as package:
        assert package.testzip() is None
        assert "2013" not in package.read("docProps/core.xml").decode(), "python-docx's own template is of 2013"


def test_both_languages_have_every_word_with_the_same_places_to_fill() -> None:
    def fields(words: LetterWords, key: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", words.texts[key]))

    for lang in WORDS:
        data = tomllib.loads((TEMPLATES / lang / "letter.toml").read_text("utf-8"))
        assert {f"{s}.{k}" for s, words in data.items() for k in words} == KEYS
    assert {key: fields(WORDS["vi"], key) for key in KEYS} == {key: fields(WORDS["en"], key) for key in KEYS}
    assert "Dear" not in text(opened(CONTENTS, "en"))
    assert "To: the agencies named in the annexed list." in text(opened(MANY, "en"))


def test_a_file_of_words_that_lacks_one_is_refused_by_name(tmp_path: Path) -> None:
    source = (TEMPLATES / "vi" / "letter.toml").read_text("utf-8")
    (tmp_path / "letter.toml").write_text(re.sub(r"(?m)^motto = .*\n", "", source), "utf-8")
    with pytest.raises(LetterWordsError, match=r"letter\.toml: head\.motto"):
        LetterWords.load(tmp_path)
    (tmp_path / "letter.toml").write_text("[head", "utf-8")
    with pytest.raises(LetterWordsError, match=r"letter\.toml"):
        LetterWords.load(tmp_path)


@pytest.mark.libreoffice
def test_it_prints_on_as_few_pages_as_a_clerk_expects(tmp_path: Path) -> None:
    for name, contents in (("few", CONTENTS), ("many", MANY)):
        (tmp_path / f"{name}.docx").write_bytes(draft_letter(contents, WORDS["vi"]).payload)
    subprocess.run(
        [
            *(
                str(find_libreoffice()),
                "--headless",
                "--norestore",
                f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}",
            ),
            *(
                "--convert-to",
                "pdf",
                "--outdir",
                str(tmp_path),
                str(tmp_path / "few.docx"),
                str(tmp_path / "many.docx"),
            ),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    few, many = (
        [page.extract_text() for page in PdfReader(tmp_path / f"{name}.pdf").pages] for name in ("few", "many")
    )
    assert len(few) <= 2
    assert "Nơi nhận" in few[-1]
    assert "phối hợp./." in few[-1], "the signature does not stand alone on a page"
    assert "Họ và tên" in many[0], "without its table the letter is one page"
    assert many[1].lstrip().startswith("Phụ lục")
    assert all("Cơ quan, đơn vị" in page for page in many[1:])
