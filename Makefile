# Each target sets up what it needs by itself, from a Debian 12 with make, git and Python 3.11.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# What was compiled is kept, whatever the machine says: pip compiles nothing here (scripts/setup), and
# hundreds of processes would each compile all they import.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: pyproject.toml
	@scripts/setup run "$(PYTHON)"
	@touch $@

$(VENV)/.dev: pyproject.toml
	@scripts/setup dev "$(PYTHON)"
	@touch $@ $(VENV)/.run

.PHONY: demo
demo: $(VENV)/.run ## Put a French article with its thread on http://127.0.0.1:8000
	@exec $(BIN)/palabre demo --host $(HOST) --port $(PORT)

.PHONY: test
test: $(VENV)/.dev tools ## Run the tests against the real database and browser (15 minutes at most)
	@# Two runs: Playwright keeps an event loop in its process, where asyncio.run cannot start another.
	@# Four at a time on two cores: for much of the time they wait for processes that they started.
	@$(BIN)/python -m pytest -q -n 4 --dist worksteal -m "not browser and not long" $(ARGS)
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "browser and not long" $(ARGS)

.PHONY: check
check: $(VENV)/.dev ## Lint, types, rooms: everything that reads the code without running it
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

.PHONY: bench
bench: $(VENV)/.dev servers ## Measure reads, posts, floods, long threads beside nginx and Isso; report in docs/benchmarks.md
	@scripts/debian-packages wrk nginx-light
	@$(BIN)/python benchmarks/bench.py $(ARGS)

.PHONY: evaluate
evaluate: $(VENV)/.dev ## Measure the judge on held-back texts, in docs/evaluation; needs ../shared/data
	@$(BIN)/python -m palabre.learning.heldback out/evaluation/rows
	@$(BIN)/palabre evaluate out/evaluation/rows/*.jsonl --against-depth fast --lang en \
		--html out/evaluation/report.html --json out/evaluation/figures.json --summary docs/evaluation

.PHONY: campaign
campaign: $(VENV)/.dev browser widget-tools ## The long rest: 20,000 posts, 200 kills, every screenshot; report in docs/campaign.md
	@$(BIN)/python -m pytest -q -m "not browser and long"
	@$(BIN)/python -m pytest -q -m "browser and long"
	@$(BIN)/python benchmarks/campaign.py

.PHONY: tools
tools: browser servers widget-tools client-tools # What the tests need besides Python

.PHONY: browser
browser: # Debian's Chromium, which the browser tests drive
	@scripts/debian-packages chromium fonts-noto-core

.PHONY: servers
servers: | browser # Debian's Redis, in which processes count together
	@scripts/debian-packages redis-server

.PHONY: widget-tools
widget-tools: # esbuild, tsc and axe-core, to rebuild and check the element
	@scripts/widget-tools

.PHONY: client-tools
client-tools: # npm's clients of Akismet and Perspective, which tests/clients runs
	@scripts/client-tools

.PHONY: widget
widget: widget-tools ## Build <palabre-comments> into src/palabre/web/static
	@cd widget && npm run --silent build

.PHONY: clean
clean: ## Remove what was set up and made here
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache out widget/node_modules
