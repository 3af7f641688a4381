"""Documents by finding code, made by code: BAD ones with exactly that finding, and GOOD ones beside them without it.

Every code of the catalogue stands in both tables (a test holds it); mails as a whole (M codes) have their findings in
MAILS, and their good and bad mails in tests/flows/test_flow_mail_codes.py; so has F110, which is found before there is
a document. A new check adds its rows here.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from checks_reading import ROUND, context, forms, grid, text, workbook

from bot.checks.cross import put_aside
from bot.checks.file import container_finding
from bot.checks.mail import mail_finding
from bot.demo import documents
from bot.domain.document import (
    Cell,
    Document,
    Excess,
    FileKind,
    FormTag,
    Paragraph,
    PeriodClaim,
    Stated,
    TextDocument,
    Traits,
    Unreadable,
    UnreadableReason,
    WindowClaim,
    Workbook,
)
from bot.domain.form import Form, LastPeriodRule, StatedFigure
from bot.domain.round import Assignment, PeriodKind, Reference, ReportingPeriod

STATS = forms()["cchc_stats"]
assert STATS.table is not None
ROWS = STATS.table.rows
Q1 = "quý I năm 2023"


def ii06(**cells: object) -> Workbook:
    return workbook(documents.ii06("UBND huyện", Q1, break_cell=cells))


def stats(missing: tuple[str, ...] = (), **values: object) -> Workbook:
    given = documents.stats_values() | {key.lstrip("r").replace("_", "."): value for key, value in values.items()}
    return workbook(documents.cchc_stats("UBND huyện", Q1, ROWS, values=given, missing=missing))


def broadcasts(**cells: object) -> Workbook:
    return workbook(documents.broadcasts("Đài", Q1, break_cell=cells))


def broadcasts_cell(letter: str, row: int) -> object:
    return broadcasts().sheets[0].cells[row, "ABCDE".index(letter) + 1].value


def articles(**cells: object) -> Workbook:
    return workbook(documents.articles("Báo", Q1, break_cell=cells))


SCORES: list[list[object]] = [
    ["STT", "Tiêu chí", "Điểm tối đa", "Điểm tự đánh giá", "Tài liệu kiểm chứng", "Ghi chú"],
    ["I", "Chỉ đạo, điều hành", 10, "7,5", None, None],
    [1, "Kế hoạch cải cách hành chính", 4, "3,5", None, None],
    ["1.1", "Ban hành kế hoạch", 2, 2, "Kế hoạch số 12/KH-UBND", None],
    ["1.2", "Thực hiện kế hoạch", 2, "1,5", None, "Hoàn thành 15/20 nhiệm vụ"],
    [2, "Kiểm tra cải cách hành chính", 4, 4, "Báo cáo số 8/BC-UBND", None],
    [3, "Tiêu chí điều tra xã hội học", 2, None, None, None],
    [None, "TỔNG CỘNG", 10, "7,5", None, None],
]


def selfscore(**cells: object) -> Workbook:
    """A self-scoring table that holds every rule; columns A to F, the first row of data is row 2."""
    rows = [list(row) for row in SCORES]
    for name, value in cells.items():
        rows[int(name[1:]) - 1]["ABCDEF".index(name[0])] = value
    return Workbook((grid(rows, name="Tự chấm điểm"),))


def stats_cell(code: str) -> str:
    return f"D{documents.STATS_FIRST_ROW + [row.code for row in ROWS].index(code)}"


def with_cell(book: Workbook, cell: Cell) -> Workbook:
    sheet = book.sheets[0]
    return Workbook((replace(sheet, cells={**sheet.cells, (cell.row, cell.column): cell}),))


def without_column(book: Workbook, column: int) -> Workbook:
    sheet = book.sheets[0]
    return Workbook((replace(sheet, cells={at: cell for at, cell in sheet.cells.items() if at[1] != column}),))


def unreadable(reason: UnreadableReason, kind: FileKind = FileKind.OTHER) -> Unreadable:
    return Unreadable(reason, kind)


PART = ("IV",)
NARRATIVE = text(
    "**IV. Phương hướng, nhiệm vụ",
    "Tiếp tục rà soát thủ tục hành chính, nâng tỷ lệ hồ sơ trực tuyến; hoàn thành nhiệm vụ còn lại của kế hoạch năm.",
)
PERIOD_2022 = Stated(periods=(PeriodClaim(PeriodKind.QUARTER, 4, 2022, "quý IV năm 2022"),))
PERIOD_2023 = Stated(periods=(PeriodClaim(PeriodKind.QUARTER, 1, None, "quý I"),))
OTHER_AGENCY = Stated(agencies=(("stc", "Sở Tài chính"),))
SAME_AGENCY = Stated(agencies=(("stc", "Sở Tài chính"), ("tdm", "UBND thành phố Thủ Dầu Một")))
DAYS_BEFORE = (WindowClaim(date(2022, 9, 15), date(2022, 12, 14), "Từ ngày 15/9/2022 đến ngày 14/12/2022"),)
DAYS_OFF = (WindowClaim(date(2022, 9, 15), date(2023, 1, 14), "từ ngày 15/9/2022 đến ngày 14/01/2023"),)
CALENDAR = (WindowClaim(date(2023, 1, 1), date(2023, 3, 31), "từ ngày 01/01/2023 đến ngày 31/3/2023"),)

# ---- this period against last period, the narrative, the office's system ------------------------------------

LINES = documents.II06_FIRST_ROW
LAST_QUARTER = ReportingPeriod(PeriodKind.QUARTER, 2022, 4)
QUARTER_BEFORE = ReportingPeriod(PeriodKind.QUARTER, 2023, 1)
SECOND = replace(ROUND, period=ReportingPeriod(PeriodKind.QUARTER, 2023, 2))
RECEIVED = StatedFigure("tiep_nhan", "tổng số hồ sơ tiếp nhận", ("tổng số hồ sơ tiếp nhận",), "ii06", "(3)")
ON_TIME = StatedFigure(
    "dung_han", "tỷ lệ đúng hạn", ("tỷ lệ giải quyết đúng hạn",), "ii06", "((8)+(9))/(7)*100", after=("%",)
)


def compared(*, cumulative: bool = False, jump: int | None = None, last: bool = False) -> Form:
    """II.06 with just these comparisons with last period."""
    form = forms()["ii06"]
    assert form.table is not None
    factor = None if jump is None else Decimal(jump)
    columns = tuple(
        replace(c, cumulative=cumulative and c.key == "3", jump=factor if c.key == "3" else None)
        for c in form.table.columns
    )
    rules = (LastPeriodRule("(6)=(11)"),) if last else ()
    return replace(form, table=replace(form.table, columns=columns, last_period=rules, note_column="12"))


def before(**cells: object) -> Workbook:
    """Last period's II.06: this period's with its carry-over (6) as what was pending (11)."""
    sheet = ii06().sheets[0]
    pending = {(row, 11): replace(cell, column=11) for (row, column), cell in sheet.cells.items() if column == 6}
    moved = {at: cell for at, cell in pending.items() if at[0] >= LINES}
    book = Workbook((replace(sheet, cells={**sheet.cells, **moved}),))
    for name, value in cells.items():
        book = with_cell(book, Cell(int(name[1:]), ord(name[0]) - ord("A") + 1, value))  # type: ignore[arg-type]
    return book


def stating(*sentences: str) -> TextDocument:
    return text("**IV. Phương hướng, nhiệm vụ", *sentences, WORDS_ENOUGH)


def outline(*figures: StatedFigure) -> Form:
    return replace(forms()["narrative"], figures=figures)


def beside(form: Form, document: Document, *, with_it: bool = False) -> dict[str, object]:
    """The context of one of two forms: the other one, and its document."""
    return {
        "forms": {**forms(), form.code: form},
        "beside": {form.code: document},
        "with_it": frozenset({form.code}) if with_it else frozenset(),
    }


def system(tolerance: int = 0, **figures: int) -> dict[str, object]:
    """A round in which the office's system has these figures of II.06: c3=866."""
    known = {key.removeprefix("c"): Decimal(figure) for key, figure in figures.items()}
    reference = Reference("ii06", "Hệ thống một cửa", {"tdm": known}, Decimal(tolerance))
    return {"round": replace(ROUND, references=(reference,))}


def given_annex(annex: str, *others: str) -> dict[str, object]:
    """The agency's duty for that annex, which the letter gives to `others` too."""
    duties = tuple(Assignment(agency, "ii06", annex=annex) for agency in ("tdm", *others))
    return {"assignment": duties[0], "round": replace(ROUND, assignments=duties)}


def tagged(version: int) -> TextDocument:
    tag = FormTag("2023-q1", "tdm", "narrative", version)
    return replace(stating(), traits=Traits(FileKind.DOCX, tag))


SECOND_VERSION = replace(forms()["narrative"], version=2)
OWES_PART = {"assignment": Assignment("tdm", "narrative", PART)}
WORDS_ENOUGH = (
    "Tiếp tục thực hiện kế hoạch cải cách hành chính năm, kiểm tra công vụ và rà soát thủ tục hành chính tại cơ quan."
)
CAUSE = "Số liệu chênh lệch với hệ thống một cửa do 5 hồ sơ giấy chưa được nhập."


def carrying(document: Workbook | TextDocument, kind: FileKind = FileKind.XLSX, **traits: object) -> Document:
    """The document with these traits beside its contents."""
    return replace(document, traits=Traits(kind, **traits))  # type: ignore[arg-type]  # traits are named by the rows


def sheet_with(book: Workbook, **fields: object) -> Workbook:
    """The workbook with these fields of its first sheet."""
    return replace(book, sheets=(replace(book.sheets[0], **fields), *book.sheets[1:]))  # type: ignore[arg-type]


def from_blank(*typed: str, kind: FileKind = FileKind.XLSX, form: str = "ii06") -> Document:
    """II.06 as our blank form computes it, with numbers typed over the formulas of these cells."""
    book, last = ii06(), 21
    cells = dict(book.sheets[0].cells)
    computed = [(row, column) for row in range(11, last) for column in (3, 7, 11)]
    for at in [*computed, *((last, column) for column in range(3, 14))]:
        if f"{'ABCDEFGHIJKLM'[at[1] - 1]}{at[0]}" not in typed:
            cells[at] = replace(cells[at], formula="=SUM(A1:A2)")
    return carrying(sheet_with(book, cells=cells), kind, tag=FormTag("2023-q1", "tdm", form, 1))


def narrative_with(line: str, *, before: str = "") -> TextDocument:
    """The good narrative with another line in its part IV, and one above its first heading."""
    found = [Paragraph(before)] if before else []
    return TextDocument((*found, *NARRATIVE.paragraphs, Paragraph(line)))


def outline_of(*codes: str) -> TextDocument:
    """A narrative of these parts of the sample office, in that order, each with enough beneath it."""
    lines = NARRATIVE.paragraphs[1].text
    titles = [forms()["narrative"].part(code).title for code in codes]
    return text(*(line for title in titles for line in (f"**{title}", f"{lines} {lines}")))


HINTED = replace(
    forms()["narrative"],
    parts=tuple(
        replace(part, hint="Các nhiệm vụ trọng tâm của kỳ tới, thời hạn và người chịu trách nhiệm.", minimum_words=12)
        if part.code == "IV"
        else part
        for part in forms()["narrative"].parts
    ),
)
COPY = replace(ii06().sheets[0], name="Bản cũ", hidden=True)

# code, form, the bad document, where the finding is, what else the context needs
BAD: list[tuple[str, str | Form, Document, str, dict[str, object]]] = [
    ("F101", "ii06", unreadable(UnreadableReason.CORRUPT), "tep.xlsx", {}),
    ("F102", "ii06", unreadable(UnreadableReason.EMPTY), "tep.xlsx", {}),
    ("F103", "ii06", unreadable(UnreadableReason.UNSUPPORTED, FileKind.PDF), "tep.xlsx", {}),
    ("F103", "ii06", NARRATIVE, "tep.xlsx", {}),
    ("F103", "narrative", ii06(), "tep.xlsx", {}),
    ("F104", "narrative", unreadable(UnreadableReason.ENCRYPTED), "tep.xlsx", {}),
    ("F105", "ii06", unreadable(UnreadableReason.TOO_BIG), "tep.xlsx", {}),
    ("F105", "ii06", Unreadable(UnreadableReason.TOO_BIG, over=Excess("size", 30, 41.2)), "tep.xlsx", {}),
    ("F106", "ii06", unreadable(UnreadableReason.TIMEOUT), "tep.xlsx", {}),
    ("F107", "narrative", unreadable(UnreadableReason.UNSUPPORTED, FileKind.DOC), "tep.xlsx", {}),
    ("F107", "ii06", unreadable(UnreadableReason.UNSUPPORTED, FileKind.XLS), "tep.xlsx", {}),
    ("F107", "narrative", unreadable(UnreadableReason.UNCONVERTED, FileKind.DOC), "tep.xlsx", {}),
    ("F107", "narrative", unreadable(UnreadableReason.UNCONVERTED, FileKind.RTF), "tep.xlsx", {}),
    ("F103", "ii06", unreadable(UnreadableReason.UNCONVERTED, FileKind.DOC), "tep.xlsx", {}),
    ("F103", "narrative", replace(NARRATIVE, traits=Traits(FileKind.PDF, pages=3)), "tep.docx", {}),
    ("F111", "ii06", unreadable(UnreadableReason.CRASHED), "tep.xlsx", {}),
    ("F112", "ii06", unreadable(UnreadableReason.INFECTED), "tep.xlsx", {}),
    ("W101", "narrative", text("Trong quý, phương hướng, nhiệm vụ đã rõ."), "IV", {"parts": PART}),
    ("W102", "narrative", text("**IV. Phương hướng, nhiệm vụ", "…………"), "IV", {"parts": PART}),
    ("W102", "narrative", text("**IV. Phương hướng, nhiệm vụ", "Không có."), "IV", {"parts": PART}),
    ("X101", "ii06", Workbook((grid([["Ghi chú", "khác"], [1, 2]]),)), "tep.xlsx", {}),
    ("X102", "ii06", without_column(ii06(), 6), "II.06", {}),
    ("X102", "broadcasts", without_column(broadcasts(), 5), "Phát sóng", {}),
    ("X103", "cchc_stats", stats(missing=("3.3.4",)), "Thống kê CCHC", {}),
    ("X104", "ii06", ii06(D12="khoảng 120"), "D12", {}),
    ("X104", "cchc_stats", stats(r3_3_2="cao"), stats_cell("3.3.2"), {}),
    ("X104", "cchc_stats", stats(r2_2="12/ba/1"), stats_cell("2.2"), {}),
    ("X105", "broadcasts", broadcasts(C7=None), "C7", {}),
    ("X105", "cchc_stats", stats(r1_1_1=None), stats_cell("1.1.1"), {}),
    ("X106", "ii06", ii06(C12=-5), "C12", {}),
    ("X106", "ii06", ii06(C12="12,5"), "C12", {}),
    ("X106", "cchc_stats", stats(r2_2="12/3/4"), stats_cell("2.2"), {}),
    ("X107", "cchc_stats", stats(r3_3_2=985), stats_cell("3.3.2"), {}),
    ("X107", "cchc_stats", stats(r3_3_2="-1 %"), stats_cell("3.3.2"), {}),
    ("X108", "articles", articles(D7="Báo nói"), "D7", {}),
    ("X108", "broadcasts", broadcasts(C7="31/02/2023"), "C7", {}),
    ("X109", "ii06", ii06(C12="#REF!"), "C12", {}),
    ("X109", "ii06", ii06(C12="=D12+E12+F12"), "C12", {}),
    ("X110", "ii06", workbook(documents.ii06("UBND huyện", Q1, rows=[])), "II.06", {}),
    ("X110", "cchc_stats", workbook(documents.cchc_stats("UBND huyện", Q1, ROWS)), "Thống kê CCHC", {}),
    ("X105", "selfscore", selfscore(D5=None), "D5", {}),
    ("X110", "selfscore", selfscore(**dict.fromkeys([f"D{row}" for row in range(2, 9)])), "Tự chấm điểm", {}),
    ("X111", "selfscore", selfscore(D4="1,5"), "D3", {}),  # the row over the broken one
    ("X111", "selfscore", selfscore(D3=3), "D3", {}),
    ("X111", "selfscore", selfscore(C2="9,5"), "C2", {}),
    ("X112", "cchc_stats", stats(r2_2=12), stats_cell("2.2"), {}),
    ("X116", "selfscore", selfscore(E6=None), "E6", {}),
    ("X116", "selfscore", selfscore(F5=None), "E5", {}),
    ("X116", "selfscore", without_column(without_column(selfscore(), 6), 5), "Tự chấm điểm", {}),
    ("X117", "selfscore", selfscore(D7=0), "D7", {}),
    ("X117", "selfscore", selfscore(D7="1,5"), "D7", {}),
    ("X118", "broadcasts", broadcasts(C7="20/3/2023"), "C7", {}),
    ("X118", "articles", articles(C7=date(2022, 12, 14)), "C7", {}),
    ("X119", "broadcasts", broadcasts(**{f"{letter}8": broadcasts_cell(letter, 6) for letter in "BC"}), "B8", {}),
    ("X201", "ii06", ii06(C12=1), "C12", {}),
    ("X202", "ii06", ii06(H21=1), "H21", {}),
    ("X202", "broadcasts", broadcasts(D11=64), "D11", {}),
    ("X203", "ii06", ii06(B21="Ghi thêm"), "II.06", {}),
    ("X204", "cchc_stats", stats(r1_1_1=10, r1_1_2=15), stats_cell("1.1.2"), {}),
    ("X204", "cchc_stats", stats(r6_2_1=61), stats_cell("6.2.1"), {}),
    ("X204", "cchc_stats", stats(r1_3_1=3), stats_cell("1.3.1"), {}),
    ("X301", "articles", workbook(documents.articles("Báo", Q1, count=7)), "B13", {}),
    ("X301", "broadcasts", workbook(documents.broadcasts("Đài", Q1, count=4)), "B13", {}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": PERIOD_2022}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": Stated(windows=DAYS_BEFORE)}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": Stated(windows=DAYS_OFF)}),
    ("C101", "ii06", ii06(), "tep.xlsx", {"stated": replace(PERIOD_2023, windows=DAYS_BEFORE)}),
    ("C102", "ii06", ii06(), "tep.xlsx", {"stated": OTHER_AGENCY}),
    ("C103", "ii06", ii06(), "tep.xlsx", {"stated": Stated(strangers=("SỞ XÂY DỰNG",))}),
    ("C104", "ii06", ii06(A1="PHỤ LỤC SỐ 05"), "tep.xlsx", given_annex("XII")),
    ("C104", "ii06", ii06(A1="Biểu mẫu Phụ lục V"), "tep.xlsx", given_annex("XII", "stc")),
    ("C105", SECOND_VERSION, tagged(1), "tep.docx", OWES_PART),
    ("C201", compared(last=True), ii06(), f"F{LINES}", {"last": before(K11=100, K21=1839)}),
    ("C201", compared(last=True), ii06(), f"F{LINES + 10}", {"last": before(K21=1800)}),
    ("C201", compared(last=True), ii06(), f"F{LINES + 2}", {"last": before(B13="Thú y", K13=0, K21=1863)}),
    ("C202", compared(cumulative=True), ii06(), "C11", {"last": before(C11=867), "last_period": QUARTER_BEFORE}),
    ("C203", compared(jump=5), ii06(), "C11", {"last": before(C11=86)}),
    ("C203", compared(jump=5), ii06(), "C11", {"last": before(C11=8660)}),
    ("C203", compared(jump=5), ii06(), "C11", {"last": before(C11=0)}),
    (
        "C204",
        outline(RECEIVED),
        stating("Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ."),
        "IV",
        {**OWES_PART, **beside(forms()["ii06"], ii06())},
    ),
    ("C204", "ii06", ii06(), "C21", beside(outline(RECEIVED), stating("Tổng số hồ sơ tiếp nhận là 15.925 hồ sơ."))),
    ("C204", "ii06", ii06(), "H21", beside(outline(ON_TIME), text("Tỷ lệ giải quyết đúng hạn đạt 98,5%."))),
    ("C205", "ii06", ii06(), "C21", system(c3=15957)),
    ("C206", "ii06", ii06(), "C21", system(c3=15957) | {"explanations": (CAUSE,)}),
    ("C206", "ii06", ii06(), "C21", system(c3=15957) | beside(outline(), stating(CAUSE))),
    ("C206", "ii06", ii06(), "C21", system(c3=15957) | beside(outline(), text(CAUSE))),
    ("C207", compared(last=True), ii06(), "tep.xlsx", {"last": unreadable(UnreadableReason.ENCRYPTED)}),
    ("F108", "ii06", carrying(ii06(), macros=True), "tep.xlsx", {}),
    ("F108", "narrative", carrying(NARRATIVE, FileKind.DOCX, macros=True), "tep.docx", {"parts": PART}),
    ("F113", "ii06", carrying(ii06(), fetches=("http://a.example/x.png",)), "tep.xlsx", {}),
    ("F113", "narrative", carrying(NARRATIVE, FileKind.DOCX, fetches=("DDEAUTO",)), "tep.docx", {"parts": PART}),
    ("F109", "ii06", ii06(), "Bieu 06.pdf", {"file_name": "Bieu 06.pdf"}),
    ("F109", "ii06", ii06(), "Bieu 06.docx", {"file_name": "Bieu 06.docx"}),
    ("F109", "ii06", ii06(), "Bieu 06.XLS", {"file_name": "Bieu 06.XLS"}),
    ("F109", "ii06", ii06(), "Bieu II.06", {"file_name": "Bieu II.06"}),
    ("F109", "ii06", ii06(), "Bieu 06 quy 1", {"file_name": "Bieu 06 quy 1"}),
    ("F109", "narrative", carrying(NARRATIVE, FileKind.DOC), "bc.docx", {"file_name": "bc.docx", "parts": PART}),
    ("W103", "narrative", outline_of("IV", "III", "V"), "III", {"parts": ("III", "IV", "V")}),
    ("W103", "narrative", outline_of("V", "III", "IV"), "V", {"parts": ("III", "IV", "V")}),
    ("W104", HINTED, text("**IV. Phương hướng, nhiệm vụ", "Tiếp tục thực hiện."), "IV", {"parts": PART}),
    ("W105", "narrative", narrative_with("Trong kỳ đã tiếp nhận …… hồ sơ."), "IV", {"parts": PART}),
    ("W105", "narrative", narrative_with("Đã làm.", before="UBND [tên xã]"), "tep.docx", {"parts": PART}),
    ("W105", HINTED, text("**IV. Phương hướng, nhiệm vụ", HINTED.part("IV").hint), "IV", {"parts": PART}),
    ("W106", "narrative", carrying(NARRATIVE, FileKind.DOCX, revisions=("đạt 95%",)), "tep.docx", {"parts": PART}),
    ("W107", "narrative", carrying(NARRATIVE, FileKind.DOCX, comments=("xem lại",)), "tep.docx", {"parts": PART}),
    ("X113", "ii06", from_blank("D21"), "D21", {}),
    ("X113", "ii06", from_blank("C12", "C14", kind=FileKind.XLS), "C12", {"file_name": "b.xls"}),
    ("X114", "ii06", sheet_with(ii06(), hidden_rows=frozenset({12, 13})), "C12", {}),
    ("X114", "ii06", sheet_with(ii06(), hidden_columns=frozenset({5})), "E11", {}),
    ("X114", "cchc_stats", sheet_with(stats(), hidden_columns=frozenset({4})), stats_cell("1.1.1"), {}),
    ("X114", "articles", sheet_with(articles(), hidden_rows=frozenset({7})), "B7", {}),
    ("X114", "ii06", Workbook((*ii06().sheets, COPY)), "Bản cũ", {}),
    ("X115", "ii06", ii06(A4="Đơn vị báo cáo: [tên cơ quan]"), "A4", {}),
    ("X115", "ii06", ii06(D12="xx"), "D12", {}),
    ("X115", "ii06", ii06(D12="<nhập>"), "D12", {}),
    (
        "X115",
        "ii06",
        ii06(B12="Mỗi dòng một lĩnh vực; ghi tên lĩnh vực như kỳ trước để số liệu hai kỳ đối chiếu được."),
        "B12",
        {},
    ),
    ("X115", "articles", articles(B7="Ví dụ: Bộ phận một cửa"), "B7", {}),
    ("X120", "ii06", carrying(ii06(), links=(r"D:\so lieu\Theo doi.xlsx", "Theo doi.xlsx")), "tep.xlsx", {}),
]
MAILS = [
    *(
        container_finding(unreadable(reason, kind), "bao-cao.rar")
        for reason in UnreadableReason
        for kind in (FileKind.ARCHIVE, FileKind.MSG, FileKind.TNEF)
    ),
    container_finding(
        Unreadable(UnreadableReason.TOO_BIG, FileKind.ARCHIVE, over=Excess("files", 200, 301)), "bao-cao.zip"
    ),
    mail_finding("M101"),
    mail_finding("M106", links=["https://drive.google.com/drive/folders/1a"]),
    *(
        mail_finding("M107", reason=reason, limit=500)
        for reason in ("too_many_parts", "too_many_files", "too_deep", "unparsable")
    ),
    mail_finding("M108", size=60, limit=50),
    mail_finding("M102", "kế hoạch.docx"),
    mail_finding("M103", "ii06.xlsx", form="Biểu II.06"),
    mail_finding("M103", "ii06.xlsx", form="Biểu II.06", reason="lead", lead="Sở Tư pháp"),
    mail_finding("M104", "ii06.xlsx", form="Biểu II.06", other="ii06 (2).xlsx"),
    *(
        mail_finding(
            "M105",
            "q4.xlsx" if reason == "file_name" else "",
            reason=reason,
            actual="quý IV năm 2022",
            period_kind="quarter",
            period_ordinal=1,
            period_year=2023,
        )
        for reason in ("subject", "file_name", "body")
    ),
    *put_aside(context("ii06", ii06(), stated=replace(PERIOD_2022, agencies=OTHER_AGENCY.agencies)), "II.06.xlsx"),
    *put_aside(context("ii06", ii06(), stated=Stated(windows=DAYS_BEFORE)), "II.06.xlsx"),
]

# the codes that it is a good document for, form, the document, what else the context needs; it has no finding at all
GOOD: list[tuple[str, str | Form, Document, dict[str, object]]] = [
    ("W101 W102 F103", "narrative", NARRATIVE, {"parts": PART}),
    (
        "F101 F102 F103 F104 F105 F106 F107 F111 F112 X101 X102 X103 X104 X105 X106 X109 X110 X201 X202 X203",
        "ii06",
        ii06(),
        {},
    ),
    ("C101", "ii06", ii06(), {"stated": PERIOD_2023}),
    ("C102", "ii06", ii06(), {"stated": SAME_AGENCY}),
    ("C101", "ii06", ii06(), {"stated": Stated(windows=CALENDAR)}),
    ("C101", "ii06", ii06(), {"stated": replace(PERIOD_2023, windows=CALENDAR)}),
    ("C103", "ii06", ii06(), {"stated": Stated(strangers=("UBND THÀNH PHỐ",))}),
    ("C102 C103", "ii06", ii06(), {"stated": replace(SAME_AGENCY, strangers=("SỞ XÂY DỰNG",))}),
    ("X104", "ii06", ii06(C11="866", D11="460"), {}),
    ("X102 X108 X118 X119 X202 X301", "broadcasts", broadcasts(), {}),
    ("X118", "broadcasts", broadcasts(C6="15/12/2022", C7="14-3-2023"), {}),
    ("X119", "broadcasts", broadcasts(B7=broadcasts_cell("B", 6)), {}),
    ("X111 X116 X117 X202", "selfscore", selfscore(), {}),
    ("X105 X110", "selfscore", selfscore(), {}),
    ("X111 X116", "selfscore", selfscore(D2=None, D3=None), {}),
    ("X117", "selfscore", selfscore(D7="-"), {}),
    ("X104 X108", "broadcasts", broadcasts(C7="ngày 16 tháng 01 năm 2023", D11="63 phút", D12=None), {}),
    ("X108", "articles", articles(D6="bao in", D7="ĐIỆN TỬ", D8="Online", D9="1. Báo giấy", C6="11/01/2023"), {}),
    (
        "X103 X104 X105 X106 X107 X112 X204",
        "cchc_stats",
        stats(r1_4_2="2 - Kết hợp", r1_5="Có", r3_3_2="98,5 %", r2_2="12/3/1"),
        {},
    ),
    ("C104", "ii06", ii06(A1="PHỤ LỤC SỐ 12"), given_annex("XII")),
    ("C105", SECOND_VERSION, tagged(2), OWES_PART),
    ("C201 C207", compared(last=True), ii06(), {"last": before()}),
    ("C201", compared(last=True), ii06(), {"last": before(B13="Thú y")}),
    ("C204 C207", "ii06", ii06(), beside(outline(RECEIVED), unreadable(UnreadableReason.CORRUPT))),
    ("C202", compared(cumulative=True), ii06(), {"last": before(C11=866), "last_period": QUARTER_BEFORE}),
    ("C202", compared(cumulative=True), ii06(), {"last": before(C11=867), "last_period": LAST_QUARTER}),
    ("C203", compared(jump=5), ii06(), {"last": before(C11=174)}),
    (
        "C204",
        outline(RECEIVED, ON_TIME),
        stating("Tổng số hồ sơ tiếp nhận: 15.952 hồ sơ.", "Tỷ lệ giải quyết đúng hạn đạt 99,8 %."),
        {**OWES_PART, **beside(forms()["ii06"], ii06())},
    ),
    ("C205 C206", "ii06", ii06(), system(c3=15952, c11=340, tolerance=2)),
    ("F108 F109 F113 X113 X115 X120", "ii06", ii06(), {"file_name": "Bieu 06.XLSX"}),
    ("F109", "ii06", carrying(ii06(), FileKind.XLS), {"file_name": "Biểu II.06 (1).xls"}),
    ("F109", "narrative", carrying(NARRATIVE, FileKind.RTF), {"file_name": "bc.rtf", "parts": PART}),
    ("W103", "narrative", outline_of("III", "IV", "V"), {"parts": ("III", "IV", "V")}),
    (
        "W104 W105 W106 W107",
        HINTED,
        narrative_with("Bình Dương, ngày … tháng … năm 2023", before="Số: …/BC-UBND"),
        {"parts": PART},
    ),
    ("X113", "ii06", from_blank(), {}),
    ("X113", "ii06", from_blank("C13", "G13", "K13"), {}),
    ("X113", "ii06", from_blank("D21", form="ii06a"), {}),
    ("X114", "ii06", sheet_with(ii06(), hidden_rows=frozenset({1, 8}), hidden_columns=frozenset({1, 14})), {}),
    (
        "X114",
        "ii06",
        Workbook((*ii06().sheets, grid([["Danh mục", "Mã"], ["Hộ tịch", 1]], name="DM", hidden=True))),
        {},
    ),
]
