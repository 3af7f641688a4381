"""The demo from beginning to end: what it plays is what it says, and what it leaves is there to look at."""

import os
from collections import Counter
from pathlib import Path

import pytest
from embedded_office import ROOT, ROUND
from typer.testing import CliRunner

from bot import cli
from bot.demo.scenes import acts
from bot.demo.story import MARKER, DemoError, Told, play
from bot.domain.decision import DecisionKind
from bot.domain.mail import Outcome, OutgoingState, Reason


def test_the_whole_round_is_played_and_left_to_look_at(tmp_path: Path) -> None:
    told: list[Told] = []
    with play(ROOT / "config", tmp_path / "demo", told.append) as played:
        mails = played.services.store.mails()
        assert len([t for t in told if t.agency]) == len(acts())
        assert len(mails) == len(acts()) + 1, "and the coordinator's order"
        outcomes = Counter(m.outcome for m in mails)
        assert set(outcomes) >= {Outcome.ACCEPTED, Outcome.CORRECTION, Outcome.IGNORED}
        assert outcomes[Outcome.PARKED] == outcomes[Outcome.RECEIVED] == 0
        outbox = played.services.store.outbox()
        assert {r.state for r in outbox} == {OutgoingState.SENT}
        assert {r.mail.kind.value for r in outbox} >= {
            "request",
            "receipt",
            "correction",
            "reminder",
            "overdue",
            "digest",
        }
        # Phú Giáo asks, is answered at once, and gets its time by the link in the coordinator's page.
        (ask,) = (m for m in mails if m.reason == Reason.HANDLED)
        assert (ask.agency, next(r.mail.kind for r in played.services.store.replies(ask.id))) == ("pg", "receipt")
        (order,) = (m for m in mails if m.reason == Reason.ORDER)
        (extended,) = (d for d in played.services.store.decisions() if d.kind is DecisionKind.EXTEND)
        assert (extended.agency, extended.by_mail, extended.mail_id) == ("pg", order.id, ask.id)
        assert any(r.mail.key == f"order:{order.id}" for r in outbox)
        assert not played.services.store.outages(), "a demo's leaps are no down-time"
        assert [t.at for t in told] == sorted(t.at for t in told)
        statuses = {o.status.value for o in played.state.obligations}
        assert statuses >= {"fulfilled", "fulfilled_late", "overdue"}
        assert played.page.is_file()
        reports = tmp_path / "demo" / "data" / "reports" / ROUND
        assert {p.name for p in reports.iterdir()} >= {"stp", "da", "bc"}


def test_a_folder_that_holds_something_else_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "quan trọng.txt").write_text("giữ lại")
    with pytest.raises(DemoError), play(ROOT / "config", tmp_path, lambda _: None):
        pass
    assert (tmp_path / "quan trọng.txt").read_text() == "giữ lại"
    assert not (tmp_path / MARKER).exists()
    done = CliRunner().invoke(
        cli.app, ["--config", str(ROOT / "config"), "demo", "--keep", str(tmp_path)], env={"PATH": os.environ["PATH"]}
    )
    assert done.exit_code == 2
    assert str(tmp_path) in done.stderr
