"""The coordinator's page over the embedded server: it goes out with its tracker, and its links and commands hold."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from embedded_office import ROUND, STRANGER, Office, at, embedded_office
from openpyxl import load_workbook

from bot.documents.tracker import HEAD_ROW
from bot.domain.decision import Action
from bot.flows import decisions
from bot.flows.daily import digest
from bot.flows.decisions import carry_out, excuse

BEFORE = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def test_the_page_counts_what_came_and_its_tracker_has_every_obligation(office: Office) -> None:
    office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    target = decisions.target(office.services, "pg", ROUND, None)
    carry_out(office.services, excuse(office.services, target, who="An", why="=không có hồ sơ"))
    office.once(at(3, 9, 8))
    notice = digest(office.services, office.services.now())
    (page,) = notice.rounds
    assert {row.agency.code for row in page.agencies if row.done} == {"stp", "pg"}
    (book,) = notice.enclosures
    assert book.name == "Theo dõi báo cáo quý I-2023, 09-3-2023.xlsx"
    rows = list(load_workbook(BytesIO(book.payload)).worksheets[0].iter_rows(min_row=HEAD_ROW + 1, values_only=True))
    assert len(rows) == len(page.round.assignments)
    (stp,) = [row for row in rows if row[1] == "stp"]
    assert stp[4] == "✓ Đạt"
    assert (office.services.vault.data_dir / str(stp[-1])).exists()
    assert {row[15] for row in rows if row[1] == "pg"} == {"=không có hồ sơ"}
    assert all(row[11] for row in rows if row[1] == "bb")  # requests went out


def test_a_stranger_s_mail_waits_with_its_answers_as_links(office: Office) -> None:
    office.took(STRANGER, [("Báo cáo.docx", office.cast("stp").narrative())])
    office.once(at(3, 9, 8))
    notice = digest(office.services, office.services.now())
    (item,) = [i for i in notice.items if i.what == "sender"]
    assert [x.order.action for x in item.links] == [Action.BIND, Action.BIND, Action.DONE]
    assert item.links[0].order.whose == "stp"
    assert all(x.href.startswith("mailto:") and x.code in x.subject for x in item.links)


def test_the_next_page_tells_only_what_is_new(office: Office) -> None:
    office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    office.once(at(3, 8, 8))
    office.clock.move_to(at(3, 9, 8))
    notice = digest(office.services, office.services.now())
    assert notice.since is not None
    assert not notice.rounds[0].changes
