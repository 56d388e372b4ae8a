package workload_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/workload"
)

// home is a namespace on the shared cluster, whose pods are simulated, and a set in it.
type home struct {
	*applytest.Cluster
	set apply.Set
}

func newHome(t *testing.T) home {
	t.Helper()
	h := home{Cluster: applytest.Shared(t)}
	h.set = apply.Set{Namespace: h.Namespace(t), Name: "home", Program: "test"}
	return h
}

func (h home) reconcile(t *testing.T, builders ...caisson.Builder) *caisson.Report {
	t.Helper()
	report, err := apply.Reconcile(t.Context(), h.Client, h.set, builders, apply.Prune)
	require.NoError(t, err)
	return report
}

// settle is reconcile, and a wait until all is available.
func (h home) settle(t *testing.T, builders ...caisson.Builder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, apply.Wait(ctx, h.Client, h.reconcile(t, builders...)))
}

func (h home) pods(t *testing.T) []corev1.Pod {
	t.Helper()
	var list corev1.PodList
	require.NoError(t, h.Client.List(t.Context(), &list, client.InNamespace(h.set.Namespace)))
	return list.Items
}

func (h home) uids(t *testing.T) []types.UID {
	t.Helper()
	pods := h.pods(t)
	all := make([]types.UID, len(pods))
	for i := range pods {
		all[i] = pods[i].UID
	}
	return all
}

func isReady(pod corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func (h home) worker(name string) workload.Worker {
	return workload.Worker{Name: name, Namespace: h.set.Namespace, Image: image, Replicas: new(int32(3))}
}

// A drain takes every pod in the end, never more than one that is ready at a time, and loses no request.
func TestDrainRespectsTheBudgetAndEnds(t *testing.T) {
	s := newSite(t)
	s.apply(t, func(*workload.ServerObjects) {})
	h := s.home()
	stop := s.send(t)
	old := h.uids(t)
	var most int
	require.Eventually(t, func() bool {
		ready, left := 0, false
		for _, pod := range h.pods(t) {
			if isReady(pod) {
				ready++
			}
			if slices.Contains(old, pod.UID) {
				left = true
				err := h.Client.SubResource("eviction").Create(t.Context(), &pod, &policyv1.Eviction{})
				require.True(t, err == nil || apierrors.IsTooManyRequests(err) || apierrors.IsNotFound(err), "%v", err)
			}
		}
		most = max(most, 3-ready)
		return !left
	}, 2*time.Minute, 20*time.Millisecond)
	require.Equal(t, 1, most)
	load := stop()
	require.Zero(t, load.Lost, load.Errors)
}

// Pods that are broken anyway hold back no drain.
func TestDrainOfPodsThatAreNotReady(t *testing.T) {
	s := newSite(t)
	s.server.Image = image[:len(image)-1] + "1" // that no program stands for
	objs, err := s.server.Build()
	require.NoError(t, err)
	h := s.home()
	h.reconcile(t, objs)
	require.Eventually(t, func() bool { return len(h.pods(t)) == 3 && h.pods(t)[0].Status.PodIP != "" }, time.Minute, 50*time.Millisecond)
	for _, pod := range h.pods(t) {
		require.NoError(t, h.Client.SubResource("eviction").Create(t.Context(), &pod, &policyv1.Eviction{}))
	}
}

// An image that does not run takes no capacity, and Wait says what is the matter.
func TestBadImageTakesNoCapacity(t *testing.T) {
	s := newSite(t)
	s.apply(t, func(*workload.ServerObjects) {})
	h := s.home()
	good := h.uids(t)
	s.server.Image = image[:len(image)-1] + "1"
	report := h.reconcile(t, s.server)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.ErrorContains(t, apply.Wait(ctx, h.Client, report), "nothing stands for the image")
	ready := 0
	for _, pod := range h.pods(t) {
		if isReady(pod) {
			require.Contains(t, good, pod.UID)
			ready++
		}
	}
	require.Equal(t, 3, ready)
	require.Len(t, h.pods(t), 4, "and the one that does not run")
}

// The autoscaler owns the number of replicas, up and down, and no reconcile takes it back.
func TestAutoscalerAndReconcileDoNotFight(t *testing.T) {
	h := newHome(t)
	replicas := func() int32 {
		var deployment appsv1.Deployment
		key := client.ObjectKey{Namespace: h.set.Namespace, Name: "mailer"}
		require.NoError(t, h.Client.Get(t.Context(), key, &deployment))
		return *deployment.Spec.Replicas
	}
	using := func(cpu string) *workload.WorkerObjects {
		worker := workload.Worker{Name: "mailer", Namespace: h.set.Namespace, Image: image, Autoscale: &workload.Autoscale{Max: 4}}
		objs, err := worker.Build()
		require.NoError(t, err)
		objs.Deployment.Spec.MinReadySeconds = 0
		objs.Deployment.Spec.Template.Annotations = map[string]string{"caisson.dev/simulated-cpu": cpu}
		objs.HorizontalPodAutoscaler.Spec.Behavior.ScaleDown.StabilizationWindowSeconds = new(int32(0)) // 5 min: nobody waits for that
		return objs
	}
	busy, idle := using("240m"), using("10m") // of 250m that are requested
	h.settle(t, busy)
	require.Eventually(t, func() bool { return replicas() == 4 }, 3*time.Minute, 100*time.Millisecond)
	require.False(t, h.reconcile(t, busy).Changed())
	require.EqualValues(t, 4, replicas())
	require.Equal(t, 1, h.reconcile(t, idle).Count(caisson.Updated))
	require.EqualValues(t, 4, replicas(), "a change of something else leaves it too")
	require.Eventually(t, func() bool { return replicas() == 2 }, 5*time.Minute, 100*time.Millisecond)
	require.False(t, h.reconcile(t, idle).Changed())
	require.EqualValues(t, 2, replicas())
}

// Pods roll when a value changes that they read, also when somebody else changes it in a Secret.
func TestConfigurationRolls(t *testing.T) {
	h := newHome(t)
	keys := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: h.set.Namespace, Name: "keys"}, StringData: map[string]string{"a": "1"}}
	require.NoError(t, h.Client.Create(t.Context(), keys))
	worker := h.worker("mailer")
	worker.Replicas = new(int32(1)) // each waits 10 seconds before it counts
	worker.Config = []workload.Config{
		{Values: map[string]string{"MODE": "slow"}}, {Secret: "keys", Path: "/etc/keys", RollOnChange: true},
	}
	rolled := func(reason string, change func()) {
		t.Helper()
		before := h.uids(t)
		change()
		h.settle(t, worker)
		require.Eventually(t, func() bool {
			return !slices.ContainsFunc(h.uids(t), func(uid types.UID) bool { return slices.Contains(before, uid) })
		}, time.Minute, 50*time.Millisecond, reason)
		require.False(t, h.reconcile(t, worker).Changed())
	}
	h.settle(t, worker)
	rolled("a value", func() { worker.Config[0].Values = map[string]string{"MODE": "fast"} })
	rolled("a Secret", func() {
		require.NoError(t, h.Client.Patch(t.Context(), keys, client.RawPatch(types.MergePatchType, []byte(`{"stringData": {"a": "2"}}`))))
	})
}

// A singleton is never there twice, whatever is updated.
func TestSingletonIsNeverThereTwice(t *testing.T) {
	h := newHome(t)
	bot := workload.Worker{Name: "bot", Namespace: h.set.Namespace, Image: image, Singleton: true}
	h.settle(t, bot)
	first := h.uids(t)
	require.Len(t, first, 1)
	bot.Args = []string{"--new"}
	h.reconcile(t, bot)
	require.Eventually(t, func() bool {
		pods := h.pods(t)
		require.LessOrEqual(t, len(pods), 1)
		return len(pods) == 1 && pods[0].UID != first[0] && isReady(pods[0])
	}, time.Minute, 5*time.Millisecond)
}

// A Task runs once for each change, and what it replaces goes.
func TestTaskRunsOncePerChange(t *testing.T) {
	h := newHome(t)
	jobs := func() []string {
		var list batchv1.JobList
		require.NoError(t, h.Client.List(t.Context(), &list, client.InNamespace(h.set.Namespace)))
		names := make([]string, len(list.Items))
		for i, job := range list.Items {
			require.EqualValues(t, 1, job.Status.Succeeded)
			names[i] = job.Name
		}
		return names
	}
	task := workload.Task{Name: "migrate", Namespace: h.set.Namespace, Image: image}
	h.settle(t, task)
	first := jobs()
	require.Len(t, first, 1)
	require.False(t, h.reconcile(t, task).Changed())
	task.Args = []string{"--to=2"}
	h.settle(t, task)
	require.Eventually(t, func() bool { return len(jobs()) == 1 && jobs()[0] != first[0] }, time.Minute, 50*time.Millisecond)
}

// A Schedule runs when it is due, and its runs are cleaned up.
func TestScheduleRunsAndIsCleanedUp(t *testing.T) {
	t.Parallel() // it waits for the next minute
	h := newHome(t)
	objs, err := workload.Schedule{Name: "report", Namespace: h.set.Namespace, Image: image, Cron: "* * * * *"}.Build()
	require.NoError(t, err)
	objs.CronJob.Spec.JobTemplate.Spec.TTLSecondsAfterFinished = new(int32(2)) // 7 days: nobody waits for that
	h.settle(t, objs)
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(h.pods(t), func(pod corev1.Pod) bool { return pod.Status.Phase == corev1.PodSucceeded })
	}, 90*time.Second, 50*time.Millisecond)
	require.Eventually(t, func() bool { return len(h.pods(t)) == 0 }, 30*time.Second, 50*time.Millisecond)
}

// Who is denied pods by a quota hears so from Wait.
func TestQuotaDenialIsExplained(t *testing.T) {
	h := newHome(t)
	require.NoError(t, h.Client.Create(t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: h.set.Namespace, Name: "small"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceRequestsCPU: resource.MustParse("300m")}},
	}))
	report := h.reconcile(t, h.worker("mailer"))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.ErrorContains(t, apply.Wait(ctx, h.Client, report), "exceeded quota: small")
}

// A Stateful gets its volumes, keeps them when it goes, and finds them again; with delete-volumes they go with it.
func TestVolumesOfAStateful(t *testing.T) {
	for _, onDelete := range workload.OnDeletes() {
		t.Run(string(onDelete), func(t *testing.T) {
			h := newHome(t)
			db := workload.Stateful{
				Name: "db", Namespace: h.set.Namespace, Image: image, Port: 5432, Replicas: new(int32(2)), OnDelete: onDelete,
				Volumes: []workload.Volume{{Name: "data", Path: "/var/lib/db", Size: resource.MustParse("1Gi")}},
			}
			volumes := func() []string {
				var list corev1.PersistentVolumeList
				require.NoError(t, h.Client.List(t.Context(), &list))
				var names []string
				for _, volume := range list.Items {
					if volume.Spec.ClaimRef.Namespace == h.set.Namespace {
						names = append(names, volume.Name)
					}
				}
				return names
			}
			h.settle(t, db)
			first := volumes()
			require.Len(t, first, 2)
			require.False(t, h.reconcile(t, db).Changed())
			_, err := apply.Delete(t.Context(), h.Client, h.set)
			require.NoError(t, err)
			if onDelete == workload.DeleteVolumes {
				require.Eventually(t, func() bool { return len(volumes()) == 0 }, time.Minute, 100*time.Millisecond)
				return
			}
			require.Eventually(t, func() bool { return len(h.pods(t)) == 0 }, time.Minute, 100*time.Millisecond)
			h.settle(t, db)
			require.Equal(t, first, volumes())
			var claims corev1.PersistentVolumeClaimList
			require.NoError(t, h.Client.List(t.Context(), &claims, client.InNamespace(h.set.Namespace)))
			for i := range claims.Items {
				require.NoError(t, h.Client.Delete(t.Context(), &claims.Items[i]))
			}
			_, err = apply.Delete(t.Context(), h.Client, h.set)
			require.NoError(t, err)
			require.Eventually(t, func() bool { return len(h.pods(t)) == 0 }, time.Minute, 100*time.Millisecond)
			require.Equal(t, first, volumes(), "also when somebody deletes the claims")
		})
	}
}
