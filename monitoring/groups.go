package monitoring

import (
	"errors"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/internal/fielderrors"
)

// groups of all definitions, with defaults, and what is wrong with them.
func (r Rules) groups() ([]Group, field.ErrorList) {
	var groups []Group
	var errs field.ErrorList
	path := field.NewPath("definitions")
	for i, definition := range r.Definitions {
		group, err := definition.Define()
		if err != nil {
			errs = append(errs, below(path.Index(i), err)...)
			continue
		}
		groups = append(groups, group.withDefaults())
	}
	if len(r.Definitions) == 0 {
		errs = append(errs, field.Required(path, "write what shall be watched, like monitoring.PodRestarts{}"))
	}
	errs = append(errs, validateGroups(path, groups)...)
	errs = append(errs, r.validateURL()...)
	return append(groups, absentMetrics(groups)...), errs
}

// below puts the path of a definition before those of its errors.
func below(path *field.Path, err error) field.ErrorList {
	all := []error{err}
	if aggregate := utilerrors.Aggregate(nil); errors.As(err, &aggregate) {
		all = aggregate.Errors()
	}
	var errs field.ErrorList
	for _, one := range all {
		if fieldError, is := errors.AsType[*field.Error](one); is {
			moved := *fieldError
			moved.Field = path.String() + "." + fieldError.Field
			errs = append(errs, &moved)
		} else {
			errs = append(errs, field.Invalid(path, "", one.Error()))
		}
	}
	return errs
}

func validateGroups(path *field.Path, groups []Group) field.ErrorList {
	var errs field.ErrorList
	names := map[string]bool{absentGroup: true}
	for i, group := range groups {
		at := path.Index(i)
		switch {
		case group.Name == "":
			errs = append(errs, field.Required(at.Child("name"), `write a name for the group, like "queues"`))
		case names[group.Name]:
			errs = append(errs, field.Duplicate(at.Child("name"), group.Name+": give one of the two another name"))
		}
		names[group.Name] = true
		for j, alert := range group.Alerts {
			errs = append(errs, alert.validate(at.Child("alerts").Index(j))...)
		}
	}
	return errs
}

// validate that nothing of the alert is missing. Whether the expression is any good is the linter's to say.
func (a Alert) validate(path *field.Path) field.ErrorList {
	c := &check{}
	c.name(a.Name)
	c.severity(a.Severity)
	errs := c.errs
	for _, needed := range []struct {
		name  string
		there bool
		write string
	}{
		{"expr", a.Expr != "", "write the expression in PromQL"},
		{"summary", a.Summary != "", "write one line that names the thing and its value"},
		{"runbook.meaning", a.Runbook.Meaning != "", "write what has happened and whom it hurts"},
		{"runbook.look", len(a.Runbook.Look) > 0, "write how to find out what is wrong"},
		{"runbook.mend", len(a.Runbook.Mend) > 0, "write what helps"},
	} {
		if !needed.there {
			errs = append(errs, field.Required(field.NewPath(needed.name), needed.write))
		}
	}
	for _, err := range errs {
		err.Field = path.String() + "." + err.Field
	}
	return errs
}

func (r Rules) validateURL() field.ErrorList {
	path := field.NewPath("runbookURL")
	const example = "https://github.com/shop/operations/blob/main/runbooks/{alert}.md"
	switch {
	case r.RunbookURL == "":
		return field.ErrorList{field.Required(path, "write where the pages of the runbooks will be, like "+example)}
	case !strings.HasPrefix(r.RunbookURL, "https://") && !strings.HasPrefix(r.RunbookURL, "http://"),
		!strings.Contains(r.RunbookURL, "{alert}"):
		return field.ErrorList{
			field.Invalid(path, r.RunbookURL, "must be an address with {alert} for the alert's name, like "+example),
		}
	}
	return nil
}

// validateObject checks what the object of the operator needs beyond the rules.
func (r Rules) validateObject() field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsDNS1123Subdomain(r.Name) {
		errs = append(errs, field.Invalid(field.NewPath("name"), r.Name, message))
	}
	for _, message := range apivalidation.ValidateNamespaceName(r.Namespace, false) {
		errs = append(
			errs,
			field.Invalid(field.NewPath("namespace"), r.Namespace, "the PrometheusRule needs one: "+message),
		)
	}
	return append(errs, fielderrors.Sorted(metav1validation.ValidateLabels(r.Labels, field.NewPath("labels")))...)
}
