"""Sample notices as the first seed's round would make them, by name; a name begins with its kind."""

from dataclasses import replace
from datetime import date
from typing import Any

from digest_samples import UNREAD, digest, links, overdue_row
from notice_facts import (
    C201,
    DEADLINE,
    EXCEL_FILE,
    II06,
    NARRATIVE,
    ROUND,
    STATS,
    STATUS,
    TEMPLATES,
    THREAD,
    W110,
    WORD_FILE,
    X201,
    X203,
    agency,
    alert,
    answer,
    decision,
    local,
    nudge,
    office,
    owed,
    say,
)
from order_samples import ORDER_SAMPLES

from bot.domain.decision import Action, Order
from bot.domain.form import Severity
from bot.domain.ladder import Tone
from bot.domain.letter import Enclosure
from bot.domain.mail import NoticeKind, Reason
from bot.domain.notice import AskNotice, ClosedNotice, FormResult, Notice, NudgeSection, Owed, WithLead
from bot.domain.round import Deadline, PeriodKind, ReportingPeriod
from bot.domain.submission import Finding, Place, Verdict

__all__ = ["SAMPLES", "TEMPLATES", "office", "say"]


def _many_findings(count: int) -> tuple[Finding, ...]:
    return tuple(
        Finding("X104", Severity.ERROR, Place(sheet="II.06", cell=f"E{row}"), {
            "where": f"ô E{row}", "found": "đang là chữ “không”", "expected": "cần là số", "remedy": "Ghi số 0."
        })
        for row in range(10, 10 + count)
    )  # fmt: skip


def _ask(reason: Reason, **facts: Any) -> AskNotice:
    known = {"key": "receipt:2023-q1:tdm:ask:2023-03-08", "to": ("tdm@binhduong.example",), "thread": THREAD}
    return AskNotice(
        reason=reason,
        agency=agency("tdm"),
        round=ROUND,
        deadline=DEADLINE,
        **(known | {"received_at": local(8)} | facts),
    )


YEAR = replace(ROUND, code="2022-y", period=ReportingPeriod(PeriodKind.YEAR, 2022))
HALF = replace(ROUND, code="2023-h1", period=ReportingPeriod(PeriodKind.HALF, 2023))
MARKED = Enclosure(
    "Đánh dấu chỗ cần sửa – Biểu II.06.xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"PK\x03\x04 the agency's own file",
)
CORRECTION = answer(
    kind=NoticeKind.CORRECTION,
    key="correction:42",
    results=(
        FormResult(NARRATIVE, 1, Verdict.ACCEPTED_WITH_REMARKS, (W110,), (WORD_FILE,)),
        FormResult(II06, 2, Verdict.CORRECTION, (X201, X203), (EXCEL_FILE,), marked=MARKED.name),
    ),
    missing=(STATS,),
    mail_id=42,
    enclosures=(MARKED,),
)
PAGE = digest().rounds[0]
NOTHING: dict[str, object] = dict.fromkeys(
    ("rounds", "items", "ignored", "bounces", "unsent", "troubles", "rescued", "changes"), ()
)
LEADER = ("tdm.ld@binhduong.example",)

SAMPLES: dict[str, Notice] = {
    "receipt": answer(),
    "receipt_partial": answer(
        results=(FormResult(NARRATIVE, 1, Verdict.ACCEPTED_WITH_REMARKS, (W110,), (WORD_FILE,)),),
        files=(WORD_FILE,),
        missing=(STATS,),
        open_corrections=(II06,),
    ),
    "receipt_late": answer(received_at=local(13, 9, 1), late=True),
    "receipt_duplicate": answer(duplicate=True, received_at=local(13, 9, 1), first_received_at=local(8, 14, 5)),
    "receipt_duplicate_partial": answer(duplicate=True, missing=(STATS,)),
    "receipt_held": answer(results=(FormResult(II06, 1, Verdict.HELD, (), (EXCEL_FILE,)),), files=(EXCEL_FILE,)),
    "receipt_nothing": answer(results=(), files=(), missing=(NARRATIVE, II06)),
    "receipt_no_round": answer(round=None, deadline=None),
    "correction": CORRECTION,
    "correction_marked": answer(
        kind=NoticeKind.CORRECTION,
        results=(
            FormResult(NARRATIVE, 1, Verdict.CORRECTION, (W110,), (WORD_FILE,), marked="Đánh dấu – Báo cáo Word.docx"),
            FormResult(II06, 2, Verdict.CORRECTION, (X201,), (EXCEL_FILE,), stands=1, marked=MARKED.name),
        ),
        enclosures=(replace(MARKED, name="Đánh dấu – Báo cáo Word.docx"), MARKED),
    ),
    "correction_many": answer(
        kind=NoticeKind.CORRECTION,
        results=(
            FormResult(II06, 2, Verdict.CORRECTION, (X201, *_many_findings(40)), (EXCEL_FILE,), stands=1),
            FormResult(STATS, 1, Verdict.CORRECTION, _many_findings(3), (EXCEL_FILE,)),
        ),
    ),
    "correction_loose": answer(
        kind=NoticeKind.CORRECTION, results=(), files=(WORD_FILE,), findings=(C201,), missing=(NARRATIVE, II06)
    ),
    "correction_late": answer(
        kind=NoticeKind.CORRECTION,
        received_at=local(13, 9),
        late=True,
        duplicate=True,
        first_received_at=local(10, 8, 30),
        results=(FormResult(II06, 1, Verdict.CORRECTION, (X201,), (EXCEL_FILE,)),),
    ),
    "correction_no_round": answer(
        kind=NoticeKind.CORRECTION, results=(), files=(), findings=(C201,), round=None, deadline=None
    ),
    "closed": ClosedNotice(
        "closed:50", agency("tdm"), ("tdm@binhduong.example",), THREAD, local(31, 18, month=3), ROUND, 50
    ),
    "closed_no_round": ClosedNotice("closed:51", agency("tdm"), ("tdm@binhduong.example",), THREAD, local(8, 9)),
    "request": nudge(
        NoticeKind.REQUEST,
        owed=(
            Owed(
                NARRATIVE,
                owed(NARRATIVE, STATUS.OPEN).state,
                ("II.2 Cải cách thủ tục hành chính", "V Kiến nghị, đề xuất"),
            ),
            owed(II06, STATUS.OPEN),
            owed(STATS, STATUS.OPEN),
        ),
        at=local(2),
        days=7,
        working_days=5,
    ),
    "request_lead": nudge(
        NoticeKind.REQUEST,
        cc=("ptth@binhduong.example",),
        owed=(
            replace(
                owed(NARRATIVE, STATUS.OPEN),
                partners=("Sở Thông tin và Truyền thông", "Đài Phát thanh và Truyền hình Bình Dương"),
                partner_parts=("Xây dựng chính quyền điện tử, chính quyền số",),
            ),
            replace(owed(STATS, STATUS.OPEN), annex="IX"),
            replace(owed(II06, STATUS.OPEN), annex="X", partners=("Sở Tư pháp",)),
        ),
        told_partners=("Đài Phát thanh và Truyền hình Bình Dương",),
        at=local(2),
        days=7,
        working_days=5,
    ),
    "reminder_partner": nudge(
        NoticeKind.REMINDER,
        owed=(replace(owed(NARRATIVE, STATUS.OPEN), annex="IX"),),
        with_leads=(
            WithLead("Văn phòng UBND tỉnh", NARRATIVE, ("Xây dựng chính quyền điện tử, chính quyền số",)),
            WithLead("Văn phòng UBND tỉnh", II06),
        ),
    ),
    "reminder": nudge(NoticeKind.REMINDER),
    "reminder_nothing": nudge(
        NoticeKind.REMINDER,
        owed=(
            owed(NARRATIVE, STATUS.OPEN),
            owed(II06, STATUS.OPEN, extended=True, deadline=Deadline(local(15, 16, 30))),
        ),
        days=7,
        working_days=5,
    ),
    "reminder_mend": nudge(
        NoticeKind.REMINDER,
        step="c-0",
        at=local(9, 8),
        days=0,
        working_days=0,
        owed=(
            owed(NARRATIVE, STATUS.FULFILLED),
            replace(
                owed(II06, STATUS.CORRECTION_NEEDED),
                state=replace(
                    owed(II06, STATUS.CORRECTION_NEEDED).state, corrected_at=local(8, 14), mend_by=DEADLINE.instant
                ),
            ),
        ),
        asked_on=date(2023, 3, 8),
    ),
    "overdue_two_rounds": nudge(
        NoticeKind.OVERDUE,
        at=local(10, 8),
        days=1,
        working_days=1,
        cc=LEADER,
        copies_leader=True,
        tone=Tone.FIRM,
        owed=(owed(II06, STATUS.OVERDUE),),
        others=(
            NudgeSection(
                NoticeKind.REMINDER,
                YEAR,
                Deadline(local(16, 0)),
                (owed(NARRATIVE, STATUS.OPEN), owed(STATS, STATUS.FULFILLED)),
                days=6,
                working_days=4,
            ),
            NudgeSection(NoticeKind.REQUEST, HALF, Deadline(local(31, 0)), (owed(NARRATIVE, STATUS.OPEN),), 21, 15),
        ),
    ),
    "reminder_today": nudge(
        NoticeKind.REMINDER, days=0, working_days=0, next_step_on=date(2023, 3, 10), next_copies_leader=True
    ),
    "overdue": nudge(
        NoticeKind.OVERDUE,
        cc=LEADER,
        copies_leader=True,
        owed=(owed(NARRATIVE, STATUS.OVERDUE), owed(II06, STATUS.OVERDUE)),
        at=local(10),
        days=1,
        working_days=1,
        next_step_on=date(2023, 3, 14),
        next_copies_leader=True,
    ),
    "overdue_partial": nudge(
        NoticeKind.OVERDUE,
        cc=LEADER,
        copies_leader=True,
        owed=(owed(NARRATIVE, STATUS.FULFILLED), owed(II06, STATUS.CORRECTION_NEEDED), owed(STATS, STATUS.OVERDUE)),
        at=local(10),
        days=1,
        working_days=1,
        next_step_on=date(2023, 3, 14),
    ),
    "escalation": nudge(
        NoticeKind.ESCALATION,
        cc=LEADER,
        copies_leader=True,
        owed=(owed(NARRATIVE, STATUS.FULFILLED), owed(II06, STATUS.CORRECTION_NEEDED)),
        at=local(14),
        days=5,
        working_days=3,
        next_step_on=None,
    ),
    "decision_extend": decision("extend", deadline=Deadline(local(15, 16, 30))),
    "decision_extend_all": decision(
        "extend", forms=(NARRATIVE, II06, STATS), deadline=Deadline(local(14, 0)), at=local(9, 8, 45)
    ),
    "decision_excuse": decision("excuse", forms=()),
    "decision_accept": decision("accept"),
    "decision_return": decision("return", findings=(X201, W110), at=local(8, 9)),
    "decision_received": decision("received", forms=(NARRATIVE, II06)),
    "decision_other": decision("release", why=""),
    "alert_mail_parked": alert("mail_parked", mail_id="12", sender="bb@binhduong.example", error="zip: bad magic"),
    "alert_mailbox_unreachable": alert("mailbox_unreachable", since="09:10", error="timed out"),
    "alert_outgoing_refused": alert("outgoing_refused", key="receipt:9", to="dt@binhduong.example", error="550 5.1.1"),
    "alert_nudge_unknown": alert("nudge_unknown", key="reminder:2023-q1:bb", to="bb@binhduong.example"),
    "alert_bounced": alert(
        "bounced",
        address="dt@binhduong.example",
        agency="UBND huyện Dầu Tiếng",
        error="550 5.1.1",
        plan="next",
        next="hopthu.dt@binhduong.example",
    ),
    "alert_bounced_once": alert(
        "bounced_once", address="dt@binhduong.example", agency="UBND huyện Dầu Tiếng", error="552 5.2.2", plan="kept"
    ),
    "alert_bare": alert("mail_parked"),
    "alert_generic": alert("disk_full", free="12582912", limit="1073741824"),
    "receipt_asks_extension": _ask(Reason.ASKS_EXTENSION, until=date(2023, 3, 15), form=II06),
    "receipt_asks_extension_late": _ask(Reason.ASKS_EXTENSION, received_at=local(14)),
    "receipt_nothing_to_report": _ask(Reason.NOTHING_TO_REPORT),
    "receipt_reported_by_other": _ask(Reason.REPORTED_BY_OTHER, other=agency("stc")),
    "receipt_reported_by_somebody": _ask(Reason.REPORTED_BY_OTHER, form=STATS),
    "digest": digest(),
    "digest_quiet": digest(**NOTHING),
    "digest_quiet_round": digest(
        **NOTHING | {"rounds": (replace(PAGE, done=15, needs_correction=0, silent=0, undelivered=0, changes=()),)}
    ),
    "digest_first": digest(**NOTHING | {"since": None, "rounds": (PAGE,)}),
    "digest_no_round": digest(rounds=()),
    "digest_overdue": digest(
        at=local(13),
        items=(UNREAD,),
        rounds=(
            replace(
                PAGE,
                agencies=tuple(overdue_row(row.agency.code) for row in PAGE.agencies),
                days_left=-4,
                working_days_left=-2,
                overdue=True,
                links=links(Order(Action.UNDO, "2023-q1", decision_id=7)),
                muted="đang kiểm tra hộp thư",
                muted_by="Nguyễn Thị An",
            ),
        ),
    ),
    **ORDER_SAMPLES,
}
