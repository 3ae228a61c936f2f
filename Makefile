# The two commands of the README, and the ones that developers use.
BIN := .venv/bin
PYTHON ?= python3
HOME_OF_RUNS := $(or $(SILENTCRASH_HOME),$(CURDIR)/data)
SITE := $(or $(SILENTCRASH_HOME),$(CURDIR))/site
# Where Python is told to keep no compiled files, each process would compile everything again: the
# rewritten assertions of the tests alone are 3 of the 10 seconds that a worker takes to collect.
unexport PYTHONDONTWRITEBYTECODE

# Two workers for two processors; a third one works while a test waits for a browser or a server.
# A file of tests stays on one worker, so that what its tests share is made once; the files come in
# the order of tests/conftest.py, the costly ones first.
# Their stores are in memory where 8 GB are free there: a commit of SQLite waits 4 to 14 ms for a disk,
# and no test switches the machine off.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000000 {print "TMPDIR=/dev/shm"}')
PYTEST := $(MEMORY) $(BIN)/pytest --dist loadfile --no-loadscope-reorder

.PHONY: release test test-fast programs check types rules audit dev serve world bench evaluate siege

.venv/.ready: uv.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; }
	$(BIN)/uv sync --frozen --quiet --no-dev --inexact --compile-bytecode
	touch $@

# What tests and checks need besides (Spark, a browser, a PostgreSQL) takes more room than all the rest,
# and whoever only makes releases needs none of it. To compile all of it takes a minute of processor;
# what is imported of it is compiled then, which is little.
.venv/.tested: .venv/.ready
	$(BIN)/uv sync --frozen --quiet --inexact
	touch $@

release: .venv/.ready  ## public figures -> warehouse -> index -> releases/<month>/
	$(BIN)/silentcrash run

test: programs  ## every test
	$(PYTEST) -n 3

programs: .venv/.tested  ## a browser, Java and whatever else tests use and Python cannot bring
	$(BIN)/python -m tests.install

test-fast: .venv/.tested  ## an answer in about a minute: no browser, Spark, kill, server, installation or real body
	$(PYTEST) -n 2 -q -m "not (browser or spark or kill or slow or shared)"

check: types rules  ## lint, types, import rule, live sources, Dagster definitions, vulnerabilities

types: .venv/.tested  ## mypy, which is most of the time of `check` and uses one processor
	$(BIN)/mypy
	$(BIN)/mypy benchmarks

rules: .venv/.tested  ## all of `check` but the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m tools.live_sources
	$(BIN)/dg check defs
	$(BIN)/uv audit --frozen || test $$? -eq 2  # which it gives where it reaches no database

audit: .venv/.tested  ## known vulnerabilities of what the lock file names; asks a public database
	$(BIN)/uv audit --frozen

PORT ?= 3000
dev: .venv/.tested  ## the Dagster UI with the graph, on http://localhost:3000: make dev PORT=3001
	mkdir -p $(HOME_OF_RUNS)/dagster
	ln -sf $(CURDIR)/dagster.yaml $(HOME_OF_RUNS)/dagster/dagster.yaml
	DAGSTER_HOME=$(abspath $(HOME_OF_RUNS))/dagster $(BIN)/dg dev --port $(PORT)

serve: PORT = 8000
serve: .venv/.ready  ## the public site of what `make release` made, and the docs, on http://127.0.0.1:8000: make serve PORT=8001
	$(BIN)/silentcrash site build --out $(SITE)
	$(BIN)/python -m tools.docs_site $(SITE)
	@echo "site: http://127.0.0.1:$(PORT)/  documentation: http://127.0.0.1:$(PORT)/manual/README.html"
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

MONTHS ?= 24
SEED ?= 1
SCRIPT ?= tests/world/scripts/bad_days.toml
world: .venv/.tested  ## two years of operation, played: make world SEED=2 SCRIPT=file.toml MONTHS=24
	$(BIN)/python -m tests.world --months $(MONTHS) --seed $(SEED) --script $(SCRIPT) $(WORLD)

bench: .venv/.tested  ## measured ratios, printed and written as JSON
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

SEED ?= 1
SECONDS ?= 600
siege: .venv/.tested  ## damaged bodies and kills at random moments, on loopback: make siege SEED=2 SECONDS=1200
	$(BIN)/python -m tests.pipelines.siege --seed $(SEED) --seconds $(SECONDS)

LABELS ?= $(firstword $(wildcard ../*/evaluation/announcements_dev.csv))
evaluate: .venv/.tested  ## docs/accuracy.md from a labelled file: make evaluate LABELS=file.csv
	$(BIN)/silentcrash announcements evaluate $(LABELS) --out docs/accuracy.md \
	  --held-out benchmarks/labels/kept_aside.csv --sight benchmarks/labels/first_sight.csv
