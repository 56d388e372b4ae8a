package workload

import (
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	portName = "http"
	tmpName  = "tmp"
	// userID is above 10000, where no user of a node has an id.
	userID = 10001
	// drainSeconds is how long a pod goes on serving after it was told to end, until every load balancer and
	// kube-proxy has forgotten it. The sleep action is on by default since Kubernetes 1.30.
	drainSeconds = 5
	// graceSeconds is for the drain and for the requests that are under way after it.
	graceSeconds = 35
	// progressSeconds after which a rollout without progress counts as failed.
	progressSeconds = 300
	revisionHistory = 5
)

func (s Server) deployment() *appsv1.Deployment {
	return &appsv1.Deployment{
		TypeMeta:   typeMeta("apps/v1", "Deployment"),
		ObjectMeta: s.meta(),
		Spec: appsv1.DeploymentSpec{
			Replicas: s.deploymentReplicas(),
			Selector: &metav1.LabelSelector{MatchLabels: s.selector()},
			Strategy: appsv1.DeploymentStrategy{
				Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{
					MaxUnavailable: new(intstr.FromInt32(0)),
					MaxSurge:       new(intstr.FromInt32(1)),
				},
			},
			ProgressDeadlineSeconds: new(int32(progressSeconds)),
			RevisionHistoryLimit:    new(int32(revisionHistory)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: s.podLabels()},
				Spec:       s.pod(),
			},
		},
	}
}

// deploymentReplicas is nil when an autoscaler owns the number: writing it would undo every scaling.
func (s Server) deploymentReplicas() *int32 {
	if s.Autoscale != nil {
		return nil
	}
	return new(*s.Replicas)
}

func (s Server) pod() corev1.PodSpec {
	return corev1.PodSpec{
		ServiceAccountName:            s.Name,
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		TerminationGracePeriodSeconds: new(int64(graceSeconds)),
		NodeSelector:                  maps.Clone(s.Placement.NodeSelector),
		Tolerations:                   s.tolerations(),
		TopologySpreadConstraints:     s.spread(),
		Affinity:                      s.affinity(),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:   new(true),
			RunAsUser:      new(int64(userID)),
			RunAsGroup:     new(int64(userID)),
			FSGroup:        new(int64(userID)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{s.container()},
		Volumes: []corev1.Volume{{
			Name: tmpName,
			VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
				SizeLimit: new(resource.MustParse("64Mi")),
			}},
		}},
	}
}

func (s Server) container() corev1.Container {
	return corev1.Container{
		Name:            s.Name,
		Image:           s.Image,
		ImagePullPolicy: corev1.PullAlways,
		Command:         slices.Clone(s.Command),
		Args:            slices.Clone(s.Args),
		Env:             s.env(),
		Resources:       s.Resources,
		Ports:           []corev1.ContainerPort{{Name: portName, ContainerPort: s.Port, Protocol: corev1.ProtocolTCP}},
		StartupProbe:    s.startupProbe(),
		ReadinessProbe:  s.readinessProbe(),
		LivenessProbe:   s.livenessProbe(),
		Lifecycle: &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{
			Sleep: &corev1.SleepAction{Seconds: drainSeconds},
		}},
		// So that a waiting reconciler can say why a program failed.
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		VolumeMounts:             []corev1.VolumeMount{{Name: tmpName, MountPath: "/tmp"}},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			Privileged:               new(false),
			ReadOnlyRootFilesystem:   new(true),
			RunAsNonRoot:             new(true),
			RunAsUser:                new(int64(userID)),
			RunAsGroup:               new(int64(userID)),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
	}
}

// env is copied deeply: a variable can point to where its value comes from.
func (s Server) env() []corev1.EnvVar {
	env := slices.Clone(s.Env)
	for i := range env {
		s.Env[i].DeepCopyInto(&env[i])
	}
	return env
}

// tolerations are copied deeply too: one can point to its seconds.
func (s Server) tolerations() []corev1.Toleration {
	tolerations := slices.Clone(s.Placement.Tolerations)
	for i := range tolerations {
		s.Placement.Tolerations[i].DeepCopyInto(&tolerations[i])
	}
	return tolerations
}

// spread pods over host names: DOKS' nodes carry no zone.
func (s Server) spread() []corev1.TopologySpreadConstraint {
	return []corev1.TopologySpreadConstraint{{
		MaxSkew:           1,
		TopologyKey:       corev1.LabelHostname,
		WhenUnsatisfiable: corev1.ScheduleAnyway,
		LabelSelector:     &metav1.LabelSelector{MatchLabels: s.selector()},
	}}
}

func (s Server) affinity() *corev1.Affinity {
	return &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
			Weight: 100,
			PodAffinityTerm: corev1.PodAffinityTerm{
				TopologyKey:   corev1.LabelHostname,
				LabelSelector: &metav1.LabelSelector{MatchLabels: s.selector()},
			},
		}},
	}}
}
