package environment

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
	sigsyaml "sigs.k8s.io/yaml"
)

// checker compares a YAML document with the Go type that it is to be decoded into, and remembers the line of each
// field. encoding/json would stop at the first mistake and knows no lines.
type checker struct {
	file  string
	lines map[string]int // by path, as field errors write it
	errs  []error
}

func newChecker(file string) *checker { return &checker{file: file, lines: map[string]int{}} }

func (c *checker) check(node *yaml.Node, kind reflect.Type, path *field.Path) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	at := pathString(path)
	if _, known := c.lines[at]; !known {
		c.lines[at] = node.Line // the document, or an item of a list
	}
	if node.Tag == "!!null" {
		return // as if it were not there
	}
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch {
	case reflect.PointerTo(kind).Implements(reflect.TypeFor[json.Unmarshaler]()):
		c.decode(node, kind, at)
	case kind.Kind() == reflect.Struct:
		c.checkStruct(node, kind, path)
	case kind.Kind() == reflect.Slice && kind.Elem().Kind() != reflect.Uint8:
		if node.Kind != yaml.SequenceNode {
			c.fail(node.Line, at, "must be a list: write - before each item")
			return
		}
		for i, item := range node.Content {
			c.check(item, kind.Elem(), path.Index(i))
		}
	case kind.Kind() == reflect.Map:
		c.checkMap(node, kind, path)
	default:
		c.decode(node, kind, at)
	}
}

func (c *checker) checkMap(node *yaml.Node, kind reflect.Type, path *field.Path) {
	if node.Kind != yaml.MappingNode {
		c.fail(node.Line, pathString(path), "must be fields with values: write name: value")
		return
	}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := path.Key(key.Value)
		if c.first(key, at) {
			c.check(value, kind.Elem(), at)
		}
	}
}

// first notes the line of a field, and refuses one that is there already: the second would silently win.
func (c *checker) first(key *yaml.Node, at *field.Path) bool {
	if line, known := c.lines[at.String()]; known {
		c.fail(key.Line, at.String(), fmt.Sprintf("is given twice, first in line %d: keep one", line))
		return false
	}
	c.lines[at.String()] = key.Line
	return true
}

func (c *checker) checkStruct(node *yaml.Node, kind reflect.Type, path *field.Path) {
	if node.Kind != yaml.MappingNode {
		c.fail(node.Line, pathString(path), "must be fields with values: write name: value")
		return
	}
	known := fieldsOf(kind)
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := path.Child(key.Value)
		switch of, ok := known[key.Value]; {
		case !ok:
			c.fail(key.Line, at.String(), unknown(key.Value, known))
		case c.first(key, at):
			c.check(value, of, at)
		}
	}
}

// decode a value by itself.
func (c *checker) decode(node *yaml.Node, kind reflect.Type, at string) {
	text, err := yaml.Marshal(node)
	if err != nil {
		c.fail(node.Line, at, err.Error())
		return
	}
	value, err := sigsyaml.YAMLToJSON(text)
	if err != nil {
		c.fail(node.Line, at, err.Error())
		return
	}
	if err := json.Unmarshal(value, reflect.New(kind).Interface()); err != nil {
		c.fail(node.Line, at, fmt.Sprintf("%s is no %s", value, expected(kind, err)))
	}
}

func expected(kind reflect.Type, err error) string {
	switch kind.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "whole number (of the field's range)"
	case reflect.String:
		return `text: put it in quotes`
	case reflect.Struct:
		if kind.Name() == "Quantity" {
			return `quantity: write one like 250m or 512Mi`
		}
	}
	return kind.Name() + ": " + err.Error()
}

// fieldsOf a struct by their names in JSON, those of embedded structs among them.
func fieldsOf(kind reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for i := range kind.NumField() {
		f := kind.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case f.Anonymous && name == "":
			for inner, of := range fieldsOf(f.Type) {
				if _, ok := all[inner]; !ok {
					all[inner] = of
				}
			}
		case name != "":
			all[name] = f.Type
		default:
			all[f.Name] = f.Type
		}
	}
	return all
}

func unknown(name string, known map[string]reflect.Type) string {
	var names []string
	for one := range known {
		names = append(names, one)
	}
	slices.Sort(names)
	best, least := "", 3 // more than two letters apart is another word
	for _, one := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(one)); d < least {
			best, least = one, d
		}
	}
	if best != "" {
		return fmt.Sprintf("there is no such field: write %s", best)
	}
	return fmt.Sprintf("there is no such field; there are %s", strings.Join(names, ", "))
}

// distance between two words: how many letters are to be added, left out or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
