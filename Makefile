# `make` alone lists the targets. Everything is made in $(VENV) and .tree; the network is needed
# the first time, and again only when a dependency in setup.cfg changes.

PYTHON ?= python3
VENV ?= .venv
# The fast tests wait for deadlines half of their time, so two cores carry three at once.
JOBS ?= 3
BIN = $(VENV)/bin
READY = $(VENV)/.ready
LINKS = $(addprefix .tree/apowacht/,plugins exporter integrations mibs simulator)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Commands started by the tests would otherwise compile the whole project at every start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check lint format wheel deb lock bench soak clean
.DEFAULT_GOAL = help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Real plugin commands against simulated devices on loopback
	@echo "== Demo: check_apo_ups against simulated devices"
	@$(BIN)/python -m apowacht.simulator.demo

test: $(READY) $(LINKS) ## The fast tests; needs no root and no Debian package
	@echo "== Fast tests; what takes long or needs a missing peer is skipped by name"
	@$(BIN)/python -m pytest --fast -n $(JOBS)

check: lint ## All that CI runs: lint, types, every test with its real peers, the wheel
	@echo "== All tests, with their real peers and against the built wheel"
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY) $(LINKS) ## ruff and mypy --strict over the whole tree
	@echo "== ruff check, ruff format --check, mypy"
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy

format: $(READY) ## Put the code into ruff's form
	@$(BIN)/python -m ruff check --fix
	@$(BIN)/python -m ruff format

# A build/ or egg-info left by an older build would carry files into the wheel that are gone.
wheel: $(READY) ## Build wheel and sdist into dist/
	@rm -rf build dist apowacht.egg-info
	@$(BIN)/python -m build --no-isolation --outdir dist
	@rm -rf build

deb: ## Build the Debian package of this release and architecture into dist/
	@debian/build dist

lock: $(READY) ## Choose the Debian package's dependencies anew, with their hashes
	@$(BIN)/python debian/lock.py

bench: $(READY) $(LINKS) ## Run the benchmarks
	@for file in $(filter-out benchmarks/street.py,$(wildcard benchmarks/*.py)); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

soak: $(READY) $(LINKS) ## 500 sites for 20 minutes: reloads, dying devices, a full disk
	@$(BIN)/python benchmarks/exporter_load.py --sites 500 --seconds 1200 --soak

clean: ## Remove all that the other targets made, the environment too
	rm -rf $(VENV) .tree build dist apowacht.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp holds the folder: a moved checkout needs a new environment, its scripts name the old one.
ifneq ($(CURDIR),$(shell cat $(READY) 2>/dev/null))
.PHONY: $(READY)
endif

# setuptools comes first and the build is not isolated, so that a later run needs no network.
$(READY): setup.cfg pyproject.toml
	@echo "== Python environment in $(VENV) with all that the project needs (once)"
	@test "$(CURDIR)" = "$$(cat $@ 2>/dev/null)" && $(BIN)/python -m pip --version >/dev/null 2>&1 \
		|| $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet 'setuptools>=77'
	@$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[dev]'
	@echo "$(CURDIR)" > $@

# mypy and pytest see the packages through these links; the editable hook serves the commands.
$(LINKS):
	@mkdir -p $(@D)
	@ln -sfn ../../$(@F) $@
