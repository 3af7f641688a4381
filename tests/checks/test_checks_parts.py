"""Parts of a narrative: which may be left out, which may say that there is nothing, in what order, how long."""

from dataclasses import replace
from itertools import permutations

import pytest
from checks_reading import check, said, text
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.order import longest_run
from bot.domain.document import TextDocument
from bot.domain.form import Form, FormKind, Part, Severity

TEXT = "Đã ban hành 3 văn bản, rà soát 12 văn bản."


def form_of(*parts: Part) -> Form:
    return Form("bc", "Báo cáo", "Báo cáo", FormKind.OUTLINE, parts)


ONLY = Part("I", ("Công tác chỉ đạo",))


@pytest.mark.parametrize(
    ("standing", "plain", "nil_allowed", "optional", "optional_nil"),
    # what stands under the heading (None: no heading), and the finding for each kind of part
    [
        (None, "W101", "W101", "", ""),
        ("", "W102", "W102", "W102", "W102"),
        ("……………", "W102", "W102", "W102", "W102"),
        ("**1. Kế hoạch", "W102", "W102", "W102", "W102"),
        ("Không có.", "W102", "", "", ""),
        ("Không có\nKhông phát sinh.", "W102", "", "", ""),
        (TEXT, "", "", "", ""),
        (f"Không có.\n{TEXT}", "", "", "", ""),
    ],
)
def test_what_each_kind_of_part_may_hold(
    standing: str | None, plain: str, nil_allowed: str, optional: str, optional_nil: str
) -> None:
    codes = (plain, nil_allowed, optional, optional_nil)
    kinds: list[dict[str, object]] = [
        {},
        {"nil_allowed": True},
        {"optional": True},
        {"optional": True, "nil_allowed": True},
    ]
    for code, fields in zip(codes, kinds, strict=True):
        other = Part("II", ("Kiến nghị",))
        form = form_of(replace(ONLY, **fields), other)  # type: ignore[arg-type]
        lines = ([] if standing is None else ["**I. Công tác chỉ đạo", standing]) + ["**II. Kiến nghị", TEXT]
        assert said(check(form, text(*lines))) == ([(code, "I")] if code else []), fields


@pytest.mark.parametrize(("assigned", "code"), [(("I", "II"), "W101"), (("II",), "")])
def test_an_optional_part_that_is_assigned_by_name_is_owed(assigned: tuple[str, ...], code: str) -> None:
    form = form_of(replace(ONLY, optional=True), Part("II", ("Kiến nghị",)))
    found = check(form, text("**II. Kiến nghị", TEXT), parts=assigned)
    assert said(found) == ([(code, "I")] if code else [])


def test_parts_that_may_say_nothing_leave_the_part_above_them_in_peace() -> None:
    parts = [Part("II", ("Kết quả",)), *(Part(f"II.{n}", (f"Lĩnh vực {n}",), "II", nil_allowed=True) for n in (1, 2))]
    lines = ["**II. Kết quả", "**1. Lĩnh vực 1", "Không có.", "**2. Lĩnh vực 2", "Không có."]
    assert said(check(form_of(*parts), text(*lines))) == []


# ---- order -------------------------------------------------------------------------------------------------

TOP = [
    Part(code, (title,))
    for code, title in (("I", "Chỉ đạo"), ("II", "Kết quả"), ("III", "Đánh giá"), ("IV", "Phương hướng"))
]
BELOW = [Part(f"II.{n}", (title,), "II") for n, title in ((1, "Thể chế"), (2, "Thủ tục"), (3, "Bộ máy"))]
OUTLINE = form_of(*TOP[:2], *BELOW, *TOP[2:])


def standing(*codes: str) -> TextDocument:
    titles = [OUTLINE.part(code).title for code in codes]
    return text(*(line for title in titles for line in (f"**{title}", TEXT)))


def misplaced(*codes: str) -> list[tuple[str | None, object, object]]:
    found = [f for f in check(OUTLINE, standing(*codes)) if f.code == "W103"]
    assert all(f.severity is Severity.REMARK for f in found)
    return [(f.place.part, f.params["reason"], f.params["other"]) for f in found]


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("I II II.1 II.2 II.3 III IV", []),
        ("I III IV", []),
        ("I II II.1 II.2 II.3 IV III", [("III", "late", "IV")]),
        ("IV I II II.1 II.2 II.3 III", [("IV", "early", "III")]),
        ("I III IV II II.1 II.2 II.3", [("II", "late", "III")]),  # a whole group is one
        ("I II II.2 II.3 II.1 III IV", [("II.1", "late", "II.2")]),
        ("I II II.1 II.2 III II.3 IV", [("II.3", "late", "III")]),
        ("I II.1 II II.2 II.3 III IV", [("II.1", "early", "II")]),
        ("I II II.1 II.2 II.3 III IV II.2", []),  # a heading that comes again
        ("I II.1 II.2 II.3 III IV", []),
        ("IV III II I", [("I", "late", "IV"), ("II", "late", "IV"), ("III", "late", "IV")]),
    ],
)
def test_the_fewest_parts_that_explain_the_order(codes: str, found: list[tuple[str, str, str]]) -> None:
    assert misplaced(*codes.split()) == found


def test_a_table_of_contents_is_no_other_order() -> None:
    contents = [f"**{part.title}" for part in OUTLINE.parts]
    body = [line for part in OUTLINE.parts for line in (f"**{part.title}", TEXT)]
    assert said(check(OUTLINE, text(*contents, *body))) == []


@given(st.permutations(range(6)))
def test_the_longest_run_rises_and_none_is_longer(ranks: list[int]) -> None:
    run = longest_run(ranks)
    assert list(run) == sorted(run)
    assert [ranks[at] for at in run] == sorted(ranks[at] for at in run)
    rising = (
        mask.bit_count()
        for mask in range(1 << len(ranks))
        if (picked := [r for at, r in enumerate(ranks) if mask >> at & 1]) == sorted(picked)
    )
    assert len(run) == max(rising)


@pytest.mark.parametrize("codes", list(permutations(["I", "II", "III", "IV"])))
def test_what_is_left_when_the_named_parts_go_stands_in_order(codes: tuple[str, ...]) -> None:
    named = {part for part, _, _ in misplaced(*codes)}
    kept = [code for code in codes if code not in named]
    assert kept == [part.code for part in TOP if part.code in kept]


# ---- length ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Đã ban hành 3 văn bản.", 6),
        ("Đã ban hành ……… 3 văn bản.", 6),
        ("**1. Kế hoạch\nKhông có.\nĐã làm xong.", 3),
        ("**a) Văn bản:\nĐã ban hành - 3 văn bản, đạt 98,5 %.", 8),
        (" ".join(["từ"] * 3000), 3000),
    ],
)
def test_words_are_counted_without_headings_dots_and_nothing(content: str, words: int) -> None:
    lines = ["**I. Công tác chỉ đạo", *content.split("\n")]
    for least, is_short in ((words, False), (words + 1, True)):
        found = check(form_of(replace(ONLY, minimum_words=least)), text(*lines))
        assert said(found) == ([("W104", "I")] if is_short else [])
        if is_short:
            assert found[0].params == {"actual": words, "expected": least}
            assert found[0].severity is Severity.REMARK


@pytest.mark.parametrize(
    ("content", "code"), [("Không có.", ""), ("", "W102"), ("Đã làm [nêu cụ thể].", "W105"), ("Đã làm.", "W104")]
)
def test_one_part_has_one_thing_said_of_it(content: str, code: str) -> None:
    form = form_of(replace(ONLY, minimum_words=20, nil_allowed=True))
    assert said(check(form, text("**I. Công tác chỉ đạo", content))) == ([(code, "I")] if code else [])
