# `make run` and `make test` need Python 3.11+, git and make; nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export KUOTA_HOME ?= $(CURDIR)/data
export KUOTA_LANDING ?= $(KUOTA_HOME)/landing

COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-strip-extras --no-header --python-version 3.11

.PHONY: run test test-slow lint check-defs dagster-home dev lock clean

# where `make dev` and `kuota serve` show the reports: the checks of these runs link there in Dagster
SERVE_PORT ?= 8600
run dev: export KUOTA_REPORT_URL ?= http://127.0.0.1:$(SERVE_PORT)/index.html

run: $(VENV)/installed parsed
	$(BIN)/kuota run

# the sample company, if nothing has landed yet
.PHONY: sample
sample: $(VENV)/installed
	@if [ -z "$$(ls -A '$(KUOTA_LANDING)' 2>/dev/null)" ]; then $(BIN)/kuota sample; fi

# what takes dbt longest in a first run, as a part of the set-up
.PHONY: parsed
parsed: $(VENV)/installed sample
	@if [ ! -f '$(KUOTA_HOME)/warehouse/dbt/parsed_from' ]; then $(BIN)/python -m orchestration.transform.prepare; fi

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS)

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

# what a run costs against the least that its numbers can cost; M is ten times S
SCALE ?= S
.PHONY: bench
bench: $(VENV)/installed
	$(BIN)/python -m bench.cost --scale $(SCALE)

# how well collection breaks are found; takes minutes
.PHONY: bench-breaks
bench-breaks: $(VENV)/installed
	$(BIN)/python -m bench.collection_breaks

# the same from the files on, through ingest and the models; takes a quarter of an hour
.PHONY: bench-companies
bench-companies: $(VENV)/installed
	$(BIN)/python -m bench.whole_companies

# the shape of the dbt project against its limits
.PHONY: graph
graph: $(VENV)/installed
	$(BIN)/python -m bench.graph

# small errors in the models, and whether a test notices: half an hour and more
.PHONY: mutants
mutants: $(VENV)/installed
	$(BIN)/python -m bench.mutants

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python .ci/lint_models.py
	$(BIN)/hadolint Dockerfile
	$(MAKE) check-defs

# after a change to the columns of a mart or their descriptions
.PHONY: docs
docs: $(VENV)/installed
	$(BIN)/python -m orchestration.transform.metrics_page

# Dagster, and the reports beside it; a shell that traps a signal first waits for dg, which gets it too
dev: $(VENV)/installed sample dagster-home
	@$(BIN)/kuota serve --port $(SERVE_PORT) & serving=$$!; \
	trap 'kill $$serving 2> /dev/null' EXIT; trap : INT TERM; \
	DAGSTER_HOME="$$(cd "$(KUOTA_HOME)/dagster" && pwd)" $(BIN)/dg dev $(DEV_OPTIONS)

# every definition loads, as Dagster's code server would load it
check-defs: $(VENV)/installed dagster-home
	DAGSTER_HOME="$$(cd "$(KUOTA_HOME)/dagster" && pwd)" $(BIN)/dg check defs

dagster-home:
	mkdir -p -m 700 "$(KUOTA_HOME)" "$(KUOTA_HOME)/dagster"
	cp deploy/dagster.yaml "$(KUOTA_HOME)/dagster/"

# after a change of the dependencies in pyproject.toml
lock: $(VENV)/installed
	$(COMPILE) --extra development --extra postgres pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra postgres --constraint requirements.lock pyproject.toml --output-file deploy/requirements.lock

# uv installs in seconds what takes pip minutes
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
$(VENV)/installed: requirements.lock deploy/uv.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/uv.lock
	$(UV) --require-hashes -r requirements.lock
	$(UV) --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) data
