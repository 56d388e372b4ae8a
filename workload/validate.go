package workload

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validate a program that has its defaults. The paths are those of the fields of its spec, which all kinds call the same.
func (p program) validate() field.ErrorList {
	errs := validateName(field.NewPath("name"), p.name, validation.IsDNS1035Label) // a Service's rule, for all kinds
	if longest := p.longestName(); p.name != "" && len(p.name) > longest && len(errs) == 0 {
		errs = append(errs, field.Invalid(field.NewPath("name"), p.name, fmt.Sprintf("must be no more than %d characters: "+
			"Kubernetes writes a hash or a time after it into labels of 63", longest)))
	}
	errs = append(errs, validateName(field.NewPath("namespace"), p.namespace, validation.IsDNS1123Label)...)
	errs = append(errs, p.validateContainer(nil, p.main)...)
	errs = append(errs, p.validateListener()...)
	errs = append(errs, oneOf(field.NewPath("profile"), p.profile, Profiles())...)
	errs = append(errs, oneOf(field.NewPath("preset"), p.preset, Presets())...)
	if p.runtime != "" {
		errs = append(errs, oneOf(field.NewPath("runtime"), p.runtime, Runtimes())...)
	}
	errs = append(errs, validateResources(field.NewPath("resources"), p.main.resources)...)
	errs = append(errs, p.validateFolders()...)
	errs = append(errs, p.validateTokens()...)
	errs = append(errs, p.validateVolumes()...)
	errs = append(errs, p.validateHelpers()...)
	errs = append(errs, p.validateMounts()...)
	if p.priorityClass != "" {
		errs = append(errs, validateName(field.NewPath("priorityClass"), p.priorityClass, validation.IsDNS1123Subdomain)...)
	}
	errs = append(errs, validatePlacement(field.NewPath("placement"), p.placement)...)
	errs = append(errs, p.validateScale()...)
	errs = append(errs, p.validateRun()...)
	if len(errs) == 0 { // what follows compares values that are right by themselves
		errs = append(errs, p.validateStorage()...)
		errs = append(errs, p.validateGoMemory()...)
	}
	return errs
}

// longestName leaves room for what Kubernetes puts after the names of runs and of revisions, in labels of 63 characters.
func (p program) longestName() int {
	if p.finite || p.volumes != nil {
		return 52
	}
	return validation.DNS1035LabelMaxLength
}

// validateContainer checks what the program, a sidecar and an init container have in common.
func (p program) validateContainer(path *field.Path, c container) field.ErrorList {
	errs := validateImage(path.Child("image"), c.image, c.allowMutableTag)
	errs = append(errs, validateEnv(path.Child("env"), c.env)...)
	return append(errs, p.validateConfig(path.Child("config"), c.config)...)
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

func oneOf[T ~string](path *field.Path, value T, known []T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

func (p program) validateScale() field.ErrorList {
	var errs field.ErrorList
	if p.replicas != nil {
		if p.autoscale != nil {
			errs = append(errs, field.Invalid(field.NewPath("replicas"), *p.replicas,
				"autoscale is given too, and an autoscaler owns the number of replicas: keep one of them"))
		}
		if *p.replicas < 0 {
			errs = append(errs, field.Invalid(field.NewPath("replicas"), *p.replicas, "must be 0 or more"))
		}
	}
	if p.autoscale == nil || p.singleton { // a singleton's is told by its own check
		return errs
	}
	path := field.NewPath("autoscale")
	if p.autoscale.Min < 1 {
		errs = append(errs, field.Invalid(path.Child("min"), p.autoscale.Min, "must be 1 or more"))
	}
	if p.autoscale.Max <= p.autoscale.Min {
		errs = append(errs, field.Invalid(path.Child("max"), p.autoscale.Max,
			fmt.Sprintf("must be more than min, which is %d; for a fixed number write replicas", p.autoscale.Min)))
	}
	errs = append(errs, validatePercent(path.Child("cpuPercent"), p.autoscale.CPUPercent)...)
	return append(errs, validatePercent(path.Child("memoryPercent"), p.autoscale.MemoryPercent)...)
}

func validatePercent(path *field.Path, percent int32) field.ErrorList {
	if percent < 1 || percent > 1000 {
		return field.ErrorList{field.Invalid(path, percent, "must be between 1 and 1000 percent of the requests")}
	}
	return nil
}
