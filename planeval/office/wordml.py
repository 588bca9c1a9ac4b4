"""WordprocessingML as text: the few elements a report is written with.

Everything that comes from data passes `text`, so that it is text in the file whatever it looks like. Looks are named
styles (`planeval.office.styles`); what stands here says what something is.
"""

from __future__ import annotations

import re
from html import escape

from planeval.messages import language

# What XML 1.0 cannot hold, not even escaped; it shows as the character for what could not be shown.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT = "\ufffd"
_CHINESE = '<w:rFonts w:hint="eastAsia"/>'  # quotation marks and dashes take the Chinese font, as when typed
# Field characters: begin, the code, separate, the result as it stands until someone updates it, end.
_FIELD = (
    '<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r>{look}<w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    '<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r>'
    '{result}<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'
)


def clean(text: str) -> str:
    """``text`` with what XML cannot hold replaced, visibly; all line ends are line feeds."""
    return _UNFIT.sub(_REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def attribute(text: str) -> str:
    """``text`` as the value of an attribute."""
    return escape(clean(text)).replace("\n", "&#10;")


def _look(style: str) -> str:
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    hint = _CHINESE if language() == "zh" else ""
    return f"<w:rPr>{named}{hint}</w:rPr>" if named or hint else ""


def run(text: str, style: str = "") -> str:
    """A run of text in a character style; a line feed is a line break."""
    lines = escape(clean(text), quote=False).split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r>{_look(style)}{inner}</w:r>"


def line_break() -> str:
    """A new line in the same paragraph."""
    return "<w:r><w:br/></w:r>"


def paragraph(style: str, *inner: str, properties: str = "") -> str:
    """A paragraph in a paragraph style; ``properties`` are further children of its ``w:pPr``."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{"".join(inner)}</w:p>'


def field(code: str, result: str, style: str = "") -> str:
    """A field whose result reads ``result`` until someone updates it."""
    return _FIELD.format(look=_look(style), code=escape(code), result=run(result, style))


def bookmark(name: str, number: int, inner: str) -> str:
    """``inner`` under a bookmark that fields and links refer to; ``number`` is its own in the file."""
    start = f'<w:bookmarkStart w:id="{number:d}" w:name="{name}"/>'
    return f'{start}{inner}<w:bookmarkEnd w:id="{number:d}"/>'


def link_to(name: str, inner: str) -> str:
    """A link to a bookmark."""
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{inner}</w:hyperlink>'


def link_out(relation: str, inner: str) -> str:
    """A link to the address that the relation of that id names."""
    return f'<w:hyperlink r:id="{relation}" w:history="1">{inner}</w:hyperlink>'


def picture(relation: str, number: int, name: str, alt: str, width: int, height: int) -> str:
    """A picture in the line, ``width`` x ``height`` in EMU, with the alternative text ``alt``."""
    described = f'id="{number:d}" name="{attribute(name)}" descr="{attribute(alt)}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width:d}" cy="{height:d}"/><wp:docPr {described}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f"<pic:nvPicPr><pic:cNvPr {described}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width:d}" cy="{height:d}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
