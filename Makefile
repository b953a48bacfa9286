# Every target works from a clean clone: what is missing is installed into the project first (see ./stampbook).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
CODE := conftest.py cli libs services tests

.PHONY: help
help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## bring everything up, walk the first journey, stay until Ctrl-C
	@./stampbook demo

.PHONY: install
install: ## install what tests and checks need, into the project
	@./stampbook bootstrap development

.PHONY: check
check: install ## what can be checked without running it: format, lint, types, imports, published schemas
	@.venv/bin/ruff format --check $(CODE)
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/mypy libs services cli tests
	@.venv/bin/lint-imports
	@$(PYTHON) -m stampbook_events.schemas --check tests/contract/schemas
	@$(PYTHON) -m gateway.refusals --check docs/refusals.md

.PHONY: test
test: install ## every test but the long ones
	@$(PYTEST) -m 'not long' --quiet --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: faults
faults: install ## the long tests: servers and services killed, stopped and cut off at every crash point
	@$(PYTEST) -m long --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: simulation
simulation: SEED := 1
simulation: install ## tell one story of the simulation again: make simulation SEED=4711 WITH='--deadly --trail'
	@$(PYTHON) libs/messaging/tests/simulated $(SEED) $(WITH)

.PHONY: bench
bench: install ## measure, beside the bare limit of the same run; results in bench/results/
	@$(PYTHON) -m tests.bench

.PHONY: bench-check
bench-check: install ## a few minutes of pairs, ours and bare by turns; fails below 0.7 of bench/baseline.json
	@$(PYTHON) -m tests.bench --check

.PHONY: schemas
schemas: install ## write the published schemas anew
	@$(PYTHON) -m stampbook_events.schemas tests/contract/schemas

.PHONY: refusals
refusals: install ## write docs/refusals.md anew
	@$(PYTHON) -m gateway.refusals docs/refusals.md

.PHONY: rules
rules: install ## write docs/rules.md anew, from the tests of the rule book
	@$(PYTHON) -m tests.rules docs/rules.md

.PHONY: screenshots
screenshots: install ## take the pictures of the pages that the documentation shows
	@$(PYTHON) -m tests.screenshots

.PHONY: lock
lock: export UV_CACHE_DIR = .bootstrap/cache
lock: export UV_SYSTEM_CERTS = true
lock: install ## pin the newest versions of what requirements/*.in name
	@for set in bootstrap runtime development; do \
	    .bootstrap/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	        --no-emit-index-url --upgrade --output-file requirements/$$set.txt requirements/$$set.in; \
	done

.PHONY: clean
clean: ## delete what was installed and cached; data stay
	@rm -rf .venv .bootstrap .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
