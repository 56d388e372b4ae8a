package security_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/caissonhq/caisson/security"
)

func TestMistakesInAccess(t *testing.T) {
	first := func(change func(*rbacv1.PolicyRule)) func(*security.Access) {
		return func(a *security.Access) { change(&a.Rules[0]) }
	}
	allow := func(grant, reason string) func(*security.Access) {
		return func(a *security.Access) { a.Allow = []security.Exception{{Grant: grant, Reason: reason}} }
	}
	cases := map[string]struct {
		reason string
		change func(*security.Access)
		want   string
	}{
		"no name": {
			reason: "There is nobody to grant to.", change: func(a *security.Access) { a.Name = "" },
			want: "name: Required value: write the workload's name",
		},
		"default account": {
			reason: "Every pod that names none has it.", change: func(a *security.Access) { a.Name = "default" },
			want: `name: Invalid value: "default": is the account of every pod that names none: write the workload's name`,
		},
		"bad name": {
			reason: "There is no such workload.", change: func(a *security.Access) { a.Name = "a.b" },
			want: `name: Invalid value: "a.b": must not contain dots`,
		},
		"no namespace": {
			reason: "Accounts are of one.", change: func(a *security.Access) { a.Namespace = "" },
			want: `namespace: Required value: write a DNS label, like "shop"`,
		},
		"bad in": {
			reason: "There is no such namespace.", change: func(a *security.Access) { a.In = "Stage" },
			want: `in: Invalid value: "Stage": a lowercase RFC 1123 label must consist of`,
		},
		"in and everywhere": {
			reason: "They contradict each other.", change: func(a *security.Access) { a.In, a.ClusterWide = "stage", true },
			want: `in: Invalid value: "stage": clusterWide is every namespace: keep one of them`,
		},
		"no rules": {
			reason: "It would grant nothing.", change: func(a *security.Access) { a.Rules = nil },
			want: "rules: Required value: write what the service account may do",
		},
		"no group": {
			reason: "The API server would refuse it.", change: first(func(r *rbacv1.PolicyRule) { r.APIGroups = nil }),
			want: `rules[0].apiGroups: Required value: write the API group, "" for that of pods and services`,
		},
		"two groups": {
			reason: "It grants what nobody thinks of.", change: first(func(r *rbacv1.PolicyRule) { r.APIGroups = []string{"", "apps"} }),
			want: `rules[0].apiGroups: Invalid value: ",apps": every resource would be granted in every group: write a rule for each group`,
		},
		"bad group": {
			reason: "There is no such group.", change: first(func(r *rbacv1.PolicyRule) { r.APIGroups[0] = "apps/v1" }),
			want: `rules[0].apiGroups[0]: Invalid value: "apps/v1": a lowercase RFC 1123 subdomain must consist of`,
		},
		"wrong group": {
			reason: "It would grant nothing, silently.", change: first(func(r *rbacv1.PolicyRule) { r.APIGroups[0] = "" }),
			want: `rules[0].apiGroups: Invalid value: "": deployments are not in the core group: write "apps"`,
		},
		"no resources": {
			reason: "The API server would refuse it.", change: first(func(r *rbacv1.PolicyRule) { r.Resources = nil }),
			want: "rules[0].resources: Required value: write resources, like deployments",
		},
		"kind in place of a resource": {
			reason: "It would grant nothing, silently.", change: first(func(r *rbacv1.PolicyRule) { r.Resources[0] = "Deployment" }),
			want: `rules[0].resources[0]: Invalid value: "Deployment": write the plural in lower case`,
		},
		"resource twice": {
			reason: "It is a typo.", change: first(func(r *rbacv1.PolicyRule) { r.Resources = []string{"deployments", "deployments"} }),
			want: `rules[0].resources[1]: Duplicate value: "deployments"`,
		},
		"no verbs": {
			reason: "The API server would refuse it.", change: first(func(r *rbacv1.PolicyRule) { r.Verbs = nil }),
			want: "rules[0].verbs: Required value: write verbs, like get",
		},
		"misspelt verb": {
			reason: "It would grant nothing, silently.", change: first(func(r *rbacv1.PolicyRule) { r.Verbs[0] = "read" }),
			want: `rules[0].verbs[0]: Invalid value: "read": is no verb: write one of get, list, watch, create, update, patch, delete, deletecollection`,
		},
		"verb in capitals": {
			reason: "Case matters.", change: first(func(r *rbacv1.PolicyRule) { r.Verbs[0] = "GET" }),
			want: `rules[0].verbs[0]: Invalid value: "GET": is no verb`,
		},
		"wildcard name": {
			reason: "Names are compared as they are.", change: first(func(r *rbacv1.PolicyRule) { r.ResourceNames[0] = "web-*" }),
			want: `rules[0].resourceNames[0]: Invalid value: "web-*": is no name of an object`,
		},
		"empty name": {
			reason: "It is no object's.", change: first(func(r *rbacv1.PolicyRule) { r.ResourceNames[0] = "" }),
			want: `rules[0].resourceNames[0]: Invalid value: "": write the name of an object`,
		},
		"create by name": {
			reason: "Authorization does not see the name.", change: first(func(r *rbacv1.PolicyRule) { r.Verbs[0] = "create" }),
			want: `rules[0].verbs: Invalid value: "create": such a request has no name, so that resourceNames refuse each: write a rule`,
		},
		"deletecollection by name": {
			reason: "It names none.", change: first(func(r *rbacv1.PolicyRule) { r.Verbs[0] = "deletecollection" }),
			want: `rules[0].verbs: Invalid value: "deletecollection": such a request has no name`,
		},
		"cluster's resource": {
			reason: "A Role grants what is in its namespace.", change: first(func(r *rbacv1.PolicyRule) { r.APIGroups[0], r.Resources[0] = "", "nodes" }),
			want: `rules[0].resources: Invalid value: "nodes": is in no namespace, and a Role grants nothing of it: set clusterWide`,
		},
		"path": {
			reason: "It is no resource.", change: first(func(r *rbacv1.PolicyRule) { r.NonResourceURLs = []string{"/metrics"} }),
			want: "rules[0].nonResourceURLs: Forbidden: an Access is of resources",
		},
		"exception of nothing": {
			reason: "It would stay when its rule goes, and allow the next.", change: allow("create pods/exec", "why not"),
			want: `allow[0].grant: Invalid value: "create pods/exec": no rule has a grant of this name that is refused: leave it out`,
		},
		"exception of what is harmless": {
			reason: "Auditors would look for a danger.", change: allow("get deployments.apps", "why not"),
			want: `allow[0].grant: Invalid value: "get deployments.apps": no rule has a grant of this name that is refused`,
		},
		"exception without a name": {
			reason: "It would allow nothing.", change: allow("", "why not"),
			want: `allow[0].grant: Required value: write the grant, like "create pods/exec"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			access := deployer()
			access.Rules = access.Rules[:1]
			access.Rules[0].Verbs = access.Rules[0].Verbs[:1]
			require.NoError(t, access.Validate())
			tc.change(&access)
			err := access.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
			objects, err := access.Objects()
			require.ErrorContains(t, err, tc.want)
			require.Nil(t, objects)
		})
	}
}

func TestExceptionsHaveReasons(t *testing.T) {
	access := operator()
	access.Allow[0].Reason = " "
	require.EqualError(t, access.Validate(), "allow[0].reason: Required value: write why it is needed, for those who audit")
	access.Allow[0].Reason = "a\ncreate pods/attach: b"
	require.ErrorContains(t, access.Validate(), "must be one line", "it could look like another exception")
	access = operator()
	access.Allow = append(access.Allow, access.Allow[0])
	require.EqualError(t, access.Validate(), `allow[3].grant: Duplicate value: "create pods/exec"`)
}
