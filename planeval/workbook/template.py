"""The yearly workbook as a file."""

from __future__ import annotations

from planeval.errors import UsageError
from planeval.messages import say
from planeval.workbook.contents import Form
from planeval.workbook.guide_sheets import add_explanations, add_guide
from planeval.workbook.layout import remember
from planeval.workbook.package import MOST_CELLS
from planeval.workbook.progress_sheet import add_progress
from planeval.workbook.saving import undated
from planeval.workbook.statistics_sheet import add_statistics

# What one more row costs: about three cells a variable, sixteen a task. Half of what may come back is left for notes.
_CELLS_OF_VARIABLE, _CELLS_OF_ITEM = 3, 16


def template(form: Form) -> bytes:
    """The workbook, ready to be filled in. The same form gives the same bytes.

    Raises:
        UsageError: more than a workbook can hold that is to be read again.
    """
    from openpyxl import Workbook

    cells = len(form.places) * len(form.columns) * _CELLS_OF_VARIABLE + len(form.items) * _CELLS_OF_ITEM
    if cells > MOST_CELLS // 2:
        raise UsageError(say("workbook.too_many", places=len(form.places), items=len(form.items)))
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    add_guide(book, form)
    add_statistics(book, form)
    add_progress(book, form)
    add_explanations(book, form)
    remember(book, form.layout)
    return undated(book)
