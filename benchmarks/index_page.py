"""The index over thousands of reports in a real browser: how large it is, how fast it opens and answers a search.

The reports are made up from two real ones: other places, other verdicts. Only what the index shows of them is made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import BenchError
from benchmarks.nation import lay_out

# By name, by sound, by initials, by code, with many hits and with none.
QUERIES = ("示例县1234", "shili", "slx", "示例", "1101", "0007", "nothing at all")
# From the key to the moment after the frame that shows the result.
SEARCH = """async (text) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  const box = document.querySelector("#q");
  box.scrollIntoView();
  await frame();
  const start = performance.now();
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await frame();
  return performance.now() - start;
}"""
# From the start of the navigation to the moment after the first frame of the loaded page.
_OPENED = (
    """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"""
)


def make_index(folder: Path, reports: Mapping[str, Mapping[str, Any]], places: int) -> Path:
    """Write the index of ``places`` places with a report of each kind; ``reports`` are the `record.json` of one real
    report of each kind, by kind. Returns the page."""
    from planeval.model.terms import USUAL_KINDS, verdicts_of
    from planeval.site.entries import SiteEntry
    from planeval.site.geography import Place
    from planeval.site.index import build_index

    layout = lay_out(places)
    regions = {
        code: Place(code, f"示例省{n + 1:02d}", "", "") for n, code in enumerate(layout.province_codes)
    }
    regions |= {
        code: Place(code, f"示例市{n + 1:03d}", "", f"{code[:2]}0000")
        for n, code in enumerate(layout.city_codes)
    }
    entries = []
    for number, (code, name) in enumerate(zip(layout.codes, layout.names, strict=True)):
        for kind in USUAL_KINDS:
            verdicts = verdicts_of(kind)
            summary = dict(reports[kind.value]["summary"])
            rows = [list(row) for row in summary["indicators"]]
            counts: dict[str, dict[str, int]] = {}
            for place, row in enumerate(rows):
                row[2] = verdicts[(7 * number + place * place) % len(verdicts)].value
                own = counts.setdefault(row[3], {verdict.value: 0 for verdict in verdicts})
                own[row[2]] += 1
            summary |= {"indicators": rows, "counts": counts, "plan_title": f"{name}规划"}
            summary |= {"region_code": code, "region_name": name, "region_name_en": ""}
            entries.append(SiteEntry.from_summary(f"c{code}", kind, summary))
    return build_index(folder, entries, regions)


def measure(page: Path, rounds: int) -> dict[str, Any]:
    """Open ``page`` from disk in Chromium ``rounds`` times, and search for each of `QUERIES` each time.

    Returns milliseconds: ``open`` (one a round), ``search`` (by query); and the browser's ``version``.

    Raises:
        BenchError: there is no playwright, or no Chromium.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise BenchError("playwright is not installed; make test sets it up") from None
    arguments = ["--disable-quic", "--disable-background-networking", "--disable-component-update"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    path = os.environ.get("PLANEVAL_CHROMIUM") or "/usr/bin/chromium"
    opened: list[float] = []
    search: dict[str, list[float]] = {query: [] for query in QUERIES}
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            raise BenchError(f"no Chromium: {str(error).splitlines()[0]}") from None
        version = browser.version
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            tab = context.new_page()
            tab.goto(page.as_uri())
            opened.append(tab.evaluate(_OPENED))
            for query in QUERIES:
                tab.evaluate(SEARCH, "")
                search[query].append(tab.evaluate(SEARCH, query))
            context.close()
        browser.close()
    return {"open": opened, "search": search, "version": version}


def records(out: Path, plan: str, kinds: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The records of a plan's reports in ``out``, by kind."""
    return {kind: json.loads((out / plan / kind / "record.json").read_bytes()) for kind in kinds}
