"""Figures and lines of sample reports: they hold every rule of the sample office's forms, and come from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FIELDS = (
    "Chứng thực",
    "Hộ tịch",
    "An toàn thực phẩm",
    "Bảo trợ xã hội",
    "Người có công",
    "Phí, lệ phí",
    "Đất đai",
    "Quy hoạch đô thị và nông thôn",
    "Hoạt động xây dựng",
    "Chính sách",
)


@dataclass(frozen=True, slots=True)
class Ii06Row:
    """One line of II.06 by what is counted; the sums follow from it."""

    label: str
    online: int = 0
    direct: int = 0
    carried: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    overdue_pending: int = 0

    def figures(self) -> list[int]:
        """Columns (3) to (13). Pending in time is what remains; ValueError when more was settled than received."""
        received = self.online + self.direct + self.carried
        settled = self.early + self.on_time + self.late
        pending = received - settled
        if pending < self.overdue_pending:
            raise ValueError(f"{self.label}: more settled and overdue than received")
        return [
            *(received, self.online, self.direct, self.carried),
            *(settled, self.early, self.on_time, self.late),
            *(pending, pending - self.overdue_pending, self.overdue_pending),
        ]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One line of the list of broadcasts; `minutes` may be a fraction."""

    title: str
    day: date | str
    minutes: float | int | str
    channel: str = "BTV1"


@dataclass(frozen=True, slots=True)
class Article:
    """One line of the list of articles."""

    title: str
    day: date | str
    medium: str = "Báo giấy"


def ii06_rows(seed: int = 1, labels: Sequence[str] = FIELDS) -> tuple[Ii06Row, ...]:
    """Lines of II.06 that hold every rule, from a seed."""
    figures = random.Random(seed)  # noqa: S311  figures for show
    rows = []
    for label in labels:
        early, on_time, late = figures.randint(0, 2000), figures.randint(0, 900), figures.randint(0, 5)
        overdue, pending = figures.randint(0, 3), figures.randint(0, 60)
        received = early + on_time + late + pending + overdue
        carried = figures.randint(0, received // 4)
        online = figures.randint(0, received - carried)
        rows.append(Ii06Row(label, online, received - carried - online, carried, early, on_time, late, overdue))
    return tuple(rows)


def stats_values(seed: int = 1) -> dict[str, object]:
    """Figures of a district for `cchc_stats`, by row code, that hold every rule of the sample office's form."""
    figures = random.Random(seed)  # noqa: S311  figures for show
    planned, given = figures.randint(20, 40), figures.randint(15, 30)
    return {
        "1.1.1": planned,
        "1.1.2": figures.randint(5, planned),
        "1.2.1": figures.randint(2, 9),
        "1.2.2": 6,
        "1.2.3": figures.randint(0, 6),
        "1.3.1": given,
        "1.3.2": given - 3,
        "1.3.3": 1,
        "1.3.4": 0,
        "1.4.1": figures.randint(200, 900),
        "1.4.2": 2,
        "1.5": 1,
        "2.1": figures.randint(1, 6),
        "2.2": "12/3/2",
        "2.3": "25/4/4",
        "3.1.3": figures.randint(180, 260),
        "3.3.2": 98.5,
        "3.3.3": "99,2",
        "3.3.4": 100,
        "4.2.1": 132,
        "4.2.2": figures.randint(115, 131),
        "4.2.4": 1,
        "6.1": 18.5,
        "6.1.1": 200,
        "6.1.2": 37,
        "6.2.1": 60,
        "6.2.2": 1,
        "6.2.3": 4,
        "6.2.4": 15,
        "6.2.5": 40,
        "7.3": 100,
        "7.4": "98,7",
        "7.5.2": 61.5,
    }


_BROADCASTS = (
    "Bình Dương đẩy mạnh giải quyết thủ tục hành chính trực tuyến",
    "Bộ phận một cửa cấp xã: gần dân, sát dân",
    "Chuyên mục Cải cách hành chính: nâng chất lượng phục vụ",
    "Phóng sự: một ngày ở Trung tâm hành chính công tỉnh",
    "Tọa đàm: chuyển đổi số trong cơ quan nhà nước",
)


def sample_broadcasts(count: int = 5) -> tuple[Broadcast, ...]:
    """So many broadcasts of the first quarter of 2023."""
    first = date(2023, 1, 9)
    return tuple(
        Broadcast(_BROADCASTS[at % len(_BROADCASTS)], first + timedelta(days=7 * at), (5, 3, 15, 10, 30)[at % 5])
        for at in range(count)
    )


def sample_articles(count: int = 6) -> tuple[Article, ...]:
    """So many articles of the first quarter of 2023, print and online in turn."""
    first = date(2023, 1, 11)
    return tuple(
        Article(_BROADCASTS[at % len(_BROADCASTS)], first + timedelta(days=6 * at), ("Báo giấy", "Báo điện tử")[at % 2])
        for at in range(count)
    )
