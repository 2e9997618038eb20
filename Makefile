# What people and CI run. Each target installs what it lacks (scripts/setup.sh) and then does its work.
# Everything is built in the release profile, so that the dependencies compile once.

SHELL := /bin/bash
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

RISALAH := target/release/risalah
# The scorer, the rooms, the other programs and the training are Python, in a place of their own.
VENV := .venv
PYTHON := test -d $(VENV) || virtualenv -q $(VENV); $(VENV)/bin/pip install -q
# Where `make model` keeps its corpus (half a GB a shard) and checkpoint; how many shards of 4,000 utterances it speaks, and how long it trains.
TRAINING ?= target/training
SHARDS ?= 40
MINUTES ?= 240

.PHONY: build check quick demo test test-models soak bench fmt fmt-check lint package pictures model clean
.DEFAULT_GOAL := build

## The program, at target/release/risalah.
build:
	@scripts/setup.sh build
	cargo build --release --locked

## Whether it compiles: seconds after a change.
check:
	@scripts/setup.sh build
	cargo check --release --locked

## The tests beside the code, and those of the library: less than a minute once they are built.
quick:
	@scripts/setup.sh build
	cargo test --workspace --release --locked --lib --bins --test library

## The shipped recording through the shipped model to a printed record.
demo: build
	$(RISALAH) demo -o hasil
	@realpath hasil/risalah-sementara.pdf hasil/risalah-sementara.docx

## Every test, as CI runs them: the program's, with those that only root can run, then those of the scorer and the rooms by which it is judged.
test:
	@scripts/setup.sh build test
	$(PYTHON) -r benches/requirements.txt -r tests/console/requirements.txt
	cargo test --workspace --release --locked -- --include-ignored
	$(VENV)/bin/python -m pytest -q --disable-warnings benches

## With official weights: `base` is fetched (145 MB), taken over from its CTranslate2 form, checked, measured on this machine, and tested, also against whisper.cpp.
test-models: export RISALAH_MODELS := $(CURDIR)/target/models/store
test-models: build
	$(PYTHON) --upgrade pip
	$(VENV)/bin/python models/fetch-base.py
	$(RISALAH) models verify
	$(RISALAH) models bench base-ct2
	cargo test --release --locked --features whisper-cpp --test official --test library words

## The recorder killed a hundred times, its disks frozen, full and broken, and the page's server killed twenty times (a quarter of an hour; root, for the disks).
soak:
	@scripts/setup.sh build test
	cargo test --release --locked --test soak -- --ignored --nocapture --test-threads 2
	RISALAH_KILLS=20 cargo test --release --locked --test console -- surviving

## The micro-benchmarks, then whole runs beside whisper.cpp and faster-whisper with the same weights (benches/README.md).
bench: build
	@scripts/setup.sh bench
	cargo bench --locked
	$(PYTHON) -r benches/requirements-peers.txt
	$(VENV)/bin/python benches/compare.py --model models/risalah-demo.bin.zst

fmt:
	cargo fmt

fmt-check:
	cargo fmt -- --check

lint:
	@scripts/setup.sh build
	cargo clippy --workspace --release --locked --all-targets -- -D warnings
	cargo clippy --release --locked --test official --test soak -- -D warnings

## What an office installs, below target/package (docs/release.md).
package:
	@scripts/setup.sh build package
	scripts/package.sh

## The pictures of docs/panduan, from the real program.
pictures: build
	@scripts/setup.sh pictures test
	$(PYTHON) pillow
	$(VENV)/bin/python scripts/pictures.py
	$(VENV)/bin/python scripts/page_pictures.py

## Trains the shipped model anew, from synthesised speech to models/risalah-demo.bin.zst (hours; see models/README.md).
model:
	@scripts/setup.sh model
	$(PYTHON) torch numpy scipy
	$(PYTHON) --no-deps openai-whisper
	$(VENV)/bin/python models/train/synth.py $(TRAINING)/corpus --shards $(SHARDS)
	$(VENV)/bin/python models/train/synth.py $(TRAINING)/corpus --split eval --count 1500 --mix 1 1 1 0
	$(VENV)/bin/python models/train/train.py $(TRAINING)/corpus $(TRAINING)/model.pt --minutes $(MINUTES)
	$(VENV)/bin/python models/train/export.py $(TRAINING)/model.pt $(TRAINING)/risalah-demo.bin --ship models

clean:
	cargo clean
	rm -rf hasil
