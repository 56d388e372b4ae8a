package nodepool

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// checkOffer asks DigitalOcean whether the region has the sizes of pools that would be created, and whether the account may
// have so many Droplets more.
func (p *planner) checkOffer(ctx context.Context, pools []Pool) error {
	offer, err := p.api().offer(ctx, p.spec.Region)
	if err != nil {
		return err
	}
	var errs []error
	more := 0
	for _, pool := range pools {
		more += pool.Count
		if !slices.Contains(offer, pool.Size) {
			errs = append(errs, &OfferError{
				Pool: pool.Name, Region: p.spec.Region, Size: pool.Size, Similar: similar(pool.Size, offer),
			})
		}
	}
	return errors.Join(append(errs, p.api().checkDroplets(ctx, more))...)
}

// offer is the sizes that DOKS takes and that the region has now.
func (a api) offer(ctx context.Context, region string) ([]string, error) {
	var doks struct {
		Options struct {
			Sizes []struct {
				Slug string `json:"slug"`
			} `json:"sizes"`
		} `json:"options"`
	}
	if err := a.do(ctx, http.MethodGet, "/v2/kubernetes/options", nil, &doks); err != nil {
		return nil, fmt.Errorf("ask what sizes DOKS takes: %w", err)
	}
	type size struct {
		Slug      string   `json:"slug"`
		Available bool     `json:"available"`
		Regions   []string `json:"regions"`
	}
	sizes, err := list[size](ctx, a, "/v2/sizes", "sizes")
	if err != nil {
		return nil, fmt.Errorf("ask what sizes %s has: %w", region, err)
	}
	here := map[string]bool{}
	for _, one := range sizes {
		here[one.Slug] = one.Available && slices.Contains(one.Regions, region)
	}
	var offer []string
	for _, one := range doks.Options.Sizes {
		if here[one.Slug] {
			offer = append(offer, one.Slug)
		}
	}
	slices.Sort(offer)
	return offer, nil
}

// similar sizes to one that is not offered: those whose names have the most in common from the beginning, 5 at most.
func similar(size string, offer []string) []string {
	common := func(other string) int {
		n := 0
		for n < len(size) && n < len(other) && size[n] == other[n] {
			n++
		}
		return n
	}
	best := slices.Clone(offer)
	slices.SortStableFunc(best, func(a, b string) int { return common(b) - common(a) })
	return best[:min(len(best), 5)] //nolint:mnd // documented
}

// checkDroplets says whether the account may have so many more: nodes count against its limit.
func (a api) checkDroplets(ctx context.Context, more int) error {
	var account struct {
		Account struct {
			Limit int `json:"droplet_limit"`
		} `json:"account"`
	}
	if err := a.do(ctx, http.MethodGet, "/v2/account", nil, &account); err != nil {
		return fmt.Errorf("ask for the account's Droplet limit: %w", err)
	}
	var droplets struct {
		Meta struct {
			Total int `json:"total"`
		} `json:"meta"`
	}
	if err := a.do(ctx, http.MethodGet, "/v2/droplets?per_page=1", nil, &droplets); err != nil {
		return fmt.Errorf("ask how many Droplets there are: %w", err)
	}
	if limit, have := account.Account.Limit, droplets.Meta.Total; have+more > limit {
		return &LimitError{Limit: limit, Have: have, More: more}
	}
	return nil
}
