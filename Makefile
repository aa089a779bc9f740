# The one entry point for people. `make check` is what CI runs.

TOOLS := $(CURDIR)/.cache/tools
DENY_VERSION := 0.20.2
export RUSTDOCFLAGS := -D warnings

.PHONY: check format lint docs test api deny run moto

check: format lint docs test api

format:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs:
	cargo doc --workspace --no-deps --locked

test:
	cargo test --workspace --locked

# The running API against its own description, by schemathesis.
api:
	scripts/check-api

# Licences, sources and bans, apart from `check`: it builds its tool first.
deny: $(TOOLS)/bin/cargo-deny
	$(TOOLS)/bin/cargo-deny --offline --locked check bans licenses sources

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version $(DENY_VERSION) --locked --root $(TOOLS) --target-dir .cache/target

# The demo.
run:
	cargo run

# The store's contract suite against an independent DynamoDB: pip install 'moto[server]'.
moto:
	moto_server -H 127.0.0.1 -p 5555 > /dev/null 2>&1 & \
	server=$$!; trap 'kill $$server' EXIT; \
	until (exec 3<>/dev/tcp/127.0.0.1/5555) 2> /dev/null; do :; done; \
	AWS_ENDPOINT_URL=http://127.0.0.1:5555 cargo test -p roomwatt-store --locked

moto: SHELL := /bin/bash
