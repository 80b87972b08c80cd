# Every target is one script or one command; a comment after ## is what `make help` prints.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench soak screenshots fuzz coverage package clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install all that building, testing and benchmarks need and that is missing
	@Scripts/setup build test bench

run: ## Build for release and serve the demo organisation on 127.0.0.1:8080
	@Scripts/run

test: ## Run everything: format, build, Swift tests on both engines, browser, kill tests
	@Scripts/test

check: ## Quick look before a commit: strict format, warnings are errors, requirements page
	@Scripts/check

format: ## Format all Swift files in place
	@swift format format --in-place --parallel -r Sources Tests Package.swift

coverage: ## Write docs/coverage.md from the names of the tests
	@Scripts/coverage

bench: ## Measure requests, latency, syncs and memory on both engines, the log engine, and clocks
	@Benchmarks/run
	@Benchmarks/logs
	@Benchmarks/clocks
	@Benchmarks/deadlines
	@Benchmarks/year

soak: ## The long tests of kills and power cuts (hours)
	@Scripts/soak

screenshots: ## Take the pictures of docs/images from the demo organisation
	@Scripts/screenshots

fuzz: ## Run the fuzz targets, a minute each (THIRDLINE_FUZZ_SECONDS)
	@Scripts/fuzz

package: ## Build the Debian package with manual page and shell completions
	@Scripts/package

clean: ## Remove what was built and what tests left; fetched packages and .venv-thirdline stay
	@swift package clean
	@rm -rf .build/test .build/run .build/bench .build/screenshots .build/fuzz .build/check .build/kill .build/soak .build/package
