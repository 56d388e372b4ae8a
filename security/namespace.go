package security

import (
	"cmp"
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// PodSecurity is a level of the Pod Security Standards. The zero value is Restricted.
type PodSecurity string

const (
	// Restricted follows what is current best practice for hardening pods.
	Restricted PodSecurity = "restricted"
	// Baseline forbids what is known to lead to more privileges.
	Baseline PodSecurity = "baseline"
	// Privileged forbids nothing. For agents of nodes alone.
	Privileged PodSecurity = "privileged"
)

// PodSecurityLevels from the strictest.
func PodSecurityLevels() []PodSecurity { return []PodSecurity{Restricted, Baseline, Privileged} }

// Namespace is a place for workloads that denies by default. Only Name is required.
type Namespace struct {
	// Name of the namespace, a DNS label. Not default, nor one that begins with kube-.
	Name string `json:"name"`
	// Labels and Annotations beside those that Build sets.
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	// PodSecurity that is enforced. Default: restricted.
	PodSecurity PodSecurity `json:"podSecurity,omitempty"`
	// PodSecurityVersion of the standards, "v1.<minor>". Pinned, so that an upgrade of the cluster refuses no pod that
	// it accepted before. Default: v1.34, the oldest minor that Caisson supports.
	PodSecurityVersion string `json:"podSecurityVersion,omitempty"`
	// AllowAllTraffic leaves out the policies: every pod of the cluster can talk to those here, and they to the world.
	AllowAllTraffic bool `json:"allowAllTraffic,omitempty"`
	// Quota for all pods together. What is not given is DefaultQuota's.
	Quota corev1.ResourceList `json:"quota,omitempty"`
	// Limits for each container. What is not given is DefaultLimits'.
	Limits Limits `json:"limits,omitzero"`
}

// NamespaceObjects is what a Namespace is made of. Change the fields as you like before they are applied; nil fields
// are left out.
type NamespaceObjects struct {
	Namespace     *corev1.Namespace
	DefaultDeny   *networkingv1.NetworkPolicy
	AllowDNS      *networkingv1.NetworkPolicy
	ResourceQuota *corev1.ResourceQuota
	LimitRange    *corev1.LimitRange
}

const defaultPodSecurityVersion = "v1.34"

// Build makes the objects of a namespace. It talks to nothing, and gives the same for the same spec. The error is a
// list of field errors, each with the path of the field and what to write instead.
func (n Namespace) Build() (*NamespaceObjects, error) {
	n = n.withDefaults()
	if errs := n.validate(); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	objs := &NamespaceObjects{
		Namespace:     n.namespace(),
		ResourceQuota: n.resourceQuota(),
		LimitRange:    n.limitRange(),
	}
	if !n.AllowAllTraffic {
		objs.DefaultDeny, objs.AllowDNS = n.defaultDeny(), n.allowDNS()
	}
	return objs, nil
}

func (n Namespace) withDefaults() Namespace {
	n.PodSecurity = cmp.Or(n.PodSecurity, Restricted)
	n.PodSecurityVersion = cmp.Or(n.PodSecurityVersion, defaultPodSecurityVersion)
	n.Quota = merged(DefaultQuota(), n.Quota)
	n.Limits = n.Limits.withDefaults()
	return n
}

func (n Namespace) namespace() *corev1.Namespace {
	labels := map[string]string{}
	maps.Copy(labels, n.Labels)
	labels[caisson.LabelManagedBy] = caisson.ManagedBy
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = string(n.PodSecurity)
		labels["pod-security.kubernetes.io/"+mode+"-version"] = n.PodSecurityVersion
	}
	return &corev1.Namespace{
		TypeMeta:   typeMeta("v1", "Namespace"),
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels, Annotations: maps.Clone(n.Annotations)},
	}
}

func (n Namespace) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: n.Name, Labels: map[string]string{caisson.LabelManagedBy: caisson.ManagedBy},
	}
}

func typeMeta(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}

// Validate says what is wrong with the spec.
func (n Namespace) Validate() error { return n.withDefaults().validate().ToAggregate() }

// Objects builds the namespace and gives all its objects.
func (n Namespace) Objects() ([]caisson.Object, error) {
	objs, err := n.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires nothing beyond Kubernetes.
func (n Namespace) Requires() []caisson.Requirement { return nil }

// All gives the objects that are not nil.
func (o *NamespaceObjects) All() []caisson.Object {
	var all []caisson.Object
	if o.Namespace != nil {
		all = append(all, o.Namespace)
	}
	if o.DefaultDeny != nil {
		all = append(all, o.DefaultDeny)
	}
	if o.AllowDNS != nil {
		all = append(all, o.AllowDNS)
	}
	if o.ResourceQuota != nil {
		all = append(all, o.ResourceQuota)
	}
	if o.LimitRange != nil {
		all = append(all, o.LimitRange)
	}
	return all
}

// Objects gives all that are not nil.
func (o *NamespaceObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires nothing beyond Kubernetes.
func (o *NamespaceObjects) Requires() []caisson.Requirement { return nil }

var (
	_ caisson.Builder = Namespace{}
	_ caisson.Builder = (*NamespaceObjects)(nil)
)
