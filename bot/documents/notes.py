"""Comments that people left in an Office package, without ours.

Flow: Word keeps them in one part; Excel in one part a sheet (notes), and newer ones as threads beside that part, whose
copies among the notes have authors `tc=…` and are passed over.

Failure policy: raises `Refused` for a broken part. Sources: ECMA-376 part 1, 17.13.4 and 18.7; MS-XLSX 2.6.204.
"""

from collections.abc import Iterator

from bot.documents import markup, traits
from bot.documents.limits import Limits, Meter
from bot.documents.markup import attribute, clean, local
from bot.documents.package import Package

_COPY_OF_THREAD = "tc="


def word_comments(package: Package, document_part: str, limits: Limits) -> Iterator[str]:
    """The texts of the comments, in the order in which they are kept."""
    part = package.related(document_part, "comments")
    if part is None:
        return
    count = Meter("comments", limits.max_paragraphs)
    for element in markup.stream(package.open(part), ("comment",), parent="comments"):
        count.add()
        paragraphs = ("".join(t.text or "" for t in p.iter("{*}t")) for p in element.iter("{*}p"))
        yield traits.theirs(clean(attribute(element, "author") or ""), clean("\n".join(paragraphs)))


def sheet_comments(package: Package, sheet_part: str, people: dict[str, str], limits: Limits) -> Iterator[str]:
    """The texts of one sheet's notes and threads. `people` are the authors of threads by their id."""
    count = Meter("comments", limits.max_cells)
    notes, threads = package.related(sheet_part, "comments"), package.related(sheet_part, "threadedComment")
    if notes is not None:
        authors: list[str] = []
        for element in markup.stream(package.open(notes), ("author", "comment")):
            count.add()
            if local(element) == "author":
                authors.append(clean(element.text or ""))
                continue
            number = element.get("authorId") or ""
            author = (
                authors[int(number)] if number.isdecimal() and len(number) < 7 and int(number) < len(authors) else ""
            )
            if not author.startswith(_COPY_OF_THREAD):
                yield traits.theirs(author, clean("".join(t.text or "" for t in element.iter("{*}t"))))
    if threads is not None:
        for element in markup.stream(package.open(threads), ("threadedComment",)):
            count.add()
            text = next((item.text or "" for item in element if local(item) == "text"), "")
            yield traits.theirs(people.get(element.get("personId") or "", ""), clean(text))


def people_of(package: Package, workbook_part: str, limits: Limits) -> dict[str, str]:
    """Who writes in threads: names by id."""
    part = package.related(workbook_part, "person")
    people: dict[str, str] = {}
    if part is not None:
        count = Meter("people", limits.max_cells)
        for element in markup.stream(package.open(part), ("person",)):
            count.add()
            people[element.get("id") or ""] = clean(element.get("displayName") or "")
    return people
