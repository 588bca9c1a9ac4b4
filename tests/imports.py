"""Wide tables and mappings that the tests of imports begin with."""

from __future__ import annotations

from pathlib import Path

import yaml

# Two districts of `tiny_data`, which have deaths of 2020 to 2025, and GDP and population of 2020 alone.
TABLE = """\
地区,死亡人数,地区生产总值
鼓楼区,17,530
马尾区,16,610
"""
MAPPING = {
    "region_column": "地区",
    "region_by": "name",
    "year": 2024,
    "status": "illustrative",
    "source": "示例数据（非官方）",
    "published": "2025-04-01",
    "columns": {
        "死亡人数": {"variable": "accident_deaths", "unit": "人"},
        "地区生产总值": {"variable": "gdp", "unit": "亿元"},
    },
}


def mapping_file(folder: Path, **changes: object) -> Path:
    """``map.yaml`` with `MAPPING`; ``changes`` replace keys of it, None removes one."""
    content = {key: value for key, value in (MAPPING | changes).items() if value is not None}
    path = folder / "map.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def table_file(folder: Path, text: str = TABLE, encoding: str = "utf-8", name: str = "年报.csv") -> Path:
    """A CSV file of that text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported_rows(data: Path) -> list[str]:
    """The lines of the one file of statistics that an import added to `tiny_data`."""
    (made,) = [p for p in (data / "observations").glob("*.csv") if p.stem not in ("gulou", "mawei")]
    return made.read_text(encoding="utf-8").splitlines()
