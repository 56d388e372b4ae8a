package security

import (
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validateOneGroup(path *field.Path, groups []string) field.ErrorList {
	switch len(groups) {
	case 0:
		return field.ErrorList{field.Required(path, `write the API group, "" for that of pods and services`)}
	case 1:
	default:
		return field.ErrorList{field.Invalid(path, strings.Join(groups, ","),
			"every resource would be granted in every group: write a rule for each group")}
	}
	var errs field.ErrorList
	if group := groups[0]; group != "" && group != "*" {
		for _, message := range validation.IsDNS1123Subdomain(group) {
			errs = append(errs, field.Invalid(path.Index(0), group, message))
		}
	}
	return errs
}

// validateList of distinct texts. Without a remedy it may be empty.
func validateList(path *field.Path, list []string, remedy string, one func(string) string) field.ErrorList {
	if len(list) == 0 && remedy != "" {
		return field.ErrorList{field.Required(path, remedy)}
	}
	var errs field.ErrorList
	for i, text := range list {
		if message := one(text); message != "" {
			errs = append(errs, field.Invalid(path.Index(i), text, message))
		} else if slices.Contains(list[:i], text) {
			errs = append(errs, field.Duplicate(path.Index(i), text))
		}
	}
	return errs
}

var (
	resourceShape = regexp.MustCompile(`^([a-z0-9][a-z0-9.-]*|\*)(/([a-z0-9][a-z0-9.-]*|\*))?$`)
	// Kubernetes' own verbs, those of authorization, and what an aggregated API may have. Case matters to all.
	verbShape = regexp.MustCompile(`^([a-z][a-z0-9:*-]*|\*)$`)
)

func validateResource(resource string) string {
	if !resourceShape.MatchString(resource) {
		return "write the plural in lower case, as kubectl api-resources does, like deployments or pods/log"
	}
	return ""
}

func validateVerb(verb string) string {
	known := []string{
		"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*",
		"escalate", "bind", "impersonate", "use", "approve", "sign", "attest",
	}
	if verbShape.MatchString(verb) && (slices.Contains(known, verb) || strings.Contains(verb, "impersonate")) {
		return ""
	}
	return "is no verb: write one of " + strings.Join(known[:8], ", ")
}

func validateObjectName(name string) string {
	switch {
	case name == "":
		return "write the name of an object"
	case strings.ContainsAny(name, "*% \r\n\t"):
		return "is no name of an object: names are compared as they are, and * is none"
	}
	return ""
}

// homes of resources that are often looked for in the core group, which grants nothing.
func homes() map[string]string {
	all := map[string]string{}
	for group, resources := range map[string][]string{
		"apps": {
			"deployments", "deployments/scale", "statefulsets", "statefulsets/scale", "daemonsets", "replicasets",
		},
		"batch":                     {"jobs", "cronjobs"},
		"autoscaling":               {"horizontalpodautoscalers"},
		"policy":                    {"poddisruptionbudgets"},
		"networking.k8s.io":         {"networkpolicies", "ingresses"},
		"coordination.k8s.io":       {"leases"},
		"discovery.k8s.io":          {"endpointslices"},
		"rbac.authorization.k8s.io": {"roles", "rolebindings", "clusterroles", "clusterrolebindings"},
		"storage.k8s.io":            {"storageclasses"},
	} {
		for _, resource := range resources {
			all[resource] = group
		}
	}
	return all
}

// clusterScoped resources of Kubernetes by group. Namespaces are not among them: a Role grants those of its own.
func clusterScoped() map[string][]string {
	return map[string][]string{
		"":                          {"nodes", "persistentvolumes"},
		"apiextensions.k8s.io":      {"customresourcedefinitions"},
		"apiregistration.k8s.io":    {"apiservices"},
		"certificates.k8s.io":       {"certificatesigningrequests", "signers"},
		"metrics.k8s.io":            {"nodes"},
		"networking.k8s.io":         {"ingressclasses"},
		"node.k8s.io":               {"runtimeclasses"},
		"rbac.authorization.k8s.io": {"clusterroles", "clusterrolebindings"},
		"scheduling.k8s.io":         {"priorityclasses"},
		"storage.k8s.io":            {"storageclasses", "csidrivers", "csinodes", "volumeattachments"},
		"admissionregistration.k8s.io": {
			"validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
			"validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
		},
	}
}
