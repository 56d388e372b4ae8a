package environment_test

import (
	"fmt"

	"github.com/caissonhq/caisson/environment"
)

// An environment is a file, and becomes the objects of a cluster.
func Example() {
	env, err := environment.Parse("staging.yaml", []byte(`
apiVersion: caisson.dev/v1alpha1
kind: Environment
name: shop
profile: staging
pools:
  - preset: staging
namespace:
  name: shop
servers:
  - name: api
    image: registry.example.com/api@sha256:737a40b9f86be43d87f408a2bd3fbdde726bfb6eb34e253e9ef11d3cb6649a2d
    port: 8080
  - name: bot
    preset: bot
    image: registry.example.com/bot@sha256:00db52216a7cf0c520acc0f366e6d529762e99b2651343232c68b1ae7e8ed7f5
    port: 8080
    calls: [api]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	objs, err := env.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	// Change what the file does not cover.
	objs.Servers["api"].Deployment.Spec.Template.Spec.PriorityClassName = "gold"

	for _, object := range objs.All() {
		fmt.Println(object.GetObjectKind().GroupVersionKind().Kind, object.GetName())
	}
	// Output:
	// Namespace shop
	// NetworkPolicy default-deny
	// NetworkPolicy allow-dns
	// ResourceQuota quota
	// LimitRange limits
	// ServiceAccount api
	// Service api
	// Deployment api
	// PodDisruptionBudget api
	// HorizontalPodAutoscaler api
	// ServiceAccount bot
	// Service bot
	// Deployment bot
	// PodDisruptionBudget bot
	// HorizontalPodAutoscaler bot
	// NetworkPolicy bot.to.api
	// NetworkPolicy api.from.bot
}

// All mistakes are told at once, each with its line and what to write instead.
func ExampleParse_mistakes() {
	_, err := environment.Parse("dev.yaml", []byte(`apiVersion: caisson.dev/v1alpha1
kind: Environment
name: shop
pools:
  - preset: dev
    count: two
namespace:
  name: shop
servers:
  - nam: api
    port: "8080"
`))
	fmt.Println(err)
	// Output:
	// dev.yaml:6: pools[0].count: "two" is no whole number of 64 bits: write digits, without quotes
	// dev.yaml:10: servers[0].nam: there is no such field: write name
	// dev.yaml:11: servers[0].port: "8080" is no whole number of 32 bits: write digits, without quotes
}

// Nodes are what the pools become, to see what fits before anything is paid for.
func ExampleEnvironment_Nodes() {
	env, err := environment.Load("../examples/caisson/staging.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	nodes, err := env.Nodes()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range nodes {
		fmt.Println(node.Labels["caisson.dev/pool"], node.Status.Allocatable.Cpu(), node.Status.Allocatable.Memory())
	}
	// Output:
	// general 1900m 6Gi
	// general 1900m 6Gi
}

// ClusterSpec is what package nodepool makes of the environment at DigitalOcean.
func ExampleEnvironment_ClusterSpec() {
	env, err := environment.Load("../examples/caisson/production.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	spec, err := env.ClusterSpec()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.Name, "in", spec.Region, "upgraded on", spec.Maintenance.Day)
	for _, pool := range spec.Pools {
		fmt.Println(pool)
	}
	// plan, err := nodepool.Plan(ctx, nodepool.Client{DO: godo.NewFromToken(token)}, spec)

	// Output:
	// shop-production in fra1 upgraded on tuesday
	// general: 3 x s-4vcpu-16gb-amd
}
