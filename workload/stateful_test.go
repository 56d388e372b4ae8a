package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

func buildStateful(t *testing.T, s workload.Stateful) *workload.StatefulObjects {
	t.Helper()
	objs, err := s.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs
}

// Data is lost only by who says so.
func TestVolumesOutliveTheirStatefulSet(t *testing.T) {
	cases := map[string]struct {
		reason   string
		onDelete workload.OnDelete
		class    string
		deleted  appsv1.PersistentVolumeClaimRetentionPolicyType
	}{
		"default": {"Nothing was said.", "", "do-block-storage-retain", appsv1.RetainPersistentVolumeClaimRetentionPolicyType},
		"keep": {
			"The same in words.", workload.KeepVolumes, "do-block-storage-retain", appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		},
		"delete": {"It was said.", workload.DeleteVolumes, "do-block-storage", appsv1.DeletePersistentVolumeClaimRetentionPolicyType},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := stateful()
			s.OnDelete = tc.onDelete
			set := buildStateful(t, s).StatefulSet.Spec
			require.Equal(t, tc.deleted, set.PersistentVolumeClaimRetentionPolicy.WhenDeleted, tc.reason)
			require.Equal(t, appsv1.RetainPersistentVolumeClaimRetentionPolicyType, set.PersistentVolumeClaimRetentionPolicy.WhenScaled,
				"who scales down may scale up again")
			require.Len(t, set.VolumeClaimTemplates, 1)
			claim := set.VolumeClaimTemplates[0].Spec
			require.Equal(t, tc.class, *claim.StorageClassName, tc.reason)
			require.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, claim.AccessModes, "DigitalOcean's volumes have no other")
			require.Equal(t, "1Gi", claim.Resources.Requests.Storage().String())
		})
	}
}

func TestVolumesAreMountedAndWritable(t *testing.T) {
	pod := buildStateful(t, stateful()).StatefulSet.Spec.Template.Spec
	require.Contains(t, pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: "/var/lib/db"})
	require.NotNil(t, pod.SecurityContext.FSGroup, "else it belongs to root")
	require.Equal(t, corev1.FSGroupChangeOnRootMismatch, *pod.SecurityContext.FSGroupChangePolicy,
		"the owner of a million files is not written at every start")
}

func TestReplicasOfStateful(t *testing.T) {
	objs := buildStateful(t, stateful())
	require.EqualValues(t, 1, *objs.StatefulSet.Spec.Replicas, "not every program knows how to be several")
	require.Equal(t, "1", objs.PodDisruptionBudget.Spec.MaxUnavailable.String(), "and a drain ends with one too")
	require.Equal(t, appsv1.OrderedReadyPodManagement, objs.StatefulSet.Spec.PodManagementPolicy)
	require.Equal(t, appsv1.RollingUpdateStatefulSetStrategyType, objs.StatefulSet.Spec.UpdateStrategy.Type)
	dev := stateful()
	dev.Profile = workload.Dev
	require.Nil(t, buildStateful(t, dev).PodDisruptionBudget)
}

func TestReplicasHaveNames(t *testing.T) {
	objs := buildStateful(t, fullStateful())
	require.Equal(t, objs.Headless.Name, objs.StatefulSet.Spec.ServiceName)
	require.Equal(t, corev1.ClusterIPNone, objs.Headless.Spec.ClusterIP)
	require.True(t, objs.Headless.Spec.PublishNotReadyAddresses, "replicas find each other before they are ready")
	require.Empty(t, objs.Service.Spec.ClusterIP)
	require.False(t, objs.Service.Spec.PublishNotReadyAddresses, "callers reach only who can answer")
	require.EqualValues(t, 5433, objs.Service.Spec.Ports[0].Port)
	require.EqualValues(t, 5432, objs.Headless.Spec.Ports[0].Port, "without an address of its own it sends nothing to another port")
}

func TestTornStatefulAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		tear   func(*workload.StatefulObjects)
		want   string
	}{
		"nothing": {
			"The rest is nothing without it.", func(o *workload.StatefulObjects) { o.StatefulSet = nil },
			"statefulSet: Required value: a program with data is nothing without it",
		},
		"headless": {
			"Replicas would have no names.", func(o *workload.StatefulObjects) { o.Headless.Name = "x" },
			`statefulSet.spec.serviceName: Invalid value: "db-headless": must be the headless Service's name, "x"`,
		},
		"service": {
			"It would answer with nothing.", func(o *workload.StatefulObjects) { o.Headless.Spec.Selector["a"] = "b" },
			`headless.spec.selector: Invalid value: "a=b,app.kubernetes.io/instance=db": does not select the pods of the StatefulSet`,
		},
		"budget": {
			"A single replica could never leave its node.",
			func(o *workload.StatefulObjects) {
				o.PodDisruptionBudget.Spec.MinAvailable = o.PodDisruptionBudget.Spec.MaxUnavailable
				o.PodDisruptionBudget.Spec.MaxUnavailable = nil
			},
			`podDisruptionBudget.spec.minAvailable: Invalid value: "1": there may be no more than 1 replicas, and no drain would ever end`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := buildStateful(t, stateful())
			tc.tear(objs)
			require.ErrorContains(t, objs.Validate(), tc.want, tc.reason)
		})
	}
}
