"""One mail's containers together: how many, how many bytes, how long. The clock is a list of seconds."""

import container_files as made
import pytest

from bot.documents.budget import Budget
from bot.documents.limits import MIB, Limits
from bot.documents.sandbox import Sandbox
from bot.documents.wire import WireError
from bot.documents.wire_files import UnpackedDecoder, encode_unpacked
from bot.domain.document import ContainedFile, Excess, FileKind, Unreadable, UnreadableReason

LIMITS = Limits(containers=2, contained_bytes=MIB, mail_seconds=10)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_are_opened_and_no_more() -> None:
    budget = Budget(LIMITS, Clock())
    assert [budget.open_one() for _ in range(4)] == [None, None, Excess("containers", 2), Excess("containers", 2)]


def test_bytes_of_all_of_them_count_together() -> None:
    budget = Budget(LIMITS, Clock())
    budget.take([ContainedFile("a", bytes(MIB - 1))], None)
    assert (budget.bytes_left, budget.open_one()) == (1, None)
    budget.take([ContainedFile("b", b"12")], None)
    assert (budget.bytes_left, budget.open_one()) == (0, Excess("contained", 1))


def test_what_held_more_than_was_left_leaves_nothing() -> None:
    budget = Budget(LIMITS, Clock())
    budget.take([], Excess("ratio", 250))
    assert budget.bytes_left == MIB
    budget.take([], Excess("contained", 1))
    assert budget.bytes_left == 0


def test_unpacking_ends_before_the_mail_s_time_does_so_that_something_is_left_for_reading() -> None:
    clock = Clock()
    budget = Budget(LIMITS, clock)
    assert (budget.end, budget.seconds_left) == (110, 6)
    clock.now = 105.5
    assert budget.open_one() is None
    clock.now = 105.9
    assert budget.open_one() == Excess("seconds", 6)


def test_the_second_archive_has_what_the_first_left_and_the_office_s_limit_is_told() -> None:
    sandbox = Sandbox(Limits(contained_bytes=3 * MIB))
    noise = bytes(range(256)) * 4 * 1024 * 2
    budget = sandbox.budget()
    first = sandbox.unpack(made.zipped([("a", noise)]), "a.zip", budget)
    second = sandbox.unpack(made.zipped([("b", noise)]), "b.zip", budget)
    third = sandbox.unpack(made.zipped([("c", b"1")]), "c.zip", budget)
    assert (len(first.files), first.fault) == (1, None)
    for unpacked in (second, third):
        assert unpacked.files == ()
        assert unpacked.fault and (unpacked.fault.reason, unpacked.fault.over) == (
            UnreadableReason.TOO_BIG,
            Excess("contained", 3),
        )


def test_a_file_whose_mail_has_no_time_left_is_not_read() -> None:
    clock = Clock()
    budget = Budget(LIMITS, clock)
    budget.end -= 1_000_000_000
    (document,) = Sandbox().read_many([("a.docx", b"PK\x03\x04" + bytes(50))], budget)
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TIMEOUT


def test_the_numbers_come_over_the_wire_and_no_others_do() -> None:
    fault = Unreadable(UnreadableReason.TOO_BIG, FileKind.ARCHIVE, "x", Excess("files", 200, 301))
    decoder = UnpackedDecoder(Limits())
    for line in encode_unpacked([fault]):
        decoder.feed(line.rstrip(b"\n"))
    assert decoder.unpacked is not None
    assert decoder.unpacked.fault == fault
    for lie in (b'["over","sheets",1,2]', b'["over","files",-1,2]', b'["over","files",true,2]', b'["over",[],1,2]'):
        with pytest.raises(WireError):
            UnpackedDecoder(Limits()).feed(lie)
