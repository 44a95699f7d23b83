# Everything that a person types. `make setup` and `make run` work in a fresh clone.
.DEFAULT_GOAL := help
.PHONY: help environments setup run test check format bench bench-index bench-desk bench-quality bench-routing bench-channels eval

PYTHON ?= python3
BIN := .venv/bin

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environments:
	@$(PYTHON) scripts/setup.py

setup: environments ## prepare everything, start nothing
	@$(BIN)/python -m ops.prepare

run: environments ## start everything; Ctrl-C ends it
	@$(BIN)/eungdae run

test: environments ## all tests
	$(BIN)/python -m pytest

check: environments ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: environments ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure, and write docs/performance.md
	$(BIN)/python -m bench

bench-index: environments ## measure the index up to a million rows, and write docs/index.md (QUICK=1: small)
	$(BIN)/python -m bench.index $(if $(QUICK),--quick)

bench-desk: environments ## pages of the console with 200,000 tickets, into docs/desk-performance.md (QUICK=1: few)
	$(BIN)/python -m bench.desk $(if $(QUICK),--quick)

bench-channels: environments ## messengers under load, with processes killed, into docs/channel-performance.md (QUICK=1: small)
	$(BIN)/python -m bench.channels $(if $(QUICK),--quick)

bench-quality: setup ## answers beside those of others; writes part of docs/quality.md (QUALITY_SETS=folder, ARGS=--quick)
	@$(BIN)/python -m pip install --quiet --requirement requirements/bench.txt
	$(BIN)/python -m bench.quality $(ARGS)

bench-routing: setup ## how often a matter reaches its department, and how long that takes (docs/routing.md)
	$(BIN)/python -m bench.routing

eval: setup ## how well the loaded FAQ is found (QUERIES=file.jsonl for other questions)
ifdef QUERIES
	@$(BIN)/eungdae evaluate --queries $(QUERIES)
else
	@$(BIN)/python scripts/labelled_questions.py | $(BIN)/eungdae evaluate --queries -
endif
