"""Plants in outlines: headings, contents, order, what the template leaves, whose report of which period."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from laid import Laid, speaks
from plants import Drop, Move, Plant, Say, Surroundings, spread

from bot.checks.rules import parse_expression
from bot.domain.document import TextDocument
from bot.domain.form import Form, Part
from bot.text.numbers import format_number


@dataclass(frozen=True)
class Block:
    """A part as it stands: its heading's ordinal, and those of its own contents."""

    part: Part
    heading: int
    title: str
    contents: tuple[int, ...]
    texts: tuple[str, ...]


def blocks(form: Form, document: TextDocument) -> list[Block]:
    """The parts of a filled blank form, which has every heading of the form in its order."""
    starts = [at for at, p in enumerate(document.paragraphs) if p.level is not None]
    assert len(starts) == len(form.parts)
    ends = [*starts[1:], next(at for at, p in enumerate(document.paragraphs) if p.text.startswith("Trên đây là"))]
    made = []
    for part, start, end in zip(form.parts, starts, ends, strict=True):
        own = [p for p in document.paragraphs[start + 1 : end] if p.text.strip()]
        heading = document.paragraphs[start]
        made.append(Block(part, heading.at, heading.text, tuple(p.at for p in own), tuple(p.text for p in own)))
    return made


def part_plants(form: Form, document: TextDocument) -> Iterator[Plant]:
    found = blocks(form, document)
    for block in found:
        yield from _of_part(form, block, has_below=any(p.parent == block.part.code for p in form.parts))
    yield from _swapped(form, found)
    yield from _of_head(document)
    letterhead = next(p for p in document.paragraphs if p.text == "UBND THÀNH PHỐ THỦ DẦU MỘT")
    closing = next(p for p in document.paragraphs if p.text.startswith("Trên đây là"))
    other = (Say(letterhead.at, "SỞ TÀI CHÍNH"), Say(closing.at, "Trên đây là báo cáo của Sở Tài chính./."))
    yield Plant("another agency in the head", "C102", "", other)
    stranger = (Say(letterhead.at, "SỞ XÂY DỰNG"), Say(closing.at, "Trên đây là báo cáo của Sở Xây dựng./."))
    yield Plant("unknown authority in the head", "C103", "", stranger)
    unfilled = "Kính gửi: [tên cơ quan]"
    title = next(p for p in document.paragraphs if p.text == "BÁO CÁO")
    yield Plant("placeholder left in the head", "W105", "", (Say(title.at, unfilled),))
    if document.traits.tag is not None:
        yield Plant("old version of the form", "C105", "", surroundings=Surroundings(version=1))
    yield Plant("ending of another kind", "F109", "", surroundings=Surroundings(file_name="Bao cao.pdf"))


def _of_head(document: TextDocument) -> Iterator[Plant]:
    """The line that names the period, above the first part."""
    title = next(p for p in document.paragraphs if "quý I/2023" in p.text)
    for words in ("quý IV/2022", "quý I/2022", "6 tháng đầu năm 2023"):
        edits = (Say(title.at, title.text.replace("quý I/2023", words)),)
        yield Plant("another period in the head", "C101", "", edits)
    annexed = Surroundings(annex="XII")
    edits = (Say(title.at, f"{title.text} (Phụ lục V)"),)
    yield Plant("another annex in the head", "C104", "", edits, surroundings=annexed)


def _of_part(form: Form, block: Block, *, has_below: bool) -> Iterator[Plant]:
    part, code = block.part, block.part.code
    if not block.contents:
        return  # its contents are those of the parts beneath it

    def contents(*texts: str) -> tuple[Say | Drop, ...]:
        said = tuple(Say(at, text) for at, text in zip(block.contents, texts, strict=False))
        return (*said, Drop(block.contents[len(texts) :]))

    if not part.optional and not has_below:
        yield Plant("heading and contents removed", "W101", code, (Drop((block.heading, *block.contents)),))
        yield Plant("heading removed", "W101", code, (Drop((block.heading,)),))
        unlike = (Say(block.heading, "Nội dung khác với đề cương"),)
        yield Plant("heading with other words", "W101", code, unlike)
    if not has_below:
        yield Plant("part emptied", "W102", code, contents())
        yield Plant("part emptied", "W102", code, contents("………………"))
        if not part.nil_allowed and not part.optional:
            yield Plant("only 'không có'", "W102", code, contents("Không có."))
    if part.minimum_words > 3:
        yield Plant("too few words", "W104", code, contents("Đã thực hiện tốt."))
    if part.hint and speaks(part.hint):
        yield Plant("hint left in a part", "W105", code, contents(part.hint))
        yield Plant("hint left in a part", "W105", code, contents(f"Gợi ý: {part.hint}"))
    gap = f"{' '.join(block.texts)} Trong kỳ đã tiếp nhận …… hồ sơ."
    yield Plant("gap left in a part", "W105", code, contents(gap))
    yield Plant("gap left in a part", "W105", code, contents(f"{' '.join(block.texts)} [nêu số liệu cụ thể]"))


def stated_plants(
    form: Form, document: TextDocument, tables: Mapping[str, Laid], *, off: bool = True
) -> Iterator[Plant]:
    """Each figure that the outline shares with a table, stated in words; `off`: another one than the table has."""
    for figure in form.figures:
        if figure.form not in tables or not tables[figure.form].totals:
            continue
        value = parse_expression(figure.value).value(tables[figure.form].totals[-1].figures)
        block = next(b for b in blocks(form, document) if b.part.code == (figure.part or form.parts[0].code))
        if value is None or not block.contents:
            continue
        said = format_number(round(value + (7 if off and figure.after else -7 if off else 0), 1))
        unit = f" {figure.after[0]}" if figure.after else "%"
        for before in spread(figure.before):
            text = f"{' '.join(block.texts)} {before} {said}{unit}."
            edits = (Say(block.contents[0], text), Drop(block.contents[1:]))
            surroundings = Surroundings(beside=figure.form)
            yield Plant("stated figure off its table", "C204", block.part.code, edits, surroundings=surroundings)


def _swapped(form: Form, found: list[Block]) -> Iterator[Plant]:
    """Neighbours of one level change places, with all that stands beneath them."""
    for at, block in enumerate(found):
        following = next((b for b in found[at + 1 :] if b.part.parent == block.part.parent), None)
        if following is None:
            continue
        end = found.index(following)
        moved = [
            o for b in found[end:] if b is following or _is_under(form, b, following) for o in (b.heading, *b.contents)
        ]
        places = frozenset({block.part.code, following.part.code})
        yield Plant("order swapped", "W103", block.part.code, (Move(tuple(moved), block.heading),), places)


def _is_under(form: Form, block: Block, above: Block) -> bool:
    parent = block.part.parent
    while parent is not None:
        if parent == above.part.code:
            return True
        parent = form.part(parent).parent
    return False
