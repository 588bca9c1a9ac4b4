"""The commands, links and paths that the documents show are those there are."""

from __future__ import annotations

import argparse
import json
import re
import shlex

import pytest
from docs_text import DOCUMENTS, FENCE, PLANS, READMES, ROOT, blocks, code_of, text_of

from planeval.commands import build_parser


def subparsers() -> dict[str, argparse.ArgumentParser]:
    actions = build_parser()._actions
    return next(a.choices for a in actions if isinstance(a, argparse._SubParsersAction))


@pytest.mark.parametrize("readme", READMES)
def test_each_readme_lists_every_command_and_every_option(readme: str) -> None:
    parser = build_parser()
    options = {o for p in [parser, *subparsers().values()] for a in p._actions for o in a.option_strings}
    mentioned = set(re.findall(r"`(-{1,2}[a-z-]+|[a-z][a-z-]*)", text_of(readme)))

    assert not ({*subparsers(), *options} - mentioned)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_no_option_that_there_is_not(readme: str) -> None:
    options = {
        o for p in [build_parser(), *subparsers().values()] for a in p._actions for o in a.option_strings
    }
    # -p and -r are papermill's.
    assert set(re.findall(r"`(-{1,2}[a-z-]+)", text_of(readme))) <= options | {"-p", "-r"}


def pipeline_commands() -> list[tuple[str, str]]:
    found = []
    for name in DOCUMENTS:
        lines = [line for body in blocks(name) for line in body.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", text_of(name))
        for line in lines:
            if line.startswith("python pipeline.py "):
                found.append((name, line.removeprefix("python pipeline.py ")))
            elif match := re.search(r'make run ARGS="([^"]*)"', line):
                found.append((name, f"run {match[1]}"))
    return found


@pytest.mark.parametrize(("name", "command"), pipeline_commands())
def test_every_command_that_a_document_shows_parses(name: str, command: str) -> None:
    words = shlex.split(command)
    if "--help" in words:
        with pytest.raises(SystemExit) as stop:
            build_parser().parse_args(words)
        assert stop.value.code == 0
    else:
        assert build_parser().parse_args(words).command == words[0]


def test_every_command_has_an_example_in_a_code_block_of_the_readme() -> None:
    shown = {command.split()[0] for name, command in pipeline_commands() if name == "README.md"}

    assert shown >= set(subparsers())


def test_every_make_target_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    named = {
        t
        for name in DOCUMENTS
        for t in re.findall(r"(?:^|`| )make ([a-z]+)(?=[`\s])", code_of(name), re.MULTILINE)
    }

    assert {"run", "test", "lab"} <= named <= targets


def papermill_commands() -> list[list[str]]:
    lines = [line for body in blocks("README.md", "bash") for line in body.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("papermill ")]


def test_the_papermill_commands_name_every_notebook_and_only_parameters_it_has() -> None:
    commands = papermill_commands()

    assert {next(w for w in words if w.endswith(".ipynb")) for words in commands} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    for words in commands:
        notebook = next(word for word in words if word.endswith(".ipynb"))
        cells = json.loads((ROOT / notebook).read_text(encoding="utf-8"))["cells"]
        declared = next(c for c in cells if "parameters" in c["metadata"].get("tags", []))
        parameters = re.findall(r"^(\w+) =", "".join(declared["source"]), re.MULTILINE)
        given = [words[i + 1] for i, word in enumerate(words) if word in ("-p", "-r")]
        assert set(given) <= set(parameters), words


# ---- the two READMEs, and links ------------------------------------------------------------------


def test_the_two_readmes_have_the_same_sections_tables_and_code() -> None:
    english, chinese = (text_of(name) for name in READMES)

    def shape(text: str) -> list[str]:
        outside = FENCE.sub("", text)
        return re.findall(r"^(#+ |\d\. |- |\| `[^|]*`|@)", outside, re.MULTILINE)

    assert blocks("README.md") == blocks("README.zh-CN.md")
    assert len(re.findall("^#", english, re.MULTILINE)) == len(re.findall("^#", chinese, re.MULTILINE))
    assert [s[:2] for s in shape(english)] == [s[:2] for s in shape(chinese)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", FENCE.sub("", text_of(name)))

    missing = [t for t in targets if "://" not in t and not (ROOT / name).parent.joinpath(t).exists()]

    assert not missing


@pytest.mark.parametrize("name", READMES)
def test_every_link_within_a_readme_leads_to_a_heading(name: str) -> None:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(name)), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", text_of(name))) <= anchors


def test_the_paths_of_the_tree_are_those_that_the_stages_write() -> None:
    from planeval.stages.report import FILES

    tree = "".join(blocks("README.md", "text")).split()

    assert {f"reports/mawei/midterm/{name}" for name in ("index.html", *FILES)} <= set(tree)
    assert {path.split("/")[1] for path in tree} >= {*PLANS, "validation", "indicators", "index.html"}
