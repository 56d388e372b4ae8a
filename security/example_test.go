package security_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
)

// A namespace that denies by default, with quota and limits.
func ExampleNamespace_Build() {
	objs, err := security.Namespace{Name: "shop"}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, object := range objs.All() {
		fmt.Printf("%T %s\n", object, object.GetName())
	}
	fmt.Println(objs.Namespace.Labels["pod-security.kubernetes.io/enforce"])
	// Output:
	// *v1.Namespace shop
	// *v1.NetworkPolicy default-deny
	// *v1.NetworkPolicy allow-dns
	// *v1.ResourceQuota quota
	// *v1.LimitRange limits
	// restricted
}

// One declaration gives both sides' policies. workload.Server.Peer gives the ends.
func ExampleConnections() {
	bot := caisson.Peer{Name: "bot", Namespace: "shop", Labels: map[string]string{caisson.LabelInstance: "bot"}}
	api := caisson.Peer{
		Name: "api", Namespace: "shop", Labels: map[string]string{caisson.LabelInstance: "api"},
		Ports: []caisson.Port{{Name: "http", Port: 8080}},
	}
	objs, err := security.Connections{{From: bot, To: api}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, policy := range objs.NetworkPolicies {
		fmt.Println(policy.Name, policy.Spec.PolicyTypes)
	}
	// Output:
	// bot.to.api [Egress]
	// api.from.bot [Ingress]
}

// Give your own numbers where the defaults do not fit; what you leave out stays the default's.
func ExampleNamespace_Build_quota() {
	objs, err := security.Namespace{
		Name:  "shop",
		Quota: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("20")},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	hard := objs.ResourceQuota.Spec.Hard
	fmt.Println(hard.Pods(), "pods,", hard.Name(corev1.ResourceRequestsCPU, resource.DecimalSI), "CPU requested")
	// Output:
	// 20 pods, 9 CPU requested
}

// Errors name the field and say what to write.
func ExampleNamespace_Validate() {
	fmt.Println(security.Namespace{Name: "default", PodSecurityVersion: "1.34"}.Validate())
	// Output:
	// [name: Invalid value: "default": belongs to Kubernetes: choose a name of your own, podSecurityVersion: Invalid value: "1.34": must be v1.<minor>, like "v1.34", or latest]
}

// A bot that restarts one Deployment, and nothing else.
func ExampleAccess_Build() {
	objs, err := security.Access{
		Name: "bot", Namespace: "shop",
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"apps"}, Resources: []string{"deployments"}, ResourceNames: []string{"web"},
			Verbs: []string{"get", "patch"},
		}},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objs.RoleBinding.Subjects[0].Name, "may", objs.Role.Rules[0].Verbs, objs.Role.Rules[0].ResourceNames)
	// Output:
	// bot may [get patch] [web]
}

// What is dangerous is refused, and the error says how to allow it.
func ExampleException() {
	debugger := security.Access{
		Name: "debugger", Namespace: "shop",
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods/exec"}, Verbs: []string{"create"}}},
	}
	fmt.Println(debugger.Validate())
	debugger.Allow = []security.Exception{{Grant: "create pods/exec", Reason: "psql in the maintenance pod"}}
	fmt.Println(debugger.Validate())
	// Output:
	// rules[0]: Forbidden: create pods/exec: it runs as the pod, with its service account and Secrets, past every NetworkPolicy; or write in allow: {grant: "create pods/exec", reason: …}
	// <nil>
}

// A bot that calls an API on the internet, a database in the VPC and the cluster's API server, and gets webhooks through
// the gateway. Only the bot has policies.
func ExampleInternet() {
	bot := caisson.Peer{
		Name: "bot", Namespace: "shop", Labels: map[string]string{caisson.LabelInstance: "bot"},
		Ports: []caisson.Port{{Name: "http", Port: 8080}},
	}
	calls := security.Connections{
		{From: bot, To: security.Internet(443)},
		{From: bot, To: security.Addresses("database", []string{"10.110.0.0/20"}, 25060)},
		{From: bot, To: security.KubeAPIServer()},
		{From: security.Gateway(), To: bot},
	}
	objs, err := calls.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, object := range objs.All() {
		fmt.Println(object.GetObjectKind().GroupVersionKind().Kind, object.GetName())
	}
	// Output:
	// NetworkPolicy bot.to-outside.internet
	// NetworkPolicy bot.to-outside.database
	// CiliumNetworkPolicy bot.to-outside.kube-apiserver
	// CiliumNetworkPolicy bot.from-outside.gateway
}
