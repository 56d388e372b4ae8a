package apply_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func quantity(text string) *resource.Quantity { return new(resource.MustParse(text)) }

func deployment(namespace, cpu string) *appsv1.Deployment {
	const name = "web"
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(2)),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: name, Image: "registry.example/" + name,
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: *quantity(cpu)}},
				}}},
			},
		},
	}
}

func TestWaitUntilAvailable(t *testing.T) {
	p := newPlace(t)
	task := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.namespace, Name: "task"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "task", Image: "registry.example/task"}},
		}}},
	}
	report, err := apply.Apply(t.Context(), p.Client, p.set,
		[]caisson.Object{deployment(p.namespace, "100m"), task, configMap(p.namespace, "a", "a")})
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var seen []apply.Waiting
	require.NoError(t, apply.Wait(ctx, p.Client, report, apply.ObserveWait(func(now apply.Waiting) { seen = append(seen, now) })))
	require.Equal(t, apply.Waiting{Ready: 3, Total: 3}, seen[len(seen)-1])

	web := deployment(p.namespace, "100m")
	p.get(t, web)
	require.EqualValues(t, 2, web.Status.AvailableReplicas)
}

func TestWaitExplains(t *testing.T) {
	cases := map[string]struct {
		reason  string
		cpu     string
		objects func(namespace string) []caisson.Object
		want    string
	}{
		"no node is large enough": {
			reason: "a pod that is not scheduled says why",
			cpu:    "50",
			want:   "Insufficient cpu",
		},
		"quota": {
			reason: "what the quota denies never becomes a pod; only the Deployment says so",
			cpu:    "1",
			objects: func(namespace string) []caisson.Object {
				return []caisson.Object{&corev1.ResourceQuota{
					ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "quota"},
					Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
						corev1.ResourceRequestsCPU: *quantity("1500m"),
					}},
				}}
			},
			want: "exceeded quota",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			objects := []caisson.Object{deployment(p.namespace, tc.cpu)}
			if tc.objects != nil {
				objects = append(objects, tc.objects(p.namespace)...)
			}
			report, err := apply.Apply(t.Context(), p.Client, p.set, objects)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err = apply.Wait(ctx, p.Client, report, apply.ObserveWait(func(now apply.Waiting) {
				if len(now.For) > 0 && strings.Contains(now.For[0].Reason, tc.want) {
					cancel() // it will never be ready
				}
			}))
			var unready *apply.NotReadyError
			require.ErrorAs(t, err, &unready, tc.reason)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Len(t, unready.Unready, 1)
		})
	}
}

func TestWaitGivesUpOnWhatIsGone(t *testing.T) {
	p := newPlace(t)
	report := &caisson.Report{Changes: []caisson.Change{{
		Ref:    caisson.Ref{Version: "v1", Kind: "ConfigMap", Namespace: p.namespace, Name: "gone"},
		Action: caisson.Created,
	}}}
	err := apply.Wait(t.Context(), p.Client, report)
	require.ErrorContains(t, err, "is not there any more")
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}
