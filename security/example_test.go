package security_test

import (
	"fmt"

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
	policies, err := security.Connections{{From: bot, To: api}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, policy := range policies {
		fmt.Println(policy.Name, policy.Spec.PolicyTypes)
	}
	// Output:
	// bot.to.api [Egress]
	// api.from.bot [Ingress]
}
