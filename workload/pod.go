package workload

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// userID is above 10000, where no user of a node has an id.
	userID = 10001
	// drainSeconds is how long a pod goes on serving after it was told to end, until every load balancer and
	// kube-proxy has forgotten it. The sleep action is on by default since Kubernetes 1.30.
	drainSeconds = 5
	// endSeconds is for what is under way when SIGTERM comes; then comes SIGKILL.
	endSeconds = 30
)

// template of the pods.
func (p program) template() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: p.podLabels(), Annotations: p.configAnnotations()},
		Spec:       p.pod(),
	}
}

func (p program) pod() corev1.PodSpec {
	pod := corev1.PodSpec{
		ServiceAccountName:            p.name,
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		TerminationGracePeriodSeconds: new(p.graceSeconds()),
		NodeSelector:                  maps.Clone(p.placement.NodeSelector),
		Tolerations:                   p.tolerations(),
		PriorityClassName:             p.priorityClass,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:   new(true),
			RunAsUser:      new(int64(userID)),
			RunAsGroup:     new(int64(userID)),
			FSGroup:        new(int64(userID)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		InitContainers: p.initContainers(),
		Containers:     []corev1.Container{p.mainContainer()},
		Volumes:        p.podVolumes(),
	}
	if p.finite {
		pod.RestartPolicy = corev1.RestartPolicyNever
		return pod // there is one pod at a time, which may run anywhere
	}
	if len(p.volumes) > 0 {
		// Else the owner of every file is set at each start, which takes minutes on a large volume.
		pod.SecurityContext.FSGroupChangePolicy = new(corev1.FSGroupChangeOnRootMismatch)
	}
	pod.TopologySpreadConstraints, pod.Affinity = p.spread(), p.affinity()
	return pod
}

// graceSeconds are for the drain, if anybody calls the program, and for what is under way after it.
func (p program) graceSeconds() int64 {
	if p.listener == nil {
		return endSeconds
	}
	return drainSeconds + endSeconds
}

// tolerations are copied deeply: one can point to its seconds.
func (p program) tolerations() []corev1.Toleration {
	tolerations := slices.Clone(p.placement.Tolerations)
	for i := range tolerations {
		p.placement.Tolerations[i].DeepCopyInto(&tolerations[i])
	}
	return tolerations
}

// spread pods over host names: DOKS' nodes carry no zone.
func (p program) spread() []corev1.TopologySpreadConstraint {
	return []corev1.TopologySpreadConstraint{{
		MaxSkew:           1,
		TopologyKey:       corev1.LabelHostname,
		WhenUnsatisfiable: corev1.ScheduleAnyway,
		LabelSelector:     &metav1.LabelSelector{MatchLabels: p.selector()},
	}}
}

func (p program) affinity() *corev1.Affinity {
	return &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
			Weight: 100,
			PodAffinityTerm: corev1.PodAffinityTerm{
				TopologyKey:   corev1.LabelHostname,
				LabelSelector: &metav1.LabelSelector{MatchLabels: p.selector()},
			},
		}},
	}}
}
