package environment_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson/environment"
)

// validateSchema says what in a file does not agree with the schema. It knows what the generator uses of JSON Schema: a
// library for all of it would be in every user's go.sum.
func validateSchema(t *testing.T, text string) []string {
	t.Helper()
	var parsed schemaNode
	require.NoError(t, json.Unmarshal(environment.Schema(), &parsed))
	var value any
	require.NoError(t, sigsyaml.Unmarshal([]byte(text), &value))
	return parsed.validate(parsed.Definitions, "", value)
}

type schemaNode struct {
	Ref         string                `json:"$ref"`
	Definitions map[string]schemaNode `json:"definitions"`
	Type        any                   `json:"type"`
	Enum        []any                 `json:"enum"`
	Pattern     string                `json:"pattern"`
	Properties  map[string]schemaNode `json:"properties"`
	Required    []string              `json:"required"`
	Additional  json.RawMessage       `json:"additionalProperties"`
	Items       *schemaNode           `json:"items"`
}

func (n schemaNode) validate(defined map[string]schemaNode, path string, value any) []string {
	if n.Ref != "" {
		definition, ok := defined[strings.TrimPrefix(n.Ref, "#/definitions/")]
		if !ok {
			return []string{path + ": the schema does not define " + n.Ref}
		}
		n = definition
	}
	kind := kindOf(value)
	types, several := n.Type.([]any)
	if !several {
		types = []any{n.Type}
	}
	if !slices.Contains(types, any(kind)) && (kind != "integer" || !slices.Contains(types, any("number"))) {
		return []string{fmt.Sprintf("%s: %s is no %v", path, kind, n.Type)}
	}
	var errs []string
	if len(n.Enum) > 0 && !slices.Contains(n.Enum, value) {
		errs = append(errs, fmt.Sprintf("%s: %v is none of %v", path, value, n.Enum))
	}
	if text, ok := value.(string); ok && !regexp.MustCompile(n.Pattern).MatchString(text) {
		errs = append(errs, fmt.Sprintf("%s: %s does not match", path, text))
	}
	for i, item := range list(value) {
		errs = append(errs, n.Items.validate(defined, fmt.Sprintf("%s[%d]", path, i), item)...)
	}
	return append(errs, n.validateObject(defined, path, value)...)
}

func (n schemaNode) validateObject(defined map[string]schemaNode, path string, value any) []string {
	object, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	var errs []string
	for _, name := range n.Required {
		if _, ok := object[name]; !ok {
			errs = append(errs, path+"."+name+" is required")
		}
	}
	for name, one := range object {
		at := path + "." + name
		if property, ok := n.Properties[name]; ok {
			errs = append(errs, property.validate(defined, at, one)...)
			continue
		}
		var additional schemaNode
		if json.Unmarshal(n.Additional, &additional) != nil {
			errs = append(errs, at+" is unknown")
			continue
		}
		errs = append(errs, additional.validate(defined, at, one)...)
	}
	return errs
}

func list(value any) []any {
	items, _ := value.([]any)
	return items
}

func kindOf(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	default:
		return "null"
	}
}
