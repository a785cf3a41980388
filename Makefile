# Run `make` to see what there is. Everything happens inside the checkout: in .venv, data/ and dbt_project/target/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LANDING ?= data/landing
HOME_DIR ?= data/home
DEMO_CONTACTS ?= 5000
DEMO_DAYS ?= 30
DEMO_SEED ?= 1
# A little of what real feeds do: deliver again, in disorder, in other spellings, types nobody models, a torn file.
DEMO_FAULTS ?= duplicates,disorder,case,unknown_types,litter,hiccups
ASK ?= list metrics
DEV_PORT ?= 3000
TESTS ?= tests
SPARK_TESTS ?= tests/end_to_end/spark
# What `make check` runs.
CHECKS := tests/project tests/ingestion tests/end_to_end/providers tests/dbt_project tests/simulator \
	tests/end_to_end/simulated_worlds/test_marts_equal_truth.py::test_a_world_with_every_fault

# Three processes keep two cores at work, because builds wait for the disk. Files go out in the order of their
# names: by default those with few tests, which take longest, would come last, and one process end alone.
IN_PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder
SPARK_STAMP := $(VENV)/.installed-spark

.PHONY: help setup test spark-setup spark-test check demo lint format providers kpis metrics picture texts screenshots answers reliability benchmark lock audit dev clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMP) ## .venv with everything in it; quick when nothing changed

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

test: setup ## every test; one file or folder: make test TESTS=tests/ingestion
	$(BIN)/python -m pytest $(IN_PARALLEL) $(TESTS)

spark-setup: setup $(SPARK_STAMP) ## pyspark and what its tests need, in .venv too

spark-test: spark-setup ## builds by Spark with Iceberg tables, compared with DuckDB's: minutes, needs Java 17
	TOUCHPOINT_SPARK_TESTS=true $(BIN)/python -m pytest $(SPARK_TESTS)

# Iceberg's jar is inside the last package; who uses Spark takes the official one (docs/operation/spark.md).
$(SPARK_STAMP): requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement requirements-spark.lock
	touch $@

check: lint ## the quick stage: lint, types, unit tests, ingestion, one small world
	$(BIN)/python -m pytest $(IN_PARALLEL) $(CHECKS)

# Dagster's own folder, beside the home: builds are reported there, also those of the command line.
data/dagster/dagster.yaml:
	mkdir -p $(@D)
	cp orchestration/definitions/dagster.yaml $@

demo: setup data/dagster/dagster.yaml ## a simulated month, built and published, with a few figures from it
	$(BIN)/touchpoint simulate --landing $(LANDING) --contacts $(DEMO_CONTACTS) --days $(DEMO_DAYS) \
		--seed $(DEMO_SEED) --faults $(DEMO_FAULTS)
	DAGSTER_HOME=$(CURDIR)/data/dagster $(BIN)/touchpoint build --landing $(LANDING) --home $(HOME_DIR)
	$(BIN)/python -m orchestration.tools.demo --home $(HOME_DIR)

lint: setup ## ruff, mypy, sqlfmt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfmt --check --quiet dbt_project/models dbt_project/macros dbt_project/tests

format: setup ## what lint asks for, where a tool can do it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt --quiet dbt_project/models dbt_project/macros dbt_project/tests

providers: setup ## dbt sources, columns and the list of staged providers, from the adapters and staging models
	$(BIN)/python -m orchestration.tools.provider_files

kpis: setup ## what repeats the KPI dictionary: columns of marts, their words, the table in docs/kpis.md
	$(BIN)/python -m orchestration.tools.kpis

metrics: setup ## any KPI by any dimension: make metrics ASK="query --metrics open_rate --group-by email_id"
	TOUCHPOINT_HOME=$(HOME_DIR) $(BIN)/python -m orchestration.tools.metrics $(ASK)

picture: setup ## docs/pictures/demo.svg, drawn from the published demo
	$(BIN)/python -m orchestration.tools.picture --home $(HOME_DIR)

texts: setup ## insights_app/locale/insights_app.pot: every text of the insights app, for translators
	$(BIN)/python -m orchestration.tools.texts

screenshots: setup ## docs/pictures/app-*.png: pages of the insights app over the published demo; needs chromium
	$(BIN)/python -m orchestration.tools.screenshots --home $(HOME_DIR)

answers: setup ## docs/insights.md with the results of the published demo
	$(BIN)/python -m orchestration.tools.answers --home $(HOME_DIR)

dev: setup data/dagster/dagster.yaml ## Dagster, for this machine only (127.0.0.1:3000), over the same home
	DAGSTER_HOME=$(CURDIR)/data/dagster TOUCHPOINT_LANDING=$(LANDING) TOUCHPOINT_HOME=$(HOME_DIR) \
		$(BIN)/dagster dev --workspace workspace.yaml --host 127.0.0.1 --port $(DEV_PORT)

reliability: setup ## hours of kills, rubbish and random worlds; the results in docs/operation/reliability.md
	$(BIN)/python -m reliability --write

benchmark: setup ## how long a large world takes
	$(BIN)/python -m benchmarks

LOCKING := --python-version 3.11 --universal --no-annotate --no-header --quiet --generate-hashes

lock: setup ## requirements.lock and requirements-spark.lock from the .in files
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile requirements.in --output-file requirements.lock $(LOCKING)
	$(BIN)/uv pip compile requirements-spark.in tests/harness/spark_jars.in --constraint requirements.lock \
		--output-file requirements-spark.lock $(LOCKING)

audit: setup ## known weaknesses of what is installed, asked of PyPI
	$(BIN)/python -m pip check
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv tool run pip-audit --strict --disable-pip --progress-spinner off --requirement requirements.lock

clean: ## remove what was built; data/ stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache dbt_project/target dbt_project/logs *.egg-info
