# Commands for developers and CI. `make demo` and `make test` need Python >= 3.11 and nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAGE  := dev
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
RUFF    = $(BIN)/ruff
TARGETS = app.py chalicelib tests infra benchmarks integrations
SITE    = build/site/index.html

# Keep compiled modules in the environment, even if the machine disables them: tests start many
# processes, and each would compile numpy, botocore and the service again.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format lint lint-template types audit docs site nightly worlds mutations mutate fuzz kills histories bench clients wheel package lambda-test e2e deploy cost lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Likeworth needs Python 3.11 or newer; this is $$($(PYTHON) --version). Run make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.local: requirements-local.lock | $(BIN)/python
	@echo "Installing the packages of the service into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-local.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing the packages of the tests into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.local

$(SITE): $(VENV)/.local $(wildcard docs/*.md infra/site/* chalicelib/documentation/*)
	@$(BIN)/python -m infra.site

site: $(SITE) ## build the documentation as static files in build/site

demo: $(VENV)/.local $(SITE) ## serve a simulated brand with answers at http://127.0.0.1:8000
	@$(BIN)/python -m chalicelib demo $(ARGS)

serve: $(VENV)/.local $(SITE) ## serve an empty installation at http://127.0.0.1:8000
	@$(BIN)/python -m chalicelib serve $(ARGS)

test: $(VENV)/.dev ## run all tests
	@for one in chromium chromium-browser google-chrome google-chrome-stable; do \
	  if command -v $$one >/dev/null; then exit 0; fi; done; \
	  echo "No Chromium is installed: the tests of the dashboard in a browser are skipped."
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: lint types test ## run what CI runs: format, lint, types, tests

format: $(VENV)/.dev ## format the code
	@$(RUFF) format $(TARGETS)
	@$(RUFF) check --fix $(TARGETS)

lint: $(VENV)/.dev
	@$(RUFF) format --check $(TARGETS)
	@$(RUFF) check $(TARGETS)
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml app.py chalicelib infra

$(VENV)-lint/.done: requirements-lint.txt
	$(PYTHON) -m venv $(VENV)-lint
	@$(VENV)-lint/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-lint.txt
	@touch $@

lint-template: $(VENV)-lint/.done $(VENV)/.dev ## run cfn-lint and checkov on the template, as packaged and as translated by SAM
	@mkdir -p build
	@$(BIN)/python -m infra.packaging.template > build/template.json
	@$(VENV)-lint/bin/python infra/translation.py build/template.json build/translated.json
	@$(VENV)-lint/bin/cfn-lint --regions eu-central-1 -- build/template.json build/translated.json
	@$(VENV)-lint/bin/checkov --framework cloudformation --file build/template.json \
	  --quiet --compact --skip-download
	@echo "cfn-lint and checkov found no problem."

types: $(VENV)/.dev
	@$(BIN)/mypy

audit: $(VENV)/.dev ## check deployed packages for known vulnerabilities (queries PyPI; fails if it is unavailable)
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
	  -r requirements.lock || { echo "Failed: a package has a known vulnerability or could not \
	be checked (see the lines above)." >&2; exit 1; }

docs: $(VENV)/.dev ## generate the docs pages that are made from code
	@$(BIN)/python -m infra.pages

nightly: $(VENV)/.dev ## run property tests with 2,000 examples, slow tests, and 600 random requests per call of the API (long)
	@HYPOTHESIS_PROFILE=nightly OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m hypothesis \
	  --ignore tests/api/test_any_request.py --ignore tests/faults/test_history.py $(ARGS)
	@THOROUGH=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m thorough $(ARGS)
	@API_CASES=$${API_CASES:-600} $(BIN)/python -m pytest -n 2 tests/api/test_any_request.py $(ARGS)

worlds: $(VENV)/.dev ## simulate worlds with a known truth: coverage, false claims, errors (long)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.worlds --page docs/accuracy.md $(ARGS)

mutations: $(VENV)/.dev ## insert a hundred mistakes into the estimators; a test must find each (minutes)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.mutations $(ARGS)

$(VENV)-mutate/.done: requirements-mutate.txt requirements-dev.txt requirements-local.txt
	$(PYTHON) -m venv $(VENV)-mutate
	@$(VENV)-mutate/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-mutate.txt
	@touch $@

mutate: $(VENV)-mutate/.done ## change the five critical parts one operator at a time; tests must find 85 % (tens of minutes)
	@OPENBLAS_NUM_THREADS=1 $(VENV)-mutate/bin/python -m tests.mutations.kill_rates $(ARGS)

fuzz: $(VENV)/.dev ## damage the samples of every importer 100,000 times; only declared rejections are allowed (long)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-2000} $(BIN)/python -m pytest -n 2 tests/contract/test_fuzz.py $(ARGS)

kills: $(VENV)/.dev ## kill an import of 10,000 rows at every call; kill and damage `serve` (minutes)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.faults $(ARGS)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.faults --engine sqlite $(ARGS)
	@$(BIN)/python -m tests.faults serve 100
	@$(BIN)/python -m tests.faults damage 1000

histories: $(VENV)/.dev ## compare the service with a dictionary over several hundred random histories (minutes)
	@HISTORIES=$${HISTORIES:-300} $(BIN)/python -m pytest tests/faults/test_history.py $(ARGS)

$(VENV)-bench/.done: requirements-bench.txt requirements-local.txt
	$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

bench: $(VENV)-bench/.done $(VENV)/.dev ## measure speed and memory next to published libraries (minutes)
	@OPENBLAS_NUM_THREADS=1 $(VENV)-bench/bin/python -m benchmarks.within_user
	@OPENBLAS_NUM_THREADS=1 $(VENV)-bench/bin/python -m benchmarks.classical
	@$(BIN)/python -m benchmarks.imports
	@$(BIN)/python -m benchmarks.imports --gigabyte
	@$(BIN)/python -m benchmarks.hostile
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.http
	@$(BIN)/python -m benchmarks.cold_start
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.one_machine $(ONE_MACHINE)

$(VENV)-clients/.done: requirements-clients.txt requirements-local.txt
	$(PYTHON) -m venv $(VENV)-clients
	@$(VENV)-clients/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-clients.txt
	@touch $@

clients: $(VENV)-clients/.done ## lint the API description; generate and use clients in TypeScript and Python (needs npm)
	@$(VENV)-clients/bin/python -m infra.clients

wheel: $(VENV)/.dev ## build the wheel in dist/, install it into an empty environment, and run it (needs PyPI)
	@rm -rf dist $(VENV)-wheel
	@$(BIN)/python -m hatchling build -t wheel
	@$(PYTHON) -m venv $(VENV)-wheel
	@$(VENV)-wheel/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	@cd dist && ../$(VENV)-wheel/bin/likeworth --version && ../$(VENV)-wheel/bin/likeworth demo --once

package: $(VENV)/.dev $(SITE) ## build the Lambda packages and the template in build/package (needs Python 3.13)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m infra.packaging --stage $(STAGE) $(PACKAGE)

lambda-test: package ## run the packages under AWS's runtime client: a request, a file, a fit (needs Java 17 and npm)
	@$(BIN)/python -m infra.lambda_runtime

$(VENV)-e2e/.done: requirements-e2e.txt | $(VENV)/.dev
	@"$$($(BIN)/python -m infra.packaging.targets)" -m venv $(VENV)-e2e
	@$(VENV)-e2e/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-e2e.txt
	@touch $@

e2e: package $(VENV)-e2e/.done ## deploy the packages to MiniStack and test the deployed service (minutes)
	@$(BIN)/python -m infra.e2e $(VENV)-e2e/bin/ministack

deploy: package ## deploy to AWS, as STAGE=dev or STAGE=prod, with the credentials of the environment (docs/deploy.md)
	@$(BIN)/python -m infra.deploy --stage $(STAGE) $(ARGS)

cost: $(VENV)/.dev ## compute the monthly AWS bill by list prices (ARGS="--events 2000000 --region us-east-1")
	@$(BIN)/python -m infra.cost $(ARGS)

lock: $(VENV)/.dev ## update the lock files, with hashes
	@for kind in "" -local -dev -lambda; do \
	  also=$$([ "$$kind" != -local ] || echo requirements-docs.txt); \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" requirements$$kind.txt $$also -o requirements$$kind.lock; done

clean: ## delete the virtual environments and all build output
	rm -rf $(VENV) $(VENV)-bench $(VENV)-clients $(VENV)-lint $(VENV)-e2e $(VENV)-mutate $(VENV)-wheel build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
