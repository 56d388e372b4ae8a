package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

// ServerObjects is what a Server is made of. Change the fields as you like before they are applied; nil fields are
// left out.
type ServerObjects struct {
	ServiceAccount *corev1.ServiceAccount
	// ConfigMaps with the values of Config.
	ConfigMaps              []*corev1.ConfigMap
	Service                 *corev1.Service
	Deployment              *appsv1.Deployment
	PodDisruptionBudget     *policyv1.PodDisruptionBudget
	HorizontalPodAutoscaler *autoscalingv2.HorizontalPodAutoscaler
}

// Build makes the objects of a server. It talks to nothing, and gives the same for the same spec. The error is a list
// of field errors, each with the path of the field and what to write instead.
func (s Server) Build() (*ServerObjects, error) {
	p := s.program()
	if errs := s.validate(p); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &ServerObjects{
		ServiceAccount:          p.serviceAccount(),
		ConfigMaps:              p.configMaps(),
		Service:                 p.service(),
		Deployment:              p.deployment(),
		PodDisruptionBudget:     p.podDisruptionBudget(),
		HorizontalPodAutoscaler: p.horizontalPodAutoscaler(),
	}, nil
}

// All gives the objects that are not nil.
func (o *ServerObjects) All() []caisson.Object {
	all := add(nil, o.ServiceAccount)
	all = add(all, o.ConfigMaps...)
	all = add(all, o.Service)
	all = add(all, o.Deployment)
	all = add(all, o.PodDisruptionBudget)
	return add(all, o.HorizontalPodAutoscaler)
}

// Objects gives all that are not nil.
func (o *ServerObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires metrics-server when there is a HorizontalPodAutoscaler.
func (o *ServerObjects) Requires() []caisson.Requirement {
	return requireMetrics(o.HorizontalPodAutoscaler)
}

// object is what a pointer to one of Kubernetes' types is.
type object[T any] interface {
	*T
	caisson.Object
}

// add those that are not nil.
func add[T any, P object[T]](all []caisson.Object, more ...P) []caisson.Object {
	for _, one := range more {
		if one != nil {
			all = append(all, one)
		}
	}
	return all
}

func requireMetrics(hpa *autoscalingv2.HorizontalPodAutoscaler) []caisson.Requirement {
	if hpa == nil {
		return nil
	}
	return []caisson.Requirement{{
		Kind:   schema.GroupVersionKind{Group: "metrics.k8s.io", Version: "v1beta1", Kind: "PodMetrics"},
		For:    "HorizontalPodAutoscaler " + hpa.Namespace + "/" + hpa.Name + " reads what its pods use",
		Remedy: "install metrics-server, for example: doctl kubernetes 1-click install <cluster-id> --1-clicks metrics-server",
	}}
}

var (
	_ caisson.Builder = Server{}
	_ caisson.Builder = (*ServerObjects)(nil)
	_ caisson.Builder = Worker{}
	_ caisson.Builder = (*WorkerObjects)(nil)
	_ caisson.Builder = Task{}
	_ caisson.Builder = (*TaskObjects)(nil)
	_ caisson.Builder = Schedule{}
	_ caisson.Builder = (*ScheduleObjects)(nil)
	_ caisson.Builder = Stateful{}
	_ caisson.Builder = (*StatefulObjects)(nil)
)
