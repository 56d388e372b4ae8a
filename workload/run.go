package workload

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// run of a program to its end.
type run struct {
	retries  *int32
	deadline metav1.Duration
}

const (
	// defaultRetries wait 10, 20 and 40 seconds: a database that restarts is back by then, and a program that is broken
	// does not fill the logs for hours. Kubernetes' own default is 6.
	defaultRetries = 3
	// defaultDeadline so that a run that hangs does not keep its room, and a Schedule's next runs, for ever.
	defaultDeadline = time.Hour
)

func (r run) withDefaults() run {
	if r.retries == nil {
		r.retries = new(int32(defaultRetries))
	}
	if r.deadline.Duration == 0 {
		r.deadline.Duration = defaultDeadline
	}
	return r
}

// jobSpec of one run.
func (p program) jobSpec() batchv1.JobSpec {
	return batchv1.JobSpec{
		BackoffLimit:          new(*p.run.retries),
		ActiveDeadlineSeconds: new(int64(p.run.deadline.Duration / time.Second)),
		// A pod that is evicted, by a drain or for one of higher priority, has not failed: another one starts, without
		// taking one of the retries.
		PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action: batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{
				Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
			}},
		}}},
		Template: p.template(),
	}
}
