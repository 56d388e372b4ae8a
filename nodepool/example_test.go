package nodepool_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// What pods can request on a node is less than its size.
func ExampleAllocatable() {
	for _, pool := range []nodepool.Pool{nodepool.Production(), nodepool.Staging(), nodepool.Dev()} {
		list, err := nodepool.Allocatable(pool.Size)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s CPU and %s on each\n", pool, list.Cpu(), list.Memory())
	}
	// Output:
	// production: 3 x s-4vcpu-16gb-amd: 3900m CPU and 13Gi on each
	// staging: 2 x s-2vcpu-8gb-amd: 1900m CPU and 6Gi on each
	// dev: 1 x s-1vcpu-2gb-intel: 900m CPU and 1Gi on each
}

// Nodes are what a pool becomes: to see what fits, or to simulate it.
func ExamplePool_Nodes() {
	nodes, err := nodepool.Staging().Nodes("fra1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range nodes {
		fmt.Println(node.Labels["caisson.dev/pool"], node.Labels["node.kubernetes.io/instance-type"])
	}
	// Output:
	// staging s-2vcpu-8gb-amd
	// staging s-2vcpu-8gb-amd
}

// A pool of your own for sensitive workloads: the taint keeps others away, and the placement lets yours in.
func ExamplePool_Placement() {
	private := nodepool.Pool{
		Name: "private", Preset: nodepool.PresetStaging,
		Taints: []corev1.Taint{{Key: "dedicated", Value: "payments", Effect: corev1.TaintEffectNoSchedule}},
	}
	placement := private.Placement() // for workload.Server.Placement
	fmt.Println(placement.NodeSelector)
	for _, t := range placement.Tolerations {
		fmt.Println(t.Key, t.Operator, t.Value, t.Effect)
	}
	// Output:
	// map[caisson.dev/pool:private]
	// dedicated Equal payments NoSchedule
}

// Errors name the field and say what to write.
func ExamplePool_Validate() {
	fmt.Println(nodepool.Pool{Name: "general", Preset: "prod", Size: "s-4vcpu-16gb-amd", Count: 3}.Validate())
	// Output:
	// preset: Unsupported value: "prod": supported values: "production", "staging", "dev", "interruptible", "private"
}

// A cluster and its pools from a spec. The second time nothing is left to do; another size is refused, since no update can
// change it. In production the client is godo.NewFromToken(token).
func ExampleReconcile() {
	server := nodepooltest.New(nodepooltest.Options{})
	defer server.Close()
	c := nodepool.Client{DO: server.Client()}
	spec := nodepool.Cluster{
		Name: "shop", Region: "fra1",
		Pools: []nodepool.Pool{{Name: "general", Preset: nodepool.PresetStaging}, nodepool.Interruptible()},
	}
	for range 2 {
		report, err := nodepool.Reconcile(context.Background(), c, spec)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = report.Table(os.Stdout)
	}
	spec.Pools[0].Preset = nodepool.PresetProduction
	_, err := nodepool.Plan(context.Background(), c, spec)
	fmt.Println(err)
	// Output:
	// ACTION   KIND      NAMESPACE  NAME
	// created  Cluster   -          shop
	//     + region: "fra1"
	//     + version: "latest"
	// created  NodePool  -          general
	//     + size: "s-2vcpu-8gb-amd"
	//     + count: 2
	// created  NodePool  -          interruptible
	//     + size: "s-2vcpu-8gb-amd"
	//     + count: 0
	//     + autoscale: {"min":0,"max":3}
	// 3 created
	// ACTION     KIND      NAMESPACE  NAME
	// unchanged  Cluster   -          shop
	// unchanged  NodePool  -          general
	// unchanged  NodePool  -          interruptible
	// 3 unchanged
	// NodePool general: size: is s-2vcpu-8gb-amd and cannot be changed to s-4vcpu-16gb-amd: replace the pool without downtime with Rotate, or caisson nodepool rotate general
}

// A pool of another size, without downtime: the plan names what is in the way, and the rotation tells how far it is.
func ExampleRotate() { //nolint:testableexamples // it needs an account
	token := os.Getenv("DIGITALOCEAN_ACCESS_TOKEN")
	kube, err := client.New(config.GetConfigOrDie(), client.Options{}) // the kubeconfig's current context
	if err != nil {
		log.Fatal(err)
	}
	c := nodepool.Client{DO: godo.NewFromToken(token), Kube: kube}
	spec := nodepool.Cluster{
		Name: "shop", Region: "fra1",
		Pools: []nodepool.Pool{{Name: "general", Preset: nodepool.PresetProduction}}, // it was staging
	}
	plan, err := nodepool.PlanRotation(context.Background(), c, spec, "general")
	_ = plan.Table(os.Stdout)
	if err != nil {
		log.Fatal(err) // each obstacle with what mends it
	}
	report, err := nodepool.Rotate(context.Background(), c, spec, "general",
		nodepool.ObserveRotation(func(p nodepool.Progress) { log.Print(p) }))
	_ = report.Table(os.Stdout)
	if err != nil {
		log.Fatal(err) // called again it goes on; Undo takes it back
	}
}

// A cluster that has just been made: its nodes have no names yet. Status writes nothing, and Markdown is for CI jobs.
func ExampleStatus() {
	server := nodepooltest.New(nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: time.Hour}})
	defer server.Close()
	c := nodepool.Client{DO: server.Client()} // without Kube, it says what DigitalOcean knows
	spec := nodepool.Cluster{
		Name: "shop", Region: "fra1",
		Pools: []nodepool.Pool{{Name: "general", Preset: nodepool.PresetStaging}, nodepool.Interruptible()},
	}
	if _, err := nodepool.Reconcile(context.Background(), c, spec); err != nil {
		fmt.Println(err)
		return
	}
	status, err := nodepool.Status(context.Background(), c, spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = status.Table(os.Stdout)
	// Output:
	// cluster shop: running, fra1, 1.36.3-do.0
	//
	// POOL           SIZE             NODES  READY  SCALES
	// general        s-2vcpu-8gb-amd  2      ?      -
	// interruptible  s-2vcpu-8gb-amd  0      ?      0 to 3
	//
	// NODE  POOL     STATE         READY  KUBELET
	// -     general  provisioning  ?      -
	// -     general  provisioning  ?      -
	//
	// the cluster's API server was not asked
}

// Which versions there are, and who would fail to write with them. Then the upgrade is started; Wait sees it end.
func ExampleUpgrades() {
	server := nodepooltest.New(nodepooltest.Options{})
	defer server.Close()
	c := nodepool.Client{DO: server.Client()} // with Kube it looks at what is written through versions that go
	spec := nodepool.Cluster{
		Name: "shop", Region: "fra1", Version: "1.35.5-do.0",
		Pools: []nodepool.Pool{{Name: "general", Preset: nodepool.PresetStaging}},
	}
	if _, err := nodepool.Reconcile(context.Background(), c, spec); err != nil {
		fmt.Println(err)
		return
	}
	offers, err := nodepool.Upgrades(context.Background(), c, spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, offer := range offers {
		fmt.Println(offer)
	}
	report, err := nodepool.Upgrade(context.Background(), c, spec, "1.36")
	_ = report.Table(os.Stdout)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1.36.3-do.0
	// 1.35.6-do.0
	// ACTION   KIND     NAMESPACE  NAME
	// updated  Cluster  -          shop
	//     ~ version: "1.35.5-do.0" -> "1.36.3-do.0"
	// 1 updated
}
