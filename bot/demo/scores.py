"""A self-scoring table (bảng tự đánh giá, chấm điểm) as an agency fills it in: criteria in three levels, scores with
their evidence, survey criteria left blank.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.sheets import new_sheet, put_header, put_row, put_signatures, put_title, saved

SCORES_FIRST_ROW = 7  # the first criterion; maximum in column C, score in D, evidence in E, remarks in F
_HEADER = (
    "STT",
    "Lĩnh vực/Tiêu chí/Tiêu chí thành phần",
    "Điểm tối đa",
    "Điểm tự đánh giá",
    "Tài liệu kiểm chứng",
    "Ghi chú/giải trình",
)
_CRITERIA = (
    ("Xây dựng và thực hiện kế hoạch", ("Ban hành kế hoạch kịp thời", "Mức độ hoàn thành kế hoạch")),
    ("Chất lượng thực hiện", ("Thực hiện đúng quy định", "Xử lý vấn đề phát hiện qua kiểm tra", "Báo cáo đúng hạn")),
)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One criterion. `score` None leaves the cell blank, as for what a survey decides."""

    code: str
    label: str
    maximum: float
    score: float | None = None
    evidence: str = ""
    note: str = ""


def sample_scores(area: str, seed: int = 1) -> tuple[ScoreRow, ...]:
    """Criteria of one area with scores that hold every rule: sums, maxima, evidence; the survey criterion is blank."""
    figures = random.Random(f"{area}{seed}")  # noqa: S311  figures for show
    rows: list[ScoreRow] = []
    for at, (criterion, components) in enumerate(_CRITERIA, 1):
        leaves = []
        for below, label in enumerate(components, 1):
            maximum = figures.randint(2, 6) * 0.5
            score = maximum - figures.randint(0, 2) * 0.25
            evidence = f"Báo cáo số {figures.randint(10, 280)}/BC"
            leaves.append(ScoreRow(f"1.{at}.{below}", label, maximum, score, evidence))
        total = sum(leaf.score or 0 for leaf in leaves)
        rows += [ScoreRow(f"1.{at}", criterion, sum(leaf.maximum for leaf in leaves), total), *leaves]
    survey = ScoreRow(f"1.{len(_CRITERIA) + 1}", "Tác động của cải cách (điều tra xã hội học)", 2.0)
    parents = [row for row in rows if row.code.count(".") == 1]
    maximum = sum(row.maximum for row in parents) + survey.maximum
    return (ScoreRow("1", area, maximum, sum(row.score or 0 for row in parents)), *rows, survey)


def selfscore(
    agency_name: str,
    period_words: str,
    rows: Sequence[ScoreRow],
    *,
    annex: str = "",
    break_cell: Mapping[str, Any] | None = None,
) -> bytes:
    """The table (.xlsx) of these criteria, which begin in SCORES_FIRST_ROW; `annex` as printed ("XII") heads it.
    `break_cell` puts other values into cells by Excel's names.
    """
    book, sheet = new_sheet(f"Phụ lục {annex}" if annex else "Tự chấm điểm", widths=[9, 56, 12, 14, 36, 28])
    if annex:
        put_title(sheet, 1, 6, f"Phụ lục {annex}", bold=True)
    put_title(sheet, 2, 6, "BẢNG TỰ ĐÁNH GIÁ, CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH", bold=True, size=14)
    put_title(sheet, 3, 6, f"Kỳ báo cáo: {period_words}")
    put_title(sheet, 4, 6, f"Đơn vị báo cáo: {agency_name}")
    for column, text in enumerate(_HEADER, 1):
        put_header(sheet, SCORES_FIRST_ROW - 1, column, text)
    for at, row in enumerate(rows):
        values = [row.code, row.label, row.maximum, row.score, row.evidence or None, row.note or None]
        put_row(sheet, SCORES_FIRST_ROW + at, values, bold=row.code.count(".") < 2)
    put_signatures(sheet, SCORES_FIRST_ROW + len(rows) + 1, 6)
    return saved(book, sheet, break_cell, freeze=f"C{SCORES_FIRST_ROW}")
