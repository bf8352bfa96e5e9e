# `make help` lists what there is. Everything works in an empty clone.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: $(VENV)/.runtime ## Make .venv from the hashed lock file

demo: install ## Fill a demo workspace once and serve it (PORT=8000)
	$(BIN)/tracker demo --bind 127.0.0.1:$(PORT)

test: system dev assets lint ## Set up everything and run every check, as CI does
	@$(BIN)/pytest -n $(WORKERS)

lint: dev ## Check style, types, the import contract and the templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -d templates ]; then $(BIN)/djlint --lint --quiet templates; fi

fmt: dev ## Put the code into its form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: dev ## Measure the collector and the stages against their limits (QUICK=1: six minutes)
	@$(BIN)/python -m bench.collector $(if $(QUICK),--quick)
	@$(BIN)/python -m bench.stages $(if $(QUICK),--quick)

torture: dev system ## Run the fault tests in full: 50 kills, long outages
	TORTURE=full $(BIN)/pytest tests/torture -n 0

lock: ## Renew both lock files (needs uv on the PATH)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --output-file requirements-dev.lock

dev: $(VENV)/.dev

assets: static/vendor/.complete ## Fetch the browser assets that we serve ourselves when asked to

system:
	@.ci/system-packages

LOCK := uv pip compile pyproject.toml --group build --quiet --universal \
  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

# The stamps make a second run free; a changed lock file makes them old.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.complete: package.json package-lock.json .npmrc | system
	npm ci --loglevel=error
	@touch $@

static/vendor/.complete: node_modules/.complete tracker/web/assets.py .ci/vendor_assets.py | dev
	$(BIN)/python .ci/vendor_assets.py
	@touch $@

.PHONY: help install demo test lint fmt bench torture lock dev assets system
