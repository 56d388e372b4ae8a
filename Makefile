# The commands that a change needs. Every one works on a new machine with nothing but Go, make and git.

GOLANGCI = go tool -modfile=internal/tools/go.mod golangci-lint
# As the control plane is built, so that nothing of it is compiled twice.
CONTROLPLANE = GOWORK=off CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false -trimpath"

FUZZTIME ?= 10m

.PHONY: help test lint tidy generate prove fmt

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
	$(MAKE) tidy

fmt: ## Format all code.
	$(GOLANGCI) fmt ./...

tidy: ## Check that every module is tidy.
	go mod tidy -diff
	cd internal/cluster/controlplane && GOWORK=off go mod tidy -diff
	cd internal/tools && GOWORK=off go mod tidy -diff

generate: ## Write golden files and everything generated anew.
	go test ./internal/cluster -run TestSource -update
	go test ./workload ./security ./environment -update

prove: ## The long runs: each fault in each request of a run, and fuzzing of all input, FUZZTIME (10m) each.
	CAISSON_PROVE=all go test ./apply -count=1 -v -timeout 3h -run '^(TestFaults|TestFaultsOfDelete|TestControlPlaneCrashes|TestKilledCaller)$$'
	go test ./environment -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	go test ./workload -run '^$$' -fuzz FuzzServerBuild -fuzztime $(FUZZTIME)
	go test ./security -run '^$$' -fuzz FuzzNamespaceBuild -fuzztime $(FUZZTIME)
	go test ./security -run '^$$' -fuzz FuzzConnectionsBuild -fuzztime $(FUZZTIME)
