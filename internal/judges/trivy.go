package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// trusted tells trivy of the registry that users of DOKS have. It knows those of three other clouds.
const trusted = "ksv0125:\n  trusted_registries: [registry.digitalocean.com]\n"

// trivy gives what trivy finds of the sets, by the name of the set. It is slow to start, so that it gets all at once: each
// object is a file, whose name says where it came from.
func trivy(ctx context.Context, program, dir string, sets []set) (map[string][]finding, error) {
	data := filepath.Join(dir, "data")
	if err := writeFile(filepath.Join(data, "registries.yaml"), []byte(trusted)); err != nil {
		return nil, err
	}
	files := map[string]int{}
	for i, s := range sets {
		for j, object := range s.objects {
			text, err := yaml.Marshal(object.Object)
			if err != nil {
				return nil, err
			}
			group := trivyGroup(object.GetKind())
			if err := writeFile(filepath.Join(dir, group, strconv.Itoa(i), strconv.Itoa(j)+".yaml"), text); err != nil {
				return nil, err
			}
			files[group]++
		}
	}
	found := map[string][]finding{}
	for group, count := range files {
		cmd := exec.CommandContext(ctx, program, "config", "--skip-check-update", "--skip-version-check", "--disable-telemetry",
			"--quiet", "--cache-dir", filepath.Join(dir, "cache"), "--config-data", data, "--format", "json", filepath.Join(dir, group))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %s", program, err, stderr.String())
		}
		seen, err := readTrivy(out, sets, found)
		if err != nil {
			return nil, err
		}
		if seen != count { // what it cannot read it leaves out
			return nil, fmt.Errorf("trivy has judged %d of %d files: %s", seen, count, stderr.String())
		}
	}
	return found, nil
}

// trivyGroup of objects that are judged together. A fault of trivy is that what it asks of a LimitRange or a ResourceQuota
// it asks of all objects beside one.
func trivyGroup(kind string) string {
	if kind == "LimitRange" || kind == "ResourceQuota" {
		return kind
	}
	return "other"
}

// readTrivy adds to found, and says how many files it is about.
func readTrivy(out []byte, sets []set, found map[string][]finding) (int, error) {
	var report struct {
		Results []struct {
			Target            string
			Misconfigurations []struct{ ID, Severity, Message string }
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return 0, fmt.Errorf("trivy: %w", err)
	}
	for _, result := range report.Results {
		var i, j int
		if _, err := fmt.Sscanf(strings.ReplaceAll(result.Target, `\`, "/"), "%d/%d.yaml", &i, &j); err != nil {
			return 0, fmt.Errorf("trivy names a file %s: %w", result.Target, err)
		}
		for _, wrong := range result.Misconfigurations {
			found[sets[i].name] = append(found[sets[i].name], finding{
				judge: "trivy", check: wrong.ID, object: named(sets[i].objects[j]), detail: wrong.Severity + " " + wrong.Message,
			})
		}
	}
	return len(report.Results), nil
}

func writeFile(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}
