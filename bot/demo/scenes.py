"""What the sample agencies do in the demo, as data: who mails what, when, and what the coordinator decides in between.

Times are those of the round's own calendar, counted in days from the last timely day, so the story fits any round.
Everything is made up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.demo import documents
from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.round import Round
from bot.settings import Settings
from bot.text.periods import say_period

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Act:
    """One mail of an agency, or of somebody else. `day` counts from the last timely day; `hour`, `minute` are local.

    `{until}` in `text` is the day that the coordinator will grant. `answers` replies to the newest notice that this
    address got. `again` mails the very files of that agency's last mail.
    """

    day: int
    hour: int
    minute: int
    agency: str
    subject: str
    files: Callable[["Cast"], Sequence[File]] | None = None
    text: str = "Kính gửi Sở Nội vụ, cơ quan chúng tôi xin gửi báo cáo như tệp đính kèm.\n"
    sender: str = ""
    known: bool = True
    answers: bool = False
    again: bool = False
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """Makes files as one agency writes them."""

    settings: Settings
    round: Round
    agency: Agency

    @property
    def superior(self) -> str:
        return "UBND TỈNH BÌNH DƯƠNG"

    @property
    def period(self) -> str:
        """As reports print it: `quý I năm 2023`."""
        period = self.round.period
        return say_period(period.kind.value, period.ordinal, period.year, "vi").replace("/", " năm ")

    @property
    def _seed(self) -> int:
        """One for all files of an agency, so that its text and its tables say the same."""
        return sum(self.agency.code.encode())

    def narrative(
        self, *, missing: Sequence[str] = (), empty: Sequence[str] = (), period: str = "", name: str = ""
    ) -> bytes:
        form, owed = self._owed("narrative")
        parts = [p for p in form.parts if not owed or p.code in owed]
        named, when = name or self.agency.name, period or self.period
        lines = documents.ii06_rows(self._seed)
        return documents.narrative(named, self.superior, when, parts, missing=missing, empty=empty, lines=lines)

    def ii06(self, broken: Mapping[str, object] | None = None) -> bytes:
        return documents.ii06(self.agency.name, self.period, break_cell=broken, seed=self._seed)

    def stats(self, broken: Mapping[str, object] | None = None) -> bytes:
        form, _ = self._owed("cchc_stats")
        assert form.table is not None
        values = documents.stats_values(self._seed)
        return documents.cchc_stats(self.agency.name, self.period, form.table.rows, values=values, break_cell=broken)

    def broadcasts(self) -> bytes:
        return documents.broadcasts(self.agency.name, self.period)

    def articles(self, count: int | None = None) -> bytes:
        return documents.articles(self.agency.name, self.period, count=count)

    def _owed(self, form: str) -> tuple[Form, tuple[str, ...]]:
        assignment = self.round.assignment(self.agency.code, form)
        return self.settings.forms[form], assignment.parts if assignment else ()


def _one(name: str, make: Callable[[Cast], bytes]) -> Callable[[Cast], list[File]]:
    return lambda cast: [(name, make(cast))]


def _district(cast: Cast) -> list[File]:
    name = cast.agency.name.removeprefix("UBND ")
    return [
        (f"Báo cáo CCHC {name}.docx", cast.narrative()),
        ("Biểu II.06.xlsx", cast.ii06()),
        ("Thống kê CCHC.xlsx", cast.stats()),
    ]


def _without_a_part(cast: Cast) -> list[File]:
    return [
        ("Báo cáo.docx", cast.narrative(missing=["II.5"], empty=["III"])),
        ("II.06.xlsx", cast.ii06()),
        ("Thống kê.xlsx", cast.stats({"D9": 999})),
    ]


def _broken_sums(cast: Cast) -> list[File]:
    return [
        ("Báo cáo CCHC.docx", cast.narrative()),
        ("Biểu II.06.xlsx", cast.ii06({"C14": 120, "J16": "hai"})),
        ("Thống kê.xlsx", cast.stats()),
    ]


STORY: tuple[Act, ...] = (
    Act(-6, 9, 12, "stp", "Báo cáo CCHC quý I/2023", _one("Báo cáo CCHC.docx", Cast.narrative), answers=True),
    Act(-6, 14, 40, "da", "UBND TP Dĩ An gửi báo cáo CCHC quý I năm 2023", _district),
    Act(-6, 14, 41, "da", "UBND TP Dĩ An gửi báo cáo CCHC quý I năm 2023", again=True),
    Act(-3, 10, 5, "stc", "Báo cáo CCHC", _one("Bao cao.docx", lambda c: c.narrative(period="quý IV năm 2022"))),
    Act(-3, 10, 30, "ta", "Báo cáo Word, số liệu gửi sau", _one("bao cao cchc.docx", Cast.narrative), answers=True),
    Act(
        -3,
        15,
        20,
        "bc",
        "Trả lời tự động: Nghỉ phép",
        text="Tôi nghỉ phép đến hết ngày 08/3.\n",
        answers=True,
        headers={"Auto-Submitted": "auto-replied"},
    ),
    Act(-2, 8, 50, "stc", "Gửi lại báo cáo quý I", _one("Báo cáo quý I-2023.docx", Cast.narrative), answers=True),
    Act(
        -2,
        9,
        15,
        "ta",
        "Số liệu quý I/2023",
        lambda c: [("II.06.xlsx", c.ii06()), ("Thống kê.xlsx", c.stats())],
        answers=True,
    ),
    Act(
        -2,
        11,
        0,
        "vpub",
        "Báo cáo TTHC, một cửa quý I",
        lambda c: [("VPUB - báo cáo.docx", c.narrative()), ("Bieu 06a.xlsx", c.ii06())],
    ),
    Act(
        -2,
        15,
        5,
        "bb",
        "Bao cao Bau Bang",
        _one("bao cao.docx", Cast.narrative),
        sender="nguyenvana.1990@thudientu.test",
        known=False,
    ),
    Act(-2, 16, 10, "ptth", "Danh mục tin, phóng sự CCHC", _one("Danh mục phát sóng.xlsx", Cast.broadcasts)),
    Act(-1, 9, 5, "bao", "Số lượng tin bài quý I", _one("Tin bài CCHC.xlsx", lambda c: c.articles(count=9))),
    Act(
        -1,
        10,
        15,
        "pg",
        "Xin gia hạn báo cáo CCHC quý I/2023",
        text="Kính gửi Sở Nội vụ, do mất điện toàn huyện, đơn vị xin gia hạn báo cáo đến hết ngày {until}.\n",
    ),
    Act(-1, 14, 5, "tdm", "Báo cáo CCHC quý I/2023 của TP Thủ Dầu Một", _broken_sums),
    Act(-1, 15, 0, "bao", "Gửi lại danh mục tin bài", _one("Tin bài CCHC (sửa).xlsx", Cast.articles), answers=True),
    Act(
        -1, 15, 30, "stttt", "Báo cáo chính quyền số", _one("Bao cao.docx", lambda c: c.narrative(name="Sở Tài chính"))
    ),
    Act(-1, 16, 2, "dt", "Báo cáo huyện Dầu Tiếng", _district, sender="phongnoivu.dautieng@thudientu.test"),
    Act(0, 8, 45, "tdm", "Re: II.06 đã sửa", _one("Biểu II.06 (sửa).xlsx", Cast.ii06), answers=True),
    Act(0, 10, 20, "btu", "Báo cáo CCHC quý I", _without_a_part),
    Act(
        0,
        15,
        45,
        "tu",
        "bao cao tan uyen",
        lambda c: [("scan_0001.docx", c.narrative()), ("Book1.xlsx", c.ii06()), ("Book2.xlsx", c.stats())],
    ),
    Act(1, 9, 30, "bc", "Bến Cát xin gửi báo cáo", _district, answers=True),
    Act(1, 14, 0, "stttt", "Báo cáo của Sở TT&TT", _one("Báo cáo Sở TTTT.docx", Cast.narrative), answers=True),
)


def acts(story: Sequence[Act] = STORY) -> tuple[Act, ...]:
    """The story in the order of time."""
    return tuple(sorted(story, key=lambda a: (a.day, a.hour, a.minute)))
