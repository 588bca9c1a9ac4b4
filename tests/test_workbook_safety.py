"""Whatever is no harmless .xlsx is refused: what was found, what was expected, what to do."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from planeval.errors import InputError
from planeval.messages import LANGUAGES, speaking
from planeval.workbook import package
from planeval.workbook.package import MEGABYTE
from planeval.workbook.safety import open_safely

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
AGAIN = "在 Excel 或 WPS 中打开，另存为“Excel 工作簿（*.xlsx）”"
MALICE = "不要打开它；请提供人重新做一个只含数据的工作簿"


def plain() -> bytes:
    """A small workbook."""
    book, file = Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet["A1"], sheet["B2"] = "数值", 12.5
    book.save(file)
    return file.getvalue()


def changed(parts: dict[str, bytes | Callable[[bytes], bytes]], raw: bytes = b"") -> bytes:
    """A workbook with parts added or changed."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(raw or plain())) as before, ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            change = parts.get(name)
            content = before.read(name)
            after.writestr(name, change(content) if callable(change) else change or content)
        for name, content in parts.items():
            if name not in before.namelist():
                assert isinstance(content, bytes)
                after.writestr(name, content)
    return file.getvalue()


def in_sheet(text: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(b"</sheetData>", b"</sheetData>" + text.encode())


SHEET = "xl/worksheets/sheet1.xml"
ZEROS = bytes(12 * MEGABYTE)


def as_spreadsheet(name: str, **parts: bytes) -> bytes:
    """Another kind of package."""
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr(name, b"<a/>")
    return file.getvalue()


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "文件是空的（0 字节）", "重新复制或下载这个文件"),
    "encrypted": (
        OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(100),
        "工作簿有打开密码，读不了",
        "在 Excel 中打开，“文件→信息→保护工作簿→用密码进行加密”，清空密码后保存",
    ),
    "old": (
        OLE + bytes(504) + "Workbook".encode("utf-16-le"),
        "这是旧格式的工作簿（.xls），应为 .xlsx",
        AGAIN,
    ),
    "text": ("2024年数据".encode(), "这不是 Excel 工作簿（.xlsx），内容看来是纯文本", AGAIN),
    "csv": (
        "地区,死亡人数\n马尾区,2\n".encode("gbk"),
        "这不是 Excel 工作簿（.xlsx），内容看来是文本表格（CSV）",
        "把扩展名改为 .csv，作为宽表导入；或在 Excel 中打开，另存为“Excel 工作簿（*.xlsx）”",
    ),
    "html": (
        b"\xef\xbb\xbf <HTML><table><tr><td>1</td></tr></table>",
        "这不是 Excel 工作簿（.xlsx），内容看来是网页（有些系统导出的“Excel”其实是网页）",
        AGAIN,
    ),
    "xml": (b"<?xml version='1.0'?><Workbook/>", "这不是 Excel 工作簿（.xlsx），内容看来是XML 文件", AGAIN),
    "utf16": ("a,b".encode("utf-16"), "这不是 Excel 工作簿（.xlsx），内容看来是UTF-16 编码的文本", AGAIN),
    "pdf": (b"%PDF-1.7", "这不是 Excel 工作簿（.xlsx），内容看来是PDF 文件", AGAIN),
    "picture": (b"\x89PNG\r\n", "这不是 Excel 工作簿（.xlsx），内容看来是图片", AGAIN),
    "unknown": (b"\xff\x00\x01", "这不是 Excel 工作簿（.xlsx），内容看来是无法辨认的数据", AGAIN),
    "archive": (as_spreadsheet("a.txt"), "这不是 Excel 工作簿（.xlsx），内容看来是压缩文件", AGAIN),
    "word": (as_spreadsheet("word/document.xml"), "这不是 Excel 工作簿（.xlsx），内容看来是Word 文档", AGAIN),
    "ods": (
        as_spreadsheet("META-INF/manifest.xml"),
        "这不是 Excel 工作簿（.xlsx），内容看来是OpenDocument 表格（.ods）",
        AGAIN,
    ),
    "xlsb": (
        as_spreadsheet("xl/workbook.bin"),
        "这不是 Excel 工作簿（.xlsx），内容看来是Excel 二进制工作簿（.xlsb）",
        AGAIN,
    ),
    "truncated": (
        plain()[:2000],
        "文件已经损坏，读不了",
        "在 Excel 中用“打开并修复”打开后另存，或重新复制这个文件",
    ),
    "flipped": (
        (lambda raw: raw[:60] + bytes([raw[60] ^ 255]) + raw[61:])(plain()),
        "文件已经损坏，读不了",
        "在 Excel 中用“打开并修复”打开后另存，或重新复制这个文件",
    ),
    "broken_xml": (
        changed({SHEET: lambda content: content[:-20]}),
        "文件已经损坏，读不了",
        "在 Excel 中用“打开并修复”打开后另存，或重新复制这个文件",
    ),
    "macros": (
        changed({"xl/vbaProject.bin": b"x"}),
        "工作簿带有宏（xl/vbaProject.bin），为安全起见不打开",
        "在 Excel 中另存为不带宏的“Excel 工作簿（*.xlsx）”",
    ),
    "old_macros": (
        changed({"xl/macrosheets/sheet1.xml": b"<a/>"}),
        "工作簿带有宏（xl/macrosheets/sheet1.xml），为安全起见不打开",
        "在 Excel 中另存为不带宏的“Excel 工作簿（*.xlsx）”",
    ),
    "links": (
        changed({"xl/externalLinks/externalLink1.xml": b"<a/>"}),
        "工作簿链接到别的文件或数据源（xl/externalLinks/externalLink1.xml），其中的数值不在这个文件里",
        "在 Excel 中“数据→编辑链接→断开链接”（或删去查询和连接），保存后再导入",
    ),
    "bomb": (
        changed({"xl/media/image1.png": ZEROS}),
        "工作簿解压后有 12 MB 或更多，最大为 256 MB，或与压缩后的大小不相称，可能是恶意文件",
        MALICE,
    ),
    "billion_laughs": (
        changed(
            {"xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]><sst>&a;</sst>'}
        ),
        "工作簿的内部文件里有不该有的声明（<!DOCTYPE），可能是恶意文件",
        MALICE,
    ),
    "billion_laughs_in_utf_16": (
        changed({"xl/sharedStrings.xml": '<!DOCTYPE l [<!ENTITY a "ha">]><sst>&a;</sst>'.encode("utf-16")}),
        "工作簿的内部文件里有不该有的声明（<!DOCTYPE），可能是恶意文件",
        MALICE,
    ),
    "hidden_declaration": (
        changed({"xl/sharedStrings.xml": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE'}),
        '工作簿的内部文件里有不该有的声明（encoding="UTF-7"），可能是恶意文件',
        MALICE,
    ),
    "dimension": (
        changed({SHEET: lambda c: c.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')}),
        "工作表的范围 A1:XFD1048576 太大，最多为 2,000,000 个单元格；通常是很远的地方有一个空格或格式",
        "在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入",
    ),
    "far_cell": (
        changed({SHEET: lambda c: c.replace(b'r="B2"', b'r="XFD1048576"').replace(b'r="2"', b'r="1048576"')}),
        "工作表的范围 A1:XFD1048576 太大，最多为 2,000,000 个单元格；通常是很远的地方有一个空格或格式",
        "在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入",
    ),
    "merged": (
        changed({SHEET: in_sheet('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')}),
        "工作表的范围 A1:XFD1048576 太大，最多为 2,000,000 个单元格；通常是很远的地方有一个空格或格式",
        "在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入",
    ),
    "hyperlink": (
        changed({SHEET: in_sheet('<hyperlinks><hyperlink tooltip=">" ref="A1:XFD9999"/></hyperlinks>')}),
        "工作表的范围 A1:XFD9999 太大，最多为 2,000,000 个单元格；通常是很远的地方有一个空格或格式",
        "在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入",
    ),
    "comment": (
        changed(
            {"xl/comments/comment1.xml": b'<comments><comment authorId="0" ref="A1:XFD9999"/></comments>'}
        ),
        "工作表的范围 A1:XFD9999 太大，最多为 2,000,000 个单元格；通常是很远的地方有一个空格或格式",
        "在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入",
    ),
    "many_merged": (
        changed({SHEET: in_sheet('<mergeCells><mergeCell ref="A1:D300000"/></mergeCells>')}),
        "工作簿有 1,200,002 个或更多单元格，最多为 1,000,000 个",
        "删去表格以外的空行空列和格式，或分成几个工作簿",
    ),
}


def message_of(path: Path) -> str:
    with pytest.raises(InputError) as refusal:
        open_safely(path)
    return str(refusal.value)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_the_reason_and_the_remedy(tmp_path: Path, name: str) -> None:
    raw, message, remedy = REFUSED[name]
    path = tmp_path / "填报.xlsx"
    path.write_bytes(raw)
    assert message_of(path) == f"{path}: {message} → {remedy}"


def test_a_plain_workbook_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(plain())
    book = open_safely(path)
    assert [[cell.value for cell in row] for row in book.worksheets[0]["A1:B2"]] == [
        ["数值", None],
        [None, 12.5],
    ]


def test_a_formula_stays_a_formula_and_its_stored_value_is_never_used(tmp_path: Path) -> None:
    formula = b'<c r="B2"><f>1+1</f><v>99</v></c>'
    raw = changed({SHEET: lambda content: content.replace(b'<c r="B2" t="n"><v>12.5</v></c>', formula)})
    path = tmp_path / "a.xlsx"
    path.write_bytes(raw)
    cell: Any = open_safely(path).worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "f")


def test_a_file_of_100_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    assert message_of(path) == (
        f"{path}: 文件有 100 MB，最大为 50 MB"
        " → 只保留要导入的表和数据，删去图片和空白的格式区域，或分成几个工作簿"
    )


def test_a_macro_workbook_is_told_by_its_name_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    path.write_bytes(plain())
    assert message_of(path) == (
        f"{path}: 工作簿带有宏（.xlsm），为安全起见不打开 → 在 Excel 中另存为不带宏的“Excel 工作簿（*.xlsx）”"
    )


def test_a_missing_file_is_named_with_the_closest_one(tmp_path: Path) -> None:
    (tmp_path / "填报-2024.xlsx").write_bytes(plain())
    path = tmp_path / "填报-2025.xlsx"
    assert message_of(path) == (f"{path}: 没有这个文件。是否应为 填报-2024.xlsx？ → 检查文件名和所在的文件夹")
    assert message_of(tmp_path / "nowhere" / "a.xlsx").endswith("没有这个文件。 → 检查文件名和所在的文件夹")


def test_a_folder_is_no_workbook(tmp_path: Path) -> None:
    said = "这是一个文件夹，不是工作簿 → 写出文件夹里那个 .xlsx 文件的名称"
    assert message_of(tmp_path) == f"{tmp_path}: {said}"


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(plain())

    def forbidden(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert message_of(path) == (
        f"{path}: 文件打不开：Permission denied → 检查文件权限，或文件是否正在 Excel 中打开"
    )


# ---- what a package says of itself is not believed ------------------------------------------------------------------


def understated(raw: bytes, name: str, size: int) -> bytes:
    """The package with another unpacked size declared for a part, in its head and in the list."""
    with ZipFile(io.BytesIO(raw)) as archive:
        real = archive.getinfo(name).file_size
    return raw.replace(struct.pack("<I", real), struct.pack("<I", size))


def test_a_bomb_that_declares_a_small_size_is_found_by_unpacking_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(understated(changed({"xl/media/image1.png": ZEROS}), "xl/media/image1.png", 100))
    message = message_of(path)
    assert "可能是恶意文件" in message and message.startswith(f"{path}: 工作簿解压后有 ")


def test_a_part_that_is_longer_than_it_says_is_refused_however_small(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    raw = changed({"xl/media/image1.png": b"x" * 54321})
    path.write_bytes(understated(raw, "xl/media/image1.png", 100))
    assert "可能是恶意文件" in message_of(path)


def test_unpacking_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(understated(changed({"xl/media/image1.png": ZEROS}), "xl/media/image1.png", 100))
    pieces: list[int] = []
    real = package._pieces

    def counted(*arguments: Any) -> Any:
        for piece in real(*arguments):
            pieces.append(len(piece))
            yield piece

    monkeypatch.setattr(package, "_pieces", counted)
    message_of(path)
    assert sum(pieces) < 10 * MEGABYTE


def test_more_parts_than_any_workbook_has_are_not_even_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "MOST_PARTS", 20)
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed({f"xl/media/{number}.png": b"x" for number in range(20)}))
    assert message_of(path) == f"{path}: 工作簿由 29 个部分组成，最多为 20 个，可能是恶意文件 → {MALICE}"


def test_too_many_cells_are_counted_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "MOST_CELLS", 1000)
    monkeypatch.setattr(package, "_PIECE", 100)  # tags come in pieces
    path = tmp_path / "a.xlsx"
    cells = "".join(f'<row r="{n}"><x:c r="A{n}"/></row>' for n in range(3, 1002))
    path.write_bytes(changed({SHEET: lambda c: c.replace(b"</sheetData>", cells.encode() + b"</sheetData>")}))
    assert message_of(path) == (
        f"{path}: 工作簿有 1,001 个或更多单元格，最多为 1,000 个 → 删去表格以外的空行空列和格式，或分成几个工作簿"
    )


def test_a_part_made_to_slow_the_look_at_it_down_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(changed({"xl/slow.xml": b"<a>" + b"<hyperlink " * 150_000}))
    assert open_safely(path).sheetnames == ["Sheet"]


def test_a_protected_part_of_the_package_counts_as_a_password(tmp_path: Path) -> None:
    raw = bytearray(plain())
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(raw))
    assert "工作簿有打开密码，读不了" in message_of(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_can_be_said_in_every_language(tmp_path: Path, language: str) -> None:
    path = tmp_path / "a.xlsx"
    with speaking(language):
        for raw, _, _ in REFUSED.values():
            path.write_bytes(raw)
            assert " → " in message_of(path)
