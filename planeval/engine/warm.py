"""What the template does beyond importing, so that no fork has to do it again."""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys

# The rooms a report passes through; validation (Great Expectations) is done once for all reports, elsewhere.
ROOMS = ("model", "read", "compute", "evaluate", "report", "render")
# What reads, runs and converts a notebook.
NOTEBOOKS = (
    "nbformat.v4",
    "nbclient",
    "papermill.clientwrap",
    "planeval.engine.client",
    "papermill.execute",
    "papermill.parameterize",
    "nbconvert.exporters",
    "planeval.engine.papermill_engine",
)


def package() -> None:
    """Import planeval as far as a report needs it, and read its messages."""
    from planeval.messages import has

    for room in ROOMS:
        package = importlib.import_module(f"planeval.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"planeval.{room}."):
            importlib.import_module(module.name)
    importlib.import_module("planeval.workbench")
    has("engine.timeout")


def charts() -> None:
    """Draw a small chart into nothing: matplotlib then knows its fonts and has their glyphs at hand."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # What pyplot imports, without pyplot: it looks for a shell at the moment it is imported.
    importlib.import_module("matplotlib.pyplot")
    del sys.modules["matplotlib.pyplot"]
    delattr(matplotlib, "pyplot")
    with matplotlib.rc_context():
        figure = Figure(figsize=(2, 2))
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], label="0")
        axes.legend()
        FigureCanvasSVG(figure).print_figure(io.BytesIO(), format="svg", metadata={"Date": None})


def notebooks() -> None:
    """Import what runs a notebook and makes a page of it, and read planeval's own notebooks."""
    from planeval.read.project import project_root
    from planeval.render.execute import read_notebook

    for module in NOTEBOOKS:
        importlib.import_module(module)
    importlib.import_module("planeval.engine.papermill_engine").kernel_environment("python3")
    for file in sorted((project_root() / "notebooks").glob("*.ipynb")):
        read_notebook(file)  # again in a fork, should it change
