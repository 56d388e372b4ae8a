package security

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validate a spec that has its defaults.
func (a Access) validate() field.ErrorList {
	var errs field.ErrorList
	if a.Name == "default" {
		errs = append(errs, field.Invalid(field.NewPath("name"), a.Name,
			"is the account of every pod that names none: write the workload's name"))
	} else {
		errs = append(errs, validatePeerName(field.NewPath("name"), a.Name, "write the workload's name")...)
	}
	errs = append(errs, validateNamespaceName(field.NewPath("namespace"), a.Namespace)...)
	switch {
	case a.ClusterWide && a.In != "":
		errs = append(errs, field.Invalid(field.NewPath("in"), a.In, "clusterWide is every namespace: keep one of them"))
	case a.In != "" && a.In != a.Namespace:
		for _, message := range validation.IsDNS1123Label(a.In) {
			errs = append(errs, field.Invalid(field.NewPath("in"), a.In, message))
		}
	}
	path := field.NewPath("rules")
	if len(a.Rules) == 0 {
		errs = append(errs, field.Required(path, "write what the service account may do"))
	}
	used := map[string]bool{}
	for i, rule := range a.Rules {
		errs = append(errs, a.validateRule(path.Index(i), rule, used)...)
	}
	return append(errs, a.validateExceptions(used)...)
}

// validateRule notes the exceptions that it uses.
func (a Access) validateRule(path *field.Path, rule rbacv1.PolicyRule, used map[string]bool) field.ErrorList {
	if len(rule.NonResourceURLs) > 0 {
		return field.ErrorList{field.Forbidden(path.Child("nonResourceURLs"),
			"an Access is of resources: bind a ClusterRole of your own, or Kubernetes' system:monitoring")}
	}
	errs := validateOneGroup(path.Child("apiGroups"), rule.APIGroups)
	for _, list := range []struct {
		name, remedy string
		texts        []string
		one          func(string) string
	}{
		{"resources", "write resources, like deployments", rule.Resources, validateResource},
		{"verbs", "write verbs, like get", rule.Verbs, validateVerb},
		{"resourceNames", "", rule.ResourceNames, validateObjectName},
	} {
		errs = append(errs, validateList(path.Child(list.name), list.texts, list.remedy, list.one)...)
	}
	if len(errs) > 0 {
		return errs
	}
	for _, resource := range rule.Resources {
		for _, verb := range rule.Verbs {
			g := grant{verb: verb, group: rule.APIGroups[0], resource: resource, named: len(rule.ResourceNames) > 0}
			errs = append(errs, a.validateGrant(path, g, used)...)
		}
	}
	return errs
}

func (a Access) validateGrant(path *field.Path, g grant, used map[string]bool) field.ErrorList {
	if group, known := homes()[g.resource]; known && g.group == "" {
		return field.ErrorList{field.Invalid(path.Child("apiGroups"), g.group,
			fmt.Sprintf("%s are not in the core group: write %q", g.resource, group))}
	}
	// A binding in a namespace may bind a ClusterRole, and whether it may is asked in that namespace.
	if !a.ClusterWide && g.verb != "bind" && slices.Contains(clusterScoped()[g.group], strings.Split(g.resource, "/")[0]) {
		return field.ErrorList{field.Invalid(path.Child("resources"), g.resource,
			"is in no namespace, and a Role grants nothing of it: set clusterWide")}
	}
	// The name of what is made is in the body, which authorization does not see. A subresource has it in its path.
	if g.named && (g.verb == "deletecollection" || g.verb == "create" && !strings.Contains(g.resource, "/")) {
		return field.ErrorList{field.Invalid(path.Child("verbs"), g.verb,
			"such a request has no name, so that resourceNames refuse each: write a rule for it without resourceNames")}
	}
	because := g.danger()
	if because == "" {
		return nil
	}
	for _, exception := range a.Allow {
		if exception.Grant == g.String() {
			used[exception.Grant] = true
			return nil
		}
	}
	return field.ErrorList{field.Forbidden(path,
		fmt.Sprintf("%s: %s; or write in allow: {grant: %q, reason: …}", g, because, g.String()))}
}

func (a Access) validateExceptions(used map[string]bool) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, exception := range a.Allow {
		path := field.NewPath("allow").Index(i)
		switch {
		case exception.Grant == "":
			errs = append(errs, field.Required(path.Child("grant"), `write the grant, like "create pods/exec"`))
		case seen[exception.Grant]:
			errs = append(errs, field.Duplicate(path.Child("grant"), exception.Grant))
		case !used[exception.Grant]:
			errs = append(errs, field.Invalid(path.Child("grant"), exception.Grant,
				"no rule has a grant of this name that is refused: leave it out"))
		}
		seen[exception.Grant] = true
		if strings.TrimSpace(exception.Reason) == "" {
			errs = append(errs, field.Required(path.Child("reason"), "write why it is needed, for those who audit"))
		} else if strings.ContainsAny(exception.Reason, "\r\n") {
			errs = append(errs, field.Invalid(path.Child("reason"), exception.Reason, "must be one line"))
		}
	}
	return errs
}
