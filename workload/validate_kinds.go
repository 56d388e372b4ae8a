package workload

import (
	"strings"
	"time"
	_ "time/tzdata" // time zones are known on every machine: images of Go programs often have no database of them

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (p program) validateRun() field.ErrorList {
	if !p.finite {
		return nil
	}
	var errs field.ErrorList
	if *p.run.retries < 0 {
		errs = append(errs, field.Invalid(field.NewPath("retries"), *p.run.retries, "must be 0 or more"))
	}
	return append(errs, validateSeconds(field.NewPath("deadline"), p.run.deadline, time.Second)...)
}

func validateSeconds(path *field.Path, given metav1.Duration, least time.Duration) field.ErrorList {
	if given.Duration < least || given.Duration%time.Second != 0 {
		return field.ErrorList{field.Invalid(path, given.Duration.String(),
			"must be whole seconds, and at least "+least.String()+": write one like 90s or 1h")}
	}
	return nil
}

// validate a spec by what it becomes.
func (s Schedule) validate(p program) field.ErrorList {
	errs := p.validate()
	errs = append(errs, validateCron(field.NewPath("cron"), s.Cron)...)
	if s.TimeZone != "" {
		// Local would be that of the control plane, which nobody knows.
		if _, err := time.LoadLocation(s.TimeZone); err != nil || strings.EqualFold(s.TimeZone, "Local") {
			errs = append(errs, field.Invalid(field.NewPath("timeZone"), s.TimeZone,
				"there is no such time zone: write its name in the IANA database, like Europe/Berlin"))
		}
	}
	const often = 10 * time.Second // the controller looks no more often than that
	deadline := metav1.Duration{Duration: s.startingDeadline()}
	return append(errs, validateSeconds(field.NewPath("startingDeadline"), deadline, often)...)
}

// validate a spec by what it becomes.
func (s Stateful) validate(p program) field.ErrorList {
	errs := p.validate()
	if len(s.Volumes) == 0 {
		errs = append(errs, field.Required(field.NewPath("volumes"),
			"write at least one, with name, path and size; a program without data is a server"))
	}
	if s.OnDelete != "" {
		errs = append(errs, oneOf(field.NewPath("onDelete"), s.OnDelete, OnDeletes())...)
	}
	return errs
}
