package environment_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/environment"
)

// FuzzParse gives any text: there is an environment whose objects can be built, or errors that say where and what.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("../examples/caisson/*.yaml")
	require.NoError(f, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(text)
	}
	for _, text := range []string{
		"", "# nothing\n", "null", "---\n---\n", "- a\n", "shop", "\x00", "\xff\xfe", "\ufeff", "a: *b\n", "a: &a [*a]\n",
		"? [a]\n: b\n", "<<: {kind: x}\n", "<<: [&a {<<: *a}]\n", "kind: !!binary x\n", "%YAML 1.1\n---\n", "{", "name: @x\n",
		valid + "    replicas: 2000000000\n", valid + "    resources: {requests: {cpu: 1e99, memory: -1}}\n",
		valid + "    <<: {pool: x, calls: [api, x]}\n", valid + "    autoscale: {min: 5, max: 3, cpuPercent: 0}\n",
		valid + "    env: [{name: A, valueFrom: {secretKeyRef: {name: b, key: c}}}]\n",
		valid + "    placement: {tolerations: [{operator: Exists, tolerationSeconds: 3}]}\n---\n{",
		allKinds, allKinds + "    profile: dev\n", allKinds + "    replicas: 2000000000\n",
		inCluster + "    cluster: {}\n", valid + "cluster: {region: x, pools: [{}], tags: [a, a], maintenance: {}}\n",
		"pools: [{size: s-9vcpu-9gb, count: 9000000000, taints: [{key: a, effect: b, timeAdded: 2024-01-31}]}]\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		env, err := environment.Parse("shop.yaml", text)
		if err != nil {
			require.Nil(t, env)
			all := []error{err}
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				all = joined.Unwrap()
			}
			for _, one := range all {
				var mistake *environment.FileError
				require.ErrorAs(t, one, &mistake)
				require.NotEmpty(t, mistake.Message)
				require.GreaterOrEqual(t, mistake.Line, 0)
			}
			return
		}
		require.NoError(t, env.Validate())
		objects, err := env.Objects()
		require.NoError(t, err)
		require.NotEmpty(t, objects)
		_, err = env.Nodes()
		require.NoError(t, err)
		spec, err := env.ClusterSpec()
		require.NoError(t, err)
		require.NoError(t, spec.Validate())
	})
}
