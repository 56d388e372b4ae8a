package nodepool_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// upgrades that were started, as the bodies of the requests.
func (a *account) upgrades() []string {
	var all []string
	for _, r := range a.server.Requests() {
		if r.Method == http.MethodPost && r.Body != "" && r.Path[len(r.Path)-len("/upgrade"):] == "/upgrade" {
			all = append(all, r.Body)
		}
	}
	return all
}

func TestUpgrade(t *testing.T) {
	despite := nodepool.Despite(nodepool.ObstacleRemovedAPI)
	cases := map[string]struct {
		reason, version string
		options         []nodepool.UpgradeOption
		blind           bool
		want            string // to which it is upgraded
		err             string
	}{
		"in full": {reason: "It is offered.", version: "1.37.3-do.0", want: "1.37.3-do.0"},
		"a release": {
			reason: "DigitalOcean has built it twice, and the second is newer.", version: "1.37.3", want: "1.37.3-do.1",
		},
		"the newest of its own minor": {reason: "It has 1.37, and there is a newer one.", version: "1.37", want: "1.37.3-do.1"},
		"what it has":                 {reason: "There is nothing to do.", version: "1.37.2-do.0"},
		"the release that it has":     {reason: "There is no newer build of it.", version: "1.37.2"},
		"what takes something away": {
			reason: "Something would fail to write.", version: "1.38",
			err: "removed-api: ResourceClaim ml/gpu is written by helm through resource.k8s.io/v1beta1, which Kubernetes 1.38 removes: " +
				"have helm write resource.k8s.io/v1",
		},
		"nevertheless": {
			reason: "Who knows may go on.", version: "1.38", options: []nodepool.UpgradeOption{despite}, want: "1.38.1-do.0",
		},
		"blind": {
			reason: "Nobody knows is not nobody.", version: "1.38", blind: true,
			err: "removed-api: Cluster shop may have objects that are written through removed API versions: Client.Kube is nil",
		},
		"blind to a patch": {reason: "It removes nothing.", version: "1.37.3-do.0", blind: true, want: "1.37.3-do.0"},
		"blind and nevertheless": {
			reason: "Who knows may go on.", version: "1.38", blind: true, options: []nodepool.UpgradeOption{despite}, want: "1.38.1-do.0",
		},
		"a downgrade": {
			reason: "There is none.", version: "1.36.9-do.0",
			err: "version: \"1.36.9-do.0\" cannot be had from 1.37.2-do.0: a cluster is never downgraded",
		},
		"too far": {
			reason: "DOKS goes from minor to minor.", version: "1.39",
			err: "version: \"1.39\" cannot be had from 1.37.2-do.0: DigitalOcean offers 1.38.1-do.0, 1.37.3-do.1, 1.37.3-do.0",
		},
		"no version":     {reason: "It begins like all of them.", version: "1.3", err: "cannot be had"},
		"nothing at all": {reason: "It must be said.", version: "", err: "cannot be had"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, spec := upgradable(t, 0)
			c := a.client()
			if tc.blind {
				c.Kube = nil
			}
			report, err := nodepool.Upgrade(t.Context(), c, spec, tc.version, tc.options...)
			require.Equal(t, "upgrade of cluster shop", report.Title)
			require.Len(t, report.Changes, 1)
			live, _ := a.server.Cluster(a.pools()[0].cluster)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err, tc.reason)
				require.Empty(t, a.upgrades(), "nothing is asked for")
				return
			}
			require.NoError(t, err, tc.reason)
			if tc.want == "" {
				require.Equal(t, caisson.Unchanged, report.Changes[0].Action, tc.reason)
				require.Empty(t, a.upgrades())
				return
			}
			require.Equal(t, caisson.Updated, report.Changes[0].Action)
			require.Equal(t, []string{`version: "1.37.2-do.0" -> "` + tc.want + `"`}, fields(report.Changes[0]), tc.reason)
			require.Equal(t, tc.want, live.VersionSlug)
		})
	}
}

// While an upgrade is under way nobody starts another.
func TestUpgradeThatIsUnderWay(t *testing.T) {
	a, spec := upgradable(t, time.Hour)
	report, err := nodepool.Upgrade(t.Context(), a.client(), spec, "1.37.3-do.0")
	require.NoError(t, err)
	require.True(t, report.Changed())
	report, err = nodepool.Upgrade(t.Context(), a.client(), spec, "1.37.3-do.0")
	require.NoError(t, err)
	require.Equal(t, caisson.Unchanged, report.Changes[0].Action)
	require.Contains(t, report.Changes[0].Reason, "an upgrade is under way")
	require.Len(t, a.upgrades(), 1)

	// The nodes follow when the control plane has its version.
	b := newAccount(t, nodepooltest.Options{
		Clock: clocktesting.NewFakeClock(time.Now()), Delays: nodepooltest.Delays{NodeRunning: time.Hour},
	})
	spec.Version = "1.35.5-do.0"
	b.reconcile(spec)
	_, err = nodepool.Upgrade(t.Context(), b.client(), spec, "1.35.6-do.0")
	require.NoError(t, err)
	live, _ := b.server.Cluster(b.pools()[0].cluster)
	require.EqualValues(t, "upgrading", live.Status.State)
	report, err = nodepool.Upgrade(t.Context(), b.client(), spec, "1.35.6-do.0")
	require.NoError(t, err)
	require.Equal(t, caisson.Unchanged, report.Changes[0].Action)
	require.Empty(t, report.Changes[0].Reason, "there is no doubt to which version")
}

// An answer that is lost is no failure if the upgrade has begun, and one if it has not.
func TestUpgradeWithFaults(t *testing.T) {
	for name, fault := range map[string]nodepooltest.Fault{
		"lost": nodepooltest.Lost(), "refused": nodepooltest.Status(http.StatusBadGateway),
	} {
		t.Run(name, func(t *testing.T) {
			for _, delay := range []time.Duration{0, time.Hour} {
				a, spec := upgradable(t, delay)
				a.server.Fail(func(r *http.Request) nodepooltest.Fault {
					if r.Method == http.MethodPost {
						return fault
					}
					return nodepooltest.Fault{}
				})
				report, err := nodepool.Upgrade(t.Context(), a.client(), spec, "1.37.3-do.0")
				if name == "refused" {
					require.ErrorContains(t, err, "502")
					require.Equal(t, caisson.Failed, report.Changes[0].Action)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, caisson.Updated, report.Changes[0].Action)
			}
		})
	}
}

// Two that replace nodes at once would drain more than either knows of.
func TestUpgradeWaitsForARotation(t *testing.T) {
	a, spec := upgradable(t, 0)
	a.remember("general", `{"rotation":{"from":"one","name":"general-2","started":"2026-01-02T03:04:05Z"}}`)
	_, err := nodepool.Upgrade(t.Context(), a.client(), spec, "1.37.3-do.0")
	require.ErrorContains(t, err, "pool general is being replaced: end that with Rotate, or take it back with Undo")
	require.Empty(t, a.upgrades())
}

// From the offer to the end: Wait sees when all nodes are of the new version, and Status that none has drifted.
func TestUpgradeToItsEnd(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{
		RateLimit: nodepooltest.RateLimit{PerHour: -1, PerMinute: -1},
		Delays:    nodepooltest.Delays{Upgrade: 200 * time.Millisecond, NodeJoin: 50 * time.Millisecond},
	})
	spec := shop()
	spec.Version = "1.35"
	a.reconcile(spec)
	a.attach()
	kubelets := func() (all []string) {
		status, err := nodepool.Status(t.Context(), a.client(), spec)
		require.NoError(t, err)
		for _, node := range status.Pools[0].Nodes {
			require.Empty(t, node.Drift)
			all = append(all, node.Kubelet)
		}
		return all
	}
	wait := func() {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		require.NoError(t, nodepool.Wait(ctx, a.client(), spec, nodepool.Pace{Look: 20 * time.Millisecond}))
	}
	wait()
	require.Equal(t, []string{"v1.35.6", "v1.35.6"}, kubelets())
	offers, err := nodepool.Upgrades(t.Context(), a.client(), spec)
	require.NoError(t, err)
	_, err = nodepool.Upgrade(t.Context(), a.client(), spec, offers[0].Version)
	require.NoError(t, err)
	wait()
	require.Equal(t, []string{"v1.36.3", "v1.36.3"}, kubelets())
	report, err := nodepool.Upgrade(t.Context(), a.client(), spec, offers[0].Version)
	require.NoError(t, err)
	require.False(t, report.Changed(), "it has that version")
}

// remember a record of a pool.
func (a *account) remember(pool, record string) {
	a.t.Helper()
	require.NoError(a.t, a.kube.Create(a.t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "caisson-system", Name: "caisson-pool-" + pool, Labels: map[string]string{caisson.LabelPool: pool},
		},
		Data: map[string]string{"record.json": record},
	}))
}

// An upgrade replaces all nodes anyhow.
func TestRotateIsRefusedDuringAnUpgrade(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{Delays: nodepooltest.Delays{Upgrade: time.Hour}})
	spec := shop()
	spec.Version = "1.35"
	a.reconcile(spec)
	offers, err := nodepool.Upgrades(t.Context(), a.client(), spec)
	require.NoError(t, err)
	_, err = nodepool.Upgrade(t.Context(), a.client(), spec, offers[len(offers)-1].Version, nodepool.Despite(nodepool.ObstacleRemovedAPI))
	require.NoError(t, err)
	_, err = nodepool.Rotate(t.Context(), a.client(), spec, "general", nodepool.Fresh, quick())
	require.ErrorContains(t, err, "the cluster is being upgraded, which replaces each of its nodes: wait until that has ended")
}

// rival starts an upgrade just before ours.
type rival struct {
	http.RoundTripper

	version string
}

func (r *rival) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPost && r.version != "" {
		body := strings.NewReader(`{"version":"` + r.version + `"}`)
		r.version = ""
		first := request.Clone(request.Context())
		first.Body, first.ContentLength = io.NopCloser(body), body.Size()
		response, err := r.RoundTripper.RoundTrip(first)
		if err != nil {
			return nil, err
		}
		_ = response.Body.Close()
	}
	return r.RoundTripper.RoundTrip(request)
}

// An upgrade of another process is not taken for our own.
func TestUpgradeOfAnother(t *testing.T) {
	a, spec := upgradable(t, time.Hour)
	c := a.client()
	c.DO = godo.NewClient(&http.Client{Transport: &rival{RoundTripper: a.server, version: "1.37.3-do.0"}})
	report, err := nodepool.Upgrade(t.Context(), c, spec, "1.37.3-do.1")
	require.ErrorContains(t, err, "422")
	require.Equal(t, caisson.Failed, report.Changes[0].Action)
	require.Len(t, a.upgrades(), 2)
}
