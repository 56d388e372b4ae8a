package workload

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Validate checks what holds the objects together, and what an assignment after Build can tear apart: the selectors
// still find the pods, the Service their ports, the autoscaler its Deployment, only one of the two says how many
// replicas there are, and the budget lets a drain end. What hardens the pods is the caller's to change, and is not
// checked again: their namespace is there to refuse what it does not allow.
func (o *ServerObjects) Validate() error {
	if o.Deployment == nil {
		return missing("deployment", "a server is nothing without it")
	}
	of := ofDeployment(o.Deployment)
	errs := of.validateSelector()
	errs = append(errs, of.validateService("service", o.Service)...)
	errs = append(errs, of.validateBudget(o.PodDisruptionBudget, o.HorizontalPodAutoscaler)...)
	errs = append(errs, of.validateAutoscaler(o.HorizontalPodAutoscaler)...)
	errs = append(errs, of.validateConfig(o.ConfigMaps)...)
	return append(errs, of.validateNamespaces(o.All())...).ToAggregate()
}

// Validate checks what holds the objects together, as that of ServerObjects does.
func (o *WorkerObjects) Validate() error {
	if o.Deployment == nil {
		return missing("deployment", "a worker is nothing without it")
	}
	of := ofDeployment(o.Deployment)
	errs := of.validateSelector()
	errs = append(errs, of.validateBudget(o.PodDisruptionBudget, o.HorizontalPodAutoscaler)...)
	errs = append(errs, of.validateAutoscaler(o.HorizontalPodAutoscaler)...)
	errs = append(errs, of.validateConfig(o.ConfigMaps)...)
	return append(errs, of.validateNamespaces(o.All())...).ToAggregate()
}

// Validate checks what holds the objects together, as that of ServerObjects does.
func (o *StatefulObjects) Validate() error {
	set := o.StatefulSet
	if set == nil {
		return missing("statefulSet", "a program with data is nothing without it")
	}
	of := owner{
		kind: "StatefulSet", field: "statefulSet", meta: &set.ObjectMeta,
		selector: set.Spec.Selector, replicas: set.Spec.Replicas, template: &set.Spec.Template,
	}
	errs := of.validateSelector()
	errs = append(errs, of.validateService("service", o.Service)...)
	errs = append(errs, of.validateService("headless", o.Headless)...)
	if o.Headless != nil && o.Headless.Name != set.Spec.ServiceName {
		errs = append(errs, field.Invalid(field.NewPath("statefulSet", "spec", "serviceName"), set.Spec.ServiceName,
			fmt.Sprintf("must be the headless Service's name, %q", o.Headless.Name)))
	}
	errs = append(errs, of.validateBudget(o.PodDisruptionBudget, nil)...)
	errs = append(errs, of.validateConfig(o.ConfigMaps)...)
	return append(errs, of.validateNamespaces(o.All())...).ToAggregate()
}

// Validate checks what holds the objects together, and that the Job has the name of its pods: a Job's cannot be changed.
func (o *TaskObjects) Validate() error {
	job := o.Job
	if job == nil {
		return missing("job", "a task is nothing without it")
	}
	of := owner{kind: "Job", field: "job", meta: &job.ObjectMeta, template: &job.Spec.Template}
	var errs field.ErrorList
	task := job.Labels[caisson.LabelInstance]
	if name := JobName(task, job.Spec.Template); job.Name != name {
		errs = append(errs, field.Invalid(field.NewPath("job", "metadata", "name"), job.Name, fmt.Sprintf(
			"is of other pods, and those of a Job cannot be changed: write workload.JobName(%q, job.Spec.Template)", task)))
	}
	errs = append(errs, of.validateConfig(o.ConfigMaps)...)
	return append(errs, of.validateNamespaces(o.All())...).ToAggregate()
}

// Validate checks what holds the objects together.
func (o *ScheduleObjects) Validate() error {
	cron := o.CronJob
	if cron == nil {
		return missing("cronJob", "a schedule is nothing without it")
	}
	of := owner{kind: "CronJob", field: "cronJob", meta: &cron.ObjectMeta, template: &cron.Spec.JobTemplate.Spec.Template}
	errs := of.validateConfig(o.ConfigMaps)
	return append(errs, of.validateNamespaces(o.All())...).ToAggregate()
}

func missing(name, why string) error {
	return field.ErrorList{field.Required(field.NewPath(name), why)}.ToAggregate()
}
