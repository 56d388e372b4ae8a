package workload

import (
	"maps"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

// ServerObjects is what a Server is made of. Change the fields as you like before they are applied; nil fields are
// left out.
type ServerObjects struct {
	ServiceAccount          *corev1.ServiceAccount
	Service                 *corev1.Service
	Deployment              *appsv1.Deployment
	PodDisruptionBudget     *policyv1.PodDisruptionBudget
	HorizontalPodAutoscaler *autoscalingv2.HorizontalPodAutoscaler
}

// Build makes the objects of a server. It talks to nothing, and gives the same for the same spec. The error is a list
// of field errors, each with the path of the field and what to write instead.
func (s Server) Build() (*ServerObjects, error) {
	s = withDefaults(s)
	if errs := validate(s); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &ServerObjects{
		ServiceAccount:          s.serviceAccount(),
		Service:                 s.service(),
		Deployment:              s.deployment(),
		PodDisruptionBudget:     s.podDisruptionBudget(),
		HorizontalPodAutoscaler: s.horizontalPodAutoscaler(),
	}, nil
}

// All gives the objects that are not nil.
func (o *ServerObjects) All() []caisson.Object {
	var all []caisson.Object
	if o.ServiceAccount != nil {
		all = append(all, o.ServiceAccount)
	}
	if o.Service != nil {
		all = append(all, o.Service)
	}
	if o.Deployment != nil {
		all = append(all, o.Deployment)
	}
	if o.PodDisruptionBudget != nil {
		all = append(all, o.PodDisruptionBudget)
	}
	if o.HorizontalPodAutoscaler != nil {
		all = append(all, o.HorizontalPodAutoscaler)
	}
	return all
}

// Objects gives all that are not nil.
func (o *ServerObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires metrics-server when there is a HorizontalPodAutoscaler.
func (o *ServerObjects) Requires() []caisson.Requirement {
	hpa := o.HorizontalPodAutoscaler
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
)

// instance is the one label that Services, budgets and policies select by.
func (s Server) instance() map[string]string { return map[string]string{caisson.LabelInstance: s.Name} }

// selector of the Deployment: two revisions of a workload can stand side by side on different tracks.
func (s Server) selector() map[string]string {
	labels := s.instance()
	labels[caisson.LabelTrack] = caisson.TrackStable
	return labels
}

func (s Server) labels() map[string]string {
	labels := s.instance()
	labels[caisson.LabelName] = s.Name
	labels[caisson.LabelManagedBy] = caisson.ManagedBy
	return labels
}

func (s Server) meta() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: s.Name, Namespace: s.Namespace, Labels: s.labels()}
}

func (s Server) podLabels() map[string]string {
	labels := s.labels()
	maps.Copy(labels, s.selector())
	return labels
}

func typeMeta(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}
