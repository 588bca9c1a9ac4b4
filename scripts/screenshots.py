"""Makes the pictures in docs/screenshots: the site of the shipped data on a wide screen, on a phone and on paper.

    make screenshots

The site is made in a temporary folder. Needs the tests' tools and a Chromium (PLANEVAL_CHROMIUM, which the Makefile
sets), and poppler's pdftoppm for the printed pages. The same machine makes the same pictures.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 350_000
COLOURS = 192  # of a picture's palette: text on paper and a few tints need no more
PAGES = {
    "report": "mawei/midterm/index.html",
    "index": "index.html",
    "place": "places/350105/index.html",
    "comparison": "compare/deaths_per_100m_gdp/index.html",
}
# What a page is scrolled to, where its best part is not at the top.
STARTS = {"index": "#places", "comparison": "h2[id^='final']"}
ABOVE = 90  # pixels left above it
PRINT_DPI = 80


@dataclass(frozen=True)
class Screen:
    """A window of ``width`` x ``height`` CSS pixels, ``scale`` device pixels each."""

    width: int
    height: int
    scale: float = 1
    scheme: str = "light"


SCREENS = {"desktop": Screen(1280, 1200), "phone": Screen(390, 844, 1.5)}
DARK = {"dark": Screen(1280, 1200, scheme="dark")}


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium that the Makefile found, or Debian's."""
    arguments = ["--disable-quic", "--disable-background-networking", "--disable-component-update"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    path = os.environ.get("PLANEVAL_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=arguments)
        yield opened
        opened.close()


def make_site(out: Path) -> None:
    """The site of the shipped data."""
    words = [sys.executable, "pipeline.py", "run", "--quiet", "--out", str(out)]
    subprocess.run(words, cwd=ROOT, check=True)


def window(opened: Browser, screen: Screen, file: Path, start: str = "") -> Page:
    """``file`` in a window of its own, scrolled to the first element that ``start`` selects."""
    context = opened.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=screen.scale,
        color_scheme="dark" if screen.scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    if start:
        place = page.locator(start).first
        place.evaluate("(e, above) => scrollTo(0, e.getBoundingClientRect().top + scrollY - above)", ABOVE)
        page.wait_for_timeout(200)  # what follows the reader has followed
    return page


def printed(page: Page, pages: int = 2) -> Image.Image:
    """The first ``pages`` sheets side by side, on a grey ground."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "page.pdf"
        page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
        command = ["pdftoppm", "-png", "-r", str(PRINT_DPI), "-l", str(pages), str(pdf), f"{folder}/sheet"]
        subprocess.run(command, check=True)
        sheets = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("sheet*.png"))]
    gap = 16
    width = sum(sheet.width + gap for sheet in sheets) + gap
    joined = Image.new("RGB", (width, sheets[0].height + 2 * gap), "#9aa0a6")
    for number, sheet in enumerate(sheets):
        joined.paste(sheet, (gap + number * (sheet.width + gap), gap))
    return joined


def save(picture: Image.Image, file: Path) -> None:
    """Write ``picture`` with a palette of its own; it must not become larger than a reader of the documents bears."""
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {size} bytes, more than {MOST_BYTES}")
    print(f"{file.relative_to(ROOT) if file.is_relative_to(ROOT) else file}  {size // 1000} KB")


def main() -> None:
    """Make the site, then every picture."""
    parser = argparse.ArgumentParser(description="Make the pictures in docs/screenshots.")
    parser.add_argument("--to", type=Path, default=FOLDER, help="another folder for them")
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, browser() as opened:
        out = Path(made) / "reports"
        make_site(out)
        for name, path in PAGES.items():
            for screen, size in {**SCREENS, **(DARK if name == "report" else {})}.items():
                page = window(opened, size, out / path, STARTS.get(name, ""))
                picture = Image.open(io.BytesIO(page.screenshot()))
                save(picture, folder / f"{name}-{screen}.png")
                if screen == "desktop":
                    save(printed(page), folder / f"{name}-print.png")
                page.context.close()


if __name__ == "__main__":
    main()
