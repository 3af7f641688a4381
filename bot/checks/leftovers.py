"""What a template leaves in a text that was not filled in: placeholders, gaps for figures, the form's own hints.

Only what no finished report says is taken for a leftover: "[tên cơ quan]", "đã tiếp nhận …… hồ sơ", "xx%", a hint
word for word. "ngày … tháng … năm" and "Số: …/BC-" are how offices leave room for pen and stamp, "Người lập biểu: ……"
and "Điện thoại: ……" too; "[Ghi nhanh]" is a press genre; "đất đai, xây dựng, …" is a list that goes on; a lone "…" in
a table says in statistics that there is no figure; what stands in quotation marks is spoken of. What is in doubt is
none. Nothing here fails.
"""

import re
from collections.abc import Iterable, Sequence

from bot.checks.gaps import FIELDS, FIGURE_GAPS, NO_FIGURE, ROOM, TOLD, is_form_line, is_quoted, is_signed
from bot.checks.headers import words
from bot.text.accents import Folding, nfc, squeeze

# After "[" or "<": a verb that tells what to write, or the name of a thing that is to stand there.
_ASKS = (
    r"(?:ghi(?! (?:nhanh|nhan|chep|hinh|am)\b)|nhap(?! (?:khau|cu|hoc|canh|vien|ngu)\b)|liet ke|mo ta|trinh bay"
    r"|dien(?! (?:dan|bien|tu|hinh|mao)\b)|neu(?! guong\b)|chen(?! ep\b))\b"
)
_NAMES = (
    r"(?:(?:ten|so|ma|ngay|ky|quy|noi dung|dia chi|chuc vu|thoi gian)(?: (?:cua|co quan|don vi|dia phuong|bao cao|ho so"
    r"|van ban|luong|lieu|to chuc|huyen|xa|tinh|can bo|nguoi|ky|thang|nam|tai day|ban hanh|lap|dia ban|linh vuc"
    r"|nhiem vu|ket qua)){1,4}|co quan(?: bao cao)?|don vi(?: bao cao)?|ho va ten|ho ten|dia danh)"
)
_BRACKETED = re.compile(rf"[\[<{{]\s*(?:{_ASKS}[^\]>}}]{{0,300}}|{_NAMES}\s*[:.…_]*|x{{2,}}\s*%?|_{{2,}})\s*[\]>}}]")
_OTHERS = (
    re.compile(r"\bclick (?:or tap )?here to enter\b[^.\n]*"),
    re.compile(r"\b(?:bam|nhap|nhan|go)\b[^.\n]{0,40}\bvao day de (?:nhap|go)\b[^.\n]*"),
    re.compile(r"\bthi ghi(?: ro)?:? ?[\"“']?khong (?:co|phat sinh)\b"),
    re.compile(r"\blorem ipsum\b[^.\n]*"),
)
_DRAWN_OUT = re.compile(r"([._…])\1{6,}")  # more of a gap than a quotation needs
_ALONE = re.compile(r"\s*(?:\.{4,}|…[.…]+|_{3,})\s*%?\s*")
_NOTES = re.compile(r"\b(?:ghi chu|ky|chu ky|ngay|xac nhan)\b")
_EXAMPLE = ("vi du", "vd")
_SPEAKS = 4  # words from which a hint is told from what a report may say itself
_LONGEST = 80
_QUOTED = 60  # letters around a gap, so that it is found


def placeholder(text: str) -> str | None:
    """The placeholder in a text, as it stands there, a gap with the words around it; None when there is none."""
    for line in text.split("\n"):
        folding = Folding(_DRAWN_OUT.sub(lambda run: run[1] * 6, NO_FIGURE.sub(rf"\1{ROOM}%", nfc(line))))
        if not is_signed(folding.text):
            for pattern in FIGURE_GAPS:
                for match in pattern.finditer(folding.text):
                    start, end = match.span()
                    if not is_quoted(folding.text, start, end) and not is_form_line(folding.text, start, end):
                        return _around(folding, start, end)
        for pattern in (*FIELDS, *_OTHERS, _BRACKETED):
            if (found := _first(folding, pattern)) is not None:
                return found
    return None


def told_to_write(text: str) -> str | None:
    """An order of the template such as "(ghi rõ số lượng)" in a sentence without any figure. Labels of tables and
    numbered headings have such orders for good: not to be asked of them.
    """
    for line in text.split("\n"):
        folding = Folding(line)
        for match in TOLD.finditer(folding.text):
            if not is_quoted(folding.text, *match.span("order")):
                return _around(folding, *match.span("order"))
    return None


def gap_in_row(cells: Sequence[str], headings: Sequence[str]) -> str | None:
    """The first cell of a table's row that holds nothing but room to write in, with its label; None when there is
    none. `headings` are the cells of the table's first row.
    """
    for at, cell in enumerate(cells):
        if at == 0 or _ALONE.fullmatch(cell) is None:
            continue
        label = next((c for c in reversed(cells[:at]) if any(map(str.isalpha, c))), "")
        heading = Folding(headings[at]).text if at < len(headings) else ""
        if label and not is_signed(f"{Folding(label).text.rstrip(' :')}:") and _NOTES.search(heading) is None:
            return _cut(squeeze(f"{label}: {_DRAWN_OUT.sub(lambda run: run[1] * 6, cell)}"), _QUOTED)
    return None


def bracketed(text: str) -> str | None:
    """The placeholder in brackets in a text: the only kind that counts where offices leave room for pen and stamp."""
    return next((found for line in text.split("\n") if (found := _bracketed(Folding(line))) is not None), None)


def is_example(label: str) -> bool:
    """Whether a row's label says that the row only shows how to fill in: "Ví dụ: …"."""
    first, colon, _ = label.partition(":")
    return bool(colon) and words(first) in _EXAMPLE


def hint_left(text: str, hints: Iterable[str]) -> str | None:
    """The one of these hints that stands in the text, alone or with a word or two ("Gợi ý: …"); None when none does.
    A hint of less than four words is what a report may say by itself.
    """
    lines = [words(line) for line in (text, *text.split("\n"))]
    for hint in hints:
        for said in (words(part) for part in (hint, *hint.split("\n"))):
            count = len(said.split())
            if count >= _SPEAKS and any(f" {said} " in f" {line} " and _room(line, count) for line in lines):
                return _cut(squeeze(hint))
    return None


def _room(line: str, count: int) -> bool:
    return len(line.split()) <= count + 3


def _bracketed(folding: Folding) -> str | None:
    return _first(folding, _BRACKETED)


def _first(folding: Folding, pattern: re.Pattern[str]) -> str | None:
    for match in pattern.finditer(folding.text):
        if not is_quoted(folding.text, *match.span()):
            return _shown(folding, *match.span())
    return None


def _around(folding: Folding, start: int, end: int) -> str:
    """The words behind a place and as many around it as a quotation takes."""
    text, grows = folding.text, True
    while grows:
        before = text.rfind(" ", 0, max(0, start - 1)) + 1
        after = text.find(" ", end + 1)
        after = len(text) if after < 0 else after
        grows = False
        if before < start and end - before <= _QUOTED:
            start, grows = before, True
        if after > end and after - start <= _QUOTED:
            end, grows = after, True
    return _shown(folding, start, end)


def _shown(folding: Folding, start: int, end: int) -> str:
    return _cut(squeeze(folding.original(start, end)[0].replace(ROOM, " ")))


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
