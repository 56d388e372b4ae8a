package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

func job(t *testing.T, task workload.Task) *batchv1.Job {
	t.Helper()
	objs, err := task.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs.Job
}

// The name is what makes a task run once for each change: the same pods are the same Job.
func TestTaskIsNamedAfterItsPods(t *testing.T) {
	first := job(t, task())
	require.Regexp(t, `^migrate-[0-9a-f]{10}$`, first.Name)
	require.Equal(t, first.Name, job(t, task()).Name)
	require.Equal(t, "migrate", first.Labels["app.kubernetes.io/instance"], "the label stays, so that it is found")
	require.Equal(t, "migrate", first.Spec.Template.Spec.ServiceAccountName)

	names := map[string]string{first.Name: "default"}
	for reason, change := range map[string]func(*workload.Task){
		"another image":       func(t *workload.Task) { t.Image = t.Image[:len(t.Image)-1] + "1" },
		"another argument":    func(t *workload.Task) { t.Args = []string{"--dry-run"} },
		"another variable":    func(t *workload.Task) { t.Env = []corev1.EnvVar{{Name: "A", Value: "a"}} },
		"other values":        func(t *workload.Task) { t.Config = []workload.Config{{Values: map[string]string{"A": "a"}}} },
		"and others":          func(t *workload.Task) { t.Config = []workload.Config{{Values: map[string]string{"A": "b"}}} },
		"another place":       func(t *workload.Task) { t.Placement.NodeSelector = map[string]string{"disk": "ssd"} },
		"an empty variable":   func(t *workload.Task) { t.Env = []corev1.EnvVar{{Name: "A"}} },
		"an init container":   func(t *workload.Task) { t.Init = []workload.Init{{Name: "wait", Image: image}} },
		"another memory size": func(t *workload.Task) { t.Preset = workload.Bot },
	} {
		changed := task()
		change(&changed)
		name := job(t, changed).Name
		require.NotContains(t, names, name, reason)
		names[name] = reason
	}

	longer := task()
	longer.Retries = new(int32(5))
	require.Equal(t, first.Name, job(t, longer).Name, "how often it is tried is not what it does, and can be changed in place")
}

// The name must stay the same from release to release of the library and of Kubernetes, or every task would run again. If
// this fails, what is built has changed: say so in the changelog.
func TestTaskNameIsStable(t *testing.T) {
	require.Equal(t, "migrate-589fdb2517", job(t, task()).Name)
	require.Equal(t, "x-74234e98af", workload.JobName("x", corev1.PodTemplateSpec{}), "what is empty does not count")
}

func TestTaskRunsOnce(t *testing.T) {
	spec := job(t, task()).Spec
	require.Nil(t, spec.TTLSecondsAfterFinished, "if it went by itself, the next reconcile would run it again")
	require.Equal(t, corev1.RestartPolicyNever, spec.Template.Spec.RestartPolicy)
	require.EqualValues(t, 3, *spec.BackoffLimit)
	require.EqualValues(t, 3600, *spec.ActiveDeadlineSeconds)
	require.EqualValues(t, 0, *job(t, fullTask()).Spec.BackoffLimit, "none is a number too")
	require.EqualValues(t, 90, *job(t, fullTask()).Spec.ActiveDeadlineSeconds)
}

func TestDrainIsNoFailure(t *testing.T) {
	rules := job(t, task()).Spec.PodFailurePolicy.Rules
	require.Len(t, rules, 1)
	require.Equal(t, batchv1.PodFailurePolicyActionIgnore, rules[0].Action)
	require.Equal(t, corev1.DisruptionTarget, rules[0].OnPodConditions[0].Type)
	require.Equal(t, corev1.ConditionTrue, rules[0].OnPodConditions[0].Status)
}

func TestTornTasksAreRefused(t *testing.T) {
	objs, err := task().Build()
	require.NoError(t, err)
	objs.Job.Spec.Template.Spec.Containers[0].Args = []string{"--force"}
	require.ErrorContains(t, objs.Validate(), `job.metadata.name: Invalid value: "migrate-589fdb2517": is of other pods, and those of `+
		`a Job cannot be changed: write workload.JobName("migrate", job.Spec.Template)`)
	objs.Job.Name = workload.JobName("migrate", objs.Job.Spec.Template)
	require.NoError(t, objs.Validate())
	objs.ServiceAccount.Namespace = "x"
	require.ErrorContains(t, objs.Validate(), `ServiceAccount.metadata.namespace: Invalid value: "x": must be the Job's, "shop"`)
	objs.Job = nil
	require.EqualError(t, objs.Validate(), "job: Required value: a task is nothing without it")
}
