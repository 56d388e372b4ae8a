package security_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/security"
)

// rule of one API group.
func rule(group string, resources, verbs []string, names ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs, ResourceNames: names}
}

// deployer of one Deployment, that reads one Secret.
func deployer() security.Access {
	return security.Access{Name: "deployer", Namespace: "shop", Rules: []rbacv1.PolicyRule{
		rule("apps", []string{"deployments"}, []string{"get", "patch"}, "web"),
		rule("", []string{"secrets"}, []string{"get"}, "registry"),
	}}
}

// operator reads all nodes, and debugs pods with leave.
func operator() security.Access {
	return security.Access{
		Name: "operator", Namespace: "tools", ClusterWide: true,
		Rules: []rbacv1.PolicyRule{
			rule("", []string{"nodes"}, []string{"get", "list", "watch"}),
			rule("", []string{"pods/exec", "pods/ephemeralcontainers"}, []string{"create", "patch"}),
		},
		Allow: []security.Exception{
			{Grant: "create pods/exec", Reason: "runs the health check of the database"},
			{Grant: "patch pods/ephemeralcontainers", Reason: "people debug through it"},
			{Grant: "create pods/ephemeralcontainers", Reason: "the rule has the verb for pods/exec"},
		},
	}
}

func buildAccess(t *testing.T, a security.Access) *security.AccessObjects {
	t.Helper()
	objs, err := a.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs
}

func TestAccessGolden(t *testing.T) {
	elsewhere := deployer()
	elsewhere.In = "stage"
	for name, access := range map[string]security.Access{
		"access": deployer(), "access-elsewhere": elsewhere, "access-cluster": operator(),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, buildAccess(t, access).All()))
			again, err := access.Objects()
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(buildAccess(t, access).All(), again), "the same spec gives the same objects")
			require.Empty(t, access.Requires())
			require.Empty(t, buildAccess(t, access).Requires())
		})
	}
}

func TestAccessIsOfOneNamespace(t *testing.T) {
	objs := buildAccess(t, deployer())
	require.Nil(t, objs.ClusterRole)
	require.Nil(t, objs.ClusterRoleBinding)
	require.Equal(t, "shop", objs.Role.Namespace)
	require.Equal(t, []rbacv1.Subject{{Kind: "ServiceAccount", Name: "deployer", Namespace: "shop"}}, objs.RoleBinding.Subjects)
	require.Equal(t, rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: "deployer"}, objs.RoleBinding.RoleRef)
	require.Empty(t, objs.Role.Annotations, "nothing had to be allowed")
}

// Accounts of one name in two namespaces may be granted rights in a third, or in the whole cluster.
func TestNamesOfRolesNeverClash(t *testing.T) {
	names := map[string]bool{}
	for _, namespace := range []string{"shop", "stage", "a-b", "a"} {
		for _, name := range []string{"web", "b-web"} {
			access := security.Access{Name: name, Namespace: namespace, In: "shop", Rules: deployer().Rules}
			names[buildAccess(t, access).Role.Name] = true
		}
	}
	require.Len(t, names, 8)
	require.Contains(t, names, "web", "in its own namespace it has the name of the workload")
	require.Contains(t, names, "stage.web")
}

func TestReasonsAreOnTheRole(t *testing.T) {
	objs := buildAccess(t, operator())
	require.Equal(t, `create pods/ephemeralcontainers: the rule has the verb for pods/exec
create pods/exec: runs the health check of the database
patch pods/ephemeralcontainers: people debug through it`, objs.ClusterRole.Annotations[security.AnnotationExceptions])
	require.Empty(t, objs.ClusterRoleBinding.Annotations)
}

func TestAccessSharesNothing(t *testing.T) {
	spec := operator()
	objs := buildAccess(t, spec)
	objs.ClusterRole.Rules[0].Verbs[0] = "changed"
	objs.ClusterRole.Rules[0].Resources[0] = "changed"
	objs.ClusterRole.Annotations["changed"] = "changed"
	objs.ClusterRole.Labels["changed"] = "changed"
	require.Empty(t, cmp.Diff(operator(), spec))
	require.Empty(t, cmp.Diff(buildAccess(t, operator()).All(), buildAccess(t, spec).All()))
	require.NotContains(t, objs.ClusterRoleBinding.Labels, "changed")
}

func TestTornAccessIsRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		spec   security.Access
		tear   func(*security.AccessObjects)
		want   string
	}{
		"renamed": {
			reason: "The binding would bind nothing.", spec: deployer(), tear: func(o *security.AccessObjects) { o.Role.Name = "other" },
			want: `roleBinding.roleRef: Invalid value: "Role deployer": must be the role beside it, Role other`,
		},
		"other kind": {
			reason: "A ClusterRole of that name may be anybody's.", spec: deployer(),
			tear: func(o *security.AccessObjects) { o.RoleBinding.RoleRef.Kind = "ClusterRole" },
			want: `roleBinding.roleRef: Invalid value: "ClusterRole deployer": must be the role beside it, Role deployer`,
		},
		"moved": {
			reason: "A binding finds roles of its own namespace.", spec: deployer(),
			tear: func(o *security.AccessObjects) { o.RoleBinding.Namespace = "other" },
			want: `roleBinding.metadata.namespace: Invalid value: "other": must be the role's, "shop"`,
		},
		"cluster": {
			reason: "The binding would bind nothing.", spec: operator(), tear: func(o *security.AccessObjects) { o.ClusterRole.Name = "x" },
			want: `clusterRoleBinding.roleRef: Invalid value: "ClusterRole tools.operator": must be the role beside it, ClusterRole x`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := buildAccess(t, tc.spec)
			tc.tear(objs)
			require.EqualError(t, objs.Validate(), tc.want, tc.reason)
		})
	}
	alone := buildAccess(t, deployer())
	alone.Role = nil
	require.NoError(t, alone.Validate(), "the role can be one that is there already")
	require.Len(t, alone.All(), 1, "what is nil is left out")
}
