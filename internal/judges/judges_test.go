package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// forEach set of the corpus, completed.
func forEach(t *testing.T, judge func(t *testing.T, s set)) {
	t.Helper()
	all, err := corpus(root)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, s := range all {
		whole, err := complete(s)
		require.NoError(t, err, s.name)
		t.Run(s.name, func(t *testing.T) { judge(t, whole) })
	}
}

// spared are exemptions that were needed, by their index.
type spared map[int]bool

// require that nothing is found but what is exempt.
func (e spared) require(t *testing.T, name string, found []finding) {
	t.Helper()
	for _, f := range found {
		i := slices.IndexFunc(exemptions(), func(e exemption) bool { return e.covers(name, f) })
		if i < 0 {
			t.Errorf("%s\nmend it, or write in exemptions.go why it stays", f)
			continue
		}
		e[i] = true
	}
}

// stale exemptions of some judges would cover what nobody has looked at.
func (e spared) requireAllOf(t *testing.T, judges ...string) {
	t.Helper()
	for i, exemption := range exemptions() {
		require.NotEmpty(t, exemption.reason)
		if slices.Contains(judges, exemption.judge) {
			require.True(t, e[i], "the exemption from %s %s is needed no more: leave it out", exemption.judge, exemption.check)
		}
	}
}

func TestCorpusHoldsAllThatIsBuilt(t *testing.T) {
	all, err := corpus(root)
	require.NoError(t, err)
	var names []string
	for _, s := range all {
		require.NotEmpty(t, s.objects, s.name)
		names = append(names, s.name)
	}
	for _, name := range []string{
		"workload/testdata/production.golden.yaml", "workload/testdata/maximal.golden.yaml",
		"security/testdata/namespace.golden.yaml", "security/testdata/access.golden.yaml",
		"examples/caisson/production.yaml", "examples/caisson/dev.yaml",
	} {
		require.Contains(t, names, name)
	}
}

func TestPodSecurity(t *testing.T) {
	needed := spared{}
	forEach(t, func(t *testing.T, s set) {
		found, err := podSecurity(s)
		require.NoError(t, err)
		needed.require(t, s.name, found)
	})
	needed.requireAllOf(t, "Pod Security v1.34", "Pod Security latest")
}

func TestKubeScore(t *testing.T) {
	needed := spared{}
	forEach(t, func(t *testing.T, s set) {
		found, err := kubeScore(t.Context(), s)
		require.NoError(t, err)
		needed.require(t, s.name, found)
	})
	needed.requireAllOf(t, "kube-score")
}

// kubesec's maximum is 14 for Deployments, and 16 for StatefulSets with volumes.
func TestKubesec(t *testing.T) {
	forEach(t, func(t *testing.T, s set) {
		scores, err := kubesec(s)
		require.NoError(t, err)
		for _, score := range scores {
			require.Equal(t, score.atMost, score.points, "%s: %v", score.object, score.advice)
			require.GreaterOrEqual(t, score.points, 14, score.object)
		}
	})
}

func TestKubeconform(t *testing.T) {
	judge, err := newKubeconform(t.Context(), t.TempDir())
	require.NoError(t, err)
	needed := spared{}
	forEach(t, func(t *testing.T, s set) {
		found, err := judge.judge(s)
		require.NoError(t, err)
		needed.require(t, s.name, found)
	})
	needed.requireAllOf(t, "kubeconform")
}

// The table in the README is what make judges prints.
func TestDefaults(t *testing.T) {
	ours, err := ourRow(t.Context())
	require.NoError(t, err)
	require.Equal(t, row{generator: "**Caisson**", findings: 0, score: 14, restricted: true}, ours)
}
