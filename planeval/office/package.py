"""The Word file around its text: pages, headers and footers, properties, and bytes that are the same every time.

The page is that of an official document (GB/T 9704-2012): A4, 37 mm above and 28 mm left of a text of 156 x 225 mm,
page numbers between dashes, outside: on the right of odd pages, on the left of even ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from planeval.messages import say
from planeval.office import styles
from planeval.office.wordml import clean, field, paragraph, run

if TYPE_CHECKING:
    from docx.document import Document

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip archive can hold: the bytes do not depend on the clock
_UNDATED = datetime(2000, 1, 1)
_TWIPS_PER_MM = 1440 / 25.4
POINTS_PER_MM = 72 / 25.4
_OLD_STYLES = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
# A place in the text where pages change their side; `finished` puts the section's properties there.
_SIDEWAYS_BEGIN, _SIDEWAYS_END = "<!--sideways-->", "<!--upright-->"
PAGE_BREAK = paragraph("Break", '<w:r><w:br w:type="page"/></w:r>')


@dataclass(frozen=True)
class Page:
    """A page's size and margins in millimetres."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float

    @property
    def room(self) -> float:
        """The width of the text in points."""
        return (self.width - self.left - self.right) * POINTS_PER_MM

    def properties(self) -> str:
        """The page's ``w:pgSz`` and ``w:pgMar``."""
        side = ' w:orient="landscape"' if self.width > self.height else ""
        size = f'<w:pgSz w:w="{_twips(self.width)}" w:h="{_twips(self.height)}"{side}/>'
        names = {"top": self.top, "right": self.right, "bottom": self.bottom, "left": self.left}
        edges = " ".join(f'w:{name}="{_twips(mm)}"' for name, mm in names.items())
        # The number stands 7 mm below the text; the running title well above it.
        header, footer = _twips(self.top - 14), _twips(self.bottom - 13)
        return f'{size}<w:pgMar {edges} w:header="{header}" w:footer="{footer}" w:gutter="0"/>'


UPRIGHT = Page(210, 297, top=37, right=26, bottom=35, left=28)
SIDEWAYS = Page(297, 210, top=28, right=35, bottom=26, left=37)


def _twips(mm: float) -> int:
    return round(mm * _TWIPS_PER_MM)


def sideways(inner: str) -> str:
    """``inner`` on pages that lie on their side; it must end with a paragraph."""
    return f"{_SIDEWAYS_BEGIN}{inner}{_SIDEWAYS_END}"


def blank() -> Document:
    """A document without text and without what python-docx's template brings along but this file has no use for."""
    from docx import Document as new
    from docx.opc.constants import RELATIONSHIP_TYPE as RT

    document = new()
    package = document.part.package
    unused = {RT.THUMBNAIL, RT.CUSTOM_XML, RT.WEB_SETTINGS, _OLD_STYLES}
    for relations in (package.rels, document.part.rels):
        for relation in [number for number, one in relations.items() if one.reltype in unused]:
            del relations[relation]
    return document


def image(document: Document, png: bytes) -> tuple[str, int]:
    """Store a picture: its relation, and a number that no other drawing has."""
    relation, _ = document.part.get_or_add_image(io.BytesIO(png))
    document.part.drawings = number = getattr(document.part, "drawings", 0) + 1  # type: ignore[attr-defined]
    return relation, number


def address(document: Document, url: str) -> str:
    """The relation that stands for an address elsewhere."""
    from docx.opc.constants import RELATIONSHIP_TYPE as RT

    return str(document.part.relate_to(url, RT.HYPERLINK, is_external=True))


def finished(document: Document, body: str, *, title: str, dated: str, lists: int) -> bytes:
    """The file with ``body`` as its text; ``lists`` numbered lists are in it."""
    _styled(document, lists)
    references = _headers_and_footers(document, title)
    _fill(document, body, references)
    _describe(document, title, dated)
    out = io.BytesIO()
    document.save(out)
    return _without_clock(out.getvalue())


def _namespaces(*prefixes: str) -> str:
    from docx.oxml.ns import nsdecls

    return str(nsdecls(*prefixes))


def _styled(document: Document, lists: int) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE as RT
    from docx.oxml import parse_xml

    part, w = document.part, _namespaces("w")
    part._styles_part._element = parse_xml(styles.styles_xml(w))
    part.numbering_part._element = parse_xml(styles.numbering_xml(w, lists))
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    part.part_related_by(RT.FONT_TABLE)._blob = (declaration + styles.fonts_xml(w)).encode()
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    inner = (
        '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:updateFields w:val="true"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        '</w:compat><w:themeFontLang w:val="en-GB" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
    )
    for child in list(parse_xml(f"<w:settings {w}>{inner}</w:settings>")):
        settings.append(child)


def _headers_and_footers(document: Document, title: str) -> str:
    """Make them; returns the references to them for a section."""
    from docx.oxml import parse_xml

    section = document.sections[0]
    number = run(say("office.page_before")) + field("PAGE", "1") + run(say("office.page_after"))
    head = paragraph("Header", run(title))
    odd, even = paragraph("Footer", number), paragraph("FooterEven", number)
    section.different_first_page_header_footer = True
    w = _namespaces("w")
    for part, text in (
        (section.header, head),
        (section.even_page_header, head),
        (section.first_page_header, paragraph("Normal")),
        (section.footer, odd),
        (section.even_page_footer, even),
        (section.first_page_footer, odd),
    ):
        part.is_linked_to_previous = False
        for child in list(part._element):
            part._element.remove(child)
        for child in list(parse_xml(f"<w:hdr {w}>{text}</w:hdr>")):
            part._element.append(child)
    return "".join(child.xml for child in section._sectPr if child.tag.endswith("Reference"))


def _fill(document: Document, body: str, references: str) -> None:
    """Put the text in, in sections: upright pages and those on their side take turns."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    namespaces = _namespaces("w", "r", "wp", "a", "pic")
    target = document.element.body
    for child in list(target):
        target.remove(child)
    # Two that follow each other without anything between are one.
    chunks = re.split(f"{_SIDEWAYS_BEGIN}|{_SIDEWAYS_END}", body.replace(_SIDEWAYS_END + _SIDEWAYS_BEGIN, ""))
    first = True
    for number, chunk in enumerate(chunks):
        page = SIDEWAYS if number % 2 else UPRIGHT
        elements = list(parse_xml(f"<w:body {namespaces}>{chunk}</w:body>"))
        last = number == len(chunks) - 1
        if not elements and not last:
            continue
        own = f'{references if first else ""}<w:type w:val="nextPage"/>{page.properties()}'
        section = parse_xml(f"<w:sectPr {namespaces}>{own}{'<w:titlePg/>' if first else ''}</w:sectPr>")
        first = False
        target.extend(elements)
        if last:
            target.append(section)
            continue
        if elements[-1].tag != qn("w:p"):
            elements[-1].addnext(parse_xml(f"<w:p {namespaces}><w:pPr/></w:p>"))
        target[-1].get_or_add_pPr().append(section)


def _describe(document: Document, title: str, dated: str) -> None:
    """The document's properties; the only time in them is the data's."""
    properties = document.core_properties
    properties.title = clean(title)[:255]
    properties.author = properties.last_modified_by = say("page.site_name")
    properties.language = styles.language_tag()
    properties.created = properties.modified = _date(dated)
    properties.comments = properties.keywords = properties.subject = properties.category = ""
    properties.revision = 1
    for relation in document.part.package.rels.values():
        if relation.reltype.endswith("/extended-properties"):
            relation.target_part._blob = (
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
                b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
                b"<Application>planeval</Application></Properties>"
            )


def _date(text: str) -> datetime:
    found = re.match(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", text)
    if found is None:
        return _UNDATED
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        return datetime(year, month, day)
    except ValueError:
        return _UNDATED


def _without_clock(data: bytes) -> bytes:
    """The archive with the same entries in the same order, none of which bears the time it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as archive:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o600 << 16
            # Pictures are compressed already.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, made.read(name))
    return out.getvalue()
