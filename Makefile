# thuky: `make demo` shows it, `make test` proves it. Needs git, make and Python 3.11 or later.
#
#   PYTHON=python3.12 make demo    another Python (for making .venv)
#   make test JOBS=2               fewer test processes; much of their time is waiting, so three for two cores
#   make test PYTEST_ARGS=tests/text

PYTHON ?= python3
JOBS ?= 3
PYTEST_ARGS ?=
TORTURE_ARGS ?= --whole

export PYTHON
# What is compiled once is read by every process that the tests start, the limited children among them.
unexport PYTHONDONTWRITEBYTECODE
# Programs are run as modules of .venv's Python, so that the folder may be moved.
IN_VENV := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help demo test tests torture lint types findings lock clean install install-dev servers

help:
	@printf '%s\n' \
	  'make demo    one round of the sample office on a mail server in memory; results in ./demo' \
	  'make test    linters, types and all tests, on real Dovecot, Postfix, LibreOffice where they can be had' \
	  'make torture  every fault in its long form: kill -9, full disk, moved clock …; prints a table (about an hour, as root)' \
  'make lint    ruff: faults and layout' \
	  'make types   mypy --strict' \
	  'make findings  docs/findings.md anew from the pages of the checks' \
	  'make lock    requirements*.lock anew from requirements*.in' \
	  'make clean   removes .venv, ./demo and what tools left; never data/ or config/'

demo: install
	@.venv/bin/thuky demo --keep demo

# mypy needs one processor for long, much of the tests' time is waiting: both go on at once, and both must be content.
test: lint servers
	@$(MAKE) --no-print-directory -j2 tests types

tests: install-dev
	@echo '== tests'
	@$(IN_VENV) pytest -n $(JOBS) --dist load $(PYTEST_ARGS)

torture: install-dev servers
	@.venv/bin/python tests/faults/torture.py $(TORTURE_ARGS)

lint: install-dev
	@echo '== ruff'
	@$(IN_VENV) ruff check .
	@$(IN_VENV) ruff format --check .

types: install-dev
	@echo '== mypy'
	@$(IN_VENV) mypy --strict

install:
	@tools/install-python requirements.lock

install-dev:
	@tools/install-python requirements-dev.lock

servers:
	@tools/install-servers
	@tools/install-helpers

findings: install
	@.venv/bin/python tools/findings

lock:
	@tools/lock

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
