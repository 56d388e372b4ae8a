package caisson_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/caissonhq/caisson"

// listed is what go list -json says of a package, as far as it matters here.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Module     *struct{ Path string }
}

func goList(t *testing.T, args ...string) map[string]listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, args...)...).Output()
	require.NoError(t, err)
	all := map[string]listed{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var one listed
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all[one.ImportPath] = one
	}
}

// own imports of a package, without the module's path.
func own(p listed) []string {
	var all []string
	for _, path := range p.Imports {
		if path == module {
			all = append(all, ".")
		} else if rest, ok := strings.CutPrefix(path, module+"/"); ok {
			all = append(all, rest)
		}
	}
	return all
}

// Blocks can be used one without the other only as long as none imports another.
func TestBlocksDoNotImportEachOther(t *testing.T) {
	allowed := map[string][]string{
		".":                     nil,
		"apply":                 {"."},
		"apply/applytest":       {".", "apply", "internal/cluster"},
		"apply/observe":         {".", "apply"},
		"workload":              {".", "internal/fielderrors"},
		"security":              {".", "internal/fielderrors"},
		"nodepool":              {".", "internal/fielderrors"},
		"nodepool/nodepooltest": {"nodepool"},
		"monitoring":            {".", "internal/fielderrors"},
		"monitoring/forecast":   nil,
		"environment":           {".", "apply", "workload", "security", "nodepool"},
		"internal/cluster":      nil,
		"internal/fielderrors":  nil,
		"internal/golden":       {"."},
		"internal/kubelet":      {"internal/cluster"},
		"internal/traffic":      {"internal/kubelet"},
		"internal/schema":       nil,
		"examples/caisson":      {".", "apply", "environment", "nodepool", "nodepool/nodepooltest", "internal/cluster"},
		"examples/server":       nil,
		"examples/workload":     {".", "apply", "workload", "security"},
		"examples/controller":   {".", "apply", "workload", "security"},
	}
	for path, p := range goList(t, "./...") {
		name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		if name == "" {
			name = "."
		}
		may, known := allowed[name]
		require.True(t, known, "%s is new: say here what it may import", name)
		for _, imported := range own(p) {
			require.Contains(t, may, imported, "%s must not import %s", name, imported)
		}
	}
}

// Who builds objects alone must not compile clients: these are the modules behind k8s.io/api, and no other.
func TestBuildersStayLight(t *testing.T) {
	light := []string{
		module, "k8s.io/api", "k8s.io/apimachinery", "k8s.io/klog/v2", "k8s.io/kube-openapi", "k8s.io/utils",
		"sigs.k8s.io/json", "sigs.k8s.io/randfill", "sigs.k8s.io/structured-merge-diff/v6", "sigs.k8s.io/yaml",
		"github.com/fxamacker/cbor/v2", "github.com/x448/float16", "github.com/go-logr/logr", "go.yaml.in/yaml/v2",
		"gopkg.in/inf.v0", "golang.org/x/net", "golang.org/x/text", "github.com/json-iterator/go",
		"github.com/modern-go/concurrent", "github.com/modern-go/reflect2",
		"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring", // of package monitoring alone
	}
	for _, block := range []string{".", "./workload", "./security", "./monitoring"} {
		for path, p := range goList(t, "-deps", block) {
			if p.Module != nil {
				require.Contains(t, light, p.Module.Path, "%s compiles %s", block, path)
			}
		}
	}
}

// The root go.mod is what every user inherits.
func TestDirectRequirements(t *testing.T) {
	allowed := []string{
		"k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "sigs.k8s.io/controller-runtime",
		"sigs.k8s.io/structured-merge-diff/v6", "sigs.k8s.io/yaml", "github.com/go-logr/logr", "go.yaml.in/yaml/v3", "github.com/prometheus/client_golang",
		"github.com/spf13/cobra", "github.com/stretchr/testify", "github.com/google/go-cmp",
		"github.com/digitalocean/godo", "k8s.io/component-helpers", "k8s.io/utils", // DigitalOcean's client; its clock
		"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring",
		"golang.org/x/sys", // the lock of the cluster's build, for Windows too
	}
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json").Output()
	require.NoError(t, err)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	var direct []string
	for _, required := range mod.Require {
		if !required.Indirect {
			direct = append(direct, required.Path)
		}
	}
	slices.Sort(allowed)
	slices.Sort(direct)
	require.Equal(t, allowed, direct)
}
