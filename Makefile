# Four commands: run, test, check, bench. `make help` lists them.
# PYTHON=…, DATABASE_URL=…, PORT=…, DIAOYAN_INSTANCE=… may be given after the command or in the environment.

SHELL := /bin/bash
FLASK := .venv/bin/flask
# Node from PyPI lives here when the machine has none.
export PATH := $(CURDIR)/.node/bin:$(PATH)
# Python keeps what it compiled, whatever the environment says: every process starts a fifth sooner.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run setup test setup-dev check bench clean

help:
	@echo 'make run     set up, load the Guangzhou demonstration, merge, print the PDF’s path, serve'
	@echo 'make test    set up and run every test, browser tests included'
	@echo 'make check   formatters, linters, types, import contracts, templates, scripts'
	@echo 'make bench   the benchmark table, also written to instance/bench.json'

# What the program needs; each step looks first and does nothing when nothing is missing.
setup:
	@deploy/install-system.sh run
	@deploy/install-fonts.sh
	@deploy/install-python.sh run
	@deploy/install-scripts.sh run

# What tests and checks need besides.
setup-dev:
	@deploy/install-system.sh test
	@deploy/install-fonts.sh
	@deploy/install-python.sh dev
	@deploy/install-scripts.sh dev

run: setup
	@. deploy/say.sh; say "建立或升级数据库" "Making or upgrading the database"
	@$(FLASK) upgrade
	@$(FLASK) demo guangzhou
	@$(FLASK) demo links
	@exec $(FLASK) serve

# Both runners run side by side, Node's words after pytest's; either one failing fails the whole.
test: setup-dev
	@words=$$(mktemp); \
	node --test $$([ -t 1 ] && echo --test-reporter=spec) $$(find tests/js -name '*.test.mjs' | sort) >"$$words" 2>&1 & scripts=$$!; \
	trap 'kill $$scripts 2>/dev/null; rm -f "$$words"' EXIT; \
	.venv/bin/pytest -n auto; python=$$?; \
	wait $$scripts; node=$$?; \
	cat "$$words"; \
	exit $$((python | node))

check: setup-dev
	@.ci/check

bench: setup-dev
	@.venv/bin/python -m tests.bench

# Everything that was installed here; the data in instance/ stay.
clean:
	rm -rf .venv .node .fonts node_modules static/dist
