# Everything here sets itself up: all it needs is Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

ifeq ($(UV),)
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
create = $(PYTHON) -m venv $(VENV)
else
install = uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1)
create = uv venv --quiet --python $(PYTHON) $(VENV)
endif

.PHONY: run test coverage check bench load soak fuzz pictures lock clean

run: $(VENV)/.run  ## connect to Discord, or serve the playground when no token is set
	@$(BIN)/python -m bot

test: $(VENV)/.test  ## run the tests
	@$(BIN)/python -m pytest -n auto

coverage: $(VENV)/.test  ## run the tests and see what they do not reach; fails below what was reached before
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered

check: $(VENV)/.dev  ## what CI runs beside the tests: style, types, layers, catalog
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m bot catalog check

bench: $(VENV)/.run  ## how exact and how fast: error tables and timings
	@$(BIN)/python -m benchmarks

load: $(VENV)/.run  ## CPU and time of an interaction through discord.py, beside one that does nothing
	@$(BIN)/python -m benchmarks.interactions

soak: $(VENV)/.test  ## 5,000 interactions on a simulated Discord: does anything grow?
	@$(BIN)/python -m benchmarks.soak

fuzz: $(VENV)/.run  ## 100,000 made-up inputs for every parser of what others send: does one fail or take long?
	@$(BIN)/python -m benchmarks.fuzz

pictures: $(VENV)/.test  ## the pictures of the documentation, anew (needs Chromium)
	@WILLITRUN_PICTURES=docs/images $(BIN)/python -m pytest tests/playground/test_browser.py

lock:  ## compile requirements/*.txt anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml --group test -c requirements/run.txt -o requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml --group dev -c requirements/test.txt -o requirements/dev.txt

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(create)

$(VENV)/.run: requirements/run.txt | $(BIN)/python
	@echo "Setting up (once)…"
	@$(call install,$<)
	@touch $@

$(VENV)/.test: requirements/test.txt | $(BIN)/python
	@echo "Setting up for tests (once)…"
	@$(call install,$<)
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo "Setting up for development (once)…"
	@$(call install,$<)
	@touch $@
