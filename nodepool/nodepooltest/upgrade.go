package nodepooltest

import (
	"net/http"
	"slices"
	"time"

	"github.com/digitalocean/godo"
)

// upgrades that a cluster can have: newer versions of its own minor, and of the next.
func (c *cluster) upgrades() []godo.KubernetesVersion {
	var all []godo.KubernetesVersion
	for _, version := range c.server.options.Versions { // from the newest
		if version.Slug == c.version {
			break
		}
		if minor(version.Slug) <= minor(c.version)+1 {
			all = append(all, version)
		}
	}
	return all
}

// listUpgrades; null if there are none, as the API has it.
func (c *call) listUpgrades() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	return ok(http.StatusOK, map[string]any{"available_upgrade_versions": one.upgrades()})
}

func (c *call) startUpgrade() (answer, error) {
	one, err := c.changeable()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		Version string `json:"version"`
	}
	if err := decode(c.body, &body); err != nil {
		return answer{}, err
	}
	if one.state != clusterRunning {
		return answer{}, invalid("the cluster is %s", one.state)
	}
	if !slices.ContainsFunc(one.upgrades(), func(v godo.KubernetesVersion) bool { return v.Slug == body.Version }) {
		return answer{}, invalid("version: %q cannot be had from %s", body.Version, one.version)
	}
	now := c.server.options.Clock.Now()
	one.nextVersion, one.due = body.Version, now.Add(c.server.options.Delays.Upgrade)
	one.become(clusterUpgrading, now)
	return ok(http.StatusAccepted, nil)
}

// upgrade the control plane, then the nodes: one at a time in each pool is replaced. With surge upgrade a new node comes
// first, otherwise the old one goes first. It says whether something changed.
func (c *cluster) upgrade(now time.Time) bool {
	changed := c.version != c.nextVersion
	c.version = c.nextVersion
	finished := true
	for _, p := range c.lasting() {
		old, busy := p.old()
		switch {
		case len(old) == 0 && !busy:
			continue
		case len(old) > 0 && p.taken() < p.spec.count+p.surge():
			p.fill()
			changed = true
		case len(old) > 0 && !busy:
			old[0].delete(false, !c.surgeUpgrade)
			changed = true
		}
		finished = false
	}
	if finished {
		c.become(clusterRunning, now)
		return true
	}
	return changed
}

// old nodes of the pool that are to be replaced, and whether one is on its way in or out.
func (p *pool) old() (old []*node, busy bool) {
	for _, n := range p.nodes {
		switch {
		case n.state != nodeRunning:
			busy = true
		case n.version != p.cluster.version:
			old = append(old, n)
		}
	}
	return old, busy
}

// surge is one node more than the count, as long as an old one waits for its upgrade.
func (p *pool) surge() int {
	c := p.cluster
	if c.state != clusterUpgrading || !c.surgeUpgrade || p.spec.count == 0 {
		return 0
	}
	if slices.ContainsFunc(p.nodes, func(n *node) bool { return n.active() && n.version != c.version }) {
		return 1
	}
	return 0
}
