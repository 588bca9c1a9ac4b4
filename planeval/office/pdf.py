"""The report as a PDF file: the page itself, printed by a browser on this machine.

The page is complete in itself and the browser is told to resolve no host, so nothing is fetched. It gets a folder of
its own for its profile and the page, which goes when it has ended; any number of them run side by side.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from pathlib import Path

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.office.chromium import find_chromium
from planeval.office.pdf_text import findable

TIMEOUT = 120.0  # seconds; a report takes about one
_FLAGS = (
    "--headless",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# A link that leads out of the page to a file beside it would name the folder it was printed in.
_RELATIVE_LINK = re.compile(r'(<a\b[^>]*?)\s+href="(?!#|https?:)[^"]*"', re.IGNORECASE)
_DATES = re.compile(rb"/(?:CreationDate|ModDate) ?\(D:([^)]*)\)")
_CONSTANT_DATE = b"20000101000000+00'00'"
_PREFIX = "planeval-print-"
_STALE = 3_600.0  # seconds after which a folder is no longer anybody's: far more than `TIMEOUT`
_SAID = 2_000  # characters of what a browser that failed has said


def print_pdf(html: str) -> bytes:
    """The PDF of a finished page; the same page gives the same bytes with the same browser and fonts.

    Raises:
        UsageError: no browser.
        PlanevalError: the browser fails or takes too long.
    """
    browser = find_chromium()
    parent = _reachable(browser)
    _sweep(Path(parent or tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, printed = folder / "report.html", folder / "report.pdf"
        page.write_text(_RELATIVE_LINK.sub(r"\1", html), encoding="utf-8")
        command = [
            browser,
            *_FLAGS,
            *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={printed}",
            page.as_uri(),
        ]
        status, said = _run(command, browser)
        try:
            data = printed.read_bytes()
        except OSError:
            data = b""
        if status or not data.startswith(b"%PDF"):
            text = say("office.chromium_failed", path=browser, status=status, output=said[-_SAID:].strip())
            raise PlanevalError(text)
    return findable(_dateless(data), unescape(html))


def _run(command: list[str], browser: str) -> tuple[int, str]:
    """Run the browser to its end; whatever interrupts takes it along. Returns its status and what it said."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=_end_with_this_process(),
    )
    try:
        _, said = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise PlanevalError(say("office.chromium_timeout", path=browser, seconds=f"{TIMEOUT:.0f}")) from None
    finally:
        # Its own children end when the connection to it breaks.
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
    return process.returncode, said.decode("utf-8", "replace")


def _end_with_this_process() -> Callable[[], None] | None:
    """On Linux: what has the system kill the browser with this process, which may itself be killed at any time.

    Only in a fork of the template, which has one thread; elsewhere the browser gets Ctrl-C as this process does, being in
    its group.
    """
    from planeval.engine.fork import in_fork
    from planeval.engine.server import die_with

    if not in_fork():
        return None
    me = os.getpid()
    return lambda: die_with(me)


def _is_root() -> bool:
    """As root, as in most containers, Chromium runs without its sandbox only. It opens nothing but our own page."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _reachable(browser: str) -> str | None:
    """Where a browser from a snap finds files: it sees a temporary folder of its own, and of the home none that hides."""
    real = os.path.realpath(browser)
    if sys.platform.startswith("linux") and (real.startswith("/snap/") or real.endswith("/bin/snap")):
        folder = Path.home() / "snap" / "chromium" / "common"
        if folder.is_dir():
            return str(folder)
    return None


def _sweep(parent: Path) -> None:
    """Remove the folders that prints left behind which were killed, as a fork is when a run is stopped."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE:
                shutil.rmtree(folder)


def _dateless(data: bytes) -> bytes:
    """The same file with a constant for the time it was made; no offset in it changes."""

    def constant(found: re.Match[bytes]) -> bytes:
        whole, date = found[0], found[1]
        return whole.replace(date, _CONSTANT_DATE[: len(date)].ljust(len(date), b"0"))

    return _DATES.sub(constant, data)
