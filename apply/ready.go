package apply

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// readiness of an object. No reason means that it is ready.
type readiness struct {
	reason   string
	hopeless bool // and waiting will not help
}

func notYet(format string, args ...any) readiness {
	return readiness{reason: fmt.Sprintf(format, args...)}
}

// ready reads an object and judges it.
func ready(ctx context.Context, c client.Client, ref caisson.Ref) (readiness, error) {
	judge, object := judgeOf(ref)
	err := c.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, object)
	switch {
	case apierrors.IsNotFound(err):
		return readiness{reason: "is not there any more", hopeless: true}, nil
	case err != nil:
		return readiness{}, fmt.Errorf("%s: %w", ref, err)
	}
	state, pods := judge()
	if state.reason != "" && pods != nil {
		state.reason += explainPods(ctx, c, ref.Namespace, pods)
	}
	return state, nil
}

// judgeOf gives an object to read and what judges it once it is read, along with the selector of its pods.
func judgeOf(ref caisson.Ref) (func() (readiness, *metav1.LabelSelector), client.Object) {
	switch ref.GroupKind().String() {
	case "Deployment.apps":
		d := &appsv1.Deployment{}
		return func() (readiness, *metav1.LabelSelector) { return deploymentReady(d), d.Spec.Selector }, d
	case "StatefulSet.apps":
		s := &appsv1.StatefulSet{}
		return func() (readiness, *metav1.LabelSelector) { return statefulSetReady(s), s.Spec.Selector }, s
	case "DaemonSet.apps":
		d := &appsv1.DaemonSet{}
		return func() (readiness, *metav1.LabelSelector) { return daemonSetReady(d), d.Spec.Selector }, d
	case "Job.batch":
		j := &batchv1.Job{}
		return func() (readiness, *metav1.LabelSelector) { return jobReady(j), j.Spec.Selector }, j
	case "Namespace":
		n := &corev1.Namespace{}
		return func() (readiness, *metav1.LabelSelector) { return namespaceReady(n), nil }, n
	default:
		object := &metav1.PartialObjectMetadata{}
		object.SetGroupVersionKind(ref.GroupVersionKind())
		return func() (readiness, *metav1.LabelSelector) { return readiness{}, nil }, object
	}
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
			return readiness{reason: condition.Message, hopeless: true}
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
	switch {
	case s.Status.ObservedGeneration < s.Generation:
		return notYet("its controller has not seen the change yet")
	case s.Status.AvailableReplicas < wanted:
		return notYet("%d of %d replicas are available", s.Status.AvailableReplicas, wanted)
	case s.Spec.UpdateStrategy.Type != appsv1.OnDeleteStatefulSetStrategyType &&
		s.Status.UpdateRevision != s.Status.CurrentRevision && s.Status.UpdatedReplicas < wanted:
		return notYet("%d of %d replicas are of the new revision", s.Status.UpdatedReplicas, wanted)
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
			return readiness{reason: "failed: " + condition.Message, hopeless: true}
		case batchv1.JobSuspended, batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet:
		}
	}
	return notYet("%d pods are running, %d have succeeded", j.Status.Active, j.Status.Succeeded)
}

func namespaceReady(n *corev1.Namespace) readiness {
	if n.Status.Phase == corev1.NamespaceTerminating {
		return readiness{reason: "is being deleted", hopeless: true}
	}
	return readiness{}
}
