# The doors of the project. `make` alone lists them.
#
# ARGS=... is passed on:   make run ARGS="--help"     make test ARGS="-k bounds"
# PYTHON=... names the Python to set up with; otherwise one is looked for.
#
# The set-up itself is in scripts/setup.sh: every target that needs the
# environment asks for it, and it does nothing when nothing has changed.
# Plain enough for the make that macOS has (3.81).

SHELL := /bin/bash
ARGS ?=
PYTHON ?=
PLANEVAL_CHROMIUM ?=
export PYTHON PLANEVAL_CHROMIUM

# Paths are relative throughout, so that the folder's own may hold spaces.
setup := @bash scripts/setup.sh
python := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test lint lab lock schema bench screenshots clean

help:
	@echo "make run     run the pipeline; sets everything up the first time"
	@echo "make lab     open JupyterLab on the notebooks"
	@echo "make test    run the tests; a Chromium is installed if there is none"
	@echo "make lint    check style, formatting and types"
	@echo "make bench   measure how fast it is, ten minutes (ARGS=--nation: an hour)"
	@echo "make lock    remake the lock files (ARGS=--upgrade for newer versions)"
	@echo "make schema  remake docs/evaluation.schema.json from the models"
	@echo "make screenshots   remake the pictures in docs/screenshots"
	@echo "make clean   remove the environment and the caches; reports stay"
	@echo
	@echo 'ARGS="..." is passed on, as in: make run ARGS="--help"'

run:
	$(setup) run
	@$(python) pipeline.py run $(ARGS)

lab:
	$(setup) run
	@$(python) -m jupyterlab $(ARGS)

test:
	$(setup) dev
	@PLANEVAL_CHROMIUM="$$(bash scripts/setup.sh chromium)" || exit 1; export PLANEVAL_CHROMIUM; \
	$(python) -m pytest -n logical --maxprocesses 8 --dist loadfile --durations 30 $(ARGS)

lint:
	$(setup) dev
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy

lock:
	$(setup) lock $(ARGS)

schema:
	$(setup) run
	@$(python) -m planeval.model.schema >docs/evaluation.schema.json

bench:
	$(setup) dev
	@PLANEVAL_CHROMIUM="$$(bash scripts/setup.sh chromium)" || exit 1; export PLANEVAL_CHROMIUM; \
	$(python) benchmarks/bench.py $(ARGS)

screenshots:
	$(setup) dev
	@PLANEVAL_CHROMIUM="$$(bash scripts/setup.sh chromium)" || exit 1; export PLANEVAL_CHROMIUM; \
	$(python) scripts/screenshots.py $(ARGS)

clean:
	@rm -rf .bench .venv .venv-lock .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name .ipynb_checkpoints -type d -prune -exec rm -rf {} +
