"""What a held mail keeps back: only what may really be in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import ROUND, Office, at, embedded_office

from bot.documents.sandbox import Sandbox
from bot.domain.document import Document, Unreadable, UnreadableReason, Workbook
from bot.flows.snapshot import load_states


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def statuses(office: Office, agency: str) -> dict[str, str]:
    (state,) = load_states(office.services, [office.settings.round(ROUND)], office.services.now())
    return {o.form: o.status.value for o in state.of(agency)}


@pytest.fixture
def workbooks_break_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader dies over every workbook: the child is made to, everything else is as it is."""
    whole = Sandbox.read_many

    def dies(self: Sandbox, files, budget=None):  # type: ignore[no-untyped-def]
        def after(document: Document) -> Document:
            is_book = isinstance(document, Workbook)
            return Unreadable(UnreadableReason.CRASHED, document.traits.kind, "boom") if is_book else document

        return tuple(map(after, whole(self, files)))

    monkeypatch.setattr(Sandbox, "read_many", dies)


@pytest.mark.usefixtures("workbooks_break_the_reader")
def test_a_form_that_could_not_be_judged_waits_and_the_rest_is_still_owed(office: Office) -> None:
    tdm = office.cast("tdm")
    office.took("tdm", [("Báo cáo.docx", tdm.narrative()), ("II.06.xlsx", tdm.ii06())])
    assert statuses(office, "tdm") == {"narrative": "fulfilled", "ii06": "held", "cchc_stats": "open"}
    office.once(at(3, 6, 8))
    reminder = next(m for m in office.got("tdm") if "Còn 3 ngày" in str(m["Subject"]))
    text = " ".join(reminder.get_body(("plain",)).get_content().split())
    assert "Biểu thống kê CCHC" in text


@pytest.mark.usefixtures("workbooks_break_the_reader")
def test_a_file_of_no_known_form_that_could_not_be_judged_keeps_all_reminders_back(office: Office) -> None:
    office.took("tdm", [("scan.bin.xlsx", office.cast("tdm").ii06()), ("khác.xlsx", office.cast("tdm").stats())])
    assert set(statuses(office, "tdm").values()) == {"held"}
    office.once(at(3, 6, 8))
    assert not [m for m in office.got("tdm") if "Còn 3 ngày" in str(m["Subject"])]
