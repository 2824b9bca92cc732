# `make run` and `make test` need Python 3.11+, git and make, and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export KUOTA_HOME ?= $(CURDIR)/data
export KUOTA_LANDING ?= $(KUOTA_HOME)/landing

.PHONY: run test test-slow lint dev lock clean

run: $(VENV)/installed sample
	$(BIN)/kuota run

# the sample company, where nothing has landed yet
.PHONY: sample
sample: $(VENV)/installed
	@if [ -z "$$(ls -A '$(KUOTA_LANDING)' 2>/dev/null)" ]; then $(BIN)/kuota sample; fi

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile --no-loadscope-reorder

test-slow: $(VENV)/installed
	$(BIN)/python -m pytest -m slow

# how well breaks of collection are found: minutes
.PHONY: bench
bench: $(VENV)/installed
	$(BIN)/python -m bench.collection_breaks

# the same from the files on, through ingest and the models: a quarter of an hour
.PHONY: bench-companies
bench-companies: $(VENV)/installed
	$(BIN)/python -m bench.whole_companies

# small errors in the models, and whether a test notices: half an hour
.PHONY: mutants
mutants: $(VENV)/installed
	$(BIN)/python -m bench.mutants

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python .ci/lint_models.py

# after a change of a mart's columns or their descriptions
.PHONY: docs
docs: $(VENV)/installed
	$(BIN)/python -m orchestration.transform.metrics_page

# started in DAGSTER_HOME, because Dagster warns of any other dagster.yaml where it starts
dev: $(VENV)/installed sample
	mkdir -p -m 700 "$(KUOTA_HOME)" "$(KUOTA_HOME)/dagster" && cp dagster.yaml "$(KUOTA_HOME)/dagster/"
	home="$$(cd "$(KUOTA_HOME)" && pwd)" && landing="$$(cd "$(KUOTA_LANDING)" && pwd)" && cd "$$home/dagster" && \
	KUOTA_HOME="$$home" KUOTA_LANDING="$$landing" DAGSTER_HOME="$$home/dagster" \
	PYTHONWARNINGS='ignore:Function `dev_command`' \
	"$(if $(filter /%,$(BIN)),$(BIN),$(CURDIR)/$(BIN))/dagster" dev -m orchestration.definitions $(DEV_OPTIONS)

# after a change of the dependencies in pyproject.toml; needs uv
lock:
	uv pip compile --universal --generate-hashes --no-strip-extras --no-header --python-version 3.11 \
		--extra development pyproject.toml --output-file requirements.lock

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) data
