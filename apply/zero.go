package apply

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
)

// dropZeroStructs takes from an encoded object the structs that its builder left at their zero value and that JSON cannot
// leave out: targetPort: 0 of a Service, strategy: {} of a Deployment. Nobody said them, and the server does not store them
// like that. What has a meaning when it is empty, such as the podSelector of a NetworkPolicy, is not marked omitempty. A
// quantity of 0 stays: it is the default of the one place where it may be left out.
func dropZeroStructs(object any, body map[string]any) {
	if value := reflect.Indirect(reflect.ValueOf(object)); value.Kind() == reflect.Struct {
		dropZeroIn(value, body)
	}
}

func dropZeroIn(value reflect.Value, body any) {
	fields := zeroFieldsOf(value.Type())
	if fields == nil {
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			dropZeroIn(value.Elem(), body)
		}
	case reflect.Slice:
		items, _ := body.([]any)
		for i := range min(len(items), value.Len()) {
			dropZeroIn(value.Index(i), items[i])
		}
	case reflect.Map:
		entries, _ := body.(map[string]any)
		for key, entry := range value.Seq2() {
			dropZeroIn(entry, entries[key.String()])
		}
	case reflect.Struct:
		content, _ := body.(map[string]any)
		for _, field := range fields {
			switch inner := value.Field(field.index); {
			case field.inline:
				dropZeroIn(inner, body)
			case field.droppable && inner.IsZero():
				delete(content, field.name)
			case content[field.name] != nil:
				dropZeroIn(inner, content[field.name])
			}
		}
	default: // holds no structs
	}
}

// zeroField of a struct: one that may be dropped, or that such fields may be in.
type zeroField struct {
	index             int
	name              string
	inline, droppable bool
}

var (
	zeroFields sync.Map // of []zeroField by reflect.Type; nil if there is nothing to drop in any value of the type
	marshaler  = reflect.TypeFor[json.Marshaler]()
	quantity   = reflect.TypeFor[resource.Quantity]()
)

// zeroFieldsOf a type. Of types that hold others it is not nil if there may be something to drop below.
func zeroFieldsOf(t reflect.Type) []zeroField {
	if known, ok := zeroFields.Load(t); ok {
		fields, _ := known.([]zeroField)
		return fields
	}
	zeroFields.Store(t, []zeroField{}) // in doubt there is, for types that hold themselves
	var fields []zeroField
	switch {
	case reflect.PointerTo(t).Implements(marshaler): // and writes what it likes
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		if zeroFieldsOf(t.Elem()) != nil {
			fields = []zeroField{}
		}
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if field, ok := zeroFieldOf(t.Field(i), i); ok {
				fields = append(fields, field)
			}
		}
	}
	zeroFields.Store(t, fields)
	return fields
}

func zeroFieldOf(f reflect.StructField, index int) (zeroField, bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	field := zeroField{
		index: index, name: name, inline: name == "" && f.Anonymous,
		droppable: f.Type.Kind() == reflect.Struct && f.Type != quantity && strings.Contains(","+options+",", ",omitempty,"),
	}
	known := f.IsExported() && (name != "" && name != "-" || field.inline)
	return field, known && (field.droppable || zeroFieldsOf(f.Type) != nil)
}
