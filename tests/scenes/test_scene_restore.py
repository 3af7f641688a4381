"""Backup while the daemon runs, restore after more mails went out: on real servers nobody hears anything twice."""

import shutil

from scene_office import SceneOffice, address, reports, wait_until


def test_what_came_and_went_since_the_backup_is_known_again(office: SceneOffice) -> None:
    office.move_round()
    stp, stc = address("stp"), address("stc")
    target = str(office.folder / "sao-luu.tar.gz")
    with office.running():
        first = office.send(stp, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stp").narrative())])
        office.answer_to(first, stp)
        wait_until(lambda: office.servers.inbox(office.box, "Sent"))
        done = office.thuky("backup", target)
        assert (done.code, done.err) == (0, "")
        second = office.send(stc, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stc").narrative())])
        answer = office.answer_to(second, stc)
        ids = {answer["Message-ID"]}
        wait_until(lambda: ids <= {m["Message-ID"] for m in office.servers.inbox(office.box, "Sent")})
    shutil.rmtree(office.data)
    restored = office.thuky("restore", target)
    assert (restored.code, restored.err) == (0, "")
    assert [m["message_id"] for m in office.mails()] == [first["Message-ID"]]
    went = office.servers.deliver_count(stc), office.servers.deliver_count(stp)
    office.once()
    assert (office.servers.deliver_count(stc), office.servers.deliver_count(stp)) == went
    assert [m["Message-ID"] for m in office.answers_to(second, stc)] == [answer["Message-ID"]]
    assert office.mail(second)["outcome"] == "accepted"
    assert [r["state"] for r in office.mail(second)["replies"]] == ["sent"]
    copies = [m["Message-ID"] for m in office.servers.inbox(office.box, "Sent")]
    assert copies.count(answer["Message-ID"]) == 1
