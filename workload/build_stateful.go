package workload

import (
	"cmp"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// StatefulObjects is what a Stateful is made of. Change the fields as you like before they are applied; nil fields are
// left out.
type StatefulObjects struct {
	ServiceAccount *corev1.ServiceAccount
	// ConfigMaps with the values of Config.
	ConfigMaps []*corev1.ConfigMap
	// Service reaches any replica that is ready, by the workload's name.
	Service *corev1.Service
	// Headless gives each replica a name of its own, ready or not: <name>-0.<name>-headless.
	Headless            *corev1.Service
	StatefulSet         *appsv1.StatefulSet
	PodDisruptionBudget *policyv1.PodDisruptionBudget
}

// Build makes the objects of a program with data. It talks to nothing, and gives the same for the same spec. The error is
// a list of field errors, each with the path of the field and what to write instead.
func (s Stateful) Build() (*StatefulObjects, error) {
	p := s.program()
	if errs := s.validate(p); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &StatefulObjects{
		ServiceAccount:      p.serviceAccount(),
		ConfigMaps:          p.configMaps(),
		Service:             p.service(),
		Headless:            p.headless(),
		StatefulSet:         p.statefulSet(cmp.Or(s.OnDelete, KeepVolumes)),
		PodDisruptionBudget: p.podDisruptionBudget(),
	}, nil
}

// All gives the objects that are not nil.
func (o *StatefulObjects) All() []caisson.Object {
	all := add(nil, o.ServiceAccount)
	all = add(all, o.ConfigMaps...)
	all = add(all, o.Service, o.Headless)
	all = add(all, o.StatefulSet)
	return add(all, o.PodDisruptionBudget)
}

// Objects gives all that are not nil.
func (o *StatefulObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires nothing beyond Kubernetes.
func (o *StatefulObjects) Requires() []caisson.Requirement { return nil }

func (p program) headlessName() string { return p.name + "-headless" }

func (p program) headless() *corev1.Service {
	service := p.service()
	service.Name = p.headlessName()
	service.Spec.ClusterIP = corev1.ClusterIPNone
	// Replicas find each other before they are ready: many are not until they have.
	service.Spec.PublishNotReadyAddresses = true
	// There is no address that could send to another port.
	service.Spec.Ports[0].Port = p.listener.port
	return service
}

func (p program) statefulSet(onDelete OnDelete) *appsv1.StatefulSet {
	retention := &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
		WhenDeleted: appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		WhenScaled:  appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
	}
	if onDelete == DeleteVolumes {
		retention.WhenDeleted = appsv1.DeletePersistentVolumeClaimRetentionPolicyType
	}
	update := appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType}
	return &appsv1.StatefulSet{
		TypeMeta:   typeMeta("apps/v1", "StatefulSet"),
		ObjectMeta: p.meta(),
		Spec: appsv1.StatefulSetSpec{
			Replicas:                             p.fixedReplicas(),
			ServiceName:                          p.headlessName(),
			Selector:                             &metav1.LabelSelector{MatchLabels: p.selector()},
			PodManagementPolicy:                  appsv1.OrderedReadyPodManagement,
			UpdateStrategy:                       update,
			RevisionHistoryLimit:                 new(int32(revisionHistory)),
			PersistentVolumeClaimRetentionPolicy: retention,
			Template:                             p.template(),
			VolumeClaimTemplates:                 p.claims(onDelete),
		},
	}
}
