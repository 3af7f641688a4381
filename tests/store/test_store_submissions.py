"""Submissions: versions that never change, and identical content found again."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from store_makers import NOW, direct, error, finished, received, sha, stored, submission

from bot.store.errors import StoreConflictError
from bot.store.store import Store


def test_versions_count_up_by_obligation(store: Store) -> None:
    assert store.next_version("stp", "2023-q1", "ii06") == 1
    received(store, 1)
    finished(store, 1, submissions=(submission("ii06", 1), submission("narrative", 1)))
    received(store, 2)
    finished(store, 2, submissions=(submission("ii06", 2),))
    assert store.next_version("stp", "2023-q1", "ii06") == 3
    assert store.next_version("stp", "2023-q1", "narrative") == 2
    assert store.next_version("stp", "2023-q2", "ii06") == 1
    assert store.next_version("stc", "2023-q1", "ii06") == 1


def test_submissions_are_chosen_and_ordered(store: Store) -> None:
    received(store, 1)
    chosen = [("ii06", 2, "stp"), ("ii06", 10, "stp"), ("ii06", 1, "stp"), ("ii06", 1, "da"), ("articles", 1, "stp")]
    other = submission(round="2023-q2")
    finished(store, 1, submissions=(*(submission(f, v, a) for f, v, a in chosen), other))
    found = [(s.agency, s.form, s.version) for s in store.submissions(round="2023-q1")]
    assert found == [
        ("da", "ii06", 1),
        ("stp", "articles", 1),
        ("stp", "ii06", 1),
        ("stp", "ii06", 2),
        ("stp", "ii06", 10),
    ]
    assert [s.round for s in store.submissions(agency="stp")] == ["2023-q1"] * 4 + ["2023-q2"]
    assert len(store.submissions(round="2023-q1", agency="da")) == 1
    assert len(store.submissions()) == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE submission SET verdict = 'accepted'",
        "DELETE FROM submission",
        "UPDATE submission_file SET sha256 = sha256",
        "DELETE FROM submission_file",
        "UPDATE finding SET code = 'X999'",
        "DELETE FROM finding",
    ],
)
def test_nothing_of_a_submission_ever_changes(store: Store, database: Path, statement: str) -> None:
    received(store)
    finished(store, 1, submissions=(submission(findings=(error(),)),))
    with (
        direct(database) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changed or removed"),
    ):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"version": 0}, "version_positive"),
        ({"files": (stored("x"), stored("x").__class__("y", "abc", 1))}, "sha256_length"),
        ({"files": (stored("x").__class__("y", sha("y"), -1),)}, "size_natural"),
    ],
)
def test_constraints_of_submissions(store: Store, changes: dict[str, object], constraint: str) -> None:
    received(store)
    with pytest.raises(StoreConflictError, match=constraint):
        finished(store, 1, submissions=(submission(**changes),))
    assert store.submissions() == ()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO finding VALUES (9, 1, 1, 'X1', 'error', NULL, NULL, NULL, NULL, NULL, '{}')", "one_owner"),
        ("INSERT INTO finding VALUES (9, NULL, NULL, 'X1', 'error', NULL, NULL, NULL, NULL, NULL, '{}')", "one_owner"),
        (
            "INSERT INTO finding VALUES (9, 1, NULL, 'X1', 'fatal', NULL, NULL, NULL, NULL, NULL, '{}')",
            "severity_known",
        ),
        ("INSERT INTO evidence VALUES (9, 1, 'agency', 'stp', 'rumour', '', '', 1)", "source_known"),
        ("INSERT INTO evidence VALUES (9, 77, 'agency', 'stp', 'tag', '', '', 1)", "FOREIGN KEY"),
        ("INSERT INTO submission VALUES (9, 'a', 'r', 'f', 1, '', 'fine', 1, '', 'mail', '')", "verdict_known"),
        ("INSERT INTO submission VALUES (9, 'a', 'r', 'f', 1, '', 'held', NULL, '', 'mail', '')", "mail_id_if_mail"),
        ("INSERT INTO submission VALUES (9, 'a', 'r', 'f', 1, '', 'held', 77, '', 'mail', '')", "FOREIGN KEY"),
    ],
)
def test_constraints_in_the_file(store: Store, database: Path, statement: str, constraint: str) -> None:
    received(store)
    finished(store, 1, submissions=(submission(),))
    with direct(database) as connection, pytest.raises(sqlite3.IntegrityError, match=constraint):
        connection.execute(statement)


def fill(database: Path, agencies: int, forms: int) -> None:
    """A nationwide round, written directly: one submission, file and finding for each obligation."""
    keys = [(a * forms + f + 1, f"a{a:04}", f"f{f}") for a in range(agencies) for f in range(forms)]
    at = (NOW + timedelta(hours=1)).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    with direct(database) as connection:
        connection.executemany(
            "INSERT INTO submission VALUES (?, ?, '2023-q1', ?, 1, ?, 'accepted', NULL, '', 'document', ?)",
            [(i, agency, form, at, at) for i, agency, form in keys],
        )
        connection.executemany(
            "INSERT INTO submission_file VALUES (NULL, ?, 'a.xlsx', ?, 1, 'reports/a.xlsx')",
            [(i, sha("a")) for i, _, _ in keys],
        )
        connection.executemany(
            "INSERT INTO finding VALUES (NULL, NULL, ?, 'X201', 'remark', NULL, 'S', 'D14', NULL, NULL, '{}')",
            [(i,) for i, _, _ in keys],
        )


def test_a_nationwide_round_is_read_in_three_queries(store: Store, database: Path) -> None:
    fill(database, agencies=3900, forms=4)
    statements: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = store.submissions(round="2023-q1")
    assert len(found) == 15_600
    assert all(len(s.files) == len(s.findings) == 1 for s in found)
    assert found[5].agency == "a0001"
    assert len([s for s in statements if s.startswith("SELECT")]) == 3


def test_lists_of_mails_take_a_fixed_number_of_queries(store: Store) -> None:
    counts = []
    event.listen(store._engine, "before_cursor_execute", lambda *args: counts.append(args[2]))
    for uid in range(1, 6):
        received(store, uid)
        finished(store, uid, submissions=(submission("ii06", uid, findings=(error(),)),), findings=(error(),))
    sizes = []
    for _ in range(2):
        counts.clear()
        assert len(store.mails()) >= 5
        sizes.append(len([s for s in counts if s.startswith("SELECT")]))
        for uid in range(10, 20):
            if not sizes[1:]:
                received(store, uid)
    assert sizes == [7, 7]
