"""The pages that all places share: comparison, method, glossary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planeval.site.entries import SiteEntry

if TYPE_CHECKING:
    from planeval.model.dictionary import Dictionary
    from planeval.model.method import Method


def shared_pages(data: str, entries: list[SiteEntry], regions: Mapping[str, str]) -> dict[str, str]:
    """The pages as HTML by their path in the site's folder: ``compare/``, ``method/``, ``glossary/``.

    In the language of the process. Of the data folder only the dictionary, the method and the places are read, no
    statistics. ``regions`` maps region codes to names.

    Raises:
        UsageError, InputError: the data folder or one of the three files cannot be read.
    """
    from planeval.model.spoken import spoken
    from planeval.site.comparison import comparisons
    from planeval.site.comparison_overview import overview_page
    from planeval.site.comparison_pages import indicator_page
    from planeval.site.glossary import PAGE as GLOSSARY
    from planeval.site.glossary import glossary_page
    from planeval.site.method_page import PAGE as METHOD
    from planeval.site.method_page import method_page

    dictionary, method, levels = _definitions(data)
    dictionary, method = spoken(dictionary), spoken(method)
    found = comparisons(entries, dictionary, method, levels)
    pages = {one.page: indicator_page(one, entries, dictionary) for one in found}
    pages["compare/index.html"] = overview_page(found)
    pages[METHOD] = method_page(method, dictionary)
    pages[GLOSSARY] = glossary_page(dictionary, regions, {one.key for one in found})
    return pages


def _definitions(data: str) -> tuple[Dictionary, Method, dict[str, str]]:
    """The dictionary, the method, and the level of each place."""
    from planeval.errors import UsageError
    from planeval.messages import say
    from planeval.model.dictionary import Dictionary
    from planeval.model.method import Method
    from planeval.read.project import data_folder
    from planeval.read.regions import read_regions
    from planeval.read.yaml_file import load_model

    folder = data_folder(data)
    if not folder.is_dir():
        raise UsageError(say("read.no_data_folder", found=data))
    dictionary = load_model(folder / "indicators.yaml", "indicators.yaml", Dictionary)
    method = load_model(folder / "method.yaml", "method.yaml", Method)
    places = read_regions(folder / "regions.csv", "regions.csv")
    return dictionary, method, {code: region.level for code, region in places.items()}
