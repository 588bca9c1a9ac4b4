"""A notebook that does what notebooks do, to run with one engine and with another, and how to compare the two."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import v4

# Cells, between lines of dashes; a line "#tags: ..." gives a cell tags. Where the ordinary kernel takes what a
# subprocess prints out of a pipe, a cell waits a little: that kernel would otherwise lose it now and then.
CELLS = r"""
print("a"); display("x"); print("b")
---
from IPython.display import HTML, SVG, Markdown, clear_output, display
display(HTML("<b>first</b>"), Markdown("*second*")); HTML("<i>last</i>")
---
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
---
import sys
print("out 1"); print("err 1", file=sys.stderr); print("out 2"); print("err 2", file=sys.stderr)
---
print("before"); display(1); print("between", file=sys.stderr); display(2); print("after")
---
import os, subprocess, time
subprocess.run(["echo", "from a subprocess 中文"]); time.sleep(0.5)
---
os.system("echo to standard error >&2"); time.sleep(0.5)
---
!echo shell magic 中文
---
lines = !printf 'one\ntwo\n'
lines
---
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(2, 1)); ax.plot([1, 2, 3]);
---
%matplotlib inline
fig, ax = plt.subplots(figsize=(2, 1)); ax.plot([1, 2, 1])
plt.show()
print("after show")
---
%config InlineBackend.figure_formats = ["png"]
plt.figure(figsize=(1, 1)); plt.figure(figsize=(1, 2))
fig
---
import asyncio
await asyncio.sleep(0.01)
task = asyncio.ensure_future(asyncio.sleep(0.01, result=7))
---
await task
---
try:
    asyncio.run(asyncio.sleep(0))
except RuntimeError as error:
    print(error)
---
handle = display("first", display_id="one"); display("other", display_id="two")
---
handle.update("changed later"); display("changed here", display_id="two", update=True)
---
print("gone"); clear_output(); print("kept")
---
print("gone at the next output"); clear_output(wait=True); print("kept"); display(3)
---
import decimal
import numpy as np
np.set_printoptions(precision=3); decimal.getcontext().prec = 5
---
np.array([1.23456789]), decimal.Decimal(1) / 3
---
%%bash
echo bash; echo bash error >&2
---
child = os.fork()
if child == 0:
    print("from a forked child", flush=True)
    time.sleep(0.3)
    os._exit(0)
print(os.waitpid(child, 0)[1]); time.sleep(0.5)
---
from multiprocessing import get_context
with get_context("fork").Pool(1) as pool:
    print(pool.map(abs, [-1, -2]))
---
import pandas as pd
pd.DataFrame({"a": [1, 2], "b": ["中", "文"]})
---
_, __, In[1][:5], Out[3]
---
%history -n 1-2
---
%pwd
---
try:
    input("?")
except Exception as error:
    print(type(error).__name__, error)
---
import warnings
warnings.warn("careful")
---
import logging
logging.warning("logged")
---
1;
---
{"a": (1, 2), 3: float("nan")}
---
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/x-test+json": {"pair": (1, 2), 3: None}, "text/plain": "bundle"}
Bundle()
---
shell = get_ipython()
type(shell).__name__, "IPKernelApp" in shell.config, sys.stdout.isatty(), __name__, _dh == [os.getcwd()]
---
"" in sys.path, os.path.basename(sys.argv[0]), sys.modules["__main__"].__dict__ is globals()
---
from tqdm.auto import tqdm
tqdm.__name__, tqdm.__module__
---
%%javascript
var shown = 1
---
%load_ext autoreload
%autoreload 2
---
%who int
---
print("x" * 70000)
---
subprocess.run([sys.executable, "-c", "print('y' * 200000)"]); time.sleep(0.5)
---
from comm import create_comm
create_comm(target_name="nobody", data={"state": {"n": 1}}).comm_id is not None
---
def deeper(n):
    if n == 0:
        1 / 0
    deeper(n - 1)
---
#tags: raises-exception
deeper(2)
---
#tags: raises-exception
x = = 3
---
#tags: raises-exception
class Unshown:
    def __repr__(self):
        raise ValueError("no repr")
Unshown()
---
#tags: raises-exception
raise SystemExit(3)
---
#tags: raises-exception
!exit 3
%nosuchmagic
---
#tags: skip-execution
print("skipped")
---
raise ExceptionGroup("several", [KeyError("one"), ValueError("two")])
---
print("never reached")
"""


def write_notebook(path: Path, *cells: str, kernel: str = "python3") -> Path:
    """A notebook of ``cells`` (all of `CELLS` when none are given) in the file ``path``."""
    made = []
    for number, source in enumerate(cells or CELLS.strip().split("\n---\n")):
        tags = re.match(r"#tags: (.*)", source)
        cell = v4.new_code_cell(
            source, id=f"cell-{number}", metadata={"tags": tags[1].split() if tags else []}
        )
        made.append(cell)
    spec = {"name": kernel, "language": "python", "display_name": "Python"}
    nbformat.write(v4.new_notebook(cells=made, metadata={"kernelspec": spec}), path)
    return path


def run(engine: str | None, path: str, **options: Any) -> Any:
    """The notebook in ``path`` run by papermill's ``engine`` (None: its own), failed or not, in a comparable form."""
    from papermill.exceptions import PapermillExecutionError

    out = Path(path).with_suffix(f".{engine}.ipynb")
    with suppress(PapermillExecutionError):
        papermill.execute_notebook(
            path, str(out), engine_name=engine, progress_bar=False, start_timeout=300, **options
        )
    return comparable(nbformat.read(out, as_version=4))


def comparable(notebook: Any) -> Any:
    """``notebook`` as plain data, without what differs from process to process: times, numbers of processes."""
    from planeval.render.execute import _without_clock

    for cell in notebook.cells:
        if "papermill-error-cell-tag" in cell.metadata.get("tags", []):
            cell["id"] = "marker"  # papermill draws a random one
    text = json.dumps(_without_clock(notebook))
    text = re.sub(r"ipykernel_\d+", "ipykernel_N", text)
    return json.loads(re.sub(r"0x[0-9a-f]{6,}", "0xN", text))
