"""The board: what it shows of a real office, that nothing from a mail can break out of it, and when it is written."""

import html
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from embedded_office import ROUND, STRANGER, Office, at, embedded_office

from bot.domain.agency import Agency, Contact, Registry
from bot.domain.round import Assignment
from bot.flows import decisions
from bot.flows.board import PAGE, write_board

OPENING, AFTER = at(3, 2, 8), at(3, 13, 9)
HOW = {"who": "test", "why": "đã gọi điện"}
EVIL = "\"><script>alert(1)</script><a href='javascript:alert(2)'>"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, OPENING) as running:
        yield running


class Page(HTMLParser):
    """The board as a browser takes it: tags with their attributes, and the rows of its tables by agency."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text("utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def links(self) -> list[str]:
        return [value or "" for tag, attrs in self.tags for name, value in attrs.items() if name in ("href", "src")]

    def row(self, agency: str) -> tuple[str, str]:
        """The class of that agency's row, and its text."""
        row = re.search(rf'<tr class="(\w+)" data-g="\d+"><th>{re.escape(agency)}<.*?</tr>|$', self.source, re.DOTALL)
        assert row and row[0], agency
        return row[1], " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row[0])).split())


def board(office: Office) -> Page:
    """The board as another process would write it: tests change the configuration, which a process never does."""
    office.services.papers.boards.clear()
    write_board(office.services, office.clock.now())
    return Page(office.settings.data_dir / PAGE)


def name_of(office: Office, agency: str) -> str:
    return office.settings.registry.get(agency).name


def test_every_agency_stands_in_its_place_with_its_files_a_click_away(office: Office) -> None:
    office.once()
    office.took("stp", [("Báo cáo quý I.docx", office.cast("stp").narrative())], moment=at(3, 6))
    bad = office.cast("vpub").ii06({"C14": 120})
    office.took("vpub", [("BC.docx", office.cast("vpub").narrative()), ("II.06.xlsx", bad)], moment=at(3, 7))
    office.took("tdm", [("BC.docx", office.cast("tdm").narrative())], moment=at(3, 8))
    office.clock.move_to(AFTER)
    page = board(office)
    place, said = page.row(name_of(office, "stp"))
    assert place == "done"
    assert "✓ Đạt lần 1, 06/3 docx" in said
    place, said = page.row(name_of(office, "vpub"))
    assert place == "fix"
    assert "! Cần sửa lần 1, 07/3 · 1 chỗ cần sửa" in said
    assert page.row(name_of(office, "tdm"))[0] == "partial"
    place, said = page.row(name_of(office, "pg"))
    assert (place, "! Quá hạn" in said, "02/3" in said) == ("silent", True, True)
    files = [link for link in page.links if link.startswith("../reports/")]
    assert len(files) == 7, "four files, and the newest of each of three agencies"
    for link in files:
        assert (office.settings.data_dir / "board" / unquote(link)).exists(), link


def test_an_own_deadline_an_excuse_and_what_was_not_delivered_are_told_apart(office: Office) -> None:
    def aim(agency: str) -> decisions.Target:
        return decisions.target(office.services, agency, ROUND, None)

    office.once()
    decisions.carry_out(office.services, decisions.extend(office.services, aim("pg"), at(3, 16, 0), **HOW))
    decisions.carry_out(office.services, decisions.excuse(office.services, aim("bb"), **HOW))
    office.clock.move_to(AFTER)
    registry = Registry(tuple(replace(a, contacts=()) if a.code == "dt" else a for a in office.services.registry))
    office.services = replace(office.services, registry=registry)
    page = board(office)
    assert "hạn riêng hết 15/3" in page.row(name_of(office, "pg"))[1]
    assert page.row(name_of(office, "bb"))[0] == "done"
    assert "– Được miễn" in page.row(name_of(office, "bb"))[1]
    assert page.row(name_of(office, "dt"))[0] == "undelivered", "nobody there to write to is not silence"
    assert page.row(name_of(office, "tu"))[0] == "silent"


def test_what_waits_is_counted_and_named(office: Office) -> None:
    office.took(STRANGER, [("a.docx", office.cast("stp").narrative())], subject="Gửi báo cáo")
    page = board(office)
    assert "1 địa chỉ chưa đăng ký" in page.source
    assert "Gửi báo cáo" in page.source
    assert "thư khác" not in page.source


def test_nothing_from_a_mail_breaks_out_of_the_page(office: Office) -> None:
    office.mail(STRANGER, [("a.docx", b"x")], subject=EVIL, moment=at(3, 3))
    name = "bc javascript:alert(3) \"onclick='x' #?%41.docx"
    office.mail("stp", [(name, office.cast("stp").narrative())], subject=EVIL)
    office.once()
    evil = replace(office.services.registry.get("stp"), name=EVIL, group="</style><script>alert(4)</script>")
    registry = Registry(tuple(evil if a.code == "stp" else a for a in office.services.registry))
    forms = {c: replace(f, short_title='"}</style><script>x' if c == "ii06" else f.short_title)
             for c, f in office.services.forms.items()}  # fmt: skip
    office.services = replace(office.services, registry=registry, forms=forms)
    page = board(office)
    assert html.escape(evil.name) in page.source.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert [tag for tag, _ in page.tags].count("style") == 1
    assert html.escape(EVIL, quote=False)[:20].replace('"', "&#34;") in page.source, "the subject itself is shown"
    assert page.links
    assert all(link.startswith("../reports/2023-q1/") for link in page.links)
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert all((office.settings.data_dir / "board" / unquote(link)).exists() for link in page.links)


def test_nothing_outside_is_loaded_and_only_the_pages_own_script_may_run(office: Office) -> None:
    page = board(office)
    (policy,) = [a["content"] or "" for t, a in page.tags if t == "meta" and a.get("http-equiv")]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"https?://|//[a-z]|@import|url\(", page.source)
    assert not [tag for tag, attrs in page.tags if "style" in attrs], "the policy would not let it count"


def test_it_is_written_where_something_has_changed_and_only_there(office: Office) -> None:
    office.clock.move_to(at(3, 6, 8))
    office.once()
    path = office.settings.data_dir / PAGE
    path.unlink(missing_ok=True)
    office.services.papers.boards.clear()
    assert write_board(office.services, office.clock.now())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.stat().st_mtime_ns
    assert not write_board(office.services, at(3, 6, 9))
    office.services.papers.boards.clear()  # another process, which knows nothing of what this one wrote
    assert not write_board(office.services, at(3, 6, 9))
    assert path.stat().st_mtime_ns == before
    office.mail("stp", [("BC.docx", office.cast("stp").narrative())], moment=at(3, 6, 10))
    office.once()
    write_board(office.services, office.clock.now())
    assert "Đạt" in path.read_text("utf-8")
    assert not write_board(office.services, at(3, 6, 11))
    aim = decisions.target(office.services, "pg", ROUND, None)
    decisions.carry_out(office.services, decisions.excuse(office.services, aim, **HOW))
    write_board(office.services, at(3, 6, 11))
    assert "Được miễn" in path.read_text("utf-8")


def test_the_clock_alone_makes_it_stale(office: Office) -> None:
    office.once()
    write_board(office.services, at(3, 9, 23))
    page = Page(office.settings.data_dir / PAGE)
    assert "hôm nay đến hạn" in page.source
    assert "Quá hạn" not in page.source
    assert not write_board(office.services, at(3, 9, 23, 59))
    assert write_board(office.services, at(3, 10, 0))
    page = Page(office.settings.data_dir / PAGE)
    assert "đã quá hạn 1 ngày" in page.source
    assert page.row(name_of(office, "pg"))[1].count("Quá hạn") == 3


def test_a_closed_round_is_folded_and_one_to_come_left_out(office: Office) -> None:
    office.once()
    (round_,) = office.services.rounds
    to_come = replace(round_, code="2023-q2", title="Đợt sau", opens_at=at(6, 1))
    office.services = replace(office.services, rounds=(replace(round_, closes_at=at(3, 20)), to_come))
    office.clock.move_to(at(3, 21))
    page = board(office)
    assert '<details class="round">' in page.source
    assert "Đợt sau" not in page.source


def test_a_folder_that_refuses_stops_nothing(office: Office) -> None:
    office.once()
    folder = office.settings.data_dir / "board"
    if folder.exists():
        (folder / "index.html").unlink()
        folder.rmdir()
    folder.write_text("a file stands in the way")
    office.services.papers.boards.clear()
    assert not write_board(office.services, office.clock.now())
    folder.unlink()
    assert write_board(office.services, office.clock.now()), "what was not written is tried again"


def nationwide(office: Office, agencies: int) -> None:
    """The round with so many agencies, each with the four forms of the sample office's largest."""
    (round_,) = office.services.rounds
    forms = tuple(office.services.forms)[:4]
    registry = Registry(
        tuple(
            Agency(f"xa{at:04d}", f"UBND xã số {at}", f"Tỉnh {at % 34}", (Contact(f"xa{at}@xa.example"),))
            for at in range(agencies)
        )
    )
    duties = tuple(Assignment(agency.code, form) for agency in registry for form in forms)
    office.services = replace(office.services, registry=registry, rounds=(replace(round_, assignments=duties),))


def test_a_nationwide_round_stays_lean(office: Office) -> None:
    nationwide(office, 3900)
    page = board(office)
    assert page.source.count('data-g="') == 3900
    assert len(page.source.encode()) < 2_500_000, "160 bytes a cell"


@pytest.mark.chromium
def test_it_opens_in_a_browser_without_an_error_and_filters(office: Office) -> None:
    office.once()
    office.took("stp", [("BC.docx", office.cast("stp").narrative())], moment=at(3, 6))
    board(office)
    path = office.settings.data_dir / PAGE
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={office.folder / 'browser'}", "--dump-dom", path.as_uri()),
        ],
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )
    assert "CONSOLE" not in done.stderr
    assert '<output id="count">15/15</output>' in done.stdout, "the script ran"
    assert '<form id="filter">' in done.stdout
