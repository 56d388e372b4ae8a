package security

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// All gives the objects that are not nil.
func (o *AccessObjects) All() []caisson.Object {
	var all []caisson.Object
	if o.Role != nil {
		all = append(all, o.Role)
	}
	if o.RoleBinding != nil {
		all = append(all, o.RoleBinding)
	}
	if o.ClusterRole != nil {
		all = append(all, o.ClusterRole)
	}
	if o.ClusterRoleBinding != nil {
		all = append(all, o.ClusterRoleBinding)
	}
	return all
}

// Objects gives all that are not nil.
func (o *AccessObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires nothing beyond Kubernetes.
func (o *AccessObjects) Requires() []caisson.Requirement { return nil }

// Validate checks that each binding binds the role beside it: an assignment after Build can rename one of them. What the
// role grants is the caller's to change, and is not checked again.
func (o *AccessObjects) Validate() error {
	var errs field.ErrorList
	if o.RoleBinding != nil && o.Role != nil {
		errs = append(errs, binds(field.NewPath("roleBinding"), o.RoleBinding.RoleRef,
			o.RoleBinding.ObjectMeta, "Role", o.Role.ObjectMeta)...)
	}
	if o.ClusterRoleBinding != nil && o.ClusterRole != nil {
		errs = append(errs, binds(field.NewPath("clusterRoleBinding"), o.ClusterRoleBinding.RoleRef,
			o.ClusterRoleBinding.ObjectMeta, "ClusterRole", o.ClusterRole.ObjectMeta)...)
	}
	return errs.ToAggregate()
}

func binds(path *field.Path, ref rbacv1.RoleRef, binding metav1.ObjectMeta, kind string, role metav1.ObjectMeta) field.ErrorList {
	var errs field.ErrorList
	if ref.Kind != kind || ref.Name != role.Name {
		errs = append(errs, field.Invalid(path.Child("roleRef"), ref.Kind+" "+ref.Name,
			fmt.Sprintf("must be the role beside it, %s %s", kind, role.Name)))
	}
	if binding.Namespace != role.Namespace {
		errs = append(errs, field.Invalid(path.Child("metadata", "namespace"), binding.Namespace,
			fmt.Sprintf("must be the role's, %q", role.Namespace)))
	}
	return errs
}

var _ caisson.Builder = (*AccessObjects)(nil)
