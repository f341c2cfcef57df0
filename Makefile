# From a bare Python 3.11 or newer: `make run` answers the main question, `make test` runs the tests. The rest is set up on the way.

PYTHON ?= python3
BIN := .venv/bin

.NOTPARALLEL:
.PHONY: run test test-slow lint benchmark sizes parameters gallery clean

run: .venv/base.stamp
	$(BIN)/runway run experiments/stability_2023_10.toml

test: .venv/test.stamp
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: .venv/test.stamp
	$(BIN)/python -m pytest -n auto -m slow $(SLOW)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

benchmark: .venv/test.stamp
	$(BIN)/python benchmarks/core_speed.py
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python benchmarks/common_luck.py
	$(BIN)/python benchmarks/disturbed.py

sizes: .venv/created.stamp
	$(BIN)/python tests/conventions/sizes.py

parameters: .venv/test.stamp
	$(BIN)/python -m tests.conventions.parameters

gallery: run .venv/test.stamp
	$(BIN)/python -m sim run experiments/stability_2023_10_filing.toml experiments/commitment_and_growth.toml
	$(BIN)/python docs/gallery.py

clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/created.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, $(PYTHON) is %d.%d: name another, as in make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks the venv module: install it (Debian, Ubuntu: apt install python3-venv), or name another Python: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

install = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e

.venv/base.stamp: .venv/created.stamp pyproject.toml constraints.txt
	$(install) .
	@touch $@

.venv/%.stamp: .venv/base.stamp
	$(install) '.[$*]'
	@touch $@
