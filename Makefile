# Every command does its own set-up: what is missing is installed first, what is there is left alone.
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench setup clean

help:
	@echo "make run     open the window (with no display: render the demo to frames/)"
	@echo "make test    run every check and test"
	@echo "make lint    run the checks without the tests"
	@echo "make format  put the code into the house's form"
	@echo "make bench   measure speed and print a table of ratios"
	@echo "make setup   install what the others need, and nothing more"
	@echo "make clean   remove what was made here, .venv included"

run:
	@.ci/setup.sh run
	@.ci/start.sh

test:
	@.ci/setup.sh dev
	@lint=0; .ci/lint.sh || lint=1; .ci/test.sh && exit $$lint

lint:
	@.ci/setup.sh dev
	@.ci/lint.sh

format:
	@.ci/setup.sh dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench:
	@.ci/setup.sh bench
	@.ci/bench.sh

setup:
	@.ci/setup.sh bench

clean:
	rm -rf .venv dist build frames .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find bpviz tests -name __pycache__ -type d -prune -exec rm -rf {} +
