package apply

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// readiness of an object. No reason means that it is ready.
type readiness struct {
	reason   string
	hopeless bool      // and waiting will not help
	since    time.Time // it has been hopeless
}

func notYet(format string, args ...any) readiness {
	return readiness{reason: fmt.Sprintf(format, args...)}
}

func hopeless(since time.Time, format string, args ...any) readiness {
	return readiness{reason: fmt.Sprintf(format, args...), hopeless: true, since: since}
}

// ready reads an object and judges it. It is read untyped: controller-runtime's cached clients go to the server for
// that, and a cache could show the revision before.
func ready(ctx context.Context, c client.Client, ref caisson.Ref) (readiness, error) {
	object, err := get(ctx, c, ref)
	switch {
	case err != nil:
		return readiness{}, fmt.Errorf("%s: %w", ref, err)
	case object == nil:
		return hopeless(time.Now(), "is not there any more"), nil
	case object.GetDeletionTimestamp() != nil:
		return hopeless(time.Now(), "is being deleted"), nil
	}
	state, pods, err := judge(ref, object)
	if err != nil {
		return readiness{}, fmt.Errorf("%s: %w", ref, err)
	}
	if state.reason != "" && pods != nil {
		state.reason += explainPods(ctx, c, ref.Namespace, pods)
	}
	return state, nil
}

// getsReady says that being there is not enough for an object of this kind.
func getsReady(ref caisson.Ref) bool {
	switch ref.GroupKind().String() {
	case "Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch":
		return true
	}
	return false
}

// judge an object, and give the selector of its pods if it has any.
func judge(ref caisson.Ref, object *unstructured.Unstructured) (readiness, *metav1.LabelSelector, error) {
	into := func(typed any) error {
		return runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed)
	}
	switch ref.GroupKind().String() {
	case "Deployment.apps":
		var d appsv1.Deployment
		err := into(&d)
		return deploymentReady(&d), d.Spec.Selector, err
	case "StatefulSet.apps":
		var s appsv1.StatefulSet
		err := into(&s)
		return statefulSetReady(&s), s.Spec.Selector, err
	case "DaemonSet.apps":
		var d appsv1.DaemonSet
		err := into(&d)
		return daemonSetReady(&d), d.Spec.Selector, err
	case "Job.batch":
		var j batchv1.Job
		err := into(&j)
		return jobReady(&j), j.Spec.Selector, err
	}
	return readiness{}, nil, nil
}

func deploymentReady(d *appsv1.Deployment) readiness {
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	if d.Status.ObservedGeneration < d.Generation {
		return notYet("its controller has not seen the change yet")
	}
	for _, condition := range d.Status.Conditions {
		switch {
		case condition.Type == appsv1.DeploymentProgressing && condition.Reason == "ProgressDeadlineExceeded":
			return hopeless(condition.LastUpdateTime.Time, "%s", condition.Message)
		case condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue:
			return notYet("%s", condition.Message) // a quota or a policy that denied the pods
		}
	}
	if d.Status.UpdatedReplicas < wanted {
		return notYet("%d of %d replicas are of the new revision", d.Status.UpdatedReplicas, wanted)
	}
	if d.Status.Replicas > d.Status.UpdatedReplicas {
		return notYet("%d replicas of an old revision are still there", d.Status.Replicas-d.Status.UpdatedReplicas)
	}
	if d.Status.AvailableReplicas < wanted {
		return notYet("%d of %d replicas are available", d.Status.AvailableReplicas, wanted)
	}
	return readiness{}
}

func statefulSetReady(s *appsv1.StatefulSet) readiness {
	wanted := int32(1)
	if s.Spec.Replicas != nil {
		wanted = *s.Spec.Replicas
	}
	updated := wanted
	if rolling := s.Spec.UpdateStrategy.RollingUpdate; rolling != nil && rolling.Partition != nil {
		updated = max(0, wanted-*rolling.Partition) // the others keep the old revision on purpose
	}
	switch {
	case s.Status.ObservedGeneration < s.Generation:
		return notYet("its controller has not seen the change yet")
	case s.Status.AvailableReplicas < wanted:
		return notYet("%d of %d replicas are available", s.Status.AvailableReplicas, wanted)
	case s.Spec.UpdateStrategy.Type != appsv1.OnDeleteStatefulSetStrategyType &&
		s.Status.UpdateRevision != s.Status.CurrentRevision && s.Status.UpdatedReplicas < updated:
		return notYet("%d of %d replicas are of the new revision", s.Status.UpdatedReplicas, updated)
	}
	return readiness{}
}

func daemonSetReady(d *appsv1.DaemonSet) readiness {
	wanted := d.Status.DesiredNumberScheduled
	switch {
	case d.Status.ObservedGeneration < d.Generation:
		return notYet("its controller has not seen the change yet")
	case d.Status.UpdatedNumberScheduled < wanted && d.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType:
		return notYet("%d of %d pods are of the new revision", d.Status.UpdatedNumberScheduled, wanted)
	case d.Status.NumberAvailable < wanted:
		return notYet("%d of %d pods are available", d.Status.NumberAvailable, wanted)
	}
	return readiness{}
}

func jobReady(j *batchv1.Job) readiness {
	for _, condition := range j.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			return readiness{}
		case batchv1.JobFailed:
			return hopeless(time.Now(), "failed: %s", condition.Message)
		case batchv1.JobSuspended, batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet:
		}
	}
	return notYet("%d pods are running, %d have succeeded", j.Status.Active, j.Status.Succeeded)
}
