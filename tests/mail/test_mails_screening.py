"""Every mail of `tests/mails/`, had it come from a registered agency: goes on, or is stopped for the reason named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.decide.screening import screen
from bot.domain.mail import Outcome, Reason
from bot.domain.office import Coordinator, Office, WorkingTime
from bot.mail.parse import parse

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.eml"))
OFFICE = Office(
    name="Sở Nội vụ",
    address="baocao@binhduong.example",
    coordinator=Coordinator("Điều phối", "dieuphoi@binhduong.example"),
    working_time=WorkingTime(ZoneInfo("Asia/Ho_Chi_Minh")),
    own_addresses=frozenset({"baocao@binhduong.example"}),
    coordinator_addresses=frozenset({"dieuphoi@binhduong.example"}),
)
HELD = {Reason.AMBIGUOUS_SENDER.value}


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_screening(path: Path) -> None:
    want = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))["screening"]
    raw = path.read_bytes()
    mail = parse(raw)
    found = screen(
        mail,
        office=OFFICE,
        is_ours=False,
        is_registered=True,
        is_coordinator=mail.sender in OFFICE.coordinator_addresses,
        has_documents=any(not a.inline for a in mail.attachments),
        size=len(raw),
    )
    if want == "goes_on":
        assert (found.outcome, found.reason) == (None, None), found.why
    else:
        assert found.reason is not None, found.why
        assert found.reason.value == want, found.why
        assert found.outcome is (Outcome.HELD if want in HELD else Outcome.IGNORED)
