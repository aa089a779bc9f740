# The one entry point for people. `make check` is what CI runs.

TOOLS := $(CURDIR)/.cache/tools
DENY_VERSION := 0.20.2
export RUSTDOCFLAGS := -D warnings

# Python tools, each set in a folder of its own, pinned in tools/.
VENVS := $(CURDIR)/.cache/venvs
export SAM_CLI_TELEMETRY := 0
# The functions' processor: the template's choice, and, for what is built to be run here, this machine's.
ARCHITECTURE ?= arm64
MACHINE := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

.PHONY: check format lint docs test api pages template artefacts moto moto-contract moto-stack moto-ops
.PHONY: beside-duckdb container manual screenshots
.PHONY: deny run benchmark cold-start sam-build sam-deploy

check: format lint docs test api pages template artefacts moto

format:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

# With examples beside it, dependencies have the features that they have in `lint`, and none is checked
# twice.
docs:
	cargo doc --workspace --no-deps --locked --lib --bin roomwatt --examples

test:
	cargo test --workspace --locked

# The running API against its own description, by schemathesis.
api:
	scripts/with-demo scripts/check-api

# The pages in a browser (needs Node 20; installs Debian's Chromium if there is none).
pages:
	scripts/with-browser scripts/with-demo scripts/check-pages

# The README's pictures of the demo.
screenshots:
	scripts/with-browser scripts/with-demo scripts/take-screenshots

# The deployment's template by three linters. No network but PyPI's, the first time; no AWS account.
# checkov's skips stand in the template, each with its reason.
template: $(VENVS)/sam/installed $(VENVS)/checkov/installed
	AWS_DEFAULT_REGION=us-east-1 $(VENVS)/sam/bin/sam validate --lint --template template.yaml
	$(VENVS)/sam/bin/cfn-lint template.yaml
	$(VENVS)/sam/bin/python -m unittest discover --start-directory scripts --pattern 'test_*.py'
	$(VENVS)/checkov/bin/checkov --file template.yaml --framework cloudformation \
		--compact --quiet --skip-download

# All functions as they are deployed, in .aws-sam/build. ARCHITECTURE=x86_64 wants Architecture=x86_64
# among the parameters of sam-deploy.
sam-build: $(VENVS)/sam/installed $(VENVS)/build/installed
	$(SAM_BUILD) --parameter-overrides Architecture=$(ARCHITECTURE)

SAM_BUILD = PATH="$(VENVS)/build/bin:$$PATH" AWS_DEFAULT_REGION=us-east-1 $(VENVS)/sam/bin/sam build

# What SAM builds, started and put to work: by the way that leads to a deployment, but for this machine
# and hardly optimised: whole programs take two cores a quarter of an hour to optimise, this four minutes.
# In a folder of its own, so that nobody deploys it.
artefacts: export CARGO_PROFILE_RELEASE_LTO := off
artefacts: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 16
artefacts: export CARGO_PROFILE_RELEASE_OPT_LEVEL := 0
artefacts: $(VENVS)/sam/installed $(VENVS)/build/installed
	$(SAM_BUILD) --build-dir .cache/artefacts --parameter-overrides Architecture=$(MACHINE)
	ROOMWATT_ARTEFACTS=.cache/artefacts cargo test --workspace --locked --test processes -- \
		--ignored --exact artefacts::each_artefact_starts_and_does_its_work

# An AWS that is none of ours: the store's contract suite on it, a day of the functions on the
# template's stack, and an operator's commands.
moto: $(VENVS)/moto/installed $(VENVS)/sam/installed
	$(MAKE) --jobs 2 --output-sync moto-contract moto-stack moto-ops

# Each beside a moto of its own, which keeps one core busy at most.
moto-contract:
	scripts/with-moto cargo test --workspace --locked --test contract
moto-stack:
	scripts/with-moto scripts/check-stack
moto-ops:
	scripts/with-moto scripts/check-ops

# Size, start and memory of each function as it is deployed, but for this machine: the table in
# docs/operations.md.
cold-start: $(VENVS)/sam/installed $(VENVS)/build/installed
	$(SAM_BUILD) --build-dir .cache/optimised --parameter-overrides Architecture=$(MACHINE)
	ROOMWATT_ARTEFACTS=.cache/optimised cargo test --workspace --locked --test processes -- \
		--ignored --nocapture --exact cold_start::cold_start_of_each_function

# What sam-build built, to ENVIRONMENT of samconfig.toml, in AWS_REGION. PARAMETERS, `Name=value
# Name=value`, stand in for those of the same name there.
ENVIRONMENT ?= default
sam-deploy: $(VENVS)/sam/installed
	ENVIRONMENT="$(ENVIRONMENT)" PARAMETERS='$(PARAMETERS)' \
		$(VENVS)/sam/bin/python scripts/deploy.py $(SAM_FLAGS)

$(VENVS)/%/installed: tools/%.txt
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# Licences, sources and bans, apart from `check`: it builds its tool first.
deny: $(TOOLS)/bin/cargo-deny
	$(TOOLS)/bin/cargo-deny --offline --locked check bans licenses sources

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version $(DENY_VERSION) --locked --root $(TOOLS) --target-dir .cache/target

# docs/performance.md: designs side by side, growth, engine room. Some minutes; best on a machine that
# does nothing else. The short form is among the tests.
benchmark:
	cargo run --profile bench --locked -p benchmark -- --out docs/performance.md

# A log's figures by DuckDB and by a replay of the same file, side by side:
# make beside-duckdb HOTELS=profiles.json EVENTS=events.ndjson.gz
beside-duckdb: $(VENVS)/duckdb/installed
	cargo build --release --locked -p roomwatt-local --bin roomwatt
	$(VENVS)/duckdb/bin/python benchmark/beside_duckdb.py target/release/roomwatt $(HOTELS) $(EVENTS)

# The manual page, and what shells complete commands by, in target/man and target/completions.
manual:
	mkdir -p target/man target/completions
	cargo run --locked -p roomwatt-local -- man > target/man/roomwatt.1
	for shell in bash elvish fish powershell zsh; do \
		target/debug/roomwatt completions $$shell > target/completions/roomwatt.$$shell || exit 1; \
	done

# The container's file by its linter, and the container itself where something builds one.
container: $(VENVS)/hadolint/installed
	$(VENVS)/hadolint/bin/hadolint Containerfile
	if builder=$$(command -v podman || command -v docker); then \
		$$builder build --file Containerfile --tag roomwatt .; \
	else echo "no podman and no docker here: nothing is built"; fi

# The demo.
run:
	cargo run
