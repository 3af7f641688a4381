"""Every fault that a form's own data makes possible in a valid file of it. Pure: what is planted, and what must come
of it, follows from the form and the file; nothing here asks the checks what they say.
"""

from collections.abc import Iterator, Mapping

from laid import Laid
from planting_beside import beside_plants
from planting_cells import cell_plants
from planting_parts import part_plants, stated_plants
from planting_rules import figure_plants
from planting_shape import NAMES_REMOVED, shape_plants
from plants import Plant

from bot.domain.document import Document, TextDocument, Workbook
from bot.domain.form import Form
from bot.domain.round import DataWindow

BY_DESIGN = {
    "rule … between columns or rows, right-hand cell": (
        "either side may be mended, and nobody can tell which is wrong: the finding names the left-hand cell, as the "
        "rule is printed"
    ),
    "row beneath a sum; summand of a total": "the same: the finding names the row above, or the total",
    "order swapped": "of two parts that changed places the one is named that stands too late",
    NAMES_REMOVED: (
        "with it go the words of the total, which is then a row like any other; what is said of it (X105, X116, X301) "
        "is counted under besides"
    ),
    "heading of a part that has parts beneath it": "not planted: the outline counts it as there when its parts are",
    "formula over cells with a finding": "its value is unknown until they are mended, and nothing is said of it",
}


def plants(
    form: Form, document: Document, window: DataWindow, tables: Mapping[str, Laid], *, own: bool = False
) -> Iterator[Plant]:
    """The plants of a valid document of that form. `own`: a workbook without the blank form's formulas. `tables` are
    valid tables of the same office that a narrative may be held against, by form code.
    """
    if isinstance(document, TextDocument):
        yield from part_plants(form, document)
        yield from stated_plants(form, document, tables)
    elif isinstance(document, Workbook):
        laid = Laid(form, document)
        if own and laid.spec.rows:  # it has no formulas: all the rest is as in the blank form
            yield from shape_plants(laid, own=True)
            return
        yield from figure_plants(laid)
        yield from cell_plants(laid, window)
        yield from shape_plants(laid, own=own)
        yield from beside_plants(laid)
