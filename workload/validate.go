package workload

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validate a spec that has its defaults.
func validate(s Server) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, validateName(field.NewPath("name"), s.Name, validation.IsDNS1035Label)...) // the Service's rule
	errs = append(errs, validateName(field.NewPath("namespace"), s.Namespace, validation.IsDNS1123Label)...)
	errs = append(errs, validateImage(field.NewPath("image"), s.Image, s.AllowMutableTag)...)
	errs = append(errs, validateEnv(field.NewPath("env"), s.Env)...)
	errs = append(errs, validatePort(field.NewPath("port"), s.Port, 1024,
		"the program is not root and cannot listen below it")...)
	if s.Port != 0 { // else the error above says enough
		errs = append(errs, validatePort(field.NewPath("servicePort"), s.ServicePort, 1, "")...)
	}
	errs = append(errs, validateProbes(s)...)
	errs = append(errs, oneOf(field.NewPath("profile"), s.Profile, Profiles())...)
	errs = append(errs, oneOf(field.NewPath("preset"), s.Preset, Presets())...)
	errs = append(errs, validateResources(field.NewPath("resources"), s.Resources)...)
	errs = append(errs, validatePlacement(field.NewPath("placement"), s.Placement)...)
	return append(errs, validateScale(s)...)
}

func validateName(path *field.Path, name string, rule func(string) []string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, `write a DNS label, like "web"`)}
	}
	var errs field.ErrorList
	for _, message := range rule(name) {
		errs = append(errs, field.Invalid(path, name, message))
	}
	return errs
}

var digest = regexp.MustCompile(`^[^\s@]+@sha256:[0-9a-f]{64}$`)

func validateImage(path *field.Path, image string, mutable bool) field.ErrorList {
	switch {
	case image == "":
		return field.ErrorList{field.Required(path, "write registry/name@sha256:<digest>")}
	case strings.ContainsFunc(image, unicode.IsSpace):
		return field.ErrorList{field.Invalid(path, image, "must not contain white space")}
	case !mutable && !digest.MatchString(image):
		return field.ErrorList{field.Invalid(path, image,
			"must end in @sha256:<64 hex digits>, since what a tag names can change; allowMutableTag: true accepts a tag")}
	}
	return nil
}

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
		}
	}
	return errs
}

func validatePort(path *field.Path, port, lowest int32, why string) field.ErrorList {
	switch {
	case port == 0:
		return field.ErrorList{field.Required(path, "write the port that the program listens on, like 8080")}
	case port < lowest || port > 65535:
		message := fmt.Sprintf("must be between %d and 65535", lowest)
		if why != "" {
			message += ": " + why
		}
		return field.ErrorList{field.Invalid(path, port, message)}
	}
	return nil
}

func validateProbes(s Server) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, validatePath(field.NewPath("readinessPath"), s.ReadinessPath)...)
	errs = append(errs, validatePath(field.NewPath("livenessPath"), s.LivenessPath)...)
	if s.LivenessPath != "" && s.LivenessPath == s.ReadinessPath {
		errs = append(errs, field.Invalid(field.NewPath("livenessPath"), s.LivenessPath,
			"must differ from readinessPath: whatever keeps a replica from serving would restart all of them"))
	}
	return errs
}

func validatePath(path *field.Path, value string) field.ErrorList {
	if value != "" && !strings.HasPrefix(value, "/") {
		return field.ErrorList{field.Invalid(path, value, `must begin with "/"`)}
	}
	return nil
}

func oneOf[T ~string](path *field.Path, value T, known []T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

// mebibyte is less than any program takes. Somebody who writes 256m of memory means 256Mi, and gets a quarter of a byte.
const mebibyte = 1 << 20

func validateResources(path *field.Path, r corev1.ResourceRequirements) field.ErrorList {
	errs := validateList(path.Child("requests"), r.Requests)
	errs = append(errs, validateList(path.Child("limits"), r.Limits)...)
	for _, name := range resourceNames() {
		request, limit := r.Requests[name], r.Limits[name]
		at := path.Child("requests").Key(string(name))
		switch {
		case request.Sign() <= 0:
			errs = append(errs, field.Invalid(at, request.String(), "must be more than 0"))
		case request.Cmp(limit) > 0:
			errs = append(errs, field.Invalid(at, request.String(), above(limit)))
		}
	}
	return errs
}

func resourceNames() []corev1.ResourceName {
	return []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}
}

func validateList(path *field.Path, list corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(list)) {
		quantity := list[name]
		switch {
		case !slices.Contains(resourceNames(), name):
			errs = append(errs, field.NotSupported(path, name, resourceNames()))
		case name != corev1.ResourceCPU && quantity.Sign() > 0 && quantity.Value() < mebibyte:
			errs = append(errs, field.Invalid(path.Key(string(name)), quantity.String(),
				"is less than 1Mi: write Mi or Gi after the number; m means thousandths of a byte"))
		}
	}
	return errs
}

func above(limit resource.Quantity) string {
	return fmt.Sprintf("is above the limit of %s: raise the limit or lower the request", limit.String())
}

func validateScale(s Server) field.ErrorList {
	var errs field.ErrorList
	if s.Replicas != nil {
		if s.Autoscale != nil {
			errs = append(errs, field.Invalid(field.NewPath("replicas"), *s.Replicas,
				"autoscale is given too, and an autoscaler owns the number of replicas: keep one of them"))
		}
		if *s.Replicas < 0 {
			errs = append(errs, field.Invalid(field.NewPath("replicas"), *s.Replicas, "must be 0 or more"))
		}
	}
	if s.Autoscale == nil {
		return errs
	}
	path := field.NewPath("autoscale")
	if s.Autoscale.Min < 1 {
		errs = append(errs, field.Invalid(path.Child("min"), s.Autoscale.Min, "must be 1 or more"))
	}
	if s.Autoscale.Max <= s.Autoscale.Min {
		errs = append(errs, field.Invalid(path.Child("max"), s.Autoscale.Max,
			fmt.Sprintf("must be more than min, which is %d; for a fixed number write replicas", s.Autoscale.Min)))
	}
	errs = append(errs, validatePercent(path.Child("cpuPercent"), s.Autoscale.CPUPercent)...)
	return append(errs, validatePercent(path.Child("memoryPercent"), s.Autoscale.MemoryPercent)...)
}

func validatePercent(path *field.Path, percent int32) field.ErrorList {
	if percent < 1 || percent > 1000 {
		return field.ErrorList{field.Invalid(path, percent, "must be between 1 and 1000 percent of the requests")}
	}
	return nil
}
