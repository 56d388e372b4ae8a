package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Options of Generate.
type Options struct {
	// Title of the schema.
	Title string
	// Enums are the values of named string types.
	Enums map[reflect.Type][]string
	// Fixed are the only values of fields at the top, by name: apiVersion and kind.
	Fixed map[string]string
	// Without are fields of structs that a file does not have, and Optional those that it need not have though their tags do not
	// say so, by their names in JSON.
	Without, Optional map[reflect.Type][]string
	// Sources are the folders with the source of packages, by import path. What these packages declare is described by
	// its doc comments, all other types by their SwaggerDoc method.
	Sources map[string]string
}

// node of a JSON Schema.
type node struct {
	Schema      string           `json:"$schema,omitempty"`
	Title       string           `json:"title,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        any              `json:"type,omitempty"` // one name or several
	Enum        []string         `json:"enum,omitempty"`
	Pattern     string           `json:"pattern,omitempty"`
	PatternHelp string           `json:"patternErrorMessage,omitempty"` // only yaml-language-server's
	Format      string           `json:"format,omitempty"`
	Properties  map[string]*node `json:"properties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	Additional  any              `json:"additionalProperties,omitempty"` // false, or the schema of all values
	Items       *node            `json:"items,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Definitions map[string]*node `json:"definitions,omitempty"`
}

// Generate the JSON Schema of a struct. The same type and comments give the same text.
func Generate(kind reflect.Type, o Options) ([]byte, error) {
	docs, err := readComments(o.Sources)
	if err != nil {
		return nil, err
	}
	g := &generator{options: o, docs: docs, definitions: map[reflect.Type]*definition{}}
	root, err := g.object(kind)
	if err != nil {
		return nil, err
	}
	if root.Definitions, err = g.define(); err != nil {
		return nil, err
	}
	root.Schema, root.Title = "http://json-schema.org/draft-07/schema#", o.Title
	for name, value := range o.Fixed {
		property, ok := root.Properties[name]
		if !ok {
			return nil, fmt.Errorf("%s has no field %s that could be fixed", kind, name)
		}
		property.Enum = []string{value}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(root)
	return text.Bytes(), err
}

type generator struct {
	options     Options
	docs        comments
	in          []reflect.Type // that contain what is being made
	definitions map[reflect.Type]*definition
}

// quantity as resource.ParseQuantity reads it.
const quantity = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`

func (g *generator) node(kind reflect.Type) (*node, error) {
	switch kind {
	case reflect.TypeFor[resource.Quantity]():
		const help = "A quantity is a number with an optional unit, like 250m or 512Mi."
		return g.use(kind, func(reflect.Type) (*node, error) {
			return &node{Type: []string{"string", "number"}, Pattern: quantity, PatternHelp: help}, nil
		})
	case reflect.TypeFor[intstr.IntOrString]():
		return &node{Type: []string{"string", "integer"}}, nil
	case reflect.TypeFor[metav1.Duration]():
		return &node{Type: "string"}, nil
	case reflect.TypeFor[metav1.Time]():
		return &node{Type: "string", Format: "date-time"}, nil
	}
	if reflect.PointerTo(kind).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil, fmt.Errorf("%s has a form of its own in JSON, which the generator does not know", kind)
	}
	switch kind.Kind() {
	case reflect.Pointer:
		return g.node(kind.Elem())
	case reflect.Bool:
		return &node{Type: "boolean"}, nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return &node{Type: "integer"}, nil
	case reflect.Float64:
		return &node{Type: "number"}, nil
	case reflect.String:
		return &node{Type: "string", Enum: g.options.Enums[kind]}, nil
	case reflect.Slice:
		items, err := g.node(kind.Elem())
		return &node{Type: "array", Items: items}, err
	case reflect.Map:
		values, err := g.node(kind.Elem())
		return &node{Type: "object", Additional: values}, err
	case reflect.Struct:
		return g.use(kind, g.object)
	default:
		return nil, fmt.Errorf("the generator does not know %s", kind)
	}
}

func (g *generator) object(kind reflect.Type) (*node, error) {
	if slices.Contains(g.in, kind) {
		return nil, fmt.Errorf("%s contains itself", kind)
	}
	g.in = append(g.in, kind)
	defer func() { g.in = g.in[:len(g.in)-1] }()

	n := &node{Type: "object", Description: g.docs.of(kind, nil), Properties: map[string]*node{}, Additional: false}
	for _, f := range reflect.VisibleFields(kind) {
		name, flags, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() || f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			continue // the fields of an embedded struct come by themselves
		case name == "":
			return nil, fmt.Errorf("%s.%s has no name in JSON", kind, f.Name)
		case slices.Contains(g.options.Without[kind], name):
			continue
		}
		property, err := g.node(f.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", kind, f.Name, err)
		}
		if text := g.docs.of(owner(kind, f), &f); text != "" {
			property.Description = text
		}
		n.Properties[name] = property
		optional := strings.Contains(flags, "omitempty") || strings.Contains(flags, "omitzero")
		if !optional && !slices.Contains(g.options.Optional[kind], name) {
			n.Required = append(n.Required, name)
		}
	}
	return n, nil
}

// owner is the struct that declares a field, which may be embedded in the one that has it.
func owner(kind reflect.Type, f reflect.StructField) reflect.Type {
	for _, i := range f.Index[:len(f.Index)-1] {
		kind = kind.Field(i).Type
	}
	return kind
}
