package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/yannh/kubeconform/pkg/validator"
)

// kubeconform judges objects by strict schemas. It finds fields that are misspelt, in the wrong place or of another type.
type kubeconform struct {
	validator validator.Validator
}

// newKubeconform makes schemas of Kubernetes' own OpenAPI, in dir: that of the version that the control plane of the
// tests is built from. The go command has its source, or downloads it.
func newKubeconform(ctx context.Context, dir string) (*kubeconform, error) {
	out, err := goOutput(ctx, filepath.Join("..", "cluster", "controlplane"), "mod", "download", "-json", "k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(module.Dir, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		return nil, err
	}
	if err := writeSchemas(text, dir); err != nil {
		return nil, err
	}
	v, err := validator.New([]string{filepath.Join(dir, "{{.ResourceKind}}{{.KindSuffix}}.json")}, validator.Opts{Strict: true})
	return &kubeconform{validator: v}, err
}

// judge gives a finding for each object that its schema does not allow, or that has none.
func (k *kubeconform) judge(s set) ([]finding, error) {
	text, err := s.yaml()
	if err != nil {
		return nil, err
	}
	var found []finding
	for _, result := range k.validator.Validate(s.name, io.NopCloser(strings.NewReader(text))) {
		if result.Status == validator.Valid || result.Status == validator.Empty {
			continue
		}
		check, object := "schema", "?"
		if signature, err := result.Resource.Signature(); err == nil {
			object = signature.Kind + " " + signature.Namespace + "/" + signature.Name
			check += " of " + signature.Kind
		}
		found = append(found, finding{judge: "kubeconform", check: check, object: object, detail: fmt.Sprint(result.Err)})
	}
	return found, nil
}

// writeSchemas writes one file that defines all, and one for each kind that refers to it.
func writeSchemas(swagger []byte, dir string) error {
	var api struct {
		Definitions map[string]map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(swagger, &api); err != nil {
		return err
	}
	for _, definition := range api.Definitions {
		strict(definition)
	}
	all, err := json.Marshal(api)
	if err != nil {
		return err
	}
	all = bytes.ReplaceAll(all, []byte(`"$ref":"#/`), []byte(`"$ref":"definitions.json#/`))
	if err := os.WriteFile(filepath.Join(dir, "definitions.json"), all, 0o600); err != nil {
		return err
	}
	for name, definition := range api.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) != 1 { // DeleteOptions and the like are of every group
			continue
		}
		kind, _ := kinds[0].(map[string]any)
		text := fmt.Sprintf(`{"$ref": "definitions.json#/definitions/%s"}`, name)
		if err := os.WriteFile(filepath.Join(dir, schemaName(kind)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// schemaName as kubeconform's template makes it: deployment-apps-v1.json, of a group's name only what is before the dot.
func schemaName(kind map[string]any) string {
	group, _, _ := strings.Cut(fmt.Sprint(kind["group"]), ".")
	parts := []string{fmt.Sprint(kind["kind"]), group, fmt.Sprint(kind["version"])}
	if group == "" {
		parts = []string{parts[0], parts[2]}
	}
	return strings.ToLower(strings.Join(parts, "-")) + ".json"
}

// strict refuses fields that are not defined, and knows what OpenAPI calls int-or-string.
func strict(schema map[string]any) {
	if schema["format"] == "int-or-string" {
		delete(schema, "type")
		delete(schema, "format")
		schema["oneOf"] = []any{map[string]any{"type": "string"}, map[string]any{"type": "integer"}}
	}
	properties, _ := schema["properties"].(map[string]any)
	if len(properties) > 0 && schema["additionalProperties"] == nil {
		schema["additionalProperties"] = false
	}
	children := []any{schema["items"], schema["additionalProperties"]}
	for _, property := range properties {
		children = append(children, property)
	}
	for _, child := range children {
		if child, ok := child.(map[string]any); ok {
			strict(child)
		}
	}
}
