package security

import (
	"maps"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// AnnotationExceptions of a Role or ClusterRole says which dangerous grants it has, and why: a line for each, "grant: reason".
const AnnotationExceptions = "caisson.dev/exceptions"

// Access lets the service account of one workload do what the rules say, and nothing else: a Role and its binding. Name,
// Namespace and Rules are required.
//
// A workload whose programs talk to the API also needs a token, which workloads do not mount unless told to.
type Access struct {
	// Name of the service account, which is its workload's. Not default: that is the account of every pod that names
	// none.
	Name string `json:"name"`
	// Namespace of the service account.
	Namespace string `json:"namespace"`
	// In is the namespace that the rules hold in. Default: Namespace.
	In string `json:"in,omitempty"`
	// ClusterWide makes a ClusterRole and its binding: for resources that are in no namespace, like nodes. Resources that
	// are in namespaces are then granted in all of them.
	ClusterWide bool `json:"clusterWide,omitempty"`
	// Rules are Kubernetes' own, at least one. Each is exact: one API group, resources, names and verbs without *. What
	// leads to more rights than it says, or to what others keep secret, is refused unless Allow names it.
	Rules []rbacv1.PolicyRule `json:"rules"`
	// Allow names the dangerous grants among Rules, each with its reason. Default: none.
	Allow []Exception `json:"allow,omitempty"`
}

// Exception allows one grant that is refused otherwise.
type Exception struct {
	// Grant as the error that refuses it writes it, "create pods/exec" or "bind roles.rbac.authorization.k8s.io": the
	// verb, the resource and, if it is not the core's, the API group. One that no rule gives is an error, so that none
	// stays behind when its rule goes.
	Grant string `json:"grant"`
	// Reason for people who audit. It becomes part of the Role's annotation caisson.dev/exceptions.
	Reason string `json:"reason"`
}

// AccessObjects is what an Access is made of: the Role and its binding, or the ClusterRole and its. Change the fields as
// you like before they are applied; nil fields are left out.
type AccessObjects struct {
	Role               *rbacv1.Role
	RoleBinding        *rbacv1.RoleBinding
	ClusterRole        *rbacv1.ClusterRole
	ClusterRoleBinding *rbacv1.ClusterRoleBinding
}

// Build makes the objects of an access. It talks to nothing, and gives the same for the same spec. The error is a list of
// field errors, each with the path of the field and what to write instead.
func (a Access) Build() (*AccessObjects, error) {
	a = a.withDefaults()
	if errs := a.validate(); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	var rules []rbacv1.PolicyRule
	for _, rule := range a.Rules {
		rules = append(rules, *rule.DeepCopy())
	}
	subjects := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: a.Name, Namespace: a.Namespace}}
	if a.ClusterWide {
		return &AccessObjects{
			ClusterRole: &rbacv1.ClusterRole{
				TypeMeta: rbacType("ClusterRole"), ObjectMeta: a.meta(a.exceptions()), Rules: rules,
			},
			ClusterRoleBinding: &rbacv1.ClusterRoleBinding{
				TypeMeta: rbacType("ClusterRoleBinding"), ObjectMeta: a.meta(nil),
				RoleRef: a.roleRef("ClusterRole"), Subjects: subjects,
			},
		}, nil
	}
	return &AccessObjects{
		Role: &rbacv1.Role{TypeMeta: rbacType("Role"), ObjectMeta: a.meta(a.exceptions()), Rules: rules},
		RoleBinding: &rbacv1.RoleBinding{
			TypeMeta: rbacType("RoleBinding"), ObjectMeta: a.meta(nil), RoleRef: a.roleRef("Role"), Subjects: subjects,
		},
	}, nil
}

func (a Access) withDefaults() Access {
	if a.In == "" && !a.ClusterWide {
		a.In = a.Namespace
	}
	return a
}

// meta names the objects after the account, and adds its namespace where they are elsewhere: two namespaces can have
// accounts of one name. The dot can be part of neither.
func (a Access) meta(annotations map[string]string) metav1.ObjectMeta {
	meta := Namespace{Name: a.In}.meta(a.Name)
	if a.In != a.Namespace {
		meta.Name = a.Namespace + "." + a.Name
	}
	meta.Annotations = maps.Clone(annotations)
	return meta
}

func (a Access) roleRef(kind string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: a.meta(nil).Name}
}

// exceptions as an annotation, sorted: their order in the spec means nothing.
func (a Access) exceptions() map[string]string {
	if len(a.Allow) == 0 {
		return nil
	}
	var lines []string
	for _, exception := range a.Allow {
		lines = append(lines, exception.Grant+": "+exception.Reason)
	}
	slices.Sort(lines)
	return map[string]string{AnnotationExceptions: strings.Join(lines, "\n")}
}

func rbacType(kind string) metav1.TypeMeta { return typeMeta("rbac.authorization.k8s.io/v1", kind) }

// Validate says what is wrong with the spec.
func (a Access) Validate() error { return a.withDefaults().validate().ToAggregate() }

// Objects builds the access and gives all its objects.
func (a Access) Objects() ([]caisson.Object, error) {
	objs, err := a.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires nothing beyond Kubernetes. That the groups and resources of the rules are served is not asked: a grant of what
// is not there yet does no harm.
func (a Access) Requires() []caisson.Requirement { return nil }

var _ caisson.Builder = Access{}
