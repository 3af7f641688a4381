"""One voice: two rounds at once, and still one mail a day for each agency."""

import re
from collections import Counter
from email.utils import parsedate_to_datetime

from scene_office import COORDINATOR, VN, SceneOffice, address, at, kind, reports, said


def second_round(office: SceneOffice) -> None:
    """A yearly report due on the same day as the quarter's, asked of three of the same agencies."""
    folder = office.folder / "config/rounds"
    text = (folder / "2023-q1.toml").read_text("utf-8")
    text = text[: text.index("[[assignments]]")]
    for old, new in (
        ('code = "2023-q1"', 'code = "2022-y"'),
        ('kind = "quarter"', 'kind = "year"'),
        ("ordinal = 1", ""),
        ("year = 2023", "year = 2022"),
        ("quý I năm 2023", "năm 2022"),
        ("last = 2023-03-14", "last = 2022-12-31"),
        ("first = 2022-12-15", "first = 2021-12-15"),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    duties = "".join(f'\n[[assignments]]\nform = "narrative"\nagency = "{a}"\n' for a in ("stp", "pg", "bb"))
    (folder / "2022-y.toml").write_text(text + duties, "utf-8")


def test_one_mail_a_day_says_it_all(office: SceneOffice) -> None:
    second_round(office)
    for morning in (at(3, d) for d in (2, 3, 6, 7, 8, 9, 10, 13)):
        office.once(morning)
        if morning.day == 6:  # of two rounds, this one is done
            office.send(address("bb"), "Báo cáo năm 2022", [("Báo cáo.docx", yearly("bb"))])
            office.once(at(3, 6, 9))
    for agency in ("stp", "pg", "bb", "tdm"):
        nudges = [m for m in office.got(address(agency)) if kind(m) in ("request", "reminder", "overdue", "escalation")]
        days = Counter(parsedate_to_datetime(m["Date"]).astimezone(VN).date() for m in nudges)
        assert set(days.values()) == {1}, (agency, days)
        assert len(nudges) == 6, agency
    first, second, *_ = (m for m in office.got(address("pg")) if kind(m) in ("request", "reminder"))
    for mail in (first, second):
        assert "quý I/2023" in said(mail)
        assert "năm 2022" in said(mail)
        assert re.search(r"\[BC 2022Y PG\]|\[BC 2023Q1 PG\]", mail["Subject"])
    # Each round has its own record of the step, though one mail spoke for both.
    for round_ in ("2023-q1", "2022-y"):
        rows = office.thuky("status", "--round", round_, "--json").json["agencies"]
        steps = {a["agency"]: [n["step"] for n in a["nudges"]] for a in rows}
        assert steps["pg"] == ["request", "t-3", "t-1", "t-0", "t+1", "t+3"]
    assert steps["bb"] == ["request", "t-3"]
    after = [m for m in office.got(address("bb")) if kind(m) == "reminder"][-1]
    assert "năm 2022" not in said(after).replace("báo cáo năm 2022 đã", "")
    assert office.got(COORDINATOR)


def yearly(agency: str) -> bytes:
    """That agency's narrative, which says that it is of the year 2022."""
    from dataclasses import replace

    from bot.domain.round import PeriodKind, ReportingPeriod

    cast = reports(agency)
    of_year = replace(cast.round, period=ReportingPeriod(PeriodKind.YEAR, 2022))
    return type(cast)(cast.settings, of_year, cast.agency).narrative()
