package security

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// grant is one verb on one resource, of all objects or of named ones.
type grant struct {
	verb, group, resource string
	named                 bool
}

// String as kubectl and Kubernetes' errors write it: "bind roles.rbac.authorization.k8s.io".
func (g grant) String() string {
	return g.verb + " " + schema.GroupResource{Group: g.group, Resource: g.resource}.String()
}

// danger of grants: those that match give what because says. Names of objects make them no better, unless it says so.
type danger struct {
	group     string
	resources []string // every one of the group, if there are none
	verbs     []string // every one, if there are none
	named     bool     // safe when objects are named
	because   string
}

func writes() []string { return []string{"create", "update", "patch", "delete", "deletecollection"} }

// dangers of Kubernetes' own resources, from https://kubernetes.io/docs/concepts/security/rbac-good-practices/ and from
// what auditors of roles look for (kubescape, trivy, rbac-police). Creating workloads is not one of them, or nothing
// could deploy: who may do it can use every service account of the namespace.
func dangers() []danger {
	return []danger{
		{
			resources: []string{"serviceaccounts/token"}, verbs: []string{"create"},
			because: "who makes tokens of a service account can do what it can",
		},
		{
			resources: []string{"secrets"}, verbs: []string{"list", "watch"},
			because: "a list holds the contents of every Secret: write get, and the names of the Secrets in resourceNames",
		},
		{
			resources: []string{"secrets"}, verbs: []string{"get"}, named: true,
			because: "it reads every Secret: write the names of the Secrets in resourceNames",
		},
		{
			resources: []string{"secrets"}, verbs: []string{"create"},
			because: "a Secret can be made to hold a token of any service account of the namespace",
		},
		{
			// Before Kubernetes 1.35 a GET that upgrades to a websocket runs a command too.
			resources: []string{"pods/exec", "pods/attach", "pods/portforward"}, verbs: []string{"create", "get"},
			because: "it runs as the pod, with its service account and Secrets, past every NetworkPolicy",
		},
		{
			resources: []string{"pods/ephemeralcontainers"}, verbs: []string{"create", "update", "patch"},
			because: "a container that is added to a pod has its service account and Secrets",
		},
		{
			resources: []string{"nodes/proxy"},
			because:   "the kubelet behind it runs commands in every pod of the node, also for a GET",
		},
		{
			resources: []string{"pods/proxy", "services/proxy"},
			because:   "the API server then opens the connection, past every NetworkPolicy",
		},
		{
			resources: []string{"persistentvolumes"}, verbs: writes(),
			because: "a volume can be a path of the node: write a claim, and a storage class",
		},
		{
			resources: []string{"namespaces"}, verbs: writes(),
			because: "the labels of a namespace decide what its pods may do, and everything in it goes with it",
		},
		{
			group:     "certificates.k8s.io",
			resources: []string{"certificatesigningrequests/approval", "certificatesigningrequests/status"},
			verbs:     writes(), because: "who approves certificates can be anybody, also a node or an administrator",
		},
		{
			group: "certificates.k8s.io", resources: []string{"signers"},
			because: "who approves certificates can be anybody, also a node or an administrator",
		},
		{
			group: "rbac.authorization.k8s.io", verbs: writes(),
			because: "roles and bindings decide who may do what",
		},
		{
			group: "admissionregistration.k8s.io", verbs: writes(),
			because: "a webhook or policy sees and changes what everybody writes",
		},
	}
}

func (d danger) is(g grant) bool {
	return g.group == d.group && (len(d.resources) == 0 || slices.Contains(d.resources, g.resource)) &&
		(len(d.verbs) == 0 || slices.Contains(d.verbs, g.verb)) && (!d.named || !g.named)
}

// danger says why a grant is refused unless it is allowed by name. None is "".
func (g grant) danger() string {
	switch {
	case g.verb == "*":
		return "* is every verb, also those to come: write each"
	case strings.Contains(g.resource, "*"):
		return "* is every resource, also those to come: write each"
	case g.group == "*":
		return "* is every API group, also those to come: write the group"
	case g.verb == "escalate" || g.verb == "bind":
		return "it gives rights that the service account does not have itself"
	case g.verb == "impersonate" || strings.HasPrefix(g.verb, "impersonate:") || strings.HasPrefix(g.verb, "impersonate-on:"):
		return "it is to act as somebody else"
	}
	for _, danger := range dangers() {
		if danger.is(g) {
			return danger.because
		}
	}
	if g.named && (g.verb == "list" || g.verb == "watch") {
		return "it passes only for requests with the field selector metadata.name: write get, or a rule without resourceNames"
	}
	return ""
}
