package nodepool_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// webPod is a pod of a controller on the node one, which is in nobody's way.
func webPod(change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: "web", Labels: map[string]string{"app": "web"}, OwnerReferences: []metav1.OwnerReference{
				{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web", Controller: new(true)},
			},
		},
		Spec:   corev1.PodSpec{NodeName: "one", Containers: []corev1.Container{{Name: "main"}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, do := range change {
		do(pod)
	}
	return pod
}

func isReady(pod *corev1.Pod) {
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
}

func requesting(cpu string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu)}
	}
}

func ownedBy(kind string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.OwnerReferences[0].Kind = kind }
}

func selecting(key, value string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.NodeSelector = map[string]string{key: value} }
}

func spread(policy *corev1.NodeInclusionPolicy) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			TopologyKey: corev1.LabelHostname, WhenUnsatisfiable: corev1.DoNotSchedule, NodeTaintsPolicy: policy,
		}}
	}
}

func claiming(pod *corev1.Pod) {
	pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"},
	}}}
}

// budget for the pods of web.
func budget(name string, change ...func(*policyv1.PodDisruptionBudget)) *policyv1.PodDisruptionBudget {
	b := &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		},
		Status: policyv1.PodDisruptionBudgetStatus{DisruptionsAllowed: 1},
	}
	for _, do := range change {
		do(b)
	}
	return b
}

func allowsNone(b *policyv1.PodDisruptionBudget) {
	b.Status = policyv1.PodDisruptionBudgetStatus{CurrentHealthy: 2, ExpectedPods: 2, DesiredHealthy: 2}
}

func lacksOne(b *policyv1.PodDisruptionBudget) {
	b.Status = policyv1.PodDisruptionBudgetStatus{CurrentHealthy: 1, ExpectedPods: 2, DesiredHealthy: 2}
}

func claim(affinity *corev1.VolumeNodeAffinity) []client.Object {
	return []client.Object{
		&corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data"}, Spec: corev1.PersistentVolumeClaimSpec{VolumeName: "disk"},
		},
		&corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "disk"}, Spec: corev1.PersistentVolumeSpec{NodeAffinity: affinity}},
	}
}

func where(key, value string) *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{{Key: key, Operator: corev1.NodeSelectorOpIn, Values: []string{value}}},
	}}}}
}

// Each obstacle is named, with what mends it, before anything is changed; and what only looks like one is none.
func TestPreflight(t *testing.T) {
	all := func(o ...client.Object) []client.Object { return o }
	cases := map[string]struct {
		reason  string
		objects []client.Object
		pool    nodepool.Pool // what it is rotated to
		options nodepooltest.Options
		want    string // of the only obstacle; none if it is empty
	}{
		"NothingInTheWay": {
			reason: "a pod with a budget that chooses by the label of Placement moves", want: "",
			objects: all(webPod(isReady, selecting("caisson.dev/pool", "general")), budget("web")),
		},
		"BudgetAllowsNone": {
			reason: "an eviction would be refused", objects: all(webPod(isReady), budget("web", allowsNone)),
			want: "budget: PodDisruptionBudget shop/web allows no eviction now: 2 of 2 pods are healthy, and 2 must be: " +
				"mend the pods, add a replica, or let the budget allow one disruption",
		},
		"BudgetOfUnhealthyPod": {
			reason: "too few others are healthy", objects: all(webPod(), budget("web", lacksOne)),
			want: "budget: PodDisruptionBudget shop/web allows no eviction now: 1 of 2 pods are healthy, and 2 must be: " +
				"mend the pods, add a replica, or let the budget allow one disruption",
		},
		"BudgetThatDoesNotMindUnhealthyPods": {
			reason: "it can be evicted, where the budget says so", want: "",
			objects: all(webPod(), budget("web", lacksOne, func(b *policyv1.PodDisruptionBudget) {
				b.Spec.UnhealthyPodEvictionPolicy = new(policyv1.AlwaysAllow)
			})),
		},
		"BudgetOfUnhealthyPodOfMany": {
			reason: "it can be evicted, since enough others are healthy", want: "", objects: all(webPod(), budget("web", allowsNone)),
		},
		"BudgetOfPendingPod": {
			reason: "the Eviction API asks no budget for it", want: "",
			objects: all(webPod(func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodPending }), budget("web", lacksOne)),
		},
		"EndingPod": {
			reason: "it is moving already", want: "", objects: all(webPod(func(pod *corev1.Pod) {
				pod.OwnerReferences, pod.Finalizers = nil, []string{"example.com/ending"}
			})),
		},
		"BudgetElsewhere": {
			reason: "a budget of another namespace is not asked", want: "",
			objects: all(webPod(), budget("web", allowsNone, func(b *policyv1.PodDisruptionBudget) { b.Namespace = "other" })),
		},
		"TwoBudgets": {
			reason: "the Eviction API refuses such a pod", objects: all(webPod(), budget("a"), budget("b")),
			want: "budget: Pod shop/web has two budgets, a and b, and cannot be evicted: let one of them select other pods",
		},
		"BarePod": {
			reason: "nothing makes it again", objects: all(webPod(func(pod *corev1.Pod) { pod.OwnerReferences = nil })),
			want: "bare-pod: Pod shop/web has no controller: evicted, it would be gone for good: delete it, or run it as a workload.Worker",
		},
		"FinishedBarePod": {
			reason: "it has done its work", want: "", objects: all(webPod(func(pod *corev1.Pod) {
				pod.OwnerReferences, pod.Status.Phase = nil, corev1.PodSucceeded
			})),
		},
		"DaemonSet": {
			reason: "its pods belong to the node", want: "",
			objects: all(webPod(ownedBy("DaemonSet"), selecting("kubernetes.io/hostname", "one"))),
		},
		"SelectsDOKSName": {
			reason: "the pool's name at DigitalOcean changes", objects: all(webPod(selecting("doks.digitalocean.com/node-pool", "general-1"))),
			want: "selector: Pod shop/web selects nodes as they are now, or does not tolerate the new taints, so that no new node could " +
				"run it: let it select by the label caisson.dev/pool (nodepool.Pool.Placement)",
		},
		"SelectsLabelOfTheNode": {
			reason: "what somebody put on the node by hand is not on a new one", objects: all(webPod(selecting("own", "yes"))),
			want: "selector: Pod shop/web selects nodes as they are now, or does not tolerate the new taints, so that no new node could " +
				"run it: let it select by the label caisson.dev/pool (nodepool.Pool.Placement)",
		},
		"NewTaint": {
			reason: "the spec has a taint that the pods do not tolerate", objects: all(webPod()),
			pool: nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction, Taints: []corev1.Taint{
				{Key: "dedicated", Effect: corev1.TaintEffectNoSchedule},
			}},
			want: "selector: Pod shop/web selects nodes as they are now, or does not tolerate the new taints, so that no new node could " +
				"run it: let it select by the label caisson.dev/pool (nodepool.Pool.Placement)",
		},
		"Spread": {
			reason: "nodes that are drained count as empty, so that nothing may go elsewhere", objects: all(webPod(spread(nil))),
			want: "selector: Pod shop/web must be spread evenly over all nodes, and those that are drained count as empty ones: " +
				"set nodeTaintsPolicy: Honor in its topologySpreadConstraints, or whenUnsatisfiable: ScheduleAnyway",
		},
		"SpreadThatHonorsTaints": {
			reason: "tainted nodes do not count then", want: "",
			objects: all(webPod(spread(new(corev1.NodeInclusionPolicyHonor)))),
		},
		"HostPath": {
			reason: "the data stays behind", objects: all(webPod(func(pod *corev1.Pod) {
				pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
					HostPath: &corev1.HostPathVolumeSource{Path: "/data"},
				}}}
			})),
			want: "volume: Pod shop/web keeps data on its node, in /data, which does not move: " +
				"take a PersistentVolumeClaim, or accept that the data is left behind",
		},
		"LocalVolume": {
			reason: "a volume of one node", objects: append(claim(where(corev1.LabelHostname, "one")), webPod(claiming)),
			want: "volume: Pod shop/web has the volume of claim data, which only its node can use: " +
				"move the data to a volume of the class do-block-storage",
		},
		"VolumeOfTheRegion": {
			reason: "DigitalOcean's volumes can be attached everywhere in a region", want: "",
			objects: append(claim(where(corev1.LabelTopologyRegion, "fra1")), webPod(claiming)),
		},
		"TooManyVolumes": {
			reason: "a node has a limit of volumes", pool: nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction, Count: 1},
			objects: append(claim(nil), webPod(claiming),
				webPod(claiming, func(pod *corev1.Pod) { pod.Name = "other" }),
				&storagev1.CSINode{ObjectMeta: metav1.ObjectMeta{Name: "one"}, Spec: storagev1.CSINodeSpec{Drivers: []storagev1.CSINodeDriver{
					{Name: "dobs.csi.digitalocean.com", NodeID: "1", Allocatable: &storagev1.VolumeNodeResources{Count: new(int32(1))}},
				}}}),
			want: "volume: NodePool general has 2 volumes, and the new nodes can attach 1: take more nodes",
		},
		"Droplets": {
			reason: "both pools exist side by side", options: nodepooltest.Options{DropletLimit: 4},
			want: "droplets: NodePool general cannot be made: the account may have 4 Droplets and has 2, and 3 more are needed: " +
				"ask DigitalOcean for a higher limit (Settings, Team, Resource limits)",
		},
		"Capacity": {
			reason:  "smaller nodes may not hold all pods",
			objects: all(webPod(requesting("600m")), webPod(requesting("500m"), func(pod *corev1.Pod) { pod.Name = "other" })),
			pool:    nodepool.Pool{Name: "general", Preset: nodepool.PresetDev},
			want: "capacity: Pod shop/other does not fit on general: 1 x s-1vcpu-2gb-intel beside the others: it requests 500m CPU and 0: " +
				"take more or larger nodes, or lower the requests",
		},
		"CapacityBesideDaemonSets": {
			reason: "they run on each node",
			objects: all(webPod(requesting("500m")),
				webPod(requesting("500m"), ownedBy("DaemonSet"), func(pod *corev1.Pod) { pod.Name = "logs" })),
			pool: nodepool.Pool{Name: "general", Preset: nodepool.PresetDev},
			want: "capacity: Pod shop/web does not fit on general: 1 x s-1vcpu-2gb-intel beside the others: it requests 500m CPU and 0: " +
				"take more or larger nodes, or lower the requests",
		},
		"CapacityOfAnAutoscaledPool": {
			reason: "what it can become counts", want: "",
			objects: all(webPod(requesting("900m")), webPod(requesting("900m"), func(pod *corev1.Pod) { pod.Name = "other" })),
			pool:    nodepool.Pool{Name: "general", Size: "s-1vcpu-2gb-intel", Autoscale: &nodepool.Autoscale{Min: 1, Max: 2}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, tc.options)
			a.reconcile(shop())
			a.node(a.pools()[0], "one", map[string]string{
				corev1.LabelHostname: "one", corev1.LabelTopologyRegion: "fra1", "doks.digitalocean.com/node-pool": "general-1",
				"own": "yes",
			})
			for _, o := range tc.objects {
				require.NoError(t, a.kube.Create(t.Context(), o))
				if len(o.GetFinalizers()) > 0 {
					require.NoError(t, a.kube.Delete(t.Context(), o))
				}
			}
			if tc.pool.Name == "" {
				tc.pool = nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction}
			}
			before := a.writes()
			report, err := nodepool.PlanRotation(t.Context(), a.client(), shop(tc.pool), "general")
			require.Equal(t, before, a.writes())
			if tc.want == "" {
				require.NoError(t, err, tc.reason)
				require.Equal(t, []string{"updated NodePool general"}, actions(report))
				return
			}
			var obstacles *nodepool.ObstacleError
			require.ErrorAs(t, err, &obstacles, tc.reason)
			require.Len(t, obstacles.Obstacles, 1, "%v", err)
			require.Equal(t, tc.want, obstacles.Obstacles[0].String(), tc.reason)
			_, err = nodepool.PlanRotation(t.Context(), a.client(), shop(tc.pool), "general", nodepool.Despite(obstacles.Obstacles[0].Kind))
			require.NoError(t, err, "who accepts it can go on")
		})
	}
}

// A size that the region does not have now is an obstacle too.
func TestPreflightOfSizes(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	_, err := nodepool.PlanRotation(t.Context(), a.client(), shop(nodepool.Pool{Name: "general", Size: "s-48vcpu-960gb", Count: 2}), "general")
	var obstacles *nodepool.ObstacleError
	require.ErrorAs(t, err, &obstacles)
	require.Equal(t, nodepool.ObstacleOffer, obstacles.Obstacles[0].Kind)
	require.ErrorContains(t, err, "NodePool general cannot be made: fra1 does not offer s-48vcpu-960gb for Kubernetes now: write another size, like ")
}
