# Each target does its own set-up: .venv from the lock, then the work.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo run test kill-matrix lint format lock clean pictures bench bench-page

demo: $(VENV)/.runtime ## A local Slack, a local CAMS, the real bot, and a tour. STAY=1 leaves them running.
	@$(BIN)/cams-bot demo $(if $(STAY),--stay)

run: $(VENV)/.runtime ## The bot, with the settings in the environment.
	@$(BIN)/cams-bot run

test: $(VENV)/.dev ## The whole suite; PostgreSQL at TEST_DATABASE_URL where it answers.
	@$(BIN)/python -m pytest $(or $(ARGS),-n auto --dist loadfile)

kill-matrix: $(VENV)/.dev ## The bot killed over two thousand times, at its awaits and by chance: is every change told once? ARGS="--kills 100" for less.
	@$(BIN)/python -m tests.kill $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

pictures: $(VENV)/.dev ## The README's pictures, from the live sandbox in Chromium.
	@$(BIN)/python -m benchmarks.pictures

bench: $(VENV)/.dev ## Every claim of speed, beside what it is compared with; into benchmarks/RESULTS.md. ROWS="client sweep" for some.
	@$(BIN)/python -m benchmarks $(ROWS)

bench-page: $(VENV)/.dev ## From an event to its picture, with a thousand messages in a channel.
	@$(BIN)/python -m benchmarks.page

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

lock: $(VENV)/.dev ## Newest versions into the lock files.
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --quiet --upgrade --group dev -o requirements-dev.lock pyproject.toml build.in
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --quiet -c requirements-dev.lock -o requirements.lock pyproject.toml build.in

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cams-bot needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing cams-bot into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
