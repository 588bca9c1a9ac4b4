"""The forms of a report besides its page: what each needs, and how it is made."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from planeval.site.entries import FORMAT_FILES

if TYPE_CHECKING:
    from planeval.model.dictionary import Dictionary
    from planeval.model.evaluation import Evaluation


def require(formats: Collection[str]) -> None:
    """Make sure that this machine can make the ``formats``, before anything is rendered for nothing.

    Raises:
        UsageError: something is missing; says how to install it.
    """
    if "docx" in formats:
        from planeval.office.fonts import chart_fonts

        chart_fonts()
    if "pdf" in formats:
        from planeval.office.chromium import find_chromium

        find_chromium()


def office_files(
    formats: Collection[str], evaluation: Evaluation, dictionary: Dictionary, html: str
) -> dict[str, bytes]:
    """The files of a report in ``formats``, by name; ``html`` is its finished page.

    Raises:
        UsageError: as `require`.
        PlanevalError: the browser fails.
    """
    files: dict[str, bytes] = {}
    if "docx" in formats:
        from planeval.messages import language
        from planeval.office.docx import docx_report
        from planeval.report.document import document
        from planeval.report.words import report_title, word

        files[FORMAT_FILES["docx"]] = docx_report(
            report_title(evaluation),
            document(evaluation, dictionary),
            break_before=word("kind", evaluation.kind) if language() == "zh" else "",
            dated=evaluation.data_until or "",
        )
    if "pdf" in formats:
        from planeval.office.pdf import print_pdf

        files[FORMAT_FILES["pdf"]] = print_pdf(html)
    return files
