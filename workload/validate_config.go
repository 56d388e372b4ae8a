package workload

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (p program) validateConfig(path *field.Path, all []Config) field.ErrorList {
	var errs field.ErrorList
	values := -1
	for i, config := range all {
		at := path.Index(i)
		errs = append(errs, config.validateSource(at)...)
		if config.Values != nil {
			if values >= 0 {
				errs = append(errs, field.Invalid(at.Child("values"), field.OmitValueType{},
					fmt.Sprintf("config[%d] has values already: put them together, or in env", values)))
			}
			values = i
			errs = append(errs, config.validateValues(at)...)
		}
		if config.Path != "" && config.Prefix != "" {
			errs = append(errs, field.Invalid(at.Child("prefix"), config.Prefix,
				"with a path the keys are files, not variables: keep one of them"))
		} else if config.Prefix != "" {
			for _, message := range validation.IsEnvVarName(config.Prefix) {
				errs = append(errs, field.Invalid(at.Child("prefix"), config.Prefix, message))
			}
		}
		errs = append(errs, p.validateRoll(at.Child("rollOnChange"), config)...)
	}
	return errs
}

func (c Config) validateSource(path *field.Path) field.ErrorList {
	given := 0
	var errs field.ErrorList
	for name, value := range map[string]string{"configMap": c.ConfigMap, "secret": c.Secret} {
		if value != "" {
			given++
			errs = append(errs, validateName(path.Child(name), value, validation.IsDNS1123Subdomain)...)
		}
	}
	if c.Values != nil {
		given++
	}
	switch given {
	case 0:
		return field.ErrorList{field.Required(path, "write values, or the name of a configMap or secret")}
	case 1:
		return errs
	default:
		return field.ErrorList{field.Invalid(path, field.OmitValueType{},
			"give one of values, configMap and secret; for another, begin another item of the list")}
	}
}

// maxValues in bytes of all keys and values, which is what a ConfigMap can hold.
const maxValues = 1 << 20

func (c Config) validateValues(path *field.Path) field.ErrorList {
	at := path.Child("values")
	if len(c.Values) == 0 {
		return field.ErrorList{field.Required(at, "write at least one key with a value")}
	}
	var errs field.ErrorList
	size := 0
	for _, key := range slices.Sorted(maps.Keys(c.Values)) {
		value := c.Values[key]
		size += len(key) + len(value)
		messages := validation.IsConfigMapKey(key)
		if c.Path == "" && len(messages) == 0 {
			messages = validation.IsEnvVarName(c.Prefix + key) // else the kubelet leaves it out without a word
		}
		for _, message := range messages {
			errs = append(errs, field.Invalid(at, key, message))
		}
		if !utf8.ValidString(value) {
			errs = append(errs, field.Invalid(at.Key(key), field.OmitValueType{}, "is not text: write UTF-8"))
		}
	}
	if size > maxValues {
		errs = append(errs, field.Invalid(at, field.OmitValueType{}, fmt.Sprintf("are %d bytes, and a ConfigMap holds %d: "+
			"put large files into the image, or onto a volume", size, maxValues)))
	}
	return errs
}

func (p program) validateRoll(path *field.Path, config Config) field.ErrorList {
	switch {
	case !config.RollOnChange:
	case config.Values != nil:
		return field.ErrorList{field.Invalid(path, true, "values roll the pods by themselves: leave it out")}
	case p.finite:
		return field.ErrorList{field.Invalid(path, true, "each run reads anew, and none is ended for a change: leave it out")}
	}
	return nil
}
