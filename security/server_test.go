package security_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/security"
)

// What Build makes must be what an API server takes, without a field that it would drop.
func TestAServerAcceptsAllThatIsBuilt(t *testing.T) {
	cluster := applytest.Shared(t)
	strict := client.WithFieldValidation(cluster.Client, "Strict")
	bot := peer("accepted", "bot", caisson.Port{Port: 8080})
	access, elsewhere, wide := deployer(), deployer(), operator()
	access.Namespace, elsewhere.In, wide.Name = "accepted", "accepted", "accepted"
	for _, builder := range []caisson.Builder{
		security.Namespace{Name: "accepted"},
		access, elsewhere, wide,
		security.Connections{
			{From: bot, To: security.Internet(443)},
			{From: bot, To: security.Addresses("database", []string{"10.110.0.0/20", "2001:db8::/32"}, 25060)},
			{From: bot, To: peer("accepted", "api", caisson.Port{Port: 53, Protocol: "UDP"})},
			{From: security.EveryPod("monitoring"), To: bot},
			{From: ours("accepted"), To: bot},
		},
	} {
		objects, err := builder.Objects()
		require.NoError(t, err)
		for _, object := range objects {
			require.NoError(t, strict.Create(t.Context(), object), "%T %s", object, object.GetName())
		}
	}
}

// The server's own authorizer says what an account may do.
func TestAccessGrantsWhatItSaysAndNothingElse(t *testing.T) {
	cluster := applytest.Shared(t)
	namespace := cluster.Namespace(t)
	access := deployer()
	access.Namespace = namespace
	access.Rules = append(access.Rules, rule("", []string{"pods/exec"}, []string{"create"}))
	access.Allow = []security.Exception{{Grant: "create pods/exec", Reason: "the test asks for it"}}
	wide := security.Access{
		Name: "deployer", Namespace: namespace, ClusterWide: true,
		Rules: []rbacv1.PolicyRule{rule("", []string{"nodes"}, []string{"get"})},
	}
	for _, one := range []security.Access{access, wide} {
		objects, err := one.Objects()
		require.NoError(t, err)
		for _, object := range objects {
			require.NoError(t, cluster.Client.Create(t.Context(), object))
		}
	}
	type attributes = authorizationv1.ResourceAttributes
	cases := map[string]struct {
		may  bool
		what attributes
	}{
		"it rolls its Deployment":         {true, attributes{Namespace: namespace, Verb: "patch", Group: "apps", Resource: "deployments", Name: "web"}},
		"and no other":                    {false, attributes{Namespace: namespace, Verb: "patch", Group: "apps", Resource: "deployments", Name: "api"}},
		"nor in another namespace":        {false, attributes{Namespace: "default", Verb: "patch", Group: "apps", Resource: "deployments", Name: "web"}},
		"nor deletes it":                  {false, attributes{Namespace: namespace, Verb: "delete", Group: "apps", Resource: "deployments", Name: "web"}},
		"it reads its Secret":             {true, attributes{Namespace: namespace, Verb: "get", Resource: "secrets", Name: "registry"}},
		"and no other Secret":             {false, attributes{Namespace: namespace, Verb: "get", Resource: "secrets", Name: "root"}},
		"nor lists them":                  {false, attributes{Namespace: namespace, Verb: "list", Resource: "secrets"}},
		"what is allowed by name":         {true, attributes{Namespace: namespace, Verb: "create", Resource: "pods", Subresource: "exec", Name: "web-0"}},
		"is not more than that":           {false, attributes{Namespace: namespace, Verb: "create", Resource: "pods"}},
		"what is in no namespace":         {true, attributes{Verb: "get", Resource: "nodes", Name: "shared-1"}},
		"is read, and not by the kubelet": {false, attributes{Verb: "get", Resource: "nodes", Subresource: "proxy", Name: "shared-1"}},
	}
	allowed := func(what attributes) bool {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: "system:serviceaccount:" + namespace + ":deployer", ResourceAttributes: &what,
		}}
		require.NoError(t, cluster.Client.Create(t.Context(), review))
		return review.Status.Allowed
	}
	for reason, tc := range cases {
		if tc.may { // the authorizer learns of roles by a watch
			require.Eventually(t, func() bool { return allowed(tc.what) }, 10*time.Second, 20*time.Millisecond, reason)
		}
	}
	for reason, tc := range cases {
		require.Equal(t, tc.may, allowed(tc.what), reason)
	}
}

// Authorization knows no name of what is created: why Access refuses names there.
func TestNamesOfWhatIsCreatedGrantNothing(t *testing.T) {
	cluster := applytest.Shared(t)
	namespace := cluster.Namespace(t)
	objs := buildAccess(t, security.Access{Name: "maker", Namespace: namespace, Rules: deployer().Rules[:1]})
	objs.Role.Rules = []rbacv1.PolicyRule{rule("", []string{"configmaps"}, []string{"create", "deletecollection", "list"}, "settings")}
	for _, object := range objs.All() {
		require.NoError(t, cluster.Client.Create(t.Context(), object))
	}
	for _, verb := range []string{"create", "deletecollection", "list"} {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User:               "system:serviceaccount:" + namespace + ":maker",
			ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Resource: "configmaps"},
		}}
		require.NoError(t, cluster.Client.Create(t.Context(), review))
		require.False(t, review.Status.Allowed, verb)
	}
}

// A cluster without Cilium is told what it lacks, before anything is made.
func TestEntitiesNeedCilium(t *testing.T) {
	cluster := applytest.Shared(t)
	namespace := cluster.Namespace(t)
	web := peer(namespace, "web", caisson.Port{Port: 8080})
	calls := security.Connections{{From: security.Gateway(), To: web}, {From: web, To: security.KubeAPIServer()}}
	set := apply.Set{Namespace: namespace, Name: "test", Program: "test"}
	_, err := apply.Reconcile(t.Context(), cluster.Client, set, []caisson.Builder{calls})
	require.ErrorContains(t, err, "CiliumNetworkPolicy")
	require.ErrorContains(t, err, "DOKS brings Cilium")

	definition := ciliumDefinition()
	require.NoError(t, cluster.Client.Create(t.Context(), definition))
	t.Cleanup(func() { require.NoError(t, cluster.Client.Delete(context.Background(), definition)) })
	require.Eventually(t, func() bool {
		_, err = apply.Reconcile(t.Context(), cluster.Client, set, []caisson.Builder{calls})
		return err == nil
	}, time.Minute, 100*time.Millisecond, "a kind is served a moment after it is defined")
	report, err := apply.Reconcile(t.Context(), cluster.Client, set, []caisson.Builder{calls})
	require.NoError(t, err)
	require.Equal(t, 2, report.Count(caisson.Unchanged), "%v", report.Changes)
}

// ciliumDefinition of the kind, without Cilium's schema, which would be most of this repository.
func ciliumDefinition() *unstructured.Unstructured {
	definition := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"group": "cilium.io", "scope": "Namespaced",
		"names": map[string]any{
			"kind": "CiliumNetworkPolicy", "listKind": "CiliumNetworkPolicyList",
			"plural": "ciliumnetworkpolicies", "singular": "ciliumnetworkpolicy",
		},
		"versions": []any{map[string]any{
			"name": "v2", "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{
				"type": "object", "x-kubernetes-preserve-unknown-fields": true,
			}},
		}},
	}}}
	definition.SetAPIVersion("apiextensions.k8s.io/v1")
	definition.SetKind("CustomResourceDefinition")
	definition.SetName("ciliumnetworkpolicies.cilium.io")
	return definition
}
