"""The styles of the Word file: what an office changes when it wants another look.

Chinese: layout of official documents (GB/T 9704-2012), title in 方正小标宋 二号, headings in 黑体 and 楷体, text in 仿宋 三号
on lines of 29 points, 22 to a page. Those fonts come with Chinese office software; where they are missing, the names
that `FALLBACKS` gives stand in. English: Times New Roman, 12 points. Lengths are in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from planeval.messages import LANGUAGES, language, say
from planeval.model.terms import ItemState, Verdict
from planeval.office.wordml import attribute

SONG_TITLE, HEI, KAI, FANG_SONG, SONG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
# What else a font may be called, or which one comes closest, for programs that look for it.
FALLBACKS = {
    SONG_TITLE: "方正小标宋_GBK;FZXiaoBiaoSong-B05S;华文中宋;STZhongsong;Noto Serif CJK SC",
    HEI: "SimHei;华文黑体;Noto Sans CJK SC",
    KAI: "楷体;KaiTi;KaiTi_GB2312;华文楷体;Noto Serif CJK SC",
    FANG_SONG: "仿宋;FangSong;FangSong_GB2312;华文仿宋;Noto Serif CJK SC",
    SONG: "SimSun;华文宋体;Noto Serif CJK SC",
}
LATIN = "Times New Roman"
# The colours of the page's light style.
ACCENT, QUIET, RULE, BAND = "123F6D", "59616B", "8A929C", "F1F4F7"
GOOD, AHEAD, FAIR, POOR, BAD, NONE, SAMPLE = (
    "0B6B4B",
    "0B6470",
    "1D5FA8",
    "8F5200",
    "A61B1B",
    "59616B",
    "6B3A7A",
)
VERDICT_COLOURS = {
    Verdict.ACHIEVED_EARLY: GOOD,
    Verdict.MET: GOOD,
    Verdict.AHEAD: AHEAD,
    Verdict.ON_TRACK: FAIR,
    Verdict.LAGGING: POOR,
    Verdict.OFF_TRACK: BAD,
    Verdict.NOT_MET: BAD,
    Verdict.NOT_ASSESSABLE: NONE,
}
STATE_COLOURS = {
    ItemState.COMPLETED: GOOD,
    ItemState.ON_SCHEDULE: FAIR,
    ItemState.BEHIND: POOR,
    ItemState.OVERDUE: BAD,
    ItemState.NOT_STARTED: NONE,
    ItemState.NO_INFORMATION: NONE,
}
_TONES = {"warning": (POOR, "FFF6E6"), "info": (FAIR, "EEF4FA"), "illustrative": (SAMPLE, "F7F0FA")}
CAPTION_SIZE = 12.0
# The sizes of a table's letters, from the one that is wanted to the smallest that is read without effort.
TABLE_SIZES = (10.5, 9.0, 8.0, 7.0)


@dataclass(frozen=True)
class Measures:
    """What differs between the languages: sizes, the height of a line, how far paragraphs start from the edge."""

    body: float
    line: float
    title: float
    heading: tuple[float, float, float]
    list: float
    list_line: float
    indent: int  # hundredths of a character
    align: (
        str  # Chinese fills its lines anyway, and LibreOffice loses full stops at the ends of justified ones
    )


MEASURES = {
    "zh": Measures(16, 29, 22, (16, 16, 16), 14, 25, 200, "left"),
    "en": Measures(12, 18, 20, (16, 13, 12), 11, 16, 0, "both"),
}


def verdict_style(value: Verdict | ItemState) -> str:
    """The character style of a verdict or state."""
    family = "Verdict" if isinstance(value, Verdict) else "State"
    return family + "".join(part.title() for part in value.value.split("_"))


def table_style(look: str, size: float) -> str:
    """The paragraph style of a table's cells: ``look`` is Text, Number, Center or Head; ``size`` of `TABLE_SIZES`."""
    return f"Table{look}{TABLE_SIZES.index(size) + 1}"


def _fonts(chinese: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{chinese}" w:cs="{LATIN}"/>'


def _look(
    size: float = 0, chinese: str = "", *, bold: bool | None = None, colour: str = "", extra: str = ""
) -> str:
    """The children of ``w:rPr`` in their order."""
    parts = [_fonts(chinese) if chinese else ""]
    if bold is not None:
        parts.append("<w:b/><w:bCs/>" if bold else '<w:b w:val="0"/><w:bCs w:val="0"/>')
    parts.append(f'<w:color w:val="{colour}"/>' if colour else "")
    if size:
        parts.append(f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>')
    return "".join(parts) + extra


def _spacing(before: float = 0, after: float = 0, line: float = 0) -> str:
    """Space around a paragraph; ``line`` 0 is as high as the letters need."""
    rule = f'w:line="{line * 20:.0f}" w:lineRule="exact"' if line else 'w:line="240" w:lineRule="auto"'
    return f'<w:spacing w:before="{before * 20:.0f}" w:after="{after * 20:.0f}" {rule}/>'


def _style(
    kind: str, id_: str, name: str, inner: str, *, based: str = "", after: str = "", quick: bool = True
) -> str:
    default = ' w:default="1"' if id_ in {"Normal", "DefaultParagraphFont", "TableNormal"} else ""
    relations = f'<w:basedOn w:val="{based}"/>' if based else ""
    relations += f'<w:next w:val="{after}"/>' if after else ""
    relations += "<w:qFormat/>" if quick else ""
    head = f'<w:style w:type="{kind}"{default} w:styleId="{id_}"><w:name w:val="{attribute(name)}"/>'
    return f"{head}{relations}{inner}</w:style>"


def _paragraph(
    id_: str,
    name: str,
    properties: str,
    look: str = "",
    *,
    based: str = "Normal",
    after: str = "",
    quick: bool = True,
) -> str:
    inner = f"<w:pPr>{properties}</w:pPr>" + (f"<w:rPr>{look}</w:rPr>" if look else "")
    return _style("paragraph", id_, name, inner, based=based, after=after, quick=quick)


def _character(id_: str, name: str, look: str) -> str:
    return _style("character", id_, name, f"<w:rPr>{look}</w:rPr>", based="DefaultParagraphFont")


def styles_xml(namespaces: str) -> str:
    """The whole styles part, in the process's language; ``namespaces`` declares the prefix ``w``."""
    m = MEASURES[language()]
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(FANG_SONG)}<w:kern w:val="0"/>'
        f'<w:sz w:val="{m.body * 2:.0f}"/><w:szCs w:val="{m.body * 2:.0f}"/>'
        '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )
    parts = [*_text_styles(m), *_heading_styles(m), *_contents_styles(m), *_box_styles(m), *_table_styles()]
    return f"<w:styles {namespaces}>{defaults}{''.join([*parts, *_character_styles()])}</w:styles>"


def _named(name: str, **params: object) -> str:
    return say(f"office.style.{name}", **params)


def _text_styles(m: Measures) -> list[str]:
    first = f'<w:ind w:firstLineChars="{m.indent}" w:firstLine="{m.body * m.indent / 5:.0f}"/>'
    gap = 0 if m.indent else 6  # paragraphs are told apart by their first line or by the space between
    return [
        _paragraph("Normal", "Normal", _spacing(line=m.line) + f'<w:jc w:val="{m.align}"/>', based=""),
        _style("character", "DefaultParagraphFont", "Default Paragraph Font", "", quick=False),
        _paragraph("BodyText", "Body Text", _spacing(0, gap, m.line) + (first if m.indent else "")),
        _paragraph("Lead", _named("lead"), "", _look(chinese=HEI), based="BodyText", after="BodyText"),
        _paragraph("Quiet", _named("quiet"), "", _look(m.list, colour=QUIET), based="BodyText"),
        _paragraph("BodyWarning", _named("warning"), _bar(POOR), based="BodyText"),
        _paragraph("BodyIllustrative", _named("illustrative"), _bar(SAMPLE), based="BodyText"),
        _list_style("ListBullet", "List Bullet", 1, m),
        _list_style("ListNumber", "List Number", 2, m),
        _paragraph(
            "Definition",
            _named("definition"),
            _spacing(0, 4, m.list_line)
            + f'<w:ind w:left="{m.list * 40:.0f}" w:hanging="{m.list * 40:.0f}"/>',
            _look(m.list),
        ),
        _paragraph(
            "Header",
            "header",
            f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="{RULE}"/></w:pBdr>'
            + _spacing()
            + '<w:jc w:val="center"/>',
            _look(9, SONG, colour=QUIET),
            quick=False,
        ),
        _paragraph(
            "Footer",
            "footer",
            _spacing() + '<w:ind w:rightChars="100" w:right="280"/><w:jc w:val="right"/>',
            _look(14, SONG),
            quick=False,
        ),
        _paragraph(
            "FooterEven",
            _named("footer_even"),
            '<w:ind w:leftChars="100" w:left="280" w:rightChars="0" w:right="0"/><w:jc w:val="left"/>',
            based="Footer",
            quick=False,
        ),
        _paragraph("AfterTable", _named("after_table"), _spacing(line=8), _look(4), quick=False),
        _paragraph("Break", _named("break"), _spacing(line=1), _look(1), quick=False),
    ]


def _bar(colour: str) -> str:
    return f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="6" w:color="{colour}"/></w:pBdr>'


def _list_style(id_: str, name: str, number: int, m: Measures) -> str:
    properties = f'<w:numPr><w:numId w:val="{number}"/></w:numPr>' + _spacing(0, 3, m.list_line)
    return _paragraph(id_, name, properties, _look(m.list))


def _heading_styles(m: Measures) -> list[str]:
    # Official documents start a heading two characters from the edge.
    start = (
        f'<w:ind w:firstLineChars="{m.indent}" w:firstLine="{m.body * m.indent / 5:.0f}"/>'
        if m.indent
        else ""
    )
    fonts = ((HEI, None), (KAI, None), (FANG_SONG, True)) if m.indent else ((HEI, True),) * 3
    titles = _spacing(0, 14, m.title * 1.6) + '<w:jc w:val="center"/>'
    found = [
        _paragraph(
            "Title",
            "Title",
            "<w:keepNext/>" + titles,
            _look(m.title, SONG_TITLE, bold=None if m.indent else True),
            after="BodyText",
        ),
    ]
    for level, (size, (font, bold)) in enumerate(zip(m.heading, fonts, strict=True), start=1):
        properties = (
            "<w:keepNext/><w:keepLines/>"
            + _spacing((14, 10, 6)[level - 1], 4, max(m.line, size * 1.4))
            + f'{start}<w:jc w:val="left"/><w:outlineLvl w:val="{level - 1}"/>'
        )
        look = _look(size, font, bold=bold, colour=ACCENT if level == 1 and not m.indent else "")
        found.append(_paragraph(f"Heading{level}", f"heading {level}", properties, look, after="BodyText"))
    return found


def _contents_styles(m: Measures) -> list[str]:
    size = m.body - 2
    heading = "<w:keepNext/>" + _spacing(20, 10, m.line) + '<w:jc w:val="center"/>'
    # The room between the margins is 156 mm: the numbers end there.
    tabs = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8844"/></w:tabs>'
    found = [_paragraph("TOCHeading", "TOC Heading", heading, _look(m.body, HEI), after="BodyText")]
    for level, font in ((1, HEI), (2, FANG_SONG)):
        indent = f'<w:ind w:left="{(level - 1) * size * 40:.0f}" w:right="600"/>'
        properties = tabs + _spacing(3 if level == 1 else 0, 0, size * 1.5) + indent + '<w:jc w:val="left"/>'
        found.append(_paragraph(f"TOC{level}", f"toc {level}", properties, _look(size, font), quick=False))
    return found


def _box_styles(m: Measures) -> list[str]:
    found = []
    for tone, (colour, ground) in _TONES.items():
        box = (
            f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{colour}"/></w:pBdr>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>'
        )
        name = tone.title()
        found.append(
            _paragraph(
                f"CalloutTitle{name}",
                _named("callout_title", kind=say(f"page.callout.{tone}")),
                "<w:keepNext/><w:keepLines/>" + box + _spacing(6, 0, m.list_line) + '<w:ind w:left="200"/>',
                _look(m.list, HEI, bold=None if m.indent else True),
                after=f"Callout{name}",
            )
        )
        found.append(
            _paragraph(
                f"Callout{name}",
                _named("callout", kind=say(f"page.callout.{tone}")),
                "<w:keepLines/>" + box + _spacing(0, 0, m.list_line) + '<w:ind w:left="200"/>',
                _look(m.list),
            )
        )
    return found


def _table_styles() -> list[str]:
    centred = '<w:jc w:val="center"/>'
    found = [
        _style(
            "table",
            "TableNormal",
            "Normal Table",
            '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
            '<w:left w:w="70" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr>",
            quick=False,
        ),
        _style("table", "ReportTable", _named("table"), _table_look(), based="TableNormal"),
        _paragraph("Caption", "caption", _spacing(4, 12) + centred, _look(CAPTION_SIZE, HEI)),
        _paragraph(
            "TableCaption",
            _named("table_caption"),
            "<w:keepNext/><w:keepLines/>" + _spacing(12, 4) + centred,
            based="Caption",
        ),
        _paragraph("Figure", _named("figure"), "<w:keepNext/>" + _spacing(8, 0) + centred, after="Caption"),
        _paragraph("TableNote", _named("table_note"), _spacing(2, 0), _look(9, SONG, colour=QUIET)),
        _paragraph(
            "TableGroup",
            _named("table_group"),
            "<w:keepNext/>" + _spacing(2, 2) + '<w:jc w:val="left"/>',
            _look(10.5, HEI),
        ),
    ]
    aligned = {"Text": "left", "Number": "right", "Center": "center", "Head": "center"}
    for number, size in enumerate(TABLE_SIZES, start=1):
        for look, align in aligned.items():
            font = HEI if look == "Head" else SONG
            properties = _spacing(1, 1) + f'<w:jc w:val="{align}"/>'
            name = _named(f"table_{look.lower()}", n=number)
            found.append(_paragraph(f"Table{look}{number}", name, properties, _look(size, font)))
    return found


def _table_look() -> str:
    heavy, thin = f'w:val="single" w:sz="12" w:color="{ACCENT}"', f'w:val="single" w:sz="4" w:color="{RULE}"'
    head = (
        '<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:tcBorders>'
        f"<w:bottom {thin.replace('4', '8', 1)}/></w:tcBorders>"
        f'<w:shd w:val="clear" w:color="auto" w:fill="{BAND}"/><w:vAlign w:val="center"/></w:tcPr></w:tblStylePr>'
    )
    return (
        f"<w:tblPr><w:tblBorders><w:top {heavy}/><w:bottom {heavy}/><w:insideH {thin}/></w:tblBorders></w:tblPr>"
        f'<w:tcPr><w:vAlign w:val="center"/></w:tcPr>{head}'
    )


def _character_styles() -> list[str]:
    found = [
        _character("Strong", "Strong", _look(chinese=HEI, bold=True if language() != "zh" else None)),
        _character("Hyperlink", "Hyperlink", _look(colour="0B5A94", extra='<w:u w:val="single"/>')),
        _character("Missing", _named("missing"), _look(colour=QUIET)),
    ]
    for mark, colour in (("illustrative", SAMPLE), ("provisional", POOR)):
        line = "single" if mark == "illustrative" else "dashed"
        border = f'<w:bdr w:val="{line}" w:sz="4" w:space="0" w:color="{colour}"/>'
        name = _named("mark", mark=say(f"page.mark.{mark}"))
        found.append(_character(f"Mark{mark.title()}", name, _look(7.5, SONG, colour=colour, extra=border)))
    for family, colours in (("verdict", VERDICT_COLOURS), ("state", STATE_COLOURS)):
        for value, colour in colours.items():
            name = _named(family, word=say(f"{family}.{value.value}"))
            look = _look(chinese=HEI, bold=True if language() != "zh" else None, colour=colour)
            found.append(_character(verdict_style(value), name, look))
    return found


def fonts_xml(namespaces: str) -> str:
    """The font table: what the fonts are called elsewhere, and their kind, for programs that must do without."""

    def entry(name: str, charset: str, others: str = "") -> str:
        also = f'<w:altName w:val="{escape(others)}"/>' if others else ""
        family = "swiss" if name == HEI else "roman"
        return (
            f'<w:font w:name="{name}">{also}<w:charset w:val="{charset}"/><w:family w:val="{family}"/>'
            '<w:pitch w:val="variable"/></w:font>'
        )

    chinese = "".join(entry(name, "86", others) for name, others in FALLBACKS.items())
    return f"<w:fonts {namespaces}>{entry(LATIN, '00')}{chinese}</w:fonts>"


def numbering_xml(namespaces: str, lists: int) -> str:
    """The numbering part: 1 bullets, 2 numbers, then ``lists`` numberings that each start from one."""
    m = MEASURES[language()]
    hang = f'<w:pPr><w:ind w:left="{m.list * 40:.0f}" w:hanging="{m.list * 24:.0f}"/></w:pPr>'
    bullet = (
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>{hang}'
        f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:hint="default"/></w:rPr></w:lvl></w:abstractNum>'
    )
    number = (
        '<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>{hang}'
        "</w:lvl></w:abstractNum>"
    )
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    nums = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    nums += "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>{restart}</w:num>'
        for number in range(3, 3 + lists)
    )
    return f"<w:numbering {namespaces}>{bullet}{number}{nums}</w:numbering>"


def language_tag() -> str:
    """The language for the document's properties."""
    return LANGUAGES[language()]
