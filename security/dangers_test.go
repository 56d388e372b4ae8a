package security_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/caissonhq/caisson/security"
)

const (
	rbacGroup  = "rbac.authorization.k8s.io"
	hooksGroup = "admissionregistration.k8s.io"
	certsGroup = "certificates.k8s.io"
)

// Each is refused by the name that allows it, and by no other.
func TestDangerousGrantsNeedAnException(t *testing.T) {
	cases := map[string]struct {
		reason string
		rule   rbacv1.PolicyRule
	}{
		"* pods":      {"Verbs to come are among them.", rule("", []string{"pods"}, []string{"*"})},
		"get *":       {"Secrets are among them.", rule("", []string{"*"}, []string{"get"})},
		"get pods/*":  {"exec is among them.", rule("", []string{"pods/*"}, []string{"get"})},
		"get */scale": {"It is every kind.", rule("", []string{"*/scale"}, []string{"get"})},
		"get pods.*":  {"Groups to come are among them.", rule("*", []string{"pods"}, []string{"get"})},
		"* *.*":       {"It is an administrator.", rule("*", []string{"*"}, []string{"*"})},

		"escalate roles." + rbacGroup:      {"A role without bounds.", rule(rbacGroup, []string{"roles"}, []string{"escalate"})},
		"bind clusterroles." + rbacGroup:   {"cluster-admin is one.", rule(rbacGroup, []string{"clusterroles"}, []string{"bind"}, "view")},
		"create rolebindings." + rbacGroup: {"Bindings give rights.", rule(rbacGroup, []string{"rolebindings"}, []string{"create"})},
		"patch roles." + rbacGroup:         {"Roles give rights.", rule(rbacGroup, []string{"roles"}, []string{"patch"}, "web")},
		"impersonate users":                {"Anybody, then.", rule("", []string{"users"}, []string{"impersonate"})},
		"impersonate serviceaccounts":      {"trivy misses it.", rule("", []string{"serviceaccounts"}, []string{"impersonate"}, "web")},
		"create serviceaccounts/token":     {"trivy misses it.", rule("", []string{"serviceaccounts/token"}, []string{"create"}, "web")},
		"list secrets":                     {"A list has their contents.", rule("", []string{"secrets"}, []string{"list"})},
		"watch secrets":                    {"A watch has their contents.", rule("", []string{"secrets"}, []string{"watch"})},
		"get secrets":                      {"Every one, without names.", rule("", []string{"secrets"}, []string{"get"})},
		"create secrets":                   {"One with a token of another account.", rule("", []string{"secrets"}, []string{"create"})},
		"create pods/exec":                 {"A command as the pod.", rule("", []string{"pods/exec"}, []string{"create"})},
		"get pods/exec":                    {"The same, over a websocket.", rule("", []string{"pods/exec"}, []string{"get"})},
		"create pods/attach":               {"The terminal of the pod.", rule("", []string{"pods/attach"}, []string{"create"}, "web-0")},
		"create pods/portforward":          {"Past the policies.", rule("", []string{"pods/portforward"}, []string{"create"})},
		"patch pods/ephemeralcontainers":   {"A container of one's own in it.", rule("", []string{"pods/ephemeralcontainers"}, []string{"patch"})},
		"get pods/proxy":                   {"Past the policies.", rule("", []string{"pods/proxy"}, []string{"get"})},
		"get services/proxy":               {"Past the policies.", rule("", []string{"services/proxy"}, []string{"get"}, "web")},
		"update namespaces":                {"They have the Pod Security labels.", rule("", []string{"namespaces"}, []string{"update"})},
		"patch namespaces":                 {"They have the Pod Security labels.", rule("", []string{"namespaces"}, []string{"patch"}, "shop")},
		"list configmaps":                  {"A list with names refuses most requests.", rule("", []string{"configmaps"}, []string{"list"}, "settings")},
	}
	for grant, tc := range cases {
		t.Run(grant, func(t *testing.T) { requireDanger(t, grant, tc.reason, tc.rule, false) })
	}
}

// What is in no namespace.
func TestDangerousGrantsOfTheCluster(t *testing.T) {
	cases := map[string]struct {
		reason string
		rule   rbacv1.PolicyRule
	}{
		"get nodes/proxy":          {"The kubelet runs commands for a GET.", rule("", []string{"nodes/proxy"}, []string{"get"})},
		"create nodes/proxy":       {"The kubelet runs commands.", rule("", []string{"nodes/proxy"}, []string{"create"})},
		"create persistentvolumes": {"A path of the node.", rule("", []string{"persistentvolumes"}, []string{"create"})},
		"patch persistentvolumes":  {"A path of the node.", rule("", []string{"persistentvolumes"}, []string{"patch"}, "data")},
		"approve signers." + certsGroup: {
			"A certificate of a node.", rule(certsGroup, []string{"signers"}, []string{"approve"}, "kubernetes.io/kubelet-serving"),
		},
		"update certificatesigningrequests/approval." + certsGroup: {
			"A certificate of an administrator.", rule(certsGroup, []string{"certificatesigningrequests/approval"}, []string{"update"}),
		},
		"patch mutatingwebhookconfigurations." + hooksGroup: {
			"It sees every Secret that is written.", rule(hooksGroup, []string{"mutatingwebhookconfigurations"}, []string{"patch"}),
		},
		"delete validatingadmissionpolicybindings." + hooksGroup: {
			"Then nothing is checked.", rule(hooksGroup, []string{"validatingadmissionpolicybindings"}, []string{"delete"}),
		},
	}
	for grant, tc := range cases {
		t.Run(grant, func(t *testing.T) { requireDanger(t, grant, tc.reason, tc.rule, true) })
	}
}

func requireDanger(t *testing.T, grant, reason string, one rbacv1.PolicyRule, clusterWide bool) {
	t.Helper()
	access := security.Access{Name: "web", Namespace: "shop", Rules: []rbacv1.PolicyRule{one}, ClusterWide: clusterWide}
	err := access.Validate()
	require.ErrorContains(t, err, "rules[0]: Forbidden: "+grant+": ", reason)
	require.ErrorContains(t, err, `; or write in allow: {grant: "`+grant+`", reason: …}`)

	access.Allow = []security.Exception{{Grant: grant, Reason: "the test shows that it can be"}}
	objects, err := access.Objects()
	require.NoError(t, err, "the name in the error is the one to allow")
	require.Equal(t, grant+": the test shows that it can be", objects[0].GetAnnotations()[security.AnnotationExceptions])

	access.Allow[0].Grant = "create pods/attach"
	if grant != "create pods/attach" {
		require.ErrorContains(t, access.Validate(), "rules[0]: Forbidden: "+grant+": ", "an exception holds for its own grant alone")
	}
}

func TestUsualGrantsNeedNone(t *testing.T) {
	for reason, one := range map[string]rbacv1.PolicyRule{
		"a controller reads configuration":        rule("", []string{"configmaps", "pods", "services"}, []string{"get", "list", "watch"}),
		"a Secret by name":                        rule("", []string{"secrets"}, []string{"get"}, "registry"),
		"leader election":                         rule("coordination.k8s.io", []string{"leases"}, []string{"create"}),
		"an operator's own kind":                  rule("shop.example.com", []string{"orders", "orders/status"}, []string{"get", "patch"}),
		"pods are read, and their logs":           rule("", []string{"pods/log"}, []string{"get"}),
		"who may do what can be read":             rule(rbacGroup, []string{"roles", "rolebindings"}, []string{"get", "list"}),
		"a kind of another group, named the same": rule("cert.example.com", []string{"secrets"}, []string{"list"}),
		"a subresource knows its name":            rule("", []string{"pods/eviction"}, []string{"create"}, "web-0"),
		"its own namespace":                       rule("", []string{"namespaces"}, []string{"get"}),
	} {
		require.NoError(t, security.Access{Name: "web", Namespace: "shop", Rules: []rbacv1.PolicyRule{one}}.Validate(), reason)
	}
}
