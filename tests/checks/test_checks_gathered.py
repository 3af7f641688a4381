"""Rows of an answer that say the same of many files are one that counts them."""

from dataclasses import replace

from bot.checks.file import container_finding, file_finding
from bot.checks.gathered import MOST, gathered
from bot.checks.mail import mail_finding
from bot.domain.document import Excess, FileKind, Unreadable, UnreadableReason
from bot.domain.form import Severity
from bot.domain.office import Language
from bot.domain.submission import Finding, Place
from bot.mail.compose_views import MAX_CELL
from bot.screens import finding_words

VI, EN = finding_words(Language.VI), finding_words(Language.EN)


def rubbish(count: int) -> list[Finding]:
    return [mail_finding("M102", f"f{number}.txt") for number in range(count)]


def test_up_to_the_limit_each_has_its_row() -> None:
    assert gathered(rubbish(MOST)) == tuple(rubbish(MOST))


def test_more_are_one_row_with_the_first_names_and_the_number_of_the_others() -> None:
    other = mail_finding("M101")
    first, last = gathered([*rubbish(200), other])
    assert last == other
    assert (first.code, first.severity) == ("M102", Severity.ERROR)
    assert VI.say(first).where == 'Tệp "f0.txt", "f1.txt", "f2.txt", "f3.txt", "f4.txt" … và 195 tệp khác'
    assert EN.say(first).where.endswith('"f4.txt" … and 195 more')


def test_what_differs_stays_apart() -> None:
    softened = [replace(f, severity=Severity.REMARK) for f in rubbish(MOST)]
    assert len(gathered([*rubbish(MOST), *softened])) == 2 * MOST
    parts = [Finding("W101", Severity.ERROR, Place(file="a", part=str(n))) for n in range(2 * MOST)]
    assert len(gathered(parts)) == 2 * MOST


def test_figures_of_single_files_are_left_out_of_the_row_of_many() -> None:
    def big(number: int) -> Unreadable:
        return Unreadable(UnreadableReason.TOO_BIG, FileKind.ARCHIVE, over=Excess("files", 200, 201 + number))

    (one,) = gathered([container_finding(big(n), f"{n}.zip") for n in range(20)])
    assert "quá nhiều tệp" in VI.say(one).found
    books = [file_finding(replace(big(n), kind=FileKind.XLSX, over=Excess("row", 5, 6 + n)), f"{n}") for n in range(20)]
    (one,) = gathered([f for f in books if f])
    assert "nội dung bên trong tệp quá lớn" in VI.say(one).found


def test_long_names_do_not_push_the_number_out_of_the_row() -> None:
    (one,) = gathered([mail_finding("M102", f"{n}" + "x" * 240) for n in range(50)])
    where = VI.say(one).where
    assert len(where) <= MAX_CELL
    assert where.endswith("và 45 tệp khác")
