"""Measures planeval against what else could make the same reports, and prints the figures as a table.

    make bench                          about ten minutes; the figures that need a whole nation are of a small one
    make bench ARGS=--nation            the same with 2,850 places: up to half an hour more
    make bench ARGS="--only cold"       one part of it
    make bench ARGS=--quick             a minute or two: shows that it works; its figures mean little

What each figure is, and how it is made, stands in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a file, the project's own folder is not on the path

from benchmarks.index_page import make_index, measure, records  # noqa: E402
from benchmarks.measure import BenchError, Run, machine, median, run, spread  # noqa: E402
from benchmarks.nation import correct_one_place, make_nation  # noqa: E402

KINDS = ("midterm", "final")
DISTRICTS = ("mawei", "gulou")
NATION = 2850
SEED = 1
SCRATCH = "scratch"
PARTS = ("throughput", "cold", "size", "index", "nation", "changes")


@dataclass
class Row:
    """One line of the table. ``value`` None: not measured, ``note`` says why. ``reached`` None: no target applies."""

    what: str
    target: str
    value: float | None = None
    shown: str = ""
    reached: bool | None = None
    runs: int = 0
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    places: int = 100  # of the batch: twice as many reports
    small: int = 10  # of the second, smaller batch, for what a report more costs
    rounds: int = 4
    shell: int = 2  # reports a round
    embedded: int = 12
    bare: int = 40
    warm: int = 4  # reports made first and not counted, in the ways that run in one process
    cold: int = 5
    again: int = 3  # runs with nothing changed, and with one row changed
    listed: int = NATION  # places in the index that is opened in a browser
    opened: int = 5  # how often


QUICK = Sizes(
    places=3, small=1, rounds=1, shell=1, embedded=2, bare=2, warm=1, cold=1, again=1, listed=40, opened=1
)


class Bench:
    """The measurements of one run, in the folder ``work``."""

    def __init__(self, work: Path, sizes: Sizes, jobs: int, places: int) -> None:
        self.work, self.sizes, self.jobs, self.places = work, sizes, jobs, places
        self.began = time.monotonic()
        self.count = 0
        self.largest: tuple[int, str] = (0, "")  # page of the batch: bytes, plan/kind

    # ---- tools ------------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """One line of progress."""
        print(f"[{time.monotonic() - self.began:6.0f} s] {text}", file=sys.stderr, flush=True)

    def path(self, name: str) -> Path:
        """A place for what this run makes; `main` clears it."""
        return self.work / SCRATCH / name

    def name(self, path: Path) -> str:
        """``path`` as the commands get it: relative to the project, where that is possible."""
        return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)

    def run(self, command: Sequence[str], label: str, **options: Any) -> Run:
        """Run a command in the project's folder; its log lies in ``logs`` of the working folder."""
        self.count += 1
        return run(command, self.work / "logs" / f"{self.count:03d}-{label}.log", cwd=ROOT, **options)

    def pipeline(self, command: str, data: Path, out: Path, *arguments: str, **options: Any) -> Run:
        """Run ``pipeline.py command`` quietly."""
        words = [sys.executable, "pipeline.py", command, "--data", self.name(data), "--out", self.name(out)]
        return self.run([*words, *arguments], command, **options)

    def nation(self, places: int) -> Path:
        """The data folder of a made-up nation, made anew."""
        folder = self.path(f"nation-{places}")
        shutil.rmtree(folder, ignore_errors=True)
        make_nation(folder, places, SEED)
        return folder

    def validated(self, data: Path, out: Path) -> Callable[[], Path]:
        """Validate ``data`` into ``out``; returns what brings ``out`` back to the state just after."""
        kept = out.with_name(f"{out.name}-validated")
        for folder in (out, kept):
            shutil.rmtree(folder, ignore_errors=True)
        self.pipeline("validate", data, out)
        out.rename(kept)

        def restore() -> Path:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(kept, out)
            return out

        restore()
        return restore

    def require_stored_validation(self, data: Path, validation: Path, plan: str) -> None:
        """Make sure that the notebook takes the stored validation: otherwise it validates itself, and whoever runs
        it without planeval's engine would be measured with work that the engine is spared."""
        code = (
            "import sys; from pathlib import Path; from planeval.workbench import open_workspace, stored_validation;"
            "sys.exit(stored_validation(open_workspace(sys.argv[1], sys.argv[3]), Path(sys.argv[2])) is None)"
        )
        words = [sys.executable, "-c", code, self.name(data), self.name(validation), plan]
        self.run(words, "stored-validation")

    def one_process(
        self,
        way: str,
        data: Path,
        validation: Path,
        reports: Sequence[tuple[str, str]],
        env: Mapping[str, str],
    ) -> dict[str, Any]:
        """Make ``reports`` in one process (one_process.py), the first ``warm`` of them not counted."""
        job = {
            "way": way,
            "data": self.name(data),
            "validation": self.name(validation),
            "out": self.name(self.path(way)),
            "reports": reports,
            "warm": self.sizes.warm,
        }
        words = [sys.executable, "benchmarks/one_process.py", json.dumps(job)]
        done = self.run(words, way, env=env)
        result: dict[str, Any] = json.loads(done.output.splitlines()[-1])
        return result

    def shell(self, plan: str, kind: str, data: Path, validation: Path) -> Run:
        """One report the way a shell loop makes it: papermill, then jupyter nbconvert, two processes."""
        executed = self.path("shell") / f"{plan}-{kind}.ipynb"
        executed.parent.mkdir(parents=True, exist_ok=True)
        tools = Path(sys.executable).parent
        script = (
            '"$1/papermill" --no-progress-bar "notebooks/$2_evaluation.ipynb" "$3" '
            '-p plan "$4" -p data "$5" -p validation "$6" && "$1/jupyter" nbconvert --to html "$3"'
        )
        words = (str(tools), kind, self.name(executed), plan, self.name(data), self.name(validation))
        return self.run(["sh", "-c", script, "sh", *words], "shell")

    def require_same_work(self, folder: Path, out: Path, reports: Sequence[tuple[str, str]]) -> None:
        """Make sure that another way's notebooks (``folder/plan/kind`` or ``folder/plan-kind.ipynb``) hold the very
        evaluations that planeval published in ``out``; the bare limit, which uses planeval's page, the same bytes."""
        for plan, kind in reports:
            path = folder / plan / kind / "report.ipynb"
            path = path if path.is_file() else folder / f"{plan}-{kind}.ipynb"
            found = _evaluation(json.loads(path.read_text(encoding="utf-8")))
            wanted = json.loads((out / plan / kind / "evaluation.json").read_text(encoding="utf-8"))
            if found != wanted:
                raise BenchError(
                    f"{path} holds another evaluation than {out / plan / kind}: not the same work"
                )

    def ploomber(self) -> dict[str, str] | str:
        """The environment in which papermill finds ploomber-engine; or why there is none."""
        folder = self.work / "ploomber"
        if not (folder / "ploomber_engine").is_dir():
            self.say("installing ploomber-engine into the working folder")
            words = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
            ]
            words += ["--retries", "1", "--timeout", "15", "--require-hashes", "--target", str(folder)]
            words += ["-r", "benchmarks/requirements.txt"]
            try:
                self.run(words, "ploomber")
            except BenchError as error:
                shutil.rmtree(folder, ignore_errors=True)
                return f"ploomber-engine could not be installed: {str(error).strip().splitlines()[-1]}"
        path = os.pathsep.join([str(folder.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**os.environ, "PYTHONPATH": path, "PLOOMBER_STATS_ENABLED": "false"}

    # ---- the batch against other ways -------------------------------------------------------------------------------

    def throughput(self) -> list[Row]:
        """The warm batch against the shell loop, ploomber-engine and the bare limit, in turn."""
        sizes, jobs = self.sizes, ("--jobs", str(self.jobs), "--quiet")
        data = self.nation(sizes.places)
        out = self.path("batch")
        restore = self.validated(data, out)
        validation = out / "validation" / "validation.json"
        plans = sorted(p.stem for p in (data / "plans").glob("*.yaml"))
        reports = [(plan, kind) for plan in plans for kind in KINDS]
        self.require_stored_validation(data, validation, plans[0])
        ploomber = self.ploomber()
        # Every round takes other places, midterm and final in turn.
        step = max(1, len(plans) // (sizes.rounds * sizes.shell))
        looped = [(plans[i * step], KINDS[i % 2]) for i in range(sizes.rounds * sizes.shell)]
        batches, smalls, shells = [], [], []
        embeddeds: list[float] = []
        helds: list[float] = []
        bares: list[float] = []
        embedded_ratios, held_ratios = [], []
        for number in range(sizes.rounds):
            self.say(
                f"round {number + 1} of {sizes.rounds}: {sizes.shell} report(s) with papermill and nbconvert"
            )
            own = looped[number * sizes.shell : (number + 1) * sizes.shell]
            shells.append(sum(self.shell(*report, data, validation).wall for report in own) / len(own))
            self.say(f"batch of {len(reports)} reports")
            batches.append(self.pipeline("report", data, restore(), *jobs))
            per_report = batches[-1].wall / len(reports)
            self.largest = max(_pages(out), default=(0, ""))
            self.require_same_work(self.path("shell"), out, own)
            start = number * 17 % len(reports)
            turn = (reports[start:] + reports[:start]) * 2
            if isinstance(ploomber, dict):
                for way, found, ratios in (
                    ("embedded", embeddeds, embedded_ratios),
                    ("embedded-held", helds, held_ratios),
                ):
                    made = turn[: sizes.embedded + sizes.warm]
                    self.say(f"{sizes.embedded} reports with ploomber-engine in one process ({way})")
                    seconds = self.one_process(way, data, validation, made, ploomber)["seconds"]
                    self.require_same_work(self.path(way), out, made)
                    found.append(sum(seconds) / len(seconds))
                    ratios.append(found[-1] / per_report)
            self.say(f"{sizes.bare} reports with nothing but their cells and their conversion")
            made = turn[: sizes.bare + sizes.warm]
            cpu = self.one_process("bare", data, validation, made, os.environ)["cpu"]
            self.require_same_work(self.path("bare"), out, made)
            bares.append(sum(cpu) / len(cpu))
            few = plans[:: max(1, len(plans) // sizes.small)][: sizes.small]
            self.say(f"batch of {2 * len(few)} reports")
            smalls.append(self.pipeline("report", data, restore(), "--plan", *few, *jobs))
        per_report_cpu = [
            (large.cpu - small.cpu) / (2 * (len(plans) - len(few)))
            for large, small in zip(batches, smalls, strict=True)
        ]
        walls = [batch.wall / len(reports) for batch in batches]
        measured = {"batch_seconds_a_report": spread(walls), "reports": len(reports), "jobs": self.jobs}
        rows = [
            _ratio(
                f"reports a minute, warm batch of {len(reports)}, against a shell loop of papermill + nbconvert",
                [shell / wall for shell, wall in zip(shells, walls, strict=True)],
                20,
                {**measured, "shell_seconds_a_report": spread(shells), "shell_reports": len(looped)},
            )
        ]
        against = "the same against ploomber-engine + nbconvert in one process"
        if isinstance(ploomber, dict):
            detail = {"embedded_seconds_a_report": spread(embeddeds), "reports_a_run": sizes.embedded}
            rows.append(_ratio(against, embedded_ratios, 1.8, {**measured, **detail}))
            detail = {"embedded_seconds_a_report": spread(helds), "reports_a_run": sizes.embedded}
            what = f"{against}, its data held in memory too"
            rows.append(_ratio(what, held_ratios, None, {**measured, **detail}))
        else:
            rows.append(Row(against, ">= 1.8 x", note=ploomber))
        rows.append(
            _ratio(
                "CPU seconds a report against the bare limit",
                [batch / bare for batch, bare in zip(per_report_cpu, bares, strict=True)],
                1.3,
                {
                    "batch_cpu_seconds_a_report": spread(per_report_cpu),
                    "bare_cpu_seconds_a_report": spread(bares),
                    "reports_a_run": sizes.bare,
                },
                most=True,
            )
        )
        return rows

    # ---- one report from a cold start -------------------------------------------------------------------------------

    def cold(self) -> list[Row]:
        """One report of a real district, with nothing running before, against papermill + nbconvert."""
        data, out = ROOT / "data", self.path("cold")
        restore = self.validated(data, out)
        validation = out / "validation" / "validation.json"
        plan, kind = DISTRICTS[0], KINDS[0]
        self.require_stored_validation(data, validation, plan)
        ours, theirs = [], []
        for number in range(self.sizes.cold):
            self.say(f"one report from a cold start, {number + 1} of {self.sizes.cold}")
            restore()
            ours.append(self.pipeline("report", data, out, "--plan", plan, "--kind", kind))
            theirs.append(self.shell(plan, kind, data, validation))
            self.require_same_work(self.path("shell"), out, [(plan, kind)])
        ratios = [their.wall / our.wall for their, our in zip(theirs, ours, strict=True)]
        detail = {
            f"{name}_{what}seconds": spread([getattr(r, figure) for r in runs])
            for name, runs in (("pipeline", ours), ("shell", theirs))
            for what, figure in (("", "wall"), ("cpu_", "cpu"))
        }
        row = _ratio(
            "one report from a cold start: papermill + nbconvert takes so many times as long",
            ratios,
            1,
            detail,
        )
        row.target, row.reached = "> 1 x", median(ratios) > 1
        own, other = (median([r.wall for r in runs]) for runs in (ours, theirs))
        row.shown += f" ({own:.2f} s against {other:.2f} s)"
        return [row]

    # ---- size of a page ---------------------------------------------------------------------------------------------

    def size(self) -> list[Row]:
        """The largest page of a district report, of the real ones and of those the batch made."""
        out = self.path("districts")
        shutil.rmtree(out, ignore_errors=True)
        self.say("the reports of the real districts")
        self.pipeline("report", ROOT / "data", out, "--plan", *DISTRICTS)
        pages = _pages(out)
        real, name = max(pages)
        largest = max((real, name), self.largest)
        detail = {"largest": largest[1], "real": dict(sorted((n, b) for b, n in pages))}
        if self.largest[0]:
            detail["largest_made_up"] = list(self.largest)
        default = sorted(p.stat().st_size for p in self.path("shell").glob("*.html"))
        if default:
            detail["nbconvert_default_page"] = {"min": default[0], "max": default[-1], "pages": len(default)}
        count = len(pages) + (2 * self.sizes.places if self.largest[0] else 0)
        return [
            Row(
                "HTML of the largest district report",
                "<= 200 KB",
                largest[0] / 1000,
                f"{largest[0] / 1000:.0f} KB",
                largest[0] <= 200_000,
                count,
                detail=detail,
            )
        ]

    # ---- the index in a browser -------------------------------------------------------------------------------------

    def index(self) -> list[Row]:
        """The index of a nation's reports, opened from disk and searched in Chromium."""
        places, full = self.sizes.listed, self.sizes.listed >= NATION
        count = 2 * places
        out = self.path("index-samples")
        shutil.rmtree(out, ignore_errors=True)
        self.pipeline("report", ROOT / "data", out, "--plan", DISTRICTS[0], "--quiet")
        self.say(f"the index of {count} reports in a browser")
        page = make_index(self.path("index"), records(out, DISTRICTS[0], KINDS), places)
        size = page.stat().st_size
        rows = [
            Row(
                f"index of {count} reports: size",
                "<= 3 MB" if full else "",
                size / 1e6,
                f"{size / 1e6:.2f} MB",
                size <= 3_000_000 if full else None,
                1,
                detail={"bytes": size},
            )
        ]
        opens, searches = f"index of {count} reports: opens from disk", f"index of {count} reports: a search"
        target = "<= 200 ms" if full else ""
        try:
            found = measure(page, self.sizes.opened)
        except BenchError as error:
            return [*rows, Row(opens, "", note=str(error)), Row(searches, target, note=str(error))]
        times = [took for of in found["search"].values() for took in of]
        detail = {"ms": spread(found["open"]), "chromium": found["version"]}
        rows.append(
            Row(
                opens,
                "",
                median(found["open"]),
                f"{median(found['open']):.0f} ms",
                runs=len(found["open"]),
                detail=detail,
            )
        )
        detail = {"ms": {query: spread(of) for query, of in found["search"].items()}}
        slowest = max(median(of) for of in found["search"].values())
        shown = f"{median(times):.0f} ms, the slowest query {slowest:.0f} ms"
        reached = slowest <= 200 if full else None
        rows.append(Row(searches, target, slowest, shown, reached, len(times), detail=detail))
        return rows

    # ---- a whole nation ---------------------------------------------------------------------------------------------

    def whole_nation(self, parts: Sequence[str]) -> list[Row]:
        """Everything of a nation; then nothing changed; then one place's row changed."""
        rows: list[Row] = []
        self.say(f"making a nation of {self.places} places")
        data, out = self.nation(self.places), self.path("nation")
        arguments = ("--jobs", str(self.jobs), "--quiet")
        count = 2 * self.places

        def two_hundred() -> Run:
            small, place = self.nation(self.sizes.places), self.path("two-hundred")
            shutil.rmtree(place, ignore_errors=True)
            self.say(f"all of {2 * self.sizes.places} reports, validation included")
            return self.pipeline("run", small, place, *arguments)

        shutil.rmtree(out, ignore_errors=True)
        beside = [two_hundred()] if "nation" in parts else []
        self.say(f"all of {count} reports, validation included")
        whole = self.pipeline("run", data, out, *arguments, watch=True)
        reports = _reports(out)
        if len(reports) != count:
            raise BenchError(f"{out} holds {len(reports)} reports, expected {count}")
        if "nation" in parts:
            if self.sizes.rounds > 1:
                beside.append(two_hundred())  # once more, as the machine may be faster or slower by now
            rows += self._nation_rows(whole, beside, count)
        if "changes" in parts:
            rows += self._change_rows(data, out, arguments, count)
        return rows

    def _nation_rows(self, whole: Run, beside: Sequence[Run], count: int) -> list[Row]:
        full = self.places >= NATION
        few = 2 * self.sizes.places
        each, each_of_few = whole.wall / count, [r.wall / few for r in beside]
        detail = {
            "seconds": round(whole.wall, 1),
            "seconds_a_report": round(each, 4),
            "cpu_seconds_a_report": round(whole.cpu / count, 4),
            f"seconds_a_report_at_{few}": spread(each_of_few),
        }
        if count > few:
            # Without what a run costs however many reports it makes.
            more = (whole.wall - sum(r.wall for r in beside) / len(beside)) / (count - few)
            detail["seconds_a_further_report"] = round(more, 4)
        growth = each / (sum(each_of_few) / len(each_of_few))
        rows = [
            Row(
                f"{self.places} places x 2 kinds, from nothing",
                "<= 15 min" if full else "",
                whole.wall / 60,
                f"{whole.wall / 60:.1f} min" if full else f"{whole.wall:.1f} s",
                whole.wall <= 900 if full else None,
                1,
                detail=detail,
            ),
            Row(
                f"time a report against that at {few}",
                "<= 1.1 x" if full else "",
                growth,
                f"{growth:.2f} x",
                growth <= 1.1 if full else None,
                1 + len(beside),
                detail=detail,
            ),
        ]
        what, target = "peak memory of all processes together", "<= 2 GiB"
        if whole.peak is None:
            rows.append(Row(what, target, note="only Linux tells how processes share memory"))
        else:
            gib = whole.peak / 2**30
            reached = gib <= 2 if full else None
            detail = {"bytes": whole.peak}
            rows.append(Row(what, target if full else "", gib, f"{gib:.2f} GiB", reached, 1, detail=detail))
        return rows

    def _change_rows(self, data: Path, out: Path, arguments: Sequence[str], count: int) -> list[Row]:
        full = self.places >= NATION
        nothing, one, codes = [], [], []
        for number in range(self.sizes.again):
            self.say(f"nothing changed, {number + 1} of {self.sizes.again}")
            before = _reports(out)
            nothing.append(self.pipeline("run", data, out, *arguments))
            if _reports(out) != before:
                raise BenchError(f"nothing was changed in {data}, but reports in {out} were rendered again")
        for number in range(self.sizes.again):
            self.say(f"one place's row changed, {number + 1} of {self.sizes.again}")
            before = _reports(out)
            code = correct_one_place(data, number)
            codes.append(code)
            one.append(self.pipeline("run", data, out, *arguments))
            after = _reports(out)
            again = sorted(name for name in after if after[name] != before.get(name))
            wanted = sorted(f"c{code}/{kind}" for kind in KINDS)
            if again != wanted or after.keys() != before.keys():
                raise BenchError(
                    f"a figure of {code} was changed; rendered again: {again}, expected {wanted}"
                )
            index = (out / "index.html").read_bytes()
            self.run(
                [sys.executable, "pipeline.py", "site", "--data", self.name(data), "--out", self.name(out)],
                "site",
            )
            if (out / "index.html").read_bytes() != index:
                raise BenchError(f"a figure of {code} was changed, but {out / 'index.html'} was not renewed")
        rows = []
        for what, runs, most, made in (("nothing", nothing, 2, 0), ("one place's row", one, 4, 2)):
            seconds = median([r.wall for r in runs])
            promised = f"{made} reports" if made else ""
            detail = {
                "seconds": spread([r.wall for r in runs]),
                "cpu_seconds": spread([r.cpu for r in runs]),
                "rendered_again": made,
            }
            rows.append(
                Row(
                    f"{what} changed, {count} reports",
                    ", ".join(filter(None, [f"<= {most} s" if full else "", promised])),
                    seconds,
                    ", ".join(filter(None, [f"{seconds:.2f} s", promised])),
                    seconds <= most if full else None,
                    len(runs),
                    detail=detail | ({"places": codes} if made else {}),
                )
            )
        return rows


def _evaluation(notebook: Mapping[str, Any]) -> Any:
    """The evaluation that an executed notebook carries."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for kind, content in output.get("data", {}).items():
                if kind == "application/vnd.planeval.evaluation.v1+json":
                    return json.loads(content) if isinstance(content, str) else content
    return None


def _state(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _reports(out: Path) -> dict[str, tuple[int, int, int]]:
    """plan/kind -> when its page was written and as which file: a report rendered again is a new one."""
    return {f"{p.parts[-3]}/{p.parts[-2]}": _state(p) for k in KINDS for p in out.glob(f"*/{k}/index.html")}


def _pages(out: Path) -> list[tuple[int, str]]:
    """(bytes, plan/kind) of every report's page."""
    return [(state[2], name) for name, state in _reports(out).items()]


def _ratio(
    what: str, ratios: Sequence[float], target: float | None, detail: dict[str, Any], *, most: bool = False
) -> Row:
    """A row for the median of ratios that were measured in the same minutes each."""
    value = median(ratios)
    reached = None if target is None else value <= target if most else value >= target
    shown = f"{value:.2f} x" if value < 10 else f"{value:.1f} x"
    sign = "<=" if most else ">="
    wanted = "" if target is None else f"{sign} {target:g} x"
    return Row(what, wanted, value, shown, reached, len(ratios), detail={"ratio": spread(ratios), **detail})


# ---- output ---------------------------------------------------------------------------------------------------------


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    words = {None: "-", True: "yes", False: "NO"}
    lines = [("what", "measured", "target", "reached", "runs")]
    for row in rows:
        measured = row.shown if row.value is not None else f"not measured: {row.note}"
        reached = words[row.reached] if row.value is not None else "-"
        lines.append((row.what, measured, row.target or "-", reached, str(row.runs)))
    widths = [max(len(line[i]) for line in lines) for i in range(5)]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    text.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure planeval and print the figures as a table.")
    parser.add_argument("--quick", action="store_true", help="a minute: everything once, in miniature")
    parser.add_argument("--nation", action="store_true", help=f"the national figures with {NATION} places")
    parser.add_argument("--places", type=int, help="the national figures with so many places (default: 300)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="only these parts")
    parser.add_argument("--jobs", type=int, default=2, help="processes at work at a time (default: 2)")
    parser.add_argument("--rounds", type=int, help="rounds of the comparison in turn (default: 4)")
    parser.add_argument("--work", type=Path, default=ROOT / ".bench", help="working folder (default: .bench)")
    parser.add_argument("--json", type=Path, help="where the figures go (default: results.json in it)")
    parser.add_argument("--keep", action="store_true", help="leave data and reports in the working folder")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write the JSON. Status 1 when something could not be measured as described."""
    options = _parser().parse_args(arguments)
    sizes = QUICK if options.quick else Sizes()
    if options.rounds:
        sizes = Sizes(**{**asdict(sizes), "rounds": options.rounds})
    places = NATION if options.nation else options.places or (3 if options.quick else 300)
    work = options.work.resolve()
    shutil.rmtree(work / SCRATCH, ignore_errors=True)
    (work / SCRATCH).mkdir(parents=True)
    bench = Bench(work, sizes, options.jobs, places)
    parts: list[Callable[[], list[Row]]] = [
        getattr(bench, part) for part in ("throughput", "cold", "size", "index") if part in options.only
    ]
    if {"nation", "changes"} & set(options.only):
        parts.append(lambda: bench.whole_nation(options.only))
    before, rows, status = machine(), [], 0
    for part in parts:
        try:
            rows += part()
        except BenchError as error:  # the other parts can still be measured
            print(error, file=sys.stderr)
            status = 1
    if not options.keep:
        shutil.rmtree(work / SCRATCH, ignore_errors=True)
    result = {
        "machine": before,
        "load_afterwards": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "commit": _commit(),
        "arguments": list(sys.argv[1:] if arguments is None else arguments),
        "minutes": round((time.monotonic() - bench.began) / 60, 1),
        "rows": [asdict(row) for row in rows],
    }
    path = options.json or work / "results.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    bench.say(f"written to {path}")
    return status


def _commit() -> str | None:
    """Which commit was measured, and whether files differ from it."""
    try:
        words = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
