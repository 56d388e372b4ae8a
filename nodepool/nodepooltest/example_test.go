package nodepooltest_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/digitalocean/godo"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// A cluster takes its time, which a fake clock makes short.
func Example() {
	clock := clocktesting.NewFakeClock(time.Now())
	server := nodepooltest.New(nodepooltest.Options{Delays: nodepooltest.Realistic(), Clock: clock})
	defer server.Close()

	api, ctx := server.Client().Kubernetes, context.Background()
	cluster, _, err := api.Create(ctx, &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "latest",
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{Name: "general", Size: "s-2vcpu-8gb-amd", Count: 2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		seen, _, err := api.Get(ctx, cluster.ID)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(seen.Status.State, seen.NodePools[0].Nodes[0].Status.State)
		clock.Step(5 * time.Minute)
	}
	// Output:
	// provisioning provisioning
	// running provisioning
	// running running
}

// A pool is created, but the answer is lost on the way: does the program make a second one?
func ExampleServer_Fail() {
	server := nodepooltest.New(nodepooltest.Options{})
	defer server.Close()
	api, ctx := server.Client().Kubernetes, context.Background()
	general := godo.KubernetesNodePoolCreateRequest{Name: "general", Size: "s-2vcpu-8gb-amd", Count: 2}
	cluster, _, err := api.Create(ctx, &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "latest", NodePools: []*godo.KubernetesNodePoolCreateRequest{&general},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server.Fail(func(r *http.Request) nodepooltest.Fault {
		if r.Method == http.MethodPost {
			return nodepooltest.Lost()
		}
		return nodepooltest.Fault{}
	})
	batch := general
	batch.Name = "batch"
	_, _, err = api.CreateNodePool(ctx, cluster.ID, &batch)
	fmt.Println("failed:", err != nil)
	pools, _, err := api.ListNodePools(ctx, cluster.ID, nil)
	fmt.Println("pools:", len(pools), err)

	server.Fail(nil)
	_, answer, _ := api.CreateNodePool(ctx, cluster.ID, &batch)
	fmt.Println("once more:", answer.StatusCode)
	// Output:
	// failed: true
	// pools: 2 <nil>
	// once more: 422
}

// The autoscaler has added nodes: a program that writes the count back takes them away.
func ExampleServer_Scale() {
	server := nodepooltest.New(nodepooltest.Options{})
	defer server.Close()
	api, ctx := server.Client().Kubernetes, context.Background()
	cluster, _, err := api.Create(ctx, &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "latest",
		NodePools: []*godo.KubernetesNodePoolCreateRequest{
			{Name: "general", Size: "s-2vcpu-8gb-amd", AutoScale: true, MinNodes: 1, MaxNodes: 5},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	pool := cluster.NodePools[0]
	fmt.Println("starts with", pool.Count)
	if err := server.Scale(pool.ID, 4); err != nil {
		fmt.Println(err)
	}
	pool, _, err = api.UpdateNodePool(ctx, cluster.ID, pool.ID, &godo.KubernetesNodePoolUpdateRequest{Count: &pool.Count})
	fmt.Println("is back at", pool.Count, err)
	fmt.Println(server.Scale(pool.ID, 6) != nil)
	// Output:
	// starts with 1
	// is back at 1 <nil>
	// true
}
