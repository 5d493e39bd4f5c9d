# Everything a developer or an operator does from a clone. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Tests run in two processes, a file of tests in one of them; WORKERS=0 runs them in this one.
WORKERS ?= 2

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run desktop test coverage-desktop lint fmt bench bare chaos differential interop lock clean shared

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## Install what is needed and run the homeserver; ARGS="--config FILE", parlour.toml and .env are read
	@$(BIN)/python -m client_web.build || echo "The server starts without its web client" >&2
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; \
	exec $(BIN)/parlour run $(if $(wildcard parlour.toml),--config parlour.toml) $(ARGS)

desktop: $(VENV)/.installed-for-desktop ## Install what is needed and start the desktop client
	@exec $(BIN)/parlour-desktop $(ARGS)

test: $(VENV)/.installed-for-tests ## Install what the tests need and run them all; ARGS="-k name" picks some
	@tests/install-system-packages
	@$(BIN)/python -m client_web.build
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

coverage-desktop: $(VENV)/.installed-for-tests ## Test the desktop client's core; fails below 90 % of its branches, 95 % of its encryption's
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses $(WORKERS) --dist loadfile $(CORE_TESTS) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --include 'client_desktop/core/crypto/*' --fail-under 95
	@$(BIN)/coverage report --skip-covered --fail-under 90

CORE_TESTS := $(addprefix tests/desktop/,accounts core crypto export media outbox push search text timeline)

lint: $(VENV)/.installed-for-tests ## Check style, types and import directions: ruff, mypy, import-linter; Biome and tsc for TypeScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m client_web.check

fmt: $(VENV)/.installed-for-tests ## Format the code and mend what ruff and Biome can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python -m client_web.check format

shared: $(VENV)/.installed-for-tests ## Make each client's files of client_shared: theme, words, shortcuts
	@$(BIN)/python -m client_shared.generate

bench: $(VENV)/.installed-for-tests ## Measure this server beside Synapse; ARGS="--help" shows the options
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: $(VENV)/.installed-for-tests ## The long proofs: ten minutes of killed workers, PostgreSQL and Redis behind nginx, 20 kills, 100 netsplits
	@tests/install-system-packages
	@PARLOUR_TEST_EVENTS_PER_WRITER=2000 CHAOS_ROUNDS=20 CHAOS_SEEDS=$${CHAOS_SEEDS:-100} CHAOS_MINUTES=$${CHAOS_MINUTES:-10} \
	  CHAOS_MEMBERS=$${CHAOS_MEMBERS:-12} $(BIN)/pytest -m "chaos or not chaos" \
	  tests/chaos tests/rooms/test_killed_workers.py --timeout 12000 $(ARGS)

differential: $(VENV)/.installed-for-tests ## Compare the protocol core with Synapse on 2,000 graphs of events per room version
	@$(BIN)/python -m benchmarks.servers.synapse_environment
	@DIFFERENTIAL_GRAPHS=$${DIFFERENTIAL_GRAPHS:-2000} $(BIN)/pytest tests/differential $(ARGS)

interop: $(VENV)/.installed-for-tests ## Federate with a real Synapse in every way; bridges, bots, synadm, nheko; our clients with others and with each other
	@tests/install-system-packages
	@tests/install-system-packages tests/interop/system-packages.txt
	@$(BIN)/python -m benchmarks.servers.synapse_environment
	@INTEROP_ACTIONS=$${INTEROP_ACTIONS:-5000} INTEROP_ROOMS=$${INTEROP_ROOMS:-20} \
	  $(BIN)/pytest -m "interop or not interop" tests/interop tests/desktop/driven tests/web $(ARGS)

bare: $(VENV)/.installed-for-tests ## The README's two commands, the image's steps and the systemd unit in a bare Debian; as root
	@tests/install-system-packages tests/deployments/system-packages.txt
	@$(BIN)/pytest -m bare tests/deployments/test_bare_debian.py $(ARGS)

lock: $(VENV)/.installed-for-tests ## Renew the lock files with the newest versions that pyproject.toml allows
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra desktop --constraint requirements.lock --output-file requirements-desktop.lock
	@$(COMPILE) --extra test --extra desktop --constraint requirements-desktop.lock --output-file requirements-test.lock

clean: ## Remove what building and testing leave behind; keeps .venv and parlour-data
	@rm -rf build dist client_web/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Universal: the files hold what other systems and Python versions need, too, with markers.
COMPILE := $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --upgrade --quiet \
	--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv is missing; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the server" >&2
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-for-desktop: requirements-desktop.lock $(VENV)/.installed
	@echo "Installing the desktop client" >&2
	@$(INSTALL) --require-hashes --requirement requirements-desktop.lock
	@touch $@

$(VENV)/.installed-for-tests: requirements-test.lock $(VENV)/.installed
	@echo "Installing what the tests need" >&2
	@$(INSTALL) --require-hashes --requirement requirements-test.lock
	@touch $@
