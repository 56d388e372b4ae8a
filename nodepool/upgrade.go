package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caissonhq/caisson"
)

// UpgradeOption is an option of Upgrade: Despite(ObstacleRemovedAPI).
type UpgradeOption interface{ upgrade(*options) }

func (d Despised) upgrade(o *options) { d.rotate(o.move) }

// VersionError says that a cluster cannot be upgraded to a version.
type VersionError struct {
	// Want is the version that was asked for, and Live what the cluster has.
	Want, Live string
	// Offered versions, the newest first.
	Offered []string
}

func (e *VersionError) Error() string {
	switch text := fmt.Sprintf("version: %q cannot be had from %s: ", e.Want, e.Live); {
	case older(e.Want, e.Live):
		return text + "a cluster is never downgraded"
	case len(e.Offered) == 0:
		return text + "DigitalOcean offers nothing newer now"
	default:
		return text + "DigitalOcean offers " + strings.Join(e.Offered, ", ")
	}
}

// Upgrade starts an upgrade of the cluster to a version that DigitalOcean offers: "1.36.3-do.0", or "1.36" for the newest patch
// release of that minor. It returns when DigitalOcean has accepted it; Wait waits until it has ended. Of the spec its name and
// id count. A version that is not offered, or an older one, is a *VersionError.
//
// It is refused while objects are written through API versions that the new one removes, or while that cannot be seen: the
// error is then an *ObstacleError with what to write instead, and Despite(ObstacleRemovedAPI) accepts it. See Upgrades for what
// cannot be found. It is also refused while a pool is being replaced.
//
// DOKS upgrades the control plane, then replaces node by node in each pool. What it replaces it drains, but with a timeout
// after which budgets count no more, and nothing takes an upgrade back. With Cluster.SurgeUpgrade it adds a node before it takes
// one away, so that pods find room.
//
// The report has the one change of the cluster: updated, or unchanged if it has the version. While an upgrade is under way it
// is unchanged with a reason, whatever version was asked for: DigitalOcean does not say what the upgrade is to before its control
// plane is there.
func Upgrade(ctx context.Context, c Client, spec Cluster, version string, opts ...UpgradeOption) (*caisson.Report, error) {
	o := newOptions()
	for _, opt := range opts {
		opt.upgrade(o)
	}
	p := newPlanner(c, spec, o)
	s := p.add(p.spec.ref(), caisson.Unchanged)
	if err := p.upgrade(ctx, s, version); err != nil {
		s.fail(err)
	}
	report := p.report()
	report.Title = "upgrade of cluster " + p.spec.Name
	return report, report.Err()
}

func (p *planner) upgrade(ctx context.Context, s *step, version string) error {
	if err := p.readExisting(ctx); err != nil {
		return err
	}
	if p.live.Version == version {
		return nil
	}
	if p.live.Status.State == stateUpgrading {
		s.change.Reason = "an upgrade is under way, and DigitalOcean does not say yet to which version"
		return nil
	}
	offered, err := p.api().upgrades(ctx, p.live.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(offered, func(slug string) bool { return isVersion(slug, version) })
	switch {
	case at < 0 && isVersion(p.live.Version, version):
		return nil // the newest of what was asked for
	case at < 0:
		return &VersionError{Want: version, Live: p.live.Version, Offered: offered}
	}
	if err := p.upgradable(ctx, offered[at]); err != nil {
		return err
	}
	before := p.live.Version
	s.change.Action = caisson.Updated
	s.change.Fields = []caisson.FieldChange{{Path: "version", Before: text(before), After: text(offered[at])}}
	err = p.api().startUpgrade(ctx, p.live.ID, offered[at])
	if err == nil || permanent(err) { // refused: an upgrade that is under way now is another's
		return err
	}
	// The answer can be lost after it has begun.
	if again := p.readExisting(ctx); again != nil {
		return errors.Join(err, again)
	}
	if p.live.Status.State == stateUpgrading || p.live.Version == offered[at] {
		return nil
	}
	return err
}

// upgradable says whether something is in the way of an upgrade.
func (p *planner) upgradable(ctx context.Context, version string) error {
	for _, live := range p.live.Pools {
		if name, _ := identity(live.Tags); name != "" && (p.rotates(name) || len(p.named(name)) > 1) {
			return fmt.Errorf("pool %s is being replaced: end that with Rotate, or take it back with Undo", name)
		}
	}
	var found []Obstacle
	offer := p.offers(ctx, []string{version})[0]
	for _, use := range offer.Uses {
		found = append(found, Obstacle{ObstacleRemovedAPI, use.Ref, use.problem(), use.remedy()})
	}
	for _, unseen := range offer.Unseen {
		found = append(found, Obstacle{
			ObstacleRemovedAPI, p.spec.ref(), "may have objects that are written through removed API versions: " + unseen,
			"let them be listed",
		})
	}
	return p.options.move.refuse(found)
}
