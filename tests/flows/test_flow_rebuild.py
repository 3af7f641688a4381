"""A lost database is made anew from the mailbox and the Sent folder, in this process: ids, notes, gaps, what is refused.

The proof on real servers, row by row, is `tests/scenes/test_scene_rebuild.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_office import BOX, COORDINATOR, STRANGER, Office, at, embedded_office
from ledger_rows import rows

from bot.flows import decisions

TODAY = at(3, 8, 9)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, dict[str, Any]]]:
    """An office with a day behind it, and what its database held; the database is gone afterwards."""
    with embedded_office(tmp_path_factory.mktemp("lived"), at(3, 1, 9)) as office:
        _live(office)
        before = rows(office.folder / "data" / "thuky.db")
        yield office, before


def _live(office: Office) -> None:
    services = office.services
    office.once()
    cast = office.cast("stp")
    office.mail("stp", [("Báo cáo.docx", cast.narrative(missing=["III"]))], moment=at(3, 2, 9))
    office.mail(STRANGER, [("Báo cáo.docx", office.cast("stc").narrative())], moment=at(3, 2, 9, 1))
    office.once(at(3, 2, 9, 2))
    office.mail("stp", [("Báo cáo.docx", cast.narrative())], moment=at(3, 2, 10))
    office.mail("vpub", subject="Xin gia hạn", text="Đề nghị cho gia hạn đến ngày 14/3/2023.\n", moment=at(3, 2, 10, 1))
    office.once(at(3, 2, 10, 2))
    office.clock.move_to(at(3, 2, 11))
    aim = decisions.target(services, "vpub", "2023-q1", None)
    until = datetime(2023, 3, 15, tzinfo=TODAY.tzinfo)
    asked = next(m.id for m in services.store.mails() if m.agency == "vpub")
    how = {"who": COORDINATOR, "why": "đã trao đổi"}
    decisions.carry_out(services, decisions.extend(services, aim, until, mail_id=asked, **how))
    office.clock.move_to(at(3, 2, 11, 1))
    decisions.carry_out(services, decisions.bind(services, STRANGER, "stc", **how))
    office.once(at(3, 2, 11, 5))
    office.clock.move_to(at(3, 3, 9))
    aim = decisions.target(services, "ptth", "2023-q1", "broadcasts")
    taken = decisions.received(
        services, aim, at=None, files=[("Phát sóng.xlsx", office.cast("ptth").broadcasts())], **how
    )
    decisions.carry_out(services, taken)
    office.once(at(3, 3, 9, 5))


def test_everything_comes_back(lived: tuple[Office, dict[str, Any]]) -> None:
    office, before = lived
    sent = len(office.got(COORDINATOR))
    done = office.thuky("rebuild", "--json", "--force")
    assert (done.code, done.json["unmatched"]) == (0, []), done.out + done.err
    after = rows(office.folder / "data" / "thuky.db")
    assert set(after) == set(before)
    for table in before:
        assert after[table] == before[table], table
    assert len(office.got(COORDINATOR)) == sent
