"""Archives in archives: a bomb ends at the mail's limits, what lies beside it is had, and honest nests are opened."""

import hashlib
import io
import zipfile
from types import SimpleNamespace

from bot.documents.limits import Limits
from bot.documents.sandbox import Sandbox
from bot.domain.mail import Attachment
from bot.flows.reading import DEEPEST, Unfolded, unfold


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, payload in files:
            archive.writestr(name, payload)
    return out.getvalue()


def unfolded(limits: Limits, *files: tuple[str, bytes]) -> Unfolded:
    desk = SimpleNamespace(sandbox=Sandbox(limits))
    return unfold(
        desk,  # only the sandbox is asked
        [Attachment(n, "application/octet-stream", p, hashlib.sha256(p).hexdigest()) for n, p in files],
    )


def told(found: Unfolded) -> list[tuple[str | None, object, object]]:
    return [(f.place.file, f.params["reason"], f.params.get("limit")) for f in found.findings]


def bomb(levels: int, copies: int) -> bytes:
    payload = zipped(("zeros.bin", bytes(100_000)))
    for _ in range(levels):
        payload = zipped(*((f"{n}.zip", payload) for n in range(copies)))
    return payload


def test_a_nested_bomb_ends_at_the_number_of_containers_and_the_report_beside_it_is_had() -> None:
    found = unfolded(
        Limits(containers=6),
        ("bom.zip", bomb(5, 16)),
        ("báo cáo.zip", zipped(("II.06.xlsx", b"1"), ("Báo cáo.docx", b"2"))),
        ("thư.txt", b"3"),
    )
    assert [f.name for f in found.files] == ["II.06.xlsx", "Báo cáo.docx", "thư.txt"]
    assert told(found) == [("bom.zip", "too_big_containers_over", 6)]


def test_a_wide_one_gives_one_word_for_each_attachment() -> None:
    wide = [(f"{n}.zip", zipped((f"{n}.txt", b"%d" % n))) for n in range(9)]
    found = unfolded(Limits(containers=4), ("rộng.zip", zipped(*wide)))
    assert [f.name for f in found.files] == ["0.txt", "1.txt", "2.txt"]
    assert told(found) == [("rộng.zip", "too_big_containers_over", 4)]


def test_what_is_nested_too_deeply_is_not_even_opened() -> None:
    payload = zipped(("a.txt", b"1"))
    for depth in range(DEEPEST):
        payload = zipped((f"{depth}.zip", payload))
    found = unfolded(Limits(), ("sâu.zip", payload))
    assert (found.files, told(found)) == ((), [("sâu.zip", "too_big_depth_over", DEEPEST)])


def test_three_archives_in_one_are_all_had_in_their_order() -> None:
    inner = [(f"{n}.zip", zipped((f"{n}.docx", b"%d" % n))) for n in range(3)]
    found = unfolded(Limits(), ("bộ.zip", zipped(inner[0], ("giữa.txt", b"x"), *inner[1:])), ("cuối.txt", b"y"))
    assert [f.name for f in found.files] == ["0.docx", "giữa.txt", "1.docx", "2.docx", "cuối.txt"]
    assert found.findings == ()


def test_a_mail_s_time_ends_the_unpacking() -> None:
    found = unfolded(Limits(mail_seconds=0.3), ("a.zip", zipped(("a.txt", b"1"))))
    assert (found.files, told(found)) == ((), [("a.zip", "too_big_seconds_over", 0.2)])


def test_too_many_files_are_counted() -> None:
    found = unfolded(Limits(), ("đống.zip", zipped(*((f"{n}.tmp", b"%d" % n) for n in range(301)))))
    ((finding,), files) = found.findings, found.files
    assert (files, finding.params) == (
        (),
        {"kind": "archive", "reason": "too_big_files", "limit": 200, "actual": 301},
    )
