"""What an office or a round changes of single codes, and what it may not."""

import pytest
from checks_reading import check, said
from documents_by_code import carrying, ii06, stats, stats_cell, unreadable

from bot.checks.changes import LOCKED, changeable, changed
from bot.checks.registry import entries
from bot.domain.document import UnreadableReason, Workbook
from bot.domain.form import Severity
from bot.domain.round import CheckSetting
from bot.domain.submission import Finding, Place

OFF = CheckSetting("X201", off="thí điểm")
SOFT = CheckSetting("X201", Severity.REMARK)
HARD = CheckSetting("X201", Severity.ERROR)
BAD = ii06(C12=1)


@pytest.mark.parametrize(
    ("checks", "severity"),
    [
        ((), Severity.ERROR),
        ((SOFT,), Severity.REMARK),
        ((HARD,), Severity.ERROR),
        ((OFF,), None),
        ((SOFT, OFF), Severity.REMARK),  # the round's word first
        ((OFF, SOFT), None),
        ((HARD, OFF), Severity.ERROR),
        ((CheckSetting("X202", off="khác"),), Severity.ERROR),
    ],
)
def test_the_first_word_on_a_code_stands(checks: tuple[CheckSetting, ...], severity: Severity | None) -> None:
    found = check("ii06", BAD, checks=checks)
    assert [f.severity for f in found] == ([] if severity is None else [severity])


def test_a_remark_can_be_made_an_error() -> None:
    hard = (CheckSetting("X112", Severity.ERROR),)
    found = check("cchc_stats", stats(r2_2=12), checks=hard)
    assert [(f.code, f.place.cell, f.severity) for f in found] == [("X112", stats_cell("2.2"), Severity.ERROR)]


@pytest.mark.parametrize("severity", [Severity.ERROR, Severity.REMARK])
def test_all_findings_of_a_code_become_the_same(severity: Severity) -> None:
    checks = (CheckSetting("F109", severity),)
    for name in ("a.pdf", "a.xls", "a"):
        assert [f.severity for f in check("ii06", ii06(), file_name=name, checks=checks)] == [severity]


def test_a_check_that_is_off_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    entry = entries()["X201"]

    def watched(context: object) -> list[Finding]:
        ran.append("X201")
        return []

    monkeypatch.setitem(entries(), "X201", type(entry)(entry.code, entry.severity, entry.kinds, watched, entry.page))  # type: ignore[arg-type]
    check("ii06", BAD)
    assert ran == ["X201"]
    check("ii06", BAD, checks=(OFF,))
    assert ran == ["X201"]


def test_what_was_held_stays_held() -> None:
    held = Finding("X201", Severity.HOLD, Place(file="a"))
    assert changed((held,), (SOFT,)) == (held,)
    assert changed((held,), (OFF,)) == (held,)


@pytest.mark.parametrize("code", sorted(LOCKED))
def test_a_locked_code_cannot_be_changed(code: str) -> None:
    assert code in entries()
    found = Finding(code, Severity.ERROR, Place(file="a"))
    assert changed((found,), (CheckSetting(code, Severity.REMARK),)) == (found,)
    assert changed((found,), (CheckSetting(code, off="không cần"),)) == (found,)


def test_nothing_that_means_nobody_could_judge_can_be_changed() -> None:
    assert not LOCKED & set(changeable())
    assert all(entries()[code].severity is not Severity.HOLD for code in changeable())
    everything_off = tuple(CheckSetting(code, off="thử") for code in entries())
    assert [f.code for f in check("ii06", unreadable(UnreadableReason.ENCRYPTED), checks=everything_off)] == ["F104"]
    assert [f.code for f in check("ii06", Workbook(()), checks=everything_off)] == ["X101"]
    assert check("ii06", carrying(BAD, macros=True), checks=everything_off) == ()


def test_a_placeholder_that_is_only_a_remark_leaves_the_cell_no_number() -> None:
    soft = (CheckSetting("X115", Severity.REMARK),)
    found = check("ii06", ii06(D12="xx"), checks=soft)
    assert sorted(said(found)) == [("X104", "D12"), ("X115", "D12")]
    off = (CheckSetting("X115", off="thí điểm"),)
    assert said(check("ii06", ii06(D12="xx"), checks=off)) == [("X104", "D12")]
