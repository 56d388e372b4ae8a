# The commands that a change needs. Every one works on a new machine with nothing but Go, make and git.

GOLANGCI = go tool -modfile=internal/tools/go.mod golangci-lint
# As the control plane is built, so that nothing of it is compiled twice.
CONTROLPLANE = GOWORK=off CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false -trimpath"

FUZZTIME ?= 10m
BENCH ?=

.PHONY: help test lint tidy generate prove bench fmt

help: ## Show the targets.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

test: ## All tests, on a real control plane. The first run builds it: about 7 minutes on two cores.
	go vet ./...
	go test -timeout 45m ./...

lint: ## golangci-lint as pinned, vet for other systems and of the control plane's source, tidy modules.
	$(GOLANGCI) run ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...
	cd internal/cluster/controlplane && $(CONTROLPLANE) go vet ./...
	cd internal/benchmarks && GOWORK=off go vet ./...
	$(MAKE) tidy

fmt: ## Format all code.
	$(GOLANGCI) fmt ./...

tidy: ## Check that every module is tidy.
	go mod tidy -diff
	cd internal/cluster/controlplane && GOWORK=off go mod tidy -diff
	cd internal/tools && GOWORK=off go mod tidy -diff
	cd internal/benchmarks && GOWORK=off go mod tidy -diff

generate: ## Write golden files and everything generated anew.
	go test ./internal/cluster -run TestSource -update
	go test ./workload ./security ./environment -update

bench: ## Benchmarks beside peers, on a real control plane, prints Markdown. BENCH="-n 100 -strategies floor,apply" chooses.
	@cd internal/benchmarks && GOWORK=off go run . $(BENCH)

prove: ## The long runs: fuzzing of everything that takes input, FUZZTIME (10m) each.
	go test ./environment -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	go test ./workload -run '^$$' -fuzz FuzzServerBuild -fuzztime $(FUZZTIME)
	go test ./security -run '^$$' -fuzz FuzzNamespaceBuild -fuzztime $(FUZZTIME)
	go test ./security -run '^$$' -fuzz FuzzConnectionsBuild -fuzztime $(FUZZTIME)
