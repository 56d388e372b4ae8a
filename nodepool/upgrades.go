package nodepool

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// UpgradeOffer is a version that DigitalOcean offers a cluster, and what it takes away.
type UpgradeOffer struct {
	// Version as DigitalOcean names it: "1.36.3-do.0".
	Version string `json:"version"`
	// Uses of API versions that it does not serve any more.
	Uses []RemovedUse `json:"uses,omitempty"`
	// Unseen are kinds that could not be looked at for uses, each with the reason. Then Uses may be incomplete.
	Unseen []string `json:"unseen,omitempty"`
}

// String is the version, and below it a line for each use, and for what was not looked at.
func (o UpgradeOffer) String() string {
	lines := make([]string, 1, 1+len(o.Uses)+len(o.Unseen))
	lines[0] = o.Version
	for _, use := range o.Uses {
		lines = append(lines, use.String())
	}
	for _, unseen := range o.Unseen {
		lines = append(lines, "not looked at: "+unseen)
	}
	return strings.Join(lines, "\n  ")
}

// Upgrades are the versions that DigitalOcean offers the cluster, the newest first; none if it is up to date. Of the spec its
// name and id count. For each it says which objects are written through API versions that it removes, by what the objects'
// managed fields tell of those who wrote them. What is removed when is what the types of k8s.io/api say, of the release that
// this program was built with: that should not be older than the offer, nor much newer, since types go some time after they end.
//
// It cannot see clients that only read or watch; objects that are made and deleted again; manifests and charts that nobody has
// applied lately; versions of custom resources and of others' APIs; and changes other than removals. Who has moved on to
// another version may still be named, if it has not written since.
//
// It lists the metadata of the kinds that an offer removes a version of, and of no others; a patch release removes none. A
// program with the permissions of Rules needs those LISTs besides. Without Client.Kube, or where a LIST fails, Unseen says so.
func Upgrades(ctx context.Context, c Client, spec Cluster) ([]UpgradeOffer, error) {
	p := newPlanner(c, spec, newOptions())
	if err := p.readExisting(ctx); err != nil {
		return nil, err
	}
	versions, err := p.api().upgrades(ctx, p.live.ID)
	if err != nil {
		return nil, err
	}
	return p.offers(ctx, versions), nil
}

// offers with what they take away. Objects are looked at once, for the newest.
func (p *planner) offers(ctx context.Context, versions []string) []UpgradeOffer {
	if len(versions) == 0 {
		return nil
	}
	now := minorOf(p.live.Version)
	uses, unseen := p.removedUses(ctx, removals(now, minorOf(versions[0])))
	all := make([]UpgradeOffer, len(versions))
	for i, version := range versions {
		all[i].Version = version
		minor := minorOf(version)
		for _, use := range uses {
			if minorOf(use.RemovedIn) <= minor {
				all[i].Uses = append(all[i].Uses, use)
			}
		}
		if minor > now {
			all[i].Unseen = unseen
		}
	}
	return all
}

// upgrades that a cluster can have, the newest first.
func (a api) upgrades(ctx context.Context, cluster string) ([]string, error) {
	var answer struct {
		Versions []struct {
			Slug string `json:"slug"`
		} `json:"available_upgrade_versions"` // null if there are none
	}
	if err := a.do(ctx, http.MethodGet, pathClusters+"/"+cluster+"/upgrades", nil, &answer); err != nil {
		return nil, fmt.Errorf("ask for the upgrades of the cluster: %w", err)
	}
	all := make([]string, len(answer.Versions))
	for i, one := range answer.Versions {
		all[i] = one.Slug
	}
	slices.SortFunc(all, func(a, b string) int {
		switch {
		case older(b, a):
			return -1
		case older(a, b):
			return 1
		}
		return cmp.Compare(b, a) // another build of DigitalOcean's of the same release
	})
	return all, nil
}

// startUpgrade of a cluster, which takes long.
func (a api) startUpgrade(ctx context.Context, cluster, version string) error {
	return a.do(ctx, http.MethodPost, pathClusters+"/"+cluster+"/upgrade", body{"version": version}, nil)
}

// isVersion says whether a slug is what was asked for: it in full, or its beginning up to a dot or DigitalOcean's own suffix.
func isVersion(slug, asked string) bool {
	rest, ok := strings.CutPrefix(slug, asked)
	return ok && asked != "" && (rest == "" || rest[0] == '.' || rest[0] == '-')
}
