package nodepool_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
)

func TestMistakesAreExplained(t *testing.T) {
	labels := func(key, value string) func(*nodepool.Pool) {
		return func(p *nodepool.Pool) { p.Labels = map[string]string{key: value} }
	}
	taints := func(taints ...corev1.Taint) func(*nodepool.Pool) { return func(p *nodepool.Pool) { p.Taints = taints } }
	tags := func(tags ...string) func(*nodepool.Pool) { return func(p *nodepool.Pool) { p.Tags = tags } }
	bounds := func(lowest, most int) func(*nodepool.Pool) {
		return func(p *nodepool.Pool) { p.Autoscale = &nodepool.Autoscale{Min: lowest, Max: most} }
	}
	cases := map[string]struct {
		reason string
		change func(*nodepool.Pool)
		want   string
	}{
		"no size": {
			reason: "There is no default size.", change: func(p *nodepool.Pool) { p.Size = "" },
			want: `size: Required value: write a size, like "s-2vcpu-8gb-amd", or a preset`,
		},
		"no name": {
			reason: "Nodes are named after it.", change: func(p *nodepool.Pool) { p.Name = "" },
			want: `name: Required value: write a DNS label, like "general"`,
		},
		"long name": {
			reason: "DOKS adds to it.", change: func(p *nodepool.Pool) { p.Name = strings.Repeat("a", 41) },
			want: "name: Too long: may not be more than 40 bytes",
		},
		"bad name": {
			reason: "Names of nodes are DNS labels.", change: func(p *nodepool.Pool) { p.Name = "A" },
			want: `name: Invalid value: "A": a lowercase RFC 1123 label must consist of`,
		},
		"bad preset": {
			reason: "It is a typo.", change: func(p *nodepool.Pool) { p.Preset = "prod" },
			want: `preset: Unsupported value: "prod": supported values: "production", "staging", "dev", "interruptible", "private"`,
		},
		"no nodes": {
			reason: "Nothing could run.", change: func(p *nodepool.Pool) { p.Count = 0 },
			want: "count: Invalid value: 0: must be 1 or more",
		},
		"too many nodes": {
			reason: "Kubernetes is not made for more.", change: func(p *nodepool.Pool) { p.Count = 5001 },
			want: "count: Invalid value: 5001: must be 5000 or less",
		},
		"bad label": {reason: "Nodes could not carry it.", change: labels("a b", ""), want: `labels: Invalid value: "a b": name part must consist of`},
		"pool label": {
			reason: "Placement would not find the nodes.", change: labels("caisson.dev/pool", "x"),
			want: `labels[caisson.dev/pool]: Invalid value: "x": every node has it from DOKS or Caisson: leave it out`,
		},
		"host name": {reason: "All nodes would be one to the scheduler.", change: labels("kubernetes.io/hostname", "x"), want: "labels[kubernetes.io/hostname]: "},
		"DOKS label": {
			reason: "Only DOKS knows the ids.", change: labels("doks.digitalocean.com/node-pool-id", "x"),
			want: "labels[doks.digitalocean.com/node-pool-id]: ",
		},
		"bad key": {reason: "The key is a label's.", change: taints(corev1.Taint{Key: "a b", Effect: corev1.TaintEffectNoSchedule}), want: `taints[0].key: Invalid value: "a b"`},
		"bad effect": {
			reason: "DOKS takes any text, and nothing follows from it.", change: taints(corev1.Taint{Key: "a", Effect: "Never"}),
			want: `taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
		},
		"Caisson's taint": {
			reason: "It says that a pool is drained.", change: taints(corev1.Taint{Key: "caisson.dev/rotating", Effect: corev1.TaintEffectNoSchedule}),
			want: `taints[0].key: Invalid value: "caisson.dev/rotating": is Caisson's own, for pools that are drained: leave it out`,
		},
		"bounds below zero": {
			reason: "There are no negative nodes.", change: bounds(-1, 2), want: "autoscale.min: Invalid value: -1: must be 0 or more",
		},
		"no maximum": {
			reason: "A pool that may never have a node is none.", change: bounds(0, 0), want: "autoscale.max: Invalid value: 0: must be 1 or more",
		},
		"bounds the wrong way round": {
			reason: "They are mixed up.", change: bounds(3, 2), want: "autoscale.max: Invalid value: 2: is below min: write 3 or more",
		},
		"maximum beyond Kubernetes": {
			reason: "Kubernetes is not made for more.", change: bounds(1, 5001), want: "autoscale.max: Invalid value: 5001: must be 5000 or less",
		},
		"count beyond the bounds": {
			reason: "DigitalOcean would change it at once.", change: bounds(2, 3),
			want: "count: Invalid value: 1: a pool that scales between 2 and 3 cannot begin so: leave it out, or write a count between",
		},
		"bad tag": {
			reason: "DigitalOcean would refuse it.", change: tags("a b"),
			want: `tags[0]: Invalid value: "a b": must be 1 to 255 letters, digits, colons, dashes and underscores`,
		},
		"Caisson's tag": {
			reason: "It says which pool is meant.", change: tags("web", "caisson-pool:other"),
			want: `tags[1]: Invalid value: "caisson-pool:other": is kept by DigitalOcean, Caisson or Terraform: leave it out`,
		},
		"tag twice": {
			reason: "It is a slip.", change: tags("web", "web"), want: `tags[1]: Duplicate value: "web"`,
		},
		"taint without key": {
			reason: "It would taint with nothing.", change: taints(corev1.Taint{Effect: corev1.TaintEffectNoSchedule}),
			want: `taints[0].key: Required value: write what pods must tolerate, like "dedicated"`,
		},
		"taint of words": {
			reason: "The value is a label's.", change: taints(corev1.Taint{Key: "a", Value: "b c", Effect: corev1.TaintEffectNoSchedule}),
			want: `taints[0].value: Invalid value: "b c": a valid label must be`,
		},
		"taint twice": {
			reason: "A node holds one taint of a key and an effect.",
			change: taints(
				corev1.Taint{Key: "a", Value: "b", Effect: corev1.TaintEffectNoSchedule},
				corev1.Taint{Key: "a", Value: "c", Effect: corev1.TaintEffectNoSchedule},
			),
			want: `taints[1]: Duplicate value: "a=c:NoSchedule"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pool := nodepool.Pool{Name: "general", Size: "s-1vcpu-2gb", Count: 1}
			require.NoError(t, pool.Validate())
			tc.change(&pool)
			err := pool.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	err := nodepool.Pool{}.Validate()
	for _, path := range []string{"name: Required value", "size: Required value", "count: Invalid value"} {
		require.ErrorContains(t, err, path)
	}
}
