"""Whose mail it is and which form each file is. (Rounds: test_matching_round.py)"""

from dataclasses import replace
from datetime import date

import pytest
from samples import a_round

from bot.decide.mail_words import own_text, without_tags
from bot.decide.matching import AgencyMatch, FileFacts, FileMatch, FileRole, find_tags, match_agency, match_forms
from bot.decide.stated import own_periods
from bot.domain.agency import Agency, Contact, ContactRole, Registry
from bot.domain.document import FileKind, FormScore, Stated, TextDocument, Unreadable, UnreadableReason
from bot.domain.form import Form, FormKind
from bot.domain.mail import Attachment, Evidence, EvidenceSource, InboundMail, Reason

DAY = date(2023, 3, 8)
SHARED = "vanthu@chung.example"


def agency(code: str, name: str, *addresses: str | Contact, **more: object) -> Agency:
    contacts = tuple(a if isinstance(a, Contact) else Contact(a) for a in addresses)
    return Agency(code, name, "so", contacts, **more)  # type: ignore[arg-type]  # a test's free choice of fields


REGISTRY = Registry(
    (
        agency("stp", "Sở Tư pháp", "stp@binhduong.example", SHARED, domains=("stp.example",)),
        agency(
            "stc",
            "Sở Tài chính",
            "stc@binhduong.example",
            SHARED,
            Contact("cu@stc.example", valid_to=date(2022, 12, 31)),
            Contact("moi@stc.example", valid_from=date(2023, 4, 1)),
            Contact("stc.ld@binhduong.example", ContactRole.LEADER),
            domains=("stc.example", "chungnha.example"),
        ),
        agency("bao", "Báo Bình Dương", "bao@binhduong.example", domains=("chungnha.example",)),
        agency("cu", "Sở Cũ", "cu@cu.example", domains=("cu.example",), valid_to=date(2023, 1, 31), successor="giua"),
        agency("giua", "Sở Giữa", valid_to=date(2023, 2, 28), successor="bao"),
        agency("mat", "Sở Mất", "mat@mat.example", valid_to=date(2023, 1, 31)),
        agency("truoc", "Sở Trước", "noi@noi.example", valid_to=date(2023, 6, 30), successor="sau"),
        agency("sau", "Sở Sau", "noi@noi.example", valid_from=date(2023, 7, 1)),
        agency("vong", "Sở Vòng", "vong@vong.example", valid_to=date(2023, 1, 31), successor="vong"),
    )
)


def mail(sender: str = "stp@binhduong.example", subject: str = "", text: str = "", *names: str) -> InboundMail:
    files = tuple(Attachment(name, "application/octet-stream", b"x", "0" * 64) for name in names)
    return InboundMail("0" * 64, 1, "<1@x.example>", (sender,), "", (), subject, text, files)


def whose(
    message: InboundMail,
    *stated: tuple[str, list[str]],
    bindings: dict[str, str] | None = None,
    day: date = DAY,
) -> AgencyMatch:
    return match_agency(
        message,
        registry=REGISTRY,
        bindings=bindings or {},
        received_on=day,
        stated=[(file, Stated(tuple((code, f"tên {code}") for code in codes))) for file, codes in stated],
    )


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Re: [BC 2023Q1 STP] Còn 3 ngày", (("2023Q1", "STP"),)),
        ("[bc 2023q1 stp]", (("2023Q1", "STP"),)),
        ("[ BC  2023 Q1   STP ]", (("2023Q1", "STP"),)),
        ("[BC2023Q1 STP]", (("2023Q1", "STP"),)),
        ("[BC 2023Q1]", (("2023Q1", ""),)),
        ("[BC 2023H1 TDM] và [BC 20239M xa-01]", (("2023H1", "TDM"), ("20239M", "XA-01"))),
        ("[BC 2023Y STP] [BC 2023M05 STP]", (("2023Y", "STP"), ("2023M05", "STP"))),
        ("BC 2023Q1 STP", ()),
        ("[BC 2023Q5 STP]", ()),
        ("[BC quý I]", ()),
        ("", ()),
    ],
)
def test_tags_are_found_whatever_their_writing(text: str, tags: tuple[tuple[str, str], ...]) -> None:
    assert find_tags(text) == tags


def test_what_is_typed_beside_a_tag_stays() -> None:
    assert without_tags("Re: [BC 2023Q1 STP] quý II").split() == ["Re:", "quý", "II"]


@pytest.mark.parametrize(
    ("body", "own"),
    [
        pytest.param("Kính gửi\n> quý IV\nTrân trọng", "Kính gửi\nTrân trọng", id="quoted lines go"),
        pytest.param("A\n-----Original Message-----\nquý IV", "A", id="Outlook's old mail goes"),
        pytest.param("A\n---------- Forwarded message ---------\nquý IV", "A", id="a forwarded mail goes"),
        pytest.param("A\nOn Wed, Mar 8, 2023 at 2 PM X <x@y.example> wrote:\nquý IV", "A", id="On … wrote"),
        pytest.param("A\nVào Th 4, 8 thg 3, 2023, X <x@y.example> đã viết:\nquý IV", "A", id="Vào … đã viết"),
        pytest.param("A\nVào Th 4, 8 thg 3, 2023, X\n<x@y.example> đã viết:\nquý IV", "A", id="wrapped over two lines"),
        pytest.param("A\nOn Wed X wrote:\n\n> quý IV\nB", "A\n\nB", id="an answer below its quotation stays"),
        pytest.param("A\nTừ: Sở Nội vụ\nĐã gửi: thứ Tư\nquý IV", "A", id="a header block in Vietnamese goes"),
        pytest.param("A\nFrom: X\nSent: Y\nquý IV", "A", id="a header block in English goes"),
        pytest.param("Từ: nay báo cáo\nquý I", "Từ: nay báo cáo\nquý I", id="a lone tu is a word"),
        pytest.param("A\n________________________________\nquý IV", "A", id="Outlook's line goes"),
        pytest.param("Vào quý I, Sở báo cáo", "Vào quý I, Sở báo cáo", id="a sentence with vao stays"),
    ],
)
def test_the_sender_s_own_words(body: str, own: str) -> None:
    assert own_text(body) == own


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        pytest.param("stp@binhduong.example", "stp", id="a registered address"),
        pytest.param("stc.ld@binhduong.example", "stc", id="the leader's address"),
        pytest.param("ai@stp.example", "stp", id="a domain of one agency alone"),
        pytest.param("cu@cu.example", "bao", id="an abolished agency's address is its successor's successor's"),
        pytest.param("ai@cu.example", "bao", id="an abolished agency's domain likewise"),
        pytest.param("noi@noi.example", "truoc", id="of old and new agency the one that stands that day"),
    ],
)
def test_the_address_leads_to_its_agency(sender: str, code: str) -> None:
    match = whose(mail(sender))
    assert match.agency == REGISTRY.get(code)
    assert (match.candidates, match.reason) == ((code,), None)
    assert match.evidence[0].value == code
    assert match.evidence[0].found == sender
    by_domain = sender.startswith("ai@")
    assert match.evidence[0].source is (EvidenceSource.SENDER_DOMAIN if by_domain else EvidenceSource.SENDER_ADDRESS)


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        pytest.param("la@gmail.example", "not registered", id="an unknown address"),
        pytest.param("ai@chungnha.example", "no one agency alone", id="a domain of two agencies"),
        pytest.param("ai@con.stp.example", "not registered", id="a domain below a registered one"),
        pytest.param(
            "cu@stc.example", "to 2022-12-31", id="an address no longer valid, although the domain is the agency's"
        ),
        pytest.param("moi@stc.example", "from 2023-04-01", id="an address not yet valid"),
        pytest.param("mat@mat.example", "no successor", id="an abolished agency without a successor"),
        pytest.param("vong@vong.example", "no successor", id="an agency that follows itself"),
        pytest.param("", "no sender", id="no sender"),
    ],
)
def test_unknown_senders_are_not_guessed(sender: str, why: str) -> None:
    match = whose(mail(sender, "[BC 2023Q1 STP]"), ("a.docx", ["stp"]))
    assert (match.agency, match.candidates, match.reason) == (None, (), Reason.UNKNOWN_SENDER)
    assert why in match.why
    assert {e.source for e in match.evidence} == {EvidenceSource.TAG, EvidenceSource.DOCUMENT}


def test_an_address_is_judged_by_the_day_of_receipt() -> None:
    assert whose(mail("cu@stc.example"), day=date(2022, 12, 31)).candidates == ("stc",)
    assert whose(mail("noi@noi.example"), day=date(2023, 6, 30)).candidates == ("truoc",)
    assert whose(mail("noi@noi.example"), day=date(2023, 7, 1)).candidates == ("sau",)


def test_a_bound_address_is_its_agency_s_before_anything_else() -> None:
    match = whose(mail(SHARED), bindings={SHARED: "bao"})
    assert match.candidates == ("bao",)
    assert match.evidence[0].source is EvidenceSource.DECISION


def test_a_binding_to_no_agency_counts_for_nothing() -> None:
    assert whose(mail("x@y.example"), bindings={"x@y.example": "khong"}).reason is Reason.UNKNOWN_SENDER


def test_tag_and_documents_of_another_agency_do_not_change_the_sender_s() -> None:
    match = whose(mail(subject="[BC 2023Q1 STC]"), ("a.docx", ["stc"]), ("b.docx", ["stp"]))
    assert match.agency == REGISTRY.get("stp")
    assert [(e.source, e.value, e.agrees, e.file) for e in match.evidence[1:]] == [
        (EvidenceSource.TAG, "stc", False, ""),
        (EvidenceSource.DOCUMENT, "stc", False, "a.docx"),
        (EvidenceSource.DOCUMENT, "stp", True, "b.docx"),
    ]


def test_a_document_under_a_former_agency_s_name_is_its_successor_s() -> None:
    (evidence,) = whose(mail("bao@binhduong.example"), ("a.docx", ["cu"])).evidence[1:]
    assert (evidence.value, evidence.agrees) == ("bao", True)


@pytest.mark.parametrize(
    ("message", "stated", "code"),
    [
        pytest.param(mail(SHARED, "[BC 2023Q1 STC]"), [], "stc", id="by the tag in the subject"),
        pytest.param(mail(SHARED, "", "", "[BC 2023Q1 STC].docx"), [], "stc", id="by the tag in a file's name"),
        pytest.param(mail(SHARED), [("a", ["stc"]), ("b", [])], "stc", id="by all documents that say something"),
        pytest.param(mail(SHARED, "Sở Tài chính gửi báo cáo"), [], "stc", id="by the subject"),
        pytest.param(mail(SHARED, "", "Sở Tài chính"), [], "stc", id="by the body"),
        pytest.param(mail(SHARED, "", "", "BC_So_Tai_chinh.docx"), [], "stc", id="by a file's name"),
        pytest.param(
            mail(SHARED, "Báo Bình Dương, Sở Tài chính"), [], "stc", id="a name of no candidate is no hindrance"
        ),
        pytest.param(mail(SHARED, "Sở Tư pháp"), [("a", ["stc"])], "stc", id="documents before words"),
        pytest.param(mail(SHARED, "[BC 2023Q1 STC] Sở Tư pháp"), [], "stc", id="the tag before words"),
        pytest.param(
            mail(SHARED, "[BC 2023Q1 STC]"), [("a", ["bao"])], "stc", id="documents of no candidate narrow nothing"
        ),
        pytest.param(mail(SHARED), [], None, id="nothing said"),
        pytest.param(mail(SHARED), [("a", ["stc"]), ("b", ["stp"])], None, id="documents of both"),
        pytest.param(mail(SHARED, "[BC 2023Q1 STC]"), [("a", ["stc", "stp"])], None, id="a document of both"),
        pytest.param(mail(SHARED), [("a", ["stc"]), ("b", ["bao"])], None, id="documents of one and of a stranger"),
        pytest.param(mail(SHARED, "[BC 2023Q1 STC]"), [("a", ["stp"])], None, id="tag and documents disagree"),
        pytest.param(mail(SHARED, "Sở Tài chính", "Sở Tư pháp"), [], None, id="words name both"),
        pytest.param(mail(SHARED, "", "> Sở Tài chính"), [], None, id="quoted words do not count"),
    ],
)
def test_one_address_of_several_agencies_is_narrowed(
    message: InboundMail, stated: list[tuple[str, list[str]]], code: str | None
) -> None:
    match = whose(message, *stated)
    assert match.agency == (REGISTRY.get(code) if code else None)
    assert match.candidates == ("stp", "stc")
    assert match.reason is (None if code else Reason.AMBIGUOUS_AGENCY)
    assert match.why
    if code:
        assert all(e.agrees is (e.value == code) for e in match.evidence)
        assert [e.value for e in match.evidence if e.source is EvidenceSource.SENDER_ADDRESS] == [code]


NARRATIVE = Form("narrative", "Báo cáo", "Báo cáo", FormKind.OUTLINE, name_hints=("bao cao", "de cuong"))
II06 = Form("ii06", "Biểu II.06", "II.06", FormKind.TABLE, name_hints=("II.06", "ii06"))
STATS = Form("stats", "Thống kê", "Thống kê", FormKind.TABLE, name_hints=("thong ke", "bao cao thong ke"))
ARTICLES = Form("articles", "Tin bài", "Tin bài", FormKind.LIST, name_hints=("tin bai",))
FORMS = (NARRATIVE, II06, STATS, ARTICLES)
READABLE = TextDocument(())
ENCRYPTED = Unreadable(UnreadableReason.ENCRYPTED)
UNSUPPORTED = Unreadable(UnreadableReason.UNSUPPORTED)


def file(name: str, kind: FileKind = FileKind.OTHER, sha: str = "", **scores: float) -> FileFacts:
    document = UNSUPPORTED if kind in (FileKind.PDF, FileKind.IMAGE) else READABLE
    found = tuple(FormScore(form, score, f"tìm thấy {form}") for form, score in scores.items())
    return FileFacts(name, kind, document, found, sha or name)


def locked(name: str, sha: str = "") -> FileFacts:
    return FileFacts(name, FileKind.OTHER, ENCRYPTED, (), sha or name)


def placed(*files: FileFacts, owed: tuple[Form, ...] = (NARRATIVE, II06)) -> list[tuple[str | None, str]]:
    return [(m.form.code if m.form else None, m.role.value) for m in match_forms(files, owed=owed, forms=FORMS)]


@pytest.mark.parametrize(
    ("files", "result"),
    [
        pytest.param([file("x.docx", FileKind.DOCX, narrative=0.9)], [("narrative", "primary")], id="by content"),
        pytest.param(
            [file("II.06.xlsx", FileKind.XLSX, stats=0.9, ii06=0.6)],
            [("ii06", "primary")],
            id="an owed form before a better one that is not owed",
        ),
        pytest.param(
            [file("II.06.xlsx", FileKind.XLSX, stats=0.9, ii06=0.4)],
            [("stats", "not_owed")],
            id="content before the name, although not owed",
        ),
        pytest.param([file("1.xlsx", FileKind.XLSX, stats=0.5)], [("stats", "not_owed")], id="half is enough"),
        pytest.param(
            [file("a.xlsx", FileKind.XLSX, ii06=0.6, narrative=0.7)],
            [("narrative", "primary")],
            id="the best score wins",
        ),
        pytest.param([locked("Bieu_II-06.xlsx")], [("ii06", "primary")], id="by name, separators as blanks"),
        pytest.param([locked("BÁO_CÁO.docx")], [("narrative", "primary")], id="by name, accents aside"),
        pytest.param([locked("bien ban.rar")], [(None, "unplaced")], id="no hint in the name"),
        pytest.param([locked("Thống kê.zip")], [("stats", "not_owed")], id="by name, not owed"),
        pytest.param([locked("baocao.zip")], [(None, "unplaced")], id="a hint is a whole word"),
        pytest.param([locked("bao cao II.06.zip")], [("narrative", "primary")], id="the longest hint wins"),
        pytest.param(
            [locked("1.docx")], [("narrative", "primary")], id="by elimination, an unreadable Word file by its ending"
        ),
        pytest.param([locked("1.DOC")], [("narrative", "primary")], id="the ending in capitals"),
        pytest.param([locked("1.xls")], [("ii06", "primary")], id="by elimination, an unreadable Excel file"),
        pytest.param(
            [file("1.xlsx", FileKind.XLSX, ii06=0.2)], [("ii06", "primary")], id="by elimination, a low score"
        ),
        pytest.param([file("1.docx", FileKind.XLSX)], [("ii06", "primary")], id="a readable file by its bytes"),
        pytest.param([locked("1.bin")], [(None, "unplaced")], id="no elimination for other kinds"),
        pytest.param(
            [locked("1.xlsx"), file("2.xlsx", FileKind.XLSX, ii06=0.9)],
            [(None, "unplaced"), ("ii06", "primary")],
            id="no elimination for a form that another file has taken",
        ),
        pytest.param(
            [locked("1.xlsx"), locked("2.xlsx")],
            [(None, "unplaced"), (None, "unplaced")],
            id="no elimination where two files compete",
        ),
        pytest.param(
            [locked("1.xlsx", "s"), locked("2.xlsx", "s")],
            [("ii06", "companion"), ("ii06", "primary")],
            id="the same bytes do not compete",
        ),
        pytest.param(
            [file("a.docx", FileKind.DOCX, narrative=0.9), file("b.docx", FileKind.DOCX, narrative=0.7)],
            [("narrative", "primary"), ("narrative", "extra")],
            id="of two the higher score",
        ),
        pytest.param(
            [file("a.docx", FileKind.DOCX, narrative=0.9), file("b.docx", FileKind.DOCX, narrative=0.9)],
            [("narrative", "extra"), ("narrative", "primary")],
            id="of two alike the later",
        ),
        pytest.param(
            [file("a.docx", FileKind.DOCX, "s", narrative=0.9), file("b.docx", FileKind.DOCX, "s", narrative=0.9)],
            [("narrative", "companion"), ("narrative", "primary")],
            id="identical bytes are companions",
        ),
        pytest.param(
            [file("a.docx", FileKind.DOCX, narrative=0.6), locked("bao cao.docx")],
            [("narrative", "primary"), ("narrative", "extra")],
            id="readable before unreadable",
        ),
        pytest.param(
            [
                file("a.pdf", FileKind.PDF),
                file("i.xlsx", FileKind.XLSX, ii06=1),
                file("n.docx", FileKind.DOCX, narrative=1),
            ],
            [("narrative", "companion"), ("ii06", "primary"), ("narrative", "primary")],
            id="a scan is kept with the narrative",
        ),
        pytest.param(
            [file("a.png", FileKind.IMAGE), file("i.xlsx", FileKind.XLSX, ii06=1)],
            [("ii06", "companion"), ("ii06", "primary")],
            id="a picture is kept with what there is",
        ),
        pytest.param([file("bao cao.pdf", FileKind.PDF)], [(None, "unplaced")], id="a lone scan is no submission"),
        pytest.param(
            [file("bao cao.pdf", FileKind.PDF), locked("x.rar")],
            [(None, "unplaced"), (None, "unplaced")],
            id="a scan beside an archive is alone",
        ),
        pytest.param(
            [file("s.pdf", FileKind.PDF), file("x.xlsx", FileKind.XLSX, stats=1)],
            [(None, "companion"), ("stats", "not_owed")],
            id="a scan beside what is not owed has no form",
        ),
        pytest.param([], [], id="no files"),
    ],
)
def test_each_file_finds_its_form(files: list[FileFacts], result: list[tuple[str | None, str]]) -> None:
    assert placed(*files) == result


def saying(facts: FileFacts, period: str = "", agency: str = "") -> FileFacts:
    """The file, saying of itself that period and agency."""
    return replace(facts, stated=Stated(((agency, "tên"),) if agency else (), own_periods(period)))


OLD = saying(file("cũ.xlsx", FileKind.XLSX, ii06=0.9), "quý IV/2022")
ALIEN = saying(file("khác.xlsx", FileKind.XLSX, ii06=0.9), agency="stp")
MINE = saying(file("đúng.xlsx", FileKind.XLSX, ii06=0.7), "quý I/2023", "tdm")
SILENT = file("trống.xlsx", FileKind.XLSX, ii06=0.6)
LOCKED = locked("II.06.xlsx")


@pytest.mark.parametrize(
    ("files", "roles"),
    [
        pytest.param([MINE, OLD], ["primary", "aside"], id="this period's before last period's, first or not"),
        pytest.param([OLD, MINE], ["aside", "primary"], id="in any order"),
        pytest.param([MINE, ALIEN], ["primary", "aside"], id="its own before another agency's"),
        pytest.param([SILENT, OLD, ALIEN], ["primary", "aside", "aside"], id="a file that says nothing fits"),
        pytest.param([LOCKED, OLD], ["primary", "aside"], id="so does one that cannot be read"),
        pytest.param([LOCKED, MINE], ["extra", "primary"], id="but it gives way to one that fits"),
        pytest.param([MINE, SILENT], ["primary", "extra"], id="two that fit: the better one"),
        pytest.param([SILENT, MINE, OLD], ["extra", "primary", "aside"], id="two that fit and one that does not"),
        pytest.param([OLD, ALIEN], ["extra", "primary"], id="none fits: nothing is put aside"),
        pytest.param([OLD, replace(OLD, name="lại.xlsx")], ["companion", "primary"], id="the same bytes"),
    ],
)
def test_of_several_files_the_one_that_speaks_of_this_round_and_agency_is_taken(
    files: list[FileFacts], roles: list[str]
) -> None:
    matches = match_forms(files, owed=[NARRATIVE, II06], forms=FORMS, agency="tdm", round_=a_round())
    assert [m.role.value for m in matches] == roles
    assert {m.form for m in matches} == {II06}


def test_without_agency_and_round_what_files_say_counts_for_nothing() -> None:
    assert placed(MINE, OLD) == [("ii06", "extra"), ("ii06", "primary")]


def test_elimination_wants_one_form_of_the_kind() -> None:
    assert placed(locked("1.xlsx"), owed=(II06, ARTICLES)) == [(None, "unplaced")]
    taken = file("2.xlsx", FileKind.XLSX, ii06=0.8)
    assert placed(locked("1.xlsx"), taken, owed=(II06, ARTICLES)) == [("articles", "primary"), ("ii06", "primary")]


@pytest.mark.parametrize("name", ["388.docx", "Công văn báo cáo CCHC.docx"])
def test_a_letter_that_asks_for_reports_is_placed_by_nothing(name: str) -> None:
    letter = replace(file(name, FileKind.DOCX), asks=True)
    assert placed(letter) == [(None, "unplaced")]
    assert placed(letter, file("1.docx", FileKind.DOCX)) == [(None, "unplaced"), ("narrative", "primary")]


def test_an_excel_file_called_report_is_the_table_while_one_is_owed() -> None:
    assert placed(locked("bao cao.xlsx")) == [("ii06", "primary")]
    assert placed(locked("bao cao.xlsx"), owed=(NARRATIVE,)) == [("narrative", "primary")]
    assert placed(locked("bieu II.06.docx")) == [("ii06", "primary")]


def test_a_tie_of_name_hints_decides_nothing() -> None:
    other = Form("other", "Khác", "Khác", FormKind.OUTLINE, name_hints=("bao cao",))
    assert placed(locked("bao cao.zip"), owed=(NARRATIVE, other)) == [(None, "unplaced")]


@pytest.mark.parametrize(
    ("facts", "source", "found"),
    [
        (file("x.docx", FileKind.DOCX, narrative=0.9), EvidenceSource.DOCUMENT, "tìm thấy narrative"),
        (locked("bao cao.docx"), EvidenceSource.FILE_NAME, "bao cao"),
        (locked("1.docx"), EvidenceSource.ELIMINATION, "docx"),
    ],
)
def test_each_placing_says_what_spoke_for_it(facts: FileFacts, source: EvidenceSource, found: str) -> None:
    (match,) = match_forms([facts], owed=[NARRATIVE], forms=FORMS)
    assert isinstance(match, FileMatch) and match.role is FileRole.PRIMARY and match.why
    assert match.evidence == (Evidence("form", "narrative", source, found, facts.name),)
