# The commands that a change needs. Every one works on a new machine with nothing but Go, make and git.

GOLANGCI = go tool -modfile=internal/tools/go.mod golangci-lint
# As the control plane is built, so that nothing of it is compiled twice.
CONTROLPLANE = GOWORK=off CGO_ENABLED=0 GOFLAGS="-mod=readonly -buildvcs=false -trimpath"

# The oldest API server that is supported, as internal/cluster/olderapi pins it. It is kept beside the control plane.
OLDER = v1.34.2
CACHE = $(or $(CAISSON_CACHE_DIR),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/caisson)
OLDERAPI = $(CACHE)/olderapi-$(OLDER)
VERSION = k8s.io/component-base/version
OLDERFLAGS = -s -w -X $(VERSION).gitVersion=$(OLDER) -X $(VERSION).gitMajor=1 -X $(VERSION).gitMinor=34 \
	-X $(VERSION).gitCommit=$(OLDER) -X $(VERSION).gitTreeState=clean -X $(VERSION).buildDate=1970-01-01T00:00:00Z

# The last trivy that compiles with Go 1.26. It is built in its own module, so that its 400 dependencies are in none of ours.
TRIVYVERSION = v0.66.0
TRIVYBUILD = $(CACHE)/trivy-$(TRIVYVERSION)
# TRIVY=trivy asks the one in the PATH instead.
TRIVY ?= $(TRIVYBUILD)

FAULTS = go test ./apply -run '^(TestFaults|TestFaultsOfDelete|TestControlPlaneCrashes|TestKilledCaller)$$' -count=1 -timeout 3h -v
PROPERTIES = go test ./apply -run TestUnchangedIsNeverWrong -count=1 -timeout 4h -v

POOLS = go test ./nodepool -run '^Test(Rotate|Undo|TwoProcesses|Prune|Recycle|AnySpec)' -count=1 -timeout 4h -v

FUZZTIME ?= 10m
BENCH ?=

.PHONY: help test judges trivy lint tidy generate prove olderapi bench fmt

help: ## Show the targets.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

test: ## All tests, on a real control plane. The first run builds it, the judges and promtool: about 15 minutes on two cores.
	go vet ./...
	go test -timeout 45m ./...
	cd internal/judges && GOWORK=off go test ./...
	cd internal/prometheus && GOWORK=off go test ./...
	cd internal/contract && GOWORK=off go test ./...
	@test -n "$$CAISSON_NAB" || echo "SKIPPED: forecasts of real series: set CAISSON_NAB to the folder data of a clone of" \
		"https://github.com/numenta/NAB"
	@test -n "$$CAISSON_DIGITALOCEAN_OPENAPI" || echo "SKIPPED: the fake of DigitalOcean's API is not compared with the" \
		"contract: set CAISSON_DIGITALOCEAN_OPENAPI to a bundle of https://github.com/digitalocean/openapi"

judges: ## What public judges say of all that is built, and the table in the README. The first run takes 4 minutes.
	cd internal/judges && GOWORK=off go test ./...
	@cd internal/judges && GOWORK=off go run .

trivy: $(filter $(TRIVYBUILD),$(TRIVY)) ## What trivy says of the same. The first run builds it: 10 minutes on two cores. TRIVY=trivy takes yours.
	@command -v "$(TRIVY)" >/dev/null || { echo "there is no $(TRIVY): install trivy, or leave TRIVY out to have it built"; exit 1; }
	CAISSON_TRIVY="$$(realpath "$$(command -v "$(TRIVY)")")" GOWORK=off go -C internal/judges test -run Trivy -count=1 -v .

$(TRIVYBUILD):
	go mod download github.com/aquasecurity/trivy@$(TRIVYVERSION)
	cd "$$(go env GOMODCACHE)/github.com/aquasecurity/trivy@$(TRIVYVERSION)" && $(CONTROLPLANE) \
		go build -ldflags '-s -w' -o $@ ./cmd/trivy

lint: ## golangci-lint as pinned, vet for other systems and of the control plane's source, tidy modules.
	$(GOLANGCI) run ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...
	cd internal/cluster/controlplane && $(CONTROLPLANE) go vet ./...
	cd internal/benchmarks && GOWORK=off go vet ./...
	cd internal/judges && GOWORK=off go vet ./...
	cd internal/contract && GOWORK=off go vet ./...
	cd internal/prometheus && GOWORK=off go vet ./...
	$(MAKE) tidy

fmt: ## Format all code.
	$(GOLANGCI) fmt ./...

tidy: ## Check that every module is tidy.
	go mod tidy -diff
	cd internal/cluster/controlplane && GOWORK=off go mod tidy -diff
	cd internal/cluster/olderapi && GOWORK=off go mod tidy -diff
	cd internal/tools && GOWORK=off go mod tidy -diff
	cd internal/benchmarks && GOWORK=off go mod tidy -diff
	cd internal/judges && GOWORK=off go mod tidy -diff
	cd internal/judges/kubescore && GOWORK=off go mod tidy -diff
	cd internal/contract && GOWORK=off go mod tidy -diff
	cd internal/prometheus && GOWORK=off go mod tidy -diff

generate: ## Write golden files and everything generated anew.
	go test ./internal/cluster -run TestSource -update
	go test ./workload ./security ./monitoring ./environment -update
	go test ./apply -run TestGranularRulesAreThoseOfTheSchema -update

bench: ## Benchmarks beside peers, on a real control plane, prints Markdown. BENCH="-n 100 -strategies floor,apply" chooses.
	@cd internal/benchmarks && GOWORK=off go run . $(BENCH)

olderapi: ## Build the oldest API server that is supported: 4 minutes on two cores, once.
	cd internal/cluster/olderapi && $(CONTROLPLANE) go build -ldflags '$(OLDERFLAGS)' -o $(OLDERAPI)/kube-apiserver \
		k8s.io/kubernetes/cmd/kube-apiserver

# The older API server is tested against here alone, and not by make test: its build is as long as all of the tests.
prove: olderapi ## The long runs: each fault in each request, rotations killed at each point; properties on the newest and oldest API server; fuzzing, FUZZTIME (10m) each.
	CAISSON_PROVE=all $(FAULTS)
	CAISSON_PROVE=all go test ./workload -run TestRollingUpdate -count=1 -v
	CAISSON_PROVE=all $(POOLS)
	cd internal/prometheus && CAISSON_PROVE=all GOWORK=off go test -run TestAnyNumbers -count=1 -timeout 4h -v .
	CAISSON_PROVE=all $(PROPERTIES)
	CAISSON_PROVE=all KUBEBUILDER_ASSETS=$(OLDERAPI) $(PROPERTIES)
	go test ./apply -run '^$$' -fuzz FuzzSavedPlan -fuzztime $(FUZZTIME)
	go test ./apply -run '^$$' -fuzz FuzzHostileObjects -fuzztime $(FUZZTIME)
	go test ./environment -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	for kind in Server Worker Task Schedule Stateful; do \
		go test ./workload -run '^$$' -fuzz "^Fuzz$${kind}Build$$" -fuzztime $(FUZZTIME) || exit; done
	for kind in Namespace Connections Peers Access; do \
		go test ./security -run '^$$' -fuzz "^Fuzz$${kind}Build$$" -fuzztime $(FUZZTIME) || exit; done
