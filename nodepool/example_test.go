package nodepool_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
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
