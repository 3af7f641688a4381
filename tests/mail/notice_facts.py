"""Office, agencies, forms, findings and notices of the first seed's round, as realistic facts for sample notices."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.agency import Agency, Contact, ContactRole
from bot.domain.form import Form, FormKind, Severity
from bot.domain.letter import Thread
from bot.domain.mail import NoticeKind
from bot.domain.notice import AlertNotice, AnswerNotice, DecisionNotice, FormResult, NudgeNotice, Owed
from bot.domain.office import Coordinator, Language, Office, WorkingTime
from bot.domain.round import (
    Assignment,
    DataWindow,
    Deadline,
    ObligationState,
    ObligationStatus,
    PeriodKind,
    ReportingPeriod,
    Round,
)
from bot.domain.submission import Finding, Place, StoredFile, Verdict
from bot.domain.words import FindingWords

TEMPLATES = Path(__file__).parents[2] / "mail_templates"
TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NAMES = {
    "stp": ("Sở Tư pháp", "Sở, ban, ngành"),
    "vpub": ("Văn phòng UBND tỉnh", "Sở, ban, ngành"),
    "stc": ("Sở Tài chính", "Sở, ban, ngành"),
    "stttt": ("Sở Thông tin và Truyền thông", "Sở, ban, ngành"),
    "ptth": ("Đài Phát thanh và Truyền hình Bình Dương", "Báo, đài"),
    "bao": ("Báo Bình Dương", "Báo, đài"),
    "tdm": ("UBND thành phố Thủ Dầu Một", "UBND cấp huyện"),
    "ta": ("UBND thành phố Thuận An", "UBND cấp huyện"),
    "da": ("UBND thành phố Dĩ An", "UBND cấp huyện"),
    "bc": ("UBND thị xã Bến Cát", "UBND cấp huyện"),
    "tu": ("UBND thị xã Tân Uyên", "UBND cấp huyện"),
    "btu": ("UBND huyện Bắc Tân Uyên", "UBND cấp huyện"),
    "bb": ("UBND huyện Bàu Bàng", "UBND cấp huyện"),
    "dt": ("UBND huyện Dầu Tiếng", "UBND cấp huyện"),
    "pg": ("UBND huyện Phú Giáo", "UBND cấp huyện"),
}


def office(language: Language = Language.VI) -> Office:
    return Office(
        name="Sở Nội vụ tỉnh Bình Dương",
        address="baocao@binhduong.example",
        coordinator=Coordinator("Nguyễn Thị An", "dieuphoi@binhduong.example", "0274 3822 825"),
        working_time=WorkingTime(TZ, time(7, 30), time(17, 0)),
        language=language,
        bounce_address="baocao+tra@binhduong.example",
    )


def local(day: int, hour: int = 8, minute: int = 0, month: int = 3) -> datetime:
    """A moment of 2023 in local time, given as the store has it: in UTC."""
    return datetime(2023, month, day, hour, minute, tzinfo=TZ).astimezone(UTC)


def agency(code: str) -> Agency:
    name, group = NAMES[code]
    contacts = (
        Contact(f"{code}@binhduong.example"),
        Contact(f"{code}.ld@binhduong.example", ContactRole.LEADER),
    )
    return Agency(code, name, group, contacts)


NARRATIVE = Form("narrative", "Báo cáo kết quả công tác cải cách hành chính", "Báo cáo Word", FormKind.OUTLINE)
II06 = Form("ii06", "Tình hình, kết quả giải quyết TTHC (II.06/VPCP/KSTT)", "Biểu II.06", FormKind.TABLE)
STATS = Form("cchc_stats", "Biểu thống kê số liệu cải cách hành chính", "Biểu thống kê CCHC", FormKind.TABLE)
BROADCASTS = Form("broadcasts", "Danh mục bản tin, phóng sự, chương trình", "Danh mục phát sóng", FormKind.LIST)
ARTICLES = Form("articles", "Danh mục tin, bài, phóng sự", "Danh mục tin bài", FormKind.LIST)
FORMS = (NARRATIVE, II06, STATS, BROADCASTS, ARTICLES)
DISTRICTS = ("tdm", "ta", "da", "bc", "tu", "btu", "bb", "dt", "pg")
DEADLINE = Deadline(local(10, 0), "trước ngày 10/3/2023")
ROUND = Round(
    code="2023-q1",
    title="Báo cáo cải cách hành chính quý I/2023",
    period=ReportingPeriod(PeriodKind.QUARTER, 2023, 1),
    window=DataWindow(date(2022, 12, 15), date(2023, 3, 14)),
    deadline=DEADLINE,
    opens_at=local(2, 8),
    assignments=(
        *(Assignment(code, "narrative") for code in NAMES),
        *(Assignment(code, "ii06") for code in ("vpub", *DISTRICTS)),
        *(Assignment(code, "cchc_stats") for code in DISTRICTS),
        Assignment("ptth", "broadcasts"),
        Assignment("bao", "articles"),
    ),
    legal_basis="Công văn số 388/SNV-XDCQ-CCHC-CTTN ngày 02/3/2023",
    closes_at=local(31, 17),
)

X201 = Finding(
    "X201",
    Severity.ERROR,
    Place(sheet="II.06", cell="D14"),
    {
        "where": 'ô D14 (dòng "Hộ tịch", cột (3))',
        "found": "đang là 120",
        "expected": "cần bằng (4)+(5)+(6) = 102",
        "remedy": "Kiểm tra lại tổng hoặc các cột thành phần.",
    },
)
X203 = Finding(
    "X203",
    Severity.ERROR,
    Place(sheet="II.06", cell="H30"),
    {
        "where": 'ô H30 (dòng "TỔNG CỘNG", cột (7))',
        "found": "đang là 2.544",
        "expected": "cần bằng tổng các dòng = 2.534",
        "remedy": "Cộng lại cột (7) hoặc sửa dòng bị nhầm.",
    },
)
W110 = Finding(
    "W110",
    Severity.REMARK,
    Place(part="V", heading="Kiến nghị, đề xuất"),
    {
        "where": 'Mục V "Kiến nghị, đề xuất"',
        "found": "chỉ có một câu",
        "expected": "",
        "remedy": 'Nếu không có kiến nghị, ghi "Không có".',
    },
)
C201 = Finding(
    "C201",
    Severity.ERROR,
    Place(file="Bao cao Quy IV.docx"),
    {
        "where": 'Tệp "Bao cao Quy IV.docx"',
        "found": "ghi kỳ quý IV/2022",
        "expected": "kỳ quý I/2023",
        "remedy": "Kiểm tra lại tệp, gửi đúng báo cáo của kỳ này.",
    },
)


def say(finding: Finding, form: str) -> FindingWords:
    """Words from the params: the real words are another room's."""
    words = {name: str(finding.params.get(name, "")) for name in ("where", "found", "expected", "remedy")}
    if form:
        words["where"] = f"{form}, {words['where']}"
    return FindingWords(code=finding.code, severity=finding.severity, **words)


WORD_FILE = StoredFile("Báo cáo CCHC quý I-2023 (bản ký).docx", "3f9a" + "b1c2d3e4" * 7 + "5566", 48_219)
EXCEL_FILE = StoredFile("Bieu II.06 TDM.xlsx", "a07c" + "99887766" * 7 + "0f0f", 24_996)
THREAD = Thread("<CAF12.9z@mail.binhduong.example>", ("<req.1@binhduong.example>",), "V/v báo cáo CCHC quý I năm 2023")


def answer(**changes: object) -> AnswerNotice:
    facts: dict[str, object] = {
        "kind": NoticeKind.RECEIPT,
        "key": "receipt:41",
        "agency": agency("tdm"),
        "to": ("tdm@binhduong.example",),
        "thread": THREAD,
        "received_at": local(8, 14, 5),
        "receipt_number": "TN-2023Q1-TDM-0003",
        "files": (WORD_FILE, EXCEL_FILE),
        "results": (
            FormResult(NARRATIVE, 1, Verdict.ACCEPTED, (), (WORD_FILE,)),
            FormResult(II06, 1, Verdict.ACCEPTED, (), (EXCEL_FILE,)),
        ),
        "round": ROUND,
        "deadline": DEADLINE,
        "mail_id": 41,
    }
    return AnswerNotice(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields


def owed(form: Form, status: ObligationStatus, code: str = "tdm", **changes: object) -> Owed:
    facts: dict[str, object] = {"agency": code, "form": form.code, "status": status, "deadline": DEADLINE}
    if status in (ObligationStatus.FULFILLED, ObligationStatus.CORRECTION_NEEDED):
        facts |= {"version": 1, "latest_version": 1, "first_received_at": local(3, 9, 12)}
    if status is ObligationStatus.FULFILLED:
        facts |= {"first_valid_at": local(3, 9, 12)}
    if status is ObligationStatus.CORRECTION_NEEDED:
        facts |= {"findings": 2}
    return Owed(form, ObligationState(**(facts | changes)))  # type: ignore[arg-type]  # a dictionary of the fields


def nudge(kind: NoticeKind, **changes: object) -> NudgeNotice:
    facts: dict[str, object] = {
        "kind": kind,
        "key": f"{kind}:2023-q1:tdm",
        "step": "t-3",
        "agency": agency("tdm"),
        "to": ("tdm@binhduong.example",),
        "cc": (),
        "round": ROUND,
        "deadline": DEADLINE,
        "owed": (
            owed(NARRATIVE, ObligationStatus.FULFILLED),
            owed(II06, ObligationStatus.OPEN),
            owed(STATS, ObligationStatus.CORRECTION_NEEDED),
        ),
        "at": local(6),
        "days": 3,
        "working_days": 3,
        "next_step_on": date(2023, 3, 8),
    }
    return NudgeNotice(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields


def decision(code: str, **changes: object) -> DecisionNotice:
    facts: dict[str, object] = {
        "key": f"decision:{code}:7",
        "decision": code,
        "agency": agency("bb"),
        "to": ("bb@binhduong.example",),
        "cc": (),
        "round": ROUND,
        "forms": (II06,),
        "why": "Cán bộ phụ trách nghỉ ốm, đã trao đổi qua điện thoại.",
        "deadline": DEADLINE,
        "at": local(9, 10, 20),
    }
    return DecisionNotice(**(facts | changes))  # type: ignore[arg-type]  # a dictionary of the fields


def alert(code: str, **params: str) -> AlertNotice:
    return AlertNotice(f"alert:{code}:12", code, params, local(9, 9, 30))


STATUS = ObligationStatus
