"""Notices become mails: every kind in every language, both parts alike, the contract's headers, short to read."""

import email
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from jinja2 import TemplateError
from notice_facts import (
    C201,
    EXCEL_FILE,
    II06,
    NARRATIVE,
    answer,
    local,
)
from notices import SAMPLES, TEMPLATES, office, say

from bot.domain.form import Severity
from bot.domain.letter import Thread
from bot.domain.mail import NoticeKind, OutgoingMail
from bot.domain.notice import AnswerNotice, FormResult, Notice, OrderNotice
from bot.domain.office import Language
from bot.domain.submission import Finding, Place, StoredFile, Verdict
from bot.domain.words import FindingWords
from bot.mail.compose import Composer, subject_line

COMPOSERS = {language: Composer(TEMPLATES, office(language), say) for language in Language}
EVERY = [pytest.param(language, name, id=f"{language}-{name}") for language in Language for name in SAMPLES]


class Visible(HTMLParser):
    """The text that a reader sees, and every tag with its attributes. Text of hidden labels is text all the same."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written_at(notice: Notice) -> object:
    return getattr(notice, "at", None) or cast(AnswerNotice, notice).received_at


def compose(notice: Notice, language: Language = Language.VI) -> OutgoingMail:
    return COMPOSERS[language].compose(notice, at=written_at(notice))  # type: ignore[arg-type]  # aware in all samples


def parts(mail: OutgoingMail) -> tuple[EmailMessage, str, str]:
    message = cast(EmailMessage, email.message_from_bytes(mail.raw, policy=default))
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return message, text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def hrefs(html: str) -> list[str]:
    """Where the links of a page lead, in order."""
    return [str(attributes["href"]) for _, attributes in Visible(html).tags if "href" in attributes]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_every_kind_has_a_sample() -> None:
    assert {notice.kind for notice in SAMPLES.values()} == set(NoticeKind)
    assert all(name.startswith(notice.kind) for name, notice in SAMPLES.items())


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_both_parts_say_the_same(language: Language, name: str) -> None:
    mail = compose(SAMPLES[name], language)
    _, text, html = parts(mail)
    page = Visible(html).text
    word = re.compile(r"\w+")
    # In the text a link stands on a line of its own; in the page it is behind its label.
    unnumbered = re.sub(r"(?m)^\d+\. |^ *mailto:\S+$", "", text)
    said, shown = set(word.findall(unnumbered)), set(word.findall(page))
    assert not said - shown
    # HTML alone: the heads of the tables' columns, the office's name as letterhead.
    composer = COMPOSERS[language]
    heads = composer._renderer._plain.globals["w"]  # type: ignore[attr-defined]
    allowed = set(word.findall(" ".join((*heads.state_heads.values(), *heads.finding_heads.values()))))
    allowed |= set(
        word.findall(" ".join((*heads.group_heads.values(), office().name, "Nội dung Content Cơ quan Agency")))
    )
    assert shown - said - allowed == set()


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_bytes_and_headers(language: Language, name: str) -> None:
    notice = SAMPLES[name]
    mail = compose(notice, language)
    message, text, _ = parts(mail)
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert b"\r" not in mail.raw.replace(b"\r\n", b"")
    assert mail.raw.isascii()
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998
    assert message["Subject"] == mail.subject
    assert 0 < len(mail.subject) <= 180
    assert message["From"].addresses[0].display_name == office().name
    assert message["From"].addresses[0].addr_spec == office().address
    assert tuple(a.addr_spec for a in message["To"].addresses) == mail.to
    assert (tuple(a.addr_spec for a in message["Cc"].addresses) if message["Cc"] else ()) == mail.cc
    is_answer = notice.kind.is_answer or (isinstance(notice, OrderNotice) and notice.thread is not None)
    assert message["Auto-Submitted"] == ("auto-replied" if is_answer else "auto-generated")
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Thuky-Key"] == notice.key == mail.key
    assert message["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@binhduong.example>")
    assert message["Date"].datetime == written_at(notice)
    assert message["Date"].endswith("+0700")
    assert mail.envelope_from == office().bounce_address
    enclosures = getattr(notice, "enclosures", ())
    around, files = (["multipart/mixed"], [e.content_type for e in enclosures]) if enclosures else ([], [])
    kinds = [*around, "multipart/alternative", "text/plain", "text/html", *files]
    assert [p.get_content_type() for p in message.walk()] == kinds
    assert max(len(line) for line in text.splitlines() if "mailto:" not in line) <= 80
    if is_answer:
        assert message["In-Reply-To"] == mail.in_reply_to == "<CAF12.9z@mail.binhduong.example>"
        assert message["References"].split() == ["<req.1@binhduong.example>", "<CAF12.9z@mail.binhduong.example>"]
        assert "V/v báo cáo CCHC quý I năm 2023" in mail.subject
    else:
        assert message["In-Reply-To"] is None


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_page_needs_nothing_from_outside_and_keeps_its_media_rules(language: Language, name: str) -> None:
    _, _, html = parts(compose(SAMPLES[name], language))
    page = Visible(html)
    assert not {tag for tag, _ in page.tags} & {"img", "script", "link", "iframe", "form", "base", "object"}
    assert not [a for _, attributes in page.tags for a in attributes if a in ("src", "background") or a[:2] == "on"]
    assert hrefs(html) == re.findall(r"(?m)^ *(mailto:\S+)$", parts(compose(SAMPLES[name], language))[1])
    assert not re.search(r"url\(|@import|https?:", html)
    for rule in ("max-width: 560px", "prefers-color-scheme: dark", "@media print"):
        assert rule in html
    # Styles stand in the elements: Gmail and Outlook drop what is in the head.
    assert sum("style" in attributes for _, attributes in page.tags) >= 8


def test_same_notice_same_bytes_and_a_given_message_id_is_kept() -> None:
    assert compose(answer()).raw == compose(answer()).raw
    given = COMPOSERS[Language.VI].compose(answer(), at=local(8, 15), message_id="<a@b.example>")
    assert given.message_id == "<a@b.example>"
    assert b"\r\nMessage-ID: <a@b.example>\r\n" in given.raw
    later = COMPOSERS[Language.VI].compose(answer(), at=local(8, 16))
    assert later.message_id != compose(answer()).message_id


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", [n for n in SAMPLES if n.startswith("correction")])
def test_a_correction_is_short_before_its_table(language: Language, name: str) -> None:
    _, text, _ = parts(compose(SAMPLES[name], language))
    head, found, _ = text.partition("\n1. ")
    assert found
    assert len(head.split()) <= 120


def test_correction_says_what_where_until_when_and_how() -> None:
    mail = compose(SAMPLES["correction"])
    _, text, html = parts(mail)
    assert mail.subject.startswith("[BC 2023Q1 TDM] Cần sửa 2 chỗ trong Biểu II.06, hạn 09/3 – Re: ")
    for part in (flat(text), Visible(html).text):
        for fact in (
            "Kính gửi: UBND thành phố Thủ Dầu Một",
            "lúc 14 giờ 05 ngày 08/3/2023",
            "Báo cáo Word đạt yêu cầu.",
            "Biểu II.06 có 2 chỗ cần sửa",
            "Còn thiếu: Biểu thống kê CCHC.",
            "trả lời thư này, đính kèm tệp đã sửa, chậm nhất 24 giờ 00 thứ Năm ngày 09/3/2023",
            'Biểu II.06, ô D14 (dòng "Hộ tịch", cột (3))',
            "đang là 120",
            "cần bằng (4)+(5)+(6) = 102",
            "(X201)",
            "TN-2023Q1-TDM-0003",
            "47,1 KB",
            EXCEL_FILE.sha256,
            "Nguyễn Thị An",
            "0274 3822 825",
        ):
            assert fact in part


def test_a_file_s_sha256_stands_once_and_in_full() -> None:
    _, text, html = parts(compose(SAMPLES["receipt"]))
    for part in (text, Visible(html).text):
        assert part.count(EXCEL_FILE.sha256[:12]) == part.count(EXCEL_FILE.sha256) == 1


def test_an_accepted_version_that_stands_is_said() -> None:
    _, text, _ = parts(compose(SAMPLES["correction_many"]))
    assert "Bản Biểu II.06 đã đạt (lần nộp 1) vẫn được giữ" in flat(text)


def test_only_fifteen_findings_are_put_into_words_and_the_rest_is_counted() -> None:
    asked: list[str] = []

    def count(finding: Finding, form: str) -> FindingWords:
        asked.append(finding.code)
        return say(finding, form)

    notice = cast(AnswerNotice, SAMPLES["correction_many"])
    composer = Composer(TEMPLATES, office(), count)
    _, text, html = parts(composer.compose(notice, at=notice.received_at))
    assert len(asked) == 15
    assert "và 29 chỗ khác cùng loại" in flat(text)
    assert "và 29 chỗ khác cùng loại" in Visible(html).text
    unlike = replace(notice, findings=(*[C201] * 15,))
    _, text, _ = parts(composer.compose(unlike, at=notice.received_at))
    assert "và 44 chỗ khác; sau khi sửa" in flat(text)


def test_foreign_words_stay_words() -> None:
    evil = '<script>alert(1)</script><img src=x onerror=y> & "x"'
    finding = Finding("X1", Severity.ERROR, Place(file="x"), {"where": evil, "found": evil, "remedy": "sửa"})
    notice = answer(
        kind=NoticeKind.CORRECTION,
        files=(StoredFile(evil + ".xlsx", "0" * 64, 5),),
        results=(FormResult(II06, 1, Verdict.CORRECTION, (finding,), ()),),
    )
    _, text, html = parts(compose(notice))
    page = Visible(html)
    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    assert evil in page.text
    assert evil in flat(text)


def test_long_words_of_a_file_are_cut() -> None:
    finding = Finding("X1", Severity.ERROR, Place(file="x"), {"where": "ô A1", "found": "dài " * 5000, "remedy": "sửa"})
    notice = answer(kind=NoticeKind.CORRECTION, results=(FormResult(II06, 1, Verdict.CORRECTION, (finding,), ()),))
    mail = compose(replace(notice, files=(replace(EXCEL_FILE, name="n" * 9000),) * 200))
    assert len(mail.raw) < 100_000
    assert "và 170 tệp khác" in flat(parts(mail)[1])


def test_a_late_report_is_told_so_courteously_and_no_deadline_in_the_past_is_set() -> None:
    _, text, _ = parts(compose(SAMPLES["receipt_late"]))
    assert "đến sau hạn gửi (24 giờ 00 thứ Năm ngày 09/3/2023)" in flat(text)
    late = compose(SAMPLES["correction_late"])
    _, text, _ = parts(late)
    assert "hạn" not in late.subject.partition(" – Re: ")[0]
    assert "trong thời gian sớm nhất" in flat(text)


def test_a_repeat_is_told_when_the_report_itself_came() -> None:
    mail = compose(SAMPLES["receipt_duplicate"])
    for part in (flat(parts(mail)[1]), Visible(parts(mail)[2]).text):
        assert re.search("Thời điểm nhận báo cáo:? 14 giờ 05 ngày 08/3/2023", part)
        assert re.search("Thời điểm nhận thư này:? 9 giờ 01 ngày 13/3/2023", part)
        assert "sau hạn" not in part
    again = flat(parts(compose(SAMPLES["correction_late"]))[1])
    assert "(số tiếp nhận TN-2023Q1-TDM-0003, nhận lúc 8 giờ 30 ngày 10/3/2023)" in again
    once = flat(parts(compose(SAMPLES["receipt"]))[1])
    assert "Thời điểm nhận: 14 giờ 05 ngày 08/3/2023" in once
    assert "Thời điểm nhận báo cáo" not in once


def test_annexes_leads_and_partners() -> None:
    lead = flat(parts(compose(SAMPLES["request_lead"]))[1])
    for fact in (
        "(chủ trì; phối hợp: Sở Thông tin và Truyền thông và Đài Phát thanh và Truyền hình Bình Dương, về phần Xây "
        "dựng chính quyền điện tử, chính quyền số)",
        "(theo Phụ lục IX)",
        "(theo Phụ lục X; chủ trì; phối hợp: Sở Tư pháp)",
        "đồng gửi Đài Phát thanh và Truyền hình Bình Dương, cơ quan phối hợp",
    ):
        assert fact in lead, lead
    partner = flat(parts(compose(SAMPLES["reminder_partner"]))[1])
    for fact in (
        "(theo Phụ lục IX)",
        "phối hợp với Văn phòng UBND tỉnh về Báo cáo Word, phần Xây dựng chính quyền điện tử, chính quyền số; báo cáo "
        "này do Văn phòng UBND tỉnh gửi.",
        "phối hợp với Văn phòng UBND tỉnh về Biểu II.06; báo cáo này do Văn phòng UBND tỉnh gửi.",
    ):
        assert fact in partner, partner


def test_reminder_overdue_and_leader() -> None:
    reminder = flat(parts(compose(SAMPLES["reminder"]))[1])
    for fact in (
        "Còn 3 ngày",
        "chậm nhất 24 giờ 00 thứ Năm ngày 09/3/2023",
        "còn thiếu: Biểu II.06.",
        "chờ bản sửa: Biểu thống kê CCHC",
        "đạt yêu cầu: Báo cáo Word",
        "thứ Tư ngày 08/3/2023",
        "[BC 2023Q1 TDM]",
    ):
        assert fact in reminder
    assert "Lãnh đạo" not in reminder
    assert "Phụ lục" not in reminder
    assert "chủ trì" not in reminder
    overdue = compose(SAMPLES["overdue"])
    assert overdue.cc == ("tdm.ld@binhduong.example",)
    assert overdue.subject == "[BC 2023Q1 TDM] Đã quá hạn 1 ngày làm việc: báo cáo quý I/2023"
    assert "Lãnh đạo cơ quan nhận bản sao thư này vì" in flat(parts(overdue)[1])
    assert "Đến 8 giờ 00 ngày 10/3/2023" in flat(parts(overdue)[1])


def test_what_waits_for_mending_is_overdue_like_anything_else() -> None:
    assert "Cần sửa 2 chỗ, quá hạn, đã nhận ngày 03/3/2023" in flat(parts(compose(SAMPLES["overdue_partial"]))[1])
    assert "2 places to correct, overdue" in flat(parts(compose(SAMPLES["overdue_partial"], Language.EN))[1])
    assert "Cần sửa 2 chỗ, đã nhận" in flat(parts(compose(SAMPLES["reminder"]))[1])


def test_more_time_for_everything_is_said_without_listing_it() -> None:
    everything, one = compose(SAMPLES["decision_extend_all"]), compose(SAMPLES["decision_extend"])
    assert everything.subject == "[BC 2023Q1 BB] Gia hạn đến 13/3: báo cáo quý I/2023"
    assert "Báo cáo Word, Biểu II.06 và Biểu thống kê CCHC" in flat(parts(everything)[1])
    assert one.subject == "[BC 2023Q1 BB] Gia hạn đến 15/3: Biểu II.06 (báo cáo quý I/2023)"


def test_a_broken_template_is_found_at_start_or_when_it_names_what_is_not_there(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path, dirs_exist_ok=True)
    closed = tmp_path / "vi" / "closed.j2"
    good = closed.read_text(encoding="utf-8")
    closed.write_text(good.replace("n.received_at", "n.recieved_at"), encoding="utf-8")
    with pytest.raises(TemplateError):
        Composer(tmp_path, office(), say).compose(SAMPLES["closed"], at=local(9))
    closed.write_text(good + "{% if %}", encoding="utf-8")
    with pytest.raises(TemplateError):
        Composer(tmp_path, office(), say)
    closed.unlink()
    with pytest.raises(TemplateError):
        Composer(tmp_path, office(), say)


@pytest.mark.parametrize(
    ("answered", "kept"),
    [
        ("Báo cáo quý I", " – Re: Báo cáo quý I"),
        ("Re: RE: Fwd: Báo cáo quý I", " – Re: Báo cáo quý I"),
        ("TL: [BC 2023Q1 STP] Còn 3 ngày", " – Re: Còn 3 ngày"),
        ("Re: [BC 2023Q1 STP] Cần sửa 2 chỗ – Re: Báo cáo quý I", " – Re: Báo cáo quý I"),
        ("Re[2]: Báo cáo\r\nBcc: x@y.example", " – Re: Báo cáo Bcc: x@y.example"),
        ("", ""),
        (None, ""),
        ("Re: ", ""),
    ],
)
def test_the_answered_subject_is_kept_behind_the_verdict(answered: str | None, kept: str) -> None:
    assert subject_line("[BC 2023Q1 STP]", "Đã nhận đủ", answered) == "[BC 2023Q1 STP] Đã nhận đủ" + kept


def test_subjects_never_grow_too_long() -> None:
    long = subject_line("[BC 2023Q1 STP]", "Đã nhận đủ", "dài " * 100)
    assert len(long) <= 180
    assert long.startswith("[BC 2023Q1 STP] Đã nhận đủ – Re: dài dài")
    assert len(subject_line("", "x" * 500, "y" * 500)) == 180


def _sources(language: str) -> list[tuple[str, str]]:
    return [
        (p.name, re.sub(r"\{#.*?#\}", "", p.read_text("utf-8"), flags=re.S)) for p in TEMPLATES.glob(f"{language}/*.j2")
    ]


FORBIDDEN: list[tuple[str, Callable[[str], object]]] = [
    ("vi", re.compile(r"\bbạn\b|hệ thống đã|thành công!|sai quy định|[.\w]!(?!=)", re.I).search),
    ("en", re.compile(r"[À-ỹĐđ]|[.\w]!(?!=)").search),
]


@pytest.mark.parametrize(("language", "offends"), FORBIDDEN)
def test_tone(language: str, offends: Callable[[str], object]) -> None:
    sources = _sources(language)
    assert {name for name, source in sources if offends(source)} == set()
    assert len(sources) == len(_sources("vi"))


def test_recipients_are_not_written_to_twice() -> None:
    twice = replace(SAMPLES["overdue"], cc=("tdm@binhduong.example", "tdm.ld@binhduong.example"))  # type: ignore[type-var]
    assert compose(twice).recipients == ("tdm@binhduong.example", "tdm.ld@binhduong.example")
    assert compose(twice).cc == ("tdm.ld@binhduong.example",)


def test_a_mail_of_narrative_alone_never_claims_to_be_complete() -> None:
    notice = answer(results=(FormResult(NARRATIVE, 1, Verdict.ACCEPTED, (), ()),), missing=(II06,))
    mail = compose(replace(notice, thread=Thread("<a@b.example>", (), "Báo cáo")))
    assert "đủ" not in mail.subject
    assert "còn thiếu Biểu II.06" in mail.subject


@pytest.mark.parametrize("language", Language)
def test_a_correction_says_which_file_carries_the_marks_and_only_then(language: Language) -> None:
    said = {
        Language.VI: ("đã đánh dấu vàng trong tệp gửi kèm", "đã ghi chú trong tệp gửi kèm"),
        Language.EN: ("marked yellow in the attached file", "with comments in the attached file"),
    }[language]
    _, text, html = parts(compose(SAMPLES["correction"], language))
    assert said[0] in " ".join(text.split())
    assert said[1] not in " ".join(text.split())
    assert "“Đánh dấu chỗ cần sửa – Biểu II.06.xlsx”" in " ".join(text.split())
    assert said[0] in Visible(html).text
    _, text, _ = parts(compose(SAMPLES["correction_marked"], language))
    assert [words in " ".join(text.split()) for words in said] == [True, True]
    unmarked = cast(AnswerNotice, SAMPLES["correction"])
    plain = replace(unmarked, results=tuple(replace(r, marked="") for r in unmarked.results), enclosures=())
    _, text, _ = parts(compose(plain, language))
    assert not any(words in " ".join(text.split()) for words in (*said, "gửi kèm “", "attached file"))


@pytest.mark.parametrize("language", Language)
def test_a_mark_says_what_is_there_what_is_wanted_and_how_to_mend_it(language: Language) -> None:
    words = FindingWords("Biểu II.06, ô D14", "đang là 120", "", "Sửa lại.", "X201", Severity.REMARK)
    lines = COMPOSERS[language].mark_text(words, with_place=True).splitlines()
    assert [line.rpartition(": ")[2] for line in lines[1:]] == ["Biểu II.06, ô D14", "đang là 120", "Sửa lại. (X201)"]
    error = replace(words, severity=Severity.ERROR, expected="cần bằng 102")
    lines = COMPOSERS[language].mark_text(error, with_place=False).splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["đang là 120", "cần bằng 102", "Sửa lại. (X201)"]
    assert "&" not in COMPOSERS[language].mark_text(replace(words, found='"a" < b'), with_place=False)
    assert "Biểu II.06" in COMPOSERS[language].marked_name(II06)
