package workload

import (
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validateEnv(path *field.Path, env []corev1.EnvVar) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, variable := range env {
		name := path.Index(i).Child("name")
		for _, message := range validation.IsEnvVarName(variable.Name) {
			errs = append(errs, field.Invalid(name, variable.Name, message))
		}
		if seen[variable.Name] {
			errs = append(errs, field.Duplicate(name, variable.Name))
		}
		seen[variable.Name] = true
		if variable.Value != "" && variable.ValueFrom != nil {
			errs = append(errs, field.Invalid(path.Index(i), variable.Name, "give either value or valueFrom"))
		} else if variable.ValueFrom != nil {
			errs = append(errs, validateEnvSource(path.Index(i).Child("valueFrom"), variable.ValueFrom)...)
		}
	}
	return errs
}

// podField that a variable can have: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
var podField = regexp.MustCompile(`^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|` +
	`spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$`)

// validateEnvSource by the API server's rules, so that a slip is told before anything is applied.
func validateEnvSource(path *field.Path, source *corev1.EnvVarSource) field.ErrorList {
	var errs field.ErrorList
	given := 0
	if ref := source.ConfigMapKeyRef; ref != nil {
		given++
		errs = append(errs, validateKey(path.Child("configMapKeyRef"), ref.Name, ref.Key)...)
	}
	if ref := source.SecretKeyRef; ref != nil {
		given++
		errs = append(errs, validateKey(path.Child("secretKeyRef"), ref.Name, ref.Key)...)
	}
	if ref := source.FieldRef; ref != nil {
		given++
		if !podField.MatchString(ref.FieldPath) || !slices.Contains([]string{"", "v1"}, ref.APIVersion) {
			errs = append(errs, field.Invalid(path.Child("fieldRef", "fieldPath"), ref.FieldPath,
				"no variable can have it: write one of v1 like metadata.name, metadata.labels['team'] or status.podIP"))
		}
	}
	if ref := source.ResourceFieldRef; ref != nil {
		given++
		errs = append(errs, validateResourceField(path.Child("resourceFieldRef"), ref)...)
	}
	if source.FileKeyRef != nil {
		given++
		errs = append(errs, field.Forbidden(path.Child("fileKeyRef"),
			"not every Kubernetes that is supported has it: let the program read the file"))
	}
	if given != 1 {
		errs = append(errs, field.Invalid(path, field.OmitValueType{},
			"give one of configMapKeyRef, secretKeyRef, fieldRef and resourceFieldRef"))
	}
	return errs
}

func validateKey(path *field.Path, name, key string) field.ErrorList {
	errs := validateName(path.Child("name"), name, validation.IsDNS1123Subdomain)
	for _, message := range validation.IsConfigMapKey(key) {
		errs = append(errs, field.Invalid(path.Child("key"), key, message))
	}
	return errs
}

func validateResourceField(path *field.Path, ref *corev1.ResourceFieldSelector) field.ErrorList {
	var errs field.ErrorList
	cpu := []string{"limits.cpu", "requests.cpu"}
	others := []string{"limits.memory", "requests.memory", "limits.ephemeral-storage", "requests.ephemeral-storage"}
	divisors := []string{"0", "1", "1m"}
	switch {
	case slices.Contains(others, ref.Resource):
		divisors = []string{"0", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}
	case !slices.Contains(cpu, ref.Resource):
		return field.ErrorList{field.NotSupported(path.Child("resource"), ref.Resource, slices.Concat(cpu, others))}
	}
	if divisor := ref.Divisor.String(); !slices.Contains(divisors, divisor) {
		errs = append(errs, field.NotSupported(path.Child("divisor"), divisor, divisors))
	}
	if ref.ContainerName != "" {
		errs = append(errs, field.Forbidden(path.Child("containerName"), "a variable has its own container's: leave it out"))
	}
	return errs
}
