# Thin names for commands. Bare `make` prints them. Everything runs in .venv, which the first command makes.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
# A `make demo` needs little; tests and checks need more. Each stamp says "these pins are installed".
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
# Extra words for the command behind a name: make test ARGS="tests/unit -k lunge"
ARGS ?=
LOCK := $(PY) -m uv pip compile pyproject.toml --universal --generate-hashes --no-header \
	--annotation-style line --python-version 3.11 --all-extras --quiet $(ARGS)

# Another Python: make test PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 14)))' 2>/dev/null && echo "$$p" && exit; done; \
	command -v python3 || command -v python || echo python3)

.PHONY: help fuzz demo test test-postgres check format generated lock bench validate calibrate simulate mutants release clean

help: ## Print these names.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_STAMP) ## Start Mortise with a fictional clinic; prints the address and how to sign in.
	@$(VENV)/bin/mortise demo $(ARGS)

test: $(DEV_STAMP) ## Run every test; says at the end what was left out, and for want of what.
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

test-postgres: $(DEV_STAMP) ## Run the web tests once more on a throw-away PostgreSQL.
	@$(PY) scripts/with_postgres.py $(PY) -m pytest tests/web -n 2 --dist loadfile $(ARGS)

check: $(DEV_STAMP) ## Run every check that is not a test: format, lint, types, imports, content, pages.
	@$(PY) scripts/check.py $(ARGS)

format: $(DEV_STAMP) ## Put the code into its one format and mend what can be mended by itself.
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

generated: $(DEV_STAMP) ## Write again every page and schema that is made from code or content.
	@$(PY) scripts/check_generated.py --write

bench: $(DEV_STAMP) ## Measure how fast decisions are made (ARGS="--desk": the desk with 5,000 patients).
	@$(PY) scripts/bench.py $(ARGS)

validate: $(DEV_STAMP) ## Measure real recordings and compare with their reference values.
	@$(PY) -m validation $(ARGS)

calibrate: $(DEV_STAMP) ## Measure how often change, plateau, forecast and flare are called rightly (takes minutes).
	@$(PY) scripts/calibrate.py --write $(ARGS)

simulate: $(DEV_STAMP) ## Try the protocols on fictional patients (ARGS="--write", "--safety DAYS", "--adversary N").
	@$(PY) -m scripts.simulate $(ARGS)

fuzz: $(DEV_STAMP) ## Break files of every format for a minute (ARGS="--seconds 3600": for an hour).
	@OPENBLAS_NUM_THREADS=1 $(PY) -m validation.fuzz $(ARGS)

mutants: $(DEV_STAMP) ## Plant 500 blind edits in the content and count what stops them (takes long).
	@$(PY) -m scripts.mutants --write $(ARGS)

# The ten million days alone, in sittings or on several machines: --safety 10000000 --part K/M --into FOLDER for every
# K, then --safety 10000000 --joined FOLDER (docs/reference/simulation.md).
release: $(DEV_STAMP) ## Run everything at full size: 2000 examples a test, all mutants, 10 million patient-days (takes hours).
	@$(MAKE) check ARGS=
	@MORTISE_NOTHING_LEFT_OUT=1 HYPOTHESIS_PROFILE=thorough $(MAKE) test ARGS=
	@MORTISE_NOTHING_LEFT_OUT=1 $(MAKE) test-postgres ARGS=
	@$(MAKE) fuzz ARGS="--seconds 3600"
	@$(MAKE) mutants ARGS="--jobs 2"
	@$(MAKE) calibrate ARGS=
	@$(MAKE) bench ARGS=
	@$(MAKE) validate ARGS=
	@$(PY) -m scripts.simulate --safety 10000000
	@$(PY) -m scripts.simulate --adversary 5000

lock: $(DEV_STAMP) ## Choose the pins again, with hashes (ARGS="--upgrade" for newer ones).
	@$(PY) -m pip install --quiet uv
	@$(LOCK) --group dev -o requirements/dev.lock
	@$(LOCK) --group build --constraint requirements/dev.lock -o requirements/run.lock

clean: ## Remove what the tools left behind; keeps .venv and the demo's data.
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find src tests scripts validation -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): requirements/run.lock pyproject.toml scripts/prepare.py
	@"$(PYTHON)" scripts/prepare.py run

$(DEV_STAMP): requirements/dev.lock pyproject.toml scripts/prepare.py
	@"$(PYTHON)" scripts/prepare.py dev
