.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# The environment is remade only when its lock file changes.
.venv/.runtime: requirements.lock
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Python 3.11 or newer is needed. Where it is not on PATH: make PYTHON=/path/to/python3.11 …" >&2; exit 1; fi
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

install: .venv/.runtime ## make the environment in .venv from the lock file

.env: | .venv/.runtime
	umask 077 && $(BIN)/python -m config.generate_env > .env.new && mv .env.new .env

demo: install ## show the main job on a sample site; STAY=0 ends after showing
	$(BIN)/python -m dev.demo $(if $(filter 0,$(STAY)),--leave)

readme: install ## put the demo's real output into README
	$(BIN)/python -m dev.demo --readme > .demo-output
	$(BIN)/python -m dev.demo.readme < .demo-output
	rm .demo-output

run: install .env ## migrate, bootstrap and serve
	umask 077 && $(BIN)/python manage.py migrate
	$(BIN)/python manage.py bootstrap
	exec $(BIN)/gunicorn --config python:config.first_run config.wsgi

test: install .venv/.dev ## run the whole suite on SQLite
	$(BIN)/python -m pytest -n auto

# What servers and commands in processes of their own run is not counted.
COVERED := 85
coverage: install .venv/.dev ## the same with branch coverage; fails below $(COVERED) of 100
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERED) $(if $(JUNIT),--junitxml=$(JUNIT))

test-browser: install .venv/.dev ## drive the pages in Debian's chromium
	$(BIN)/python -m pytest -m browser tests/browser

faults: install ## kill, stop, lock and fill servers of their own under load, and hold the log against it
	$(BIN)/python -m dev.faults sqlite --short
	$(BIN)/python -m dev.faults postgresql --short

screenshots: install .venv/.dev ## take the pictures in docs/images anew
	$(BIN)/python -m pytest -m browser tests/browser/screenshots.py
	if command -v pngquant >/dev/null; then pngquant --force --strip --ext .png 32 docs/images/*.png; fi

# The suite needs a newer Node.js than many machines have: it comes as a package. npm itself has to be there.
tests/conformance/node_modules/.installed: tests/conformance/package-lock.json
	cd tests/conformance && npm ci --no-audit --no-fund
	touch $@

test-conformance: install .venv/.dev tests/conformance/node_modules/.installed ## run the official MCP suite of both revisions
	$(BIN)/python -m tests.conformance

score: install .venv/.dev ## score both renderers; fails below what they must reach; CORPUS=DIR scores other documents too
	$(BIN)/python -m dev.scoring $(CORPUS)

dev/bundles/node_modules/.installed: dev/bundles/package-lock.json
	cd dev/bundles && npm ci --no-audit --no-fund
	touch $@

OWNER ?= example
bundles: install .venv/.dev dev/bundles/node_modules/.installed ## the bridge as a wheel, as a .mcpb and as server.json, in dist/
	rm -rf dist && $(BIN)/python -m dev.bundles dist --owner $(OWNER)
	dev/bundles/node_modules/.bin/mcpb validate dist/memory-core.mcpb.d/manifest.json
	dev/bundles/node_modules/.bin/mcpb pack dist/memory-core.mcpb.d dist/memory-core.mcpb
	rm -r dist/memory-core.mcpb.d

bench: install .venv/.dev ## what a call costs, beside its floor; COMPARE=1: mcp-atlassian beside it; PROCESSES=1: two beside one
	$(BIN)/python -m dev.benchmarks $(if $(COMPARE),--compare) $(if $(PROCESSES),--processes)

describe: install ## write docs/openapi.json and docs/reference.md from the code, and the examples from the demo
	$(BIN)/python -m dev.demo --examples > .examples
	mv .examples config/openapi/examples.json
	$(BIN)/python -m dev.describe

conventions: install ## write docs/markdown.md from the pairs of fixtures
	$(BIN)/python -m dev.scoring.conventions

check: install .venv/.dev ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: .venv/.dev ## pin every dependency anew
	$(BIN)/pip-compile --quiet --upgrade $(LOCK) --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade $(LOCK) --allow-unsafe --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

LOCK := --generate-hashes --strip-extras --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help install faults demo readme run test coverage test-conformance test-browser screenshots score conventions describe bundles bench check lock
