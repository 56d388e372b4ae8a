package environment

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// decoder fills a Go value from a YAML document by the names in its json tags, and goes on after a mistake. It knows
// the line of each field. encoding/json would stop at the first mistake, ignore the case of names, and knows no lines.
type decoder struct {
	file   string
	lines  map[string]int // by path, as field errors write it
	values int
	errs   []error
}

func newDecoder(file string) *decoder { return &decoder{file: file, lines: map[string]int{}} }

// maxValues bounds what aliases of aliases can make of a short file.
const maxValues = 100_000

func (d *decoder) decode(node *yaml.Node, into reflect.Value, path *field.Path) {
	node = target(node)
	at := pathString(path)
	switch d.values++; {
	case d.values == maxValues+1:
		d.fail(node.Line, at, fmt.Sprintf("more than %d values: have fewer aliases repeat each other", maxValues))
		return
	case d.values > maxValues:
		return
	}
	if _, known := d.lines[at]; !known {
		d.lines[at] = node.Line // the document, or an item of a list
	}
	switch node.Tag {
	case "!!null":
		return // as if it were not there
	case "!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
	default:
		d.fail(node.Line, at, node.Tag+" has no meaning here: leave it out, or put text in quotes")
		return
	}
	for into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	_, own := reflect.TypeAssert[json.Unmarshaler](into.Addr())
	switch kind := into.Kind(); {
	case kind == reflect.Struct && !own:
		d.decodeStruct(node, into, path)
	case kind == reflect.Slice && !own:
		d.decodeSlice(node, into, path)
	case kind == reflect.Map && !own:
		d.decodeMap(node, into, path)
	default:
		d.decodeScalar(node, into, at)
	}
}

func (d *decoder) decodeStruct(node *yaml.Node, into reflect.Value, path *field.Path) {
	known := fieldsOf(into.Type())
	for _, e := range d.entries(node, path, func(name string) *field.Path { return path.Child(name) }) {
		of, ok := known[e.name]
		if !ok {
			d.fail(e.line, e.path.String(), unknown(e.name, known))
			continue
		}
		d.decode(e.value, into.FieldByIndex(of.Index), e.path)
	}
}

func (d *decoder) decodeMap(node *yaml.Node, into reflect.Value, path *field.Path) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range d.entries(node, path, path.Key) {
		if e.value.Tag == "!!null" {
			d.fail(e.line, e.path.String(), `has no value: write one ("" is the empty text), or leave the name out`)
			continue
		}
		value := reflect.New(into.Type().Elem()).Elem()
		d.decode(e.value, value, e.path)
		into.SetMapIndex(reflect.ValueOf(e.name).Convert(into.Type().Key()), value)
	}
}

func (d *decoder) decodeSlice(node *yaml.Node, into reflect.Value, path *field.Path) {
	if node.Kind != yaml.SequenceNode {
		d.fail(node.Line, pathString(path), "must be a list: write - before each item")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content)))
	for i, item := range node.Content {
		if target(item).Tag == "!!null" {
			d.fail(item.Line, path.Index(i).String(), "is empty: write an item, or leave out the -")
			continue
		}
		d.decode(item, into.Index(i), path.Index(i))
	}
}

// hugeExponent of a quantity. It has no use, and resource.ParseQuantity computes with 1e-999999999 for hours.
var hugeExponent = regexp.MustCompile(`[eE][+-]?[0-9]{3,}$`)

// decodeScalar by the rules of YAML 1.2, as editors show it: yes is text, and only true is true.
func (d *decoder) decodeScalar(node *yaml.Node, into reflect.Value, at string) {
	if node.Kind != yaml.ScalarNode {
		d.fail(node.Line, at, "must be one value, not a list and not fields with values")
		return
	}
	var plain any = node.Value
	var err error
	if node.Tag != "!!str" && node.Tag != "!!timestamp" {
		err = node.Decode(&plain)
	}
	var text []byte
	if err == nil {
		text, err = json.Marshal(plain)
	}
	if err == nil && into.Type() == reflect.TypeFor[resource.Quantity]() && hugeExponent.MatchString(node.Value) {
		err = errors.New("the exponent is too large")
	}
	if err == nil {
		err = json.Unmarshal(text, into.Addr().Interface())
	}
	if err != nil {
		shown := node.Value
		if node.Tag == "!!str" {
			shown = fmt.Sprintf("%q", shown)
		}
		d.fail(node.Line, at, fmt.Sprintf("%s is no %s", shown, expected(into.Type(), err)))
	}
}

func expected(kind reflect.Type, err error) string {
	switch kind.Kind() {
	case reflect.Bool:
		return "boolean: write true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("whole number of %d bits: write digits, without quotes", kind.Bits())
	case reflect.Float64:
		return "number: write digits, without quotes"
	case reflect.String:
		return "text: put it in quotes"
	default:
		switch kind.Name() {
		case "Quantity":
			return "quantity: write one like 250m or 512Mi"
		case "Duration":
			return "duration: write one like 90s or 1h30m"
		}
		return kind.Name() + ": " + err.Error()
	}
}

// fieldsOf a struct by their names in JSON, those of embedded structs among them.
func fieldsOf(kind reflect.Type) map[string]reflect.StructField {
	all := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(kind) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			all[name] = f
		}
	}
	return all
}
