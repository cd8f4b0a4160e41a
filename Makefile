# Shaodao 哨到. `make` alone explains every target. Works with GNU make 3.81 (macOS) and later.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# The Python that makes the environment: the first of these that is at least 3.11, or PYTHON=… of your choice.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# How many tests run side by side.
PARALLEL ?= 2

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement
LOCK := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml
CORE := models/case/*,models/clocks/*

.PHONY: help
help: ## Explain the targets
	@echo 'Shaodao 哨到'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  The shaodao command is $(BIN)/shaodao after `make setup`; its settings are in docs/settings.md.'

.PHONY: run
run: $(VENV)/.run ## Run the whole product on this machine; Ctrl-C stops it
	@exec $(BIN)/python cli.py up

.PHONY: test
test: check ## Set up, check and run every test, with coverage (some 20 minutes on 2 cores)
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m pytest -n $(PARALLEL) --dist loadfile --cov --cov-report=
	@$(BIN)/coverage report --skip-covered
	@echo 'The pure core, models/case and models/clocks, must be covered whole, branches included:'
	@$(BIN)/coverage report --include='$(CORE)' --fail-under=100 --show-missing --skip-covered

.PHONY: check
check: $(VENV)/.dev ## Lint, format, strict types, import rings, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/djlint --check --lint --quiet templates

.PHONY: fmt
fmt: $(VENV)/.dev ## Format, and mend what the linter can mend
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: docs
docs: $(VENV)/.dev ## Renew the generated parts of the documentation
	@$(BIN)/python -m docs.generate

.PHONY: translations
translations: $(VENV)/.dev ## Renew the catalogues of the pages' texts, and say what is untranslated
	@$(BIN)/python translations/update.py

.PHONY: vendor
vendor: $(VENV)/.dev ## Fetch what browsers load (htmx, Tabler, Leaflet, ECharts, icons) anew; needs npm
	@$(BIN)/python deploy/vendor.py

# ONLY=desk takes those pages only whose name has “desk” in it.
.PHONY: screenshots
screenshots: $(VENV)/.dev ## Take pictures of every page, at phone and desk size, in both languages
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m pytest -q tests/browser/screenshots.py -k '$(ONLY)'

# WHAT=loop,clocks takes those measures only; QUICK=1 a first impression.
.PHONY: bench
bench: $(VENV)/.dev ## Measure speed and cost (some 10 minutes; before the first: bench-stock); writes build/bench.json
	@$(BIN)/python -m bench $(if $(WHAT),--only $(WHAT)) $(if $(QUICK),--quick)

.PHONY: bench-stock
bench-stock: $(VENV)/.dev ## Make what `make bench` measures with: 20,000 open cases, a million to read; once (half an hour)
	@$(BIN)/python -m bench --stock

# SEED=7 does again what a report says; MINUTES=5 stops sooner; WITHOUT_DISK=1 where nobody may mount one.
.PHONY: faults
faults: $(VENV)/.dev ## Kill, pause and starve every part under load (some 15 minutes); writes build/faults.json
	@$(BIN)/python -m bench.faults $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(WITHOUT_DISK),--without-disk)

.PHONY: audit
audit: $(VENV)/.dev ## Ask whether anything is known against what the lock pins; needs a network
	@$(BIN)/python deploy/audit.py

.PHONY: setup
setup: $(VENV)/.run ## Make the environment that running needs, from the hash-pinned lock

$(VENV)/.python:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'Shaodao needs Python 3.11 or later. On Debian and Ubuntu: apt-get install python3 python3-venv' >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo '$(PYTHON) cannot make environments. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; fi
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" "$$(dirname "$$0")/../../cli.py" "$$@"\n' > $(BIN)/shaodao
	@chmod +x $(BIN)/shaodao
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock
	@$(INSTALL) requirements-dev.lock --quiet
	@touch $@ $(VENV)/.run

.PHONY: lock
lock: build/lock/bin/uv ## Pin the newest dependencies, with hashes, in both lock files
	@build/lock/bin/uv $(LOCK) --upgrade --output-file requirements.lock --quiet
	@build/lock/bin/uv $(LOCK) --upgrade --extra dev --output-file requirements-dev.lock --quiet

build/lock/bin/uv:
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --disable-pip-version-check --quiet uv

.PHONY: histories
histories: $(VENV)/.dev ## Record the kept workflow histories anew (only for what no release has run)
	@$(BIN)/python -m pytest -q tests/replay/recording.py
	@$(BIN)/python -m tests.replay.fingerprints

.PHONY: clean
clean: ## Remove caches and build output; neither the environment nor the state folder (that is `shaodao reset`)
	@rm -rf build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
