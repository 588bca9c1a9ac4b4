"""The Word file: an office can read it, edit it and file it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from conftest import Cli
from docx.oxml.ns import qn
from made_reports import made
from PIL import Image
from report_samples import evaluation, indicator

from planeval.messages import say, speaking
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Evaluation
from planeval.model.terms import ItemState, Verdict
from planeval.office import fonts
from planeval.office.docx import docx_report
from planeval.office.tables import layout
from planeval.report import blocks as b
from planeval.report.charts import indicator_chart
from planeval.report.document import document
from planeval.report.panel import panel
from planeval.report.words import report_title
from planeval.workbench import open_workspace

EMU_PER_INCH = 914_400
HOSTILE = "<script>alert(\"1\")</script> & 'x' =cmd|'/C calc'!A0 {}%s"


class Made:
    """A report's Word file with the blocks it was made from."""

    def __init__(self, folder: Path, kind: str, lang: str) -> None:
        self.lang = lang
        self.path = folder / "mawei" / kind / "report.docx"
        self.evaluation = Evaluation.model_validate_json(self.path.with_name("evaluation.json").read_bytes())
        with speaking(lang):
            dictionary: Dictionary = open_workspace("data", "mawei").dictionary
            self.title = report_title(self.evaluation)
            self.blocks = document(self.evaluation, dictionary)
        self.docx = docx.Document(str(self.path))

    def every(self, kind: type) -> list[Any]:
        return [block for block in b.walk(self.blocks) if isinstance(block, kind)]

    def headings(self) -> list[tuple[int, str]]:
        return [
            (1, block.title) if isinstance(block, b.Section) else (block.level - 1, block.text)
            for block in b.walk(self.blocks)
            if isinstance(block, b.Section | b.Heading)
        ]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("docx")
    return {lang: made(folder, lang, "docx") for lang in ("zh", "en")}


@pytest.fixture(scope="module", params=["zh-midterm", "zh-final", "en-midterm"])
def report(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Made:
    lang, kind = request.param.split("-")
    return Made(folders[lang], kind, lang)


def texts(report: Made, *styles: str) -> list[str]:
    return [p.text for p in report.docx.paragraphs if p.style is not None and p.style.style_id in styles]


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def everything(document: Any) -> str:
    """All the text of a document, tables included, in reading order."""
    return "\n".join(t.text or "" for t in document.element.body.iter(qn("w:t")))


def test_headings_are_headings_in_their_order(report: Made) -> None:
    found = [
        (int(p.style.style_id[-1]), p.text)
        for p in report.docx.paragraphs
        if re.fullmatch(r"Heading[123]", p.style.style_id)
    ]
    assert found == report.headings()
    assert "".join(texts(report, "Title")).replace("\n", "") == report.title


def test_the_contents_are_there_before_anyone_updates_them(report: Made) -> None:
    bookmarks = {mark.get(qn("w:name")) for mark in report.docx.element.iter(qn("w:bookmarkStart"))}
    entries = [p for p in report.docx.paragraphs if re.fullmatch(r"TOC[12]", p.style.style_id)]
    links = [link for entry in entries for link in entry._p.iter(qn("w:hyperlink"))]
    assert [(int(e.style.style_id[-1]), e.text) for e in entries] == [
        h for h in report.headings() if h[0] <= 2
    ]
    assert len(links) == len(entries) and {link.get(qn("w:anchor")) for link in links} <= bookmarks
    codes = "".join(code.text for code in report.docx.element.iter(qn("w:instrText")))
    assert 'TOC \\o "1-2" \\h' in codes


def test_every_table_has_its_head_its_rows_and_its_place(report: Made) -> None:
    """The head repeats on each page, no row is split, and nothing is wider than the text."""
    rows = {
        tuple(cell.text for cell in table.rows[0].cells): table
        for table in report.docx.tables
        if table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    }
    for block in report.every(b.Table):
        found = rows[tuple(column.label for column in block.columns)]
        assert found is not None
    counts = sorted(len(table.rows) - 1 for table in rows.values())
    assert counts
    for table in report.docx.tables:
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        width = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) / 20
        assert width <= (639.0 if len(table.columns) > 9 else 443.0)
    wanted = len(report.every(b.Table)) + len(report.every(b.Panel)) + 2  # and facts, tallies
    assert len(report.docx.tables) == wanted


def test_table_rows_say_what_the_report_says(report: Made) -> None:
    numbers = [len(block.rows) + 1 for block in report.every(b.Table)]
    # Facts, panel and tallies come first; then the tables in their order.
    assert [len(table.rows) for table in report.docx.tables][-len(numbers) :] == numbers


def test_captions_are_numbered_by_fields(report: Made) -> None:
    captions = [p for p in report.docx.paragraphs if p.style.style_id in {"Caption", "TableCaption"}]
    codes = ["".join(code.text for code in p._p.iter(qn("w:instrText"))).split()[:2] for p in captions]
    with speaking(report.lang):
        table, figure = say("office.table_label"), say("office.figure_label")
    assert {label for _, label in codes} == {table, figure}
    for label in (table, figure):
        own = [p.text for p, code in zip(captions, codes, strict=True) if code == ["SEQ", label]]
        assert [int(re.search(r"\d+", text)[0]) for text in own] == list(range(1, len(own) + 1))  # type: ignore[index]
    figures = [p.text for p, code in zip(captions, codes, strict=True) if code[1] == figure]
    wanted = [one.title for one in report.every(b.Panel)] + [one.caption for one in report.every(b.Figure)]
    assert all(own in text.replace("\n", "") for own, text in zip(wanted, figures, strict=True))


def test_every_chart_is_a_sharp_picture_that_says_what_it_shows(report: Made) -> None:
    wanted = [item.alt for block in report.every(b.Panel) for item in block.items]
    wanted += [block.alt for block in report.every(b.Figure)]
    shown = list(report.docx.element.body.iter(qn("wp:inline")))
    assert [inline.find(qn("wp:docPr")).get("descr") for inline in shown] == wanted
    assert len({inline.find(qn("wp:docPr")).get("id") for inline in shown}) == len(shown)
    for inline in shown:
        relation = next(inline.iter(qn("a:blip"))).get(qn("r:embed"))
        data = report.docx.part.related_parts[relation].blob
        width = int(inline.find(qn("wp:extent")).get("cx")) / EMU_PER_INCH
        picture = Image.open(io.BytesIO(data))
        assert picture.format == "PNG" and picture.width / width >= 299
        assert picture.convert("RGB").getpixel((picture.width - 1, 0)) == (255, 255, 255)
        assert len(data) < 60_000


def test_the_page_is_that_of_an_official_document(report: Made) -> None:
    sections = report.docx.sections
    first = sections[0]
    lengths = [first.page_width, first.page_height, first.top_margin, first.left_margin]
    assert [round(length.mm) for length in lengths] == [210, 297, 37, 28]
    for section in sections:
        sides = sorted(round(side.mm) for side in (section.page_width, section.page_height))
        room = section.page_width - section.left_margin - section.right_margin
        height = section.page_height - section.top_margin - section.bottom_margin
        text = sorted(round(length / EMU_PER_INCH * 25.4) for length in (room, height))
        assert (sides, text) == ([210, 297], [156, 225])
    assert [round(s.page_width.mm) for s in sections if s.orientation == 1] == [297] * 2
    assert "PAGE" in "".join(code.text for code in first.footer._element.iter(qn("w:instrText")))
    assert first.header.paragraphs[0].text == report.title
    assert report.docx.settings.odd_and_even_pages_header_footer


def test_chinese_has_the_fonts_of_official_documents(folders: dict[str, Path]) -> None:
    report = Made(folders["zh"], "midterm", "zh")
    wanted = {
        "Title": ("方正小标宋简体", 22),
        "Heading1": ("黑体", 16),
        "Heading2": ("楷体_GB2312", 16),
        "Heading3": ("仿宋_GB2312", 16),
    }
    by_id = {style.style_id: style for style in report.docx.styles}
    for name, (font, size) in wanted.items():
        assert by_id[name].element.rPr.rFonts.get(qn("w:eastAsia")) == font
        assert by_id[name].font.size.pt == size
    assert round(by_id["BodyText"].paragraph_format.line_spacing.pt) == 29
    with zipfile.ZipFile(report.path) as archive:
        table = archive.read("word/fontTable.xml").decode()
    assert "FangSong" in table and "KaiTi" in table and "SimHei" in table


def test_every_style_in_use_is_there_and_looks_are_styles(report: Made) -> None:
    there = {style.style_id for style in report.docx.styles}
    for tag in ("w:pStyle", "w:rStyle", "w:tblStyle"):
        assert {one.get(qn("w:val")) for one in report.docx.element.iter(qn(tag))} <= there
    for tag in ("w:sz", "w:color", "w:b", "w:jc"):
        direct = [e for e in report.docx.element.body.iter(qn(tag)) if e.getparent().tag != qn("w:tblPr")]
        assert direct == []


def test_the_properties_name_the_report_and_no_clock(report: Made) -> None:
    properties = report.docx.core_properties
    assert properties.title == report.title
    assert properties.language == {"zh": "zh-CN", "en": "en"}[report.lang]
    assert properties.created is not None and properties.created == properties.modified
    assert report.evaluation.data_until is not None
    assert properties.created.strftime("%Y-%m-%d").startswith(report.evaluation.data_until)
    with zipfile.ZipFile(report.path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_report_gives_the_same_bytes(folders: dict[str, Path]) -> None:
    report = Made(folders["zh"], "final", "zh")
    own = docx_report(
        report.title,
        report.blocks,
        break_before=say(f"kind.{report.evaluation.kind}"),
        dated=report.evaluation.data_until or "",
    )
    assert own == report.path.read_bytes()


def test_english_speaks_english_and_chinese_chinese(folders: dict[str, Path]) -> None:
    english, chinese = (Made(folders[lang], "midterm", lang) for lang in ("en", "zh"))
    assert texts(english, "TOCHeading") == ["Contents"] and texts(chinese, "TOCHeading") == ["目　录"]
    assert texts(english, "Caption")[0].startswith("Figure 2. ")
    assert texts(chinese, "Caption")[0].startswith("图2　")
    for report in (english, chinese):
        assert "�" not in everything(report.docx)


def all_blocks(text: str) -> list[b.Block]:
    """A block of every kind, with ``text`` wherever text can stand."""
    chart = indicator_chart(indicator(name=text, unit=text))
    table = b.Table(
        text,
        (b.Column(text), b.Column(text, kind="number"), b.Column(text, kind="verdict")),
        (b.RowGroup(text), (text, b.Cell(text, illustrative=True, provisional=True), Verdict.LAGGING)),
        (text,),
    )
    inner = (
        b.Heading(3, text, "one"),
        b.Paragraph(text, tone="warning"),
        b.Items((text, text)),
        b.Items((text,), ordered=True),
        b.Items((text,), ordered=True),
        b.Links((b.Link(text, "evaluation.json"), b.Link(text, "https://example.org/?a=1&b=2")), text),
        b.Links((b.Link(text, "#one"), b.Link(text, "#nowhere"))),
        b.Definitions(((text, text),)),
        b.Callout(text, (text, text), tone="warning"),
        b.Details(text, (b.Paragraph(text, tone="illustrative"),)),
        b.Tally(((Verdict.MET, 1), (Verdict.NOT_MET, 0)), text),
        table,
        b.Table(text, ("a",), ((ItemState.OVERDUE,), (None,))),
        b.Table(text, tuple(b.Column(f"{text}{n}") for n in range(12)), (tuple([text] * 12),)),
        b.Figures((chart,)),
    )
    wide = panel(evaluation(indicators=[indicator(name=text)]))
    return [b.Banner(((text, text),), (b.Callout(text, text),)), wide, b.Section("all", text, inner)]


def test_what_comes_from_data_is_text_whatever_it_looks_like() -> None:
    blocks = all_blocks(HOSTILE)
    made_of = opened(docx_report(HOSTILE, blocks))
    text = everything(made_of)
    assert text.count(HOSTILE) >= 45 and made_of.core_properties.title == HOSTILE
    codes = [code.text.split()[0] for code in made_of.element.iter(qn("w:instrText"))]
    assert set(codes) == {"TOC", "SEQ"}
    assert not list(made_of.element.iter(qn("w:object"), qn("w:altChunk")))
    external = [r.target_ref for r in made_of.part.rels.values() if r.is_external]
    assert external == ["https://example.org/?a=1&b=2"]


def test_what_no_file_can_hold_is_replaced_visibly() -> None:
    document = opened(docx_report("标题\x00\x1b", all_blocks("甲\x08乙\ud800丙\x0b丁\uffff")))
    assert "甲�乙�丙�丁�" in everything(document)


def test_numbered_lists_start_from_one_each() -> None:
    document = opened(docx_report("标题", all_blocks("甲")))
    numbers = [p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.style_id == "ListNumber"]
    assert len(numbers) == 2 and len(set(numbers)) == 2


def test_a_link_within_the_report_leads_to_its_heading() -> None:
    document = opened(docx_report("标题", all_blocks("甲")))
    body = [p for p in document.paragraphs if p.style.style_id == "BodyText"]
    anchors = [link.get(qn("w:anchor")) for p in body for link in p._p.iter(qn("w:hyperlink"))]
    marks = {
        mark.get(qn("w:name")): "".join(t.text for t in mark.getparent().iter(qn("w:t")))
        for mark in document.element.iter(qn("w:bookmarkStart"))
    }
    assert [marks[anchor] for anchor in anchors if anchor] == ["甲"]


def test_a_block_nobody_knows_is_refused() -> None:
    class Other(b.Block):
        pass

    with pytest.raises(TypeError, match="Other"):
        docx_report("标题", [b.Section("a", "甲", (Other(),))])


@pytest.mark.parametrize("columns", [1, 3, 9, 14, 20])
def test_a_table_is_as_wide_as_the_text_and_no_wider(columns: int) -> None:
    label = "生产安全事故死亡人数"
    table = b.Table(
        "", tuple(b.Column(label, kind="number") for _ in range(columns)), (("12,345",) * columns,)
    )
    size, widths = layout(table, 442.0)
    assert sum(widths) == pytest.approx(442.0)
    assert columns > 14 or all((width - 8) / size >= 6 * 0.52 for width in widths)  # no number is broken


def test_without_a_chinese_font_nothing_is_begun(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(paths: Sequence[str]) -> None:
        return None

    monkeypatch.setattr(fonts, "_among", nothing)
    fonts.chart_fonts.cache_clear()
    out = tmp_path / "out"
    status, _, err = run_cli("report", "--data", tiny_data, "--out", out, "--format", "docx")
    assert status == 2 and "fonts-noto-cjk" in err and not out.exists()


# ---- what an office sees ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(report: Made, tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    """The Word file as LibreOffice lays it out."""
    folder = tmp_path_factory.mktemp("office")
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is needed: apt-get install libreoffice-writer"
    profile = (folder / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", str(folder), str(report.path)], capture_output=True, timeout=300, check=False
    )
    assert (folder / "report.pdf").is_file(), done.stderr.decode()
    return pypdf.PdfReader(folder / "report.pdf")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_libreoffice_shows_every_heading_caption_and_cell(report: Made, printed: pypdf.PdfReader) -> None:
    pages = (squeezed(page.extract_text()) for page in printed.pages)
    # Without the running title and the number, which stand between the two halves of a paragraph.
    text = "".join(re.sub(r"[—–]\d+[—–]", "", page).replace(squeezed(report.title), "") for page in pages)
    missing = [heading for _, heading in report.headings() if squeezed(heading) not in text]
    missing += [t.caption for t in report.every(b.Table) if squeezed(t.caption) not in text]
    missing += [f.caption for f in report.every(b.Figure) if squeezed(f.caption) not in text]
    missing += [p.text for p in report.every(b.Paragraph) if squeezed(p.text) not in text]
    assert missing == []


def test_libreoffice_lays_it_out_on_a_sane_number_of_a4_pages(printed: pypdf.PdfReader) -> None:
    assert 20 <= len(printed.pages) <= 60
    sizes = {tuple(sorted(round(float(n) / 72 * 25.4) for n in page.mediabox[2:])) for page in printed.pages}
    assert sizes == {(210, 297)}


def test_libreoffice_finds_every_picture_and_numbers_the_pages(
    report: Made, printed: pypdf.PdfReader
) -> None:
    pictures = {image.indirect_reference.idnum for page in printed.pages for image in page.images}
    assert len(pictures) == len(report.every(b.Figure)) + sum(len(p.items) for p in report.every(b.Panel))
    for number, page in enumerate(printed.pages, start=1):
        assert re.search(rf"[—–]{number}[—–]", squeezed(page.extract_text())), number
