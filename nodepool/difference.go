package nodepool

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/caissonhq/caisson"
)

// difference between a spec and what is live: what a report shows of it, and the body of the request that mends it.
type difference struct {
	fields []caisson.FieldChange
	body   body
}

// compare one field. Its key and value go into the request's body if it differs.
func (d *difference) compare(path string, live, want any, key string, value any) {
	if reflect.DeepEqual(live, want) {
		return
	}
	d.show(path, text(live), text(want))
	d.set(key, value)
}

func (d *difference) show(path, before, after string) {
	d.fields = append(d.fields, caisson.FieldChange{Path: path, Before: before, After: after})
}

func (d *difference) set(key string, value any) {
	if d.body == nil {
		d.body = body{}
	}
	d.body[key] = value
}

func (d *difference) empty() bool { return len(d.body) == 0 }

// difference of a pool from the live one, without its size, which cannot be changed.
func (p Pool) difference(live wirePool) difference {
	var d difference
	_, generation := identity(live.Tags)
	p.compareCount(live, &d)
	want := p.labels()
	for _, key := range slices.Sorted(maps.Keys(merged(live.Labels, want))) {
		before, had := live.Labels[key]
		after, has := want[key]
		if before != after || had != has {
			d.show("labels["+key+"]", quoted(before, had), quoted(after, has))
			d.set("labels", want)
		}
	}
	d.compare("taints", sortedTaints(live.Taints), sortedTaints(wireTaints(p.Taints)), "taints", wireTaints(p.Taints))
	tags := p.tags(generation, live.Tags)
	d.compare("tags", ownTags(live.Tags), tags, "tags", tags)
	return d
}

// compareCount never resizes a pool that scales itself, unless its bounds shut out what it has: DigitalOcean would then begin
// again from the minimum, and here it is the nearest bound.
func (p Pool) compareCount(live wirePool, d *difference) {
	switch {
	case p.Autoscale == nil && live.AutoScale:
		d.show("autoscale", text(Autoscale{live.Min, live.Max}), "")
		d.set("auto_scale", false)
		d.compare("count", live.Count, p.Count, "count", p.Count)
		d.set("count", p.Count)
	case p.Autoscale == nil:
		d.compare("count", live.Count, p.Count, "count", p.Count)
	case !live.AutoScale || live.Min != p.Autoscale.Min || live.Max != p.Autoscale.Max:
		before := ""
		if live.AutoScale {
			before = text(Autoscale{live.Min, live.Max})
		}
		d.show("autoscale", before, text(p.Autoscale))
		d.set("auto_scale", true)
		d.set("min_nodes", p.Autoscale.Min)
		d.set("max_nodes", p.Autoscale.Max)
		nearest := p.Autoscale.clamp(live.Count)
		d.compare("count", live.Count, nearest, "count", nearest)
	}
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(b)
	maps.Copy(all, a)
	return all
}

// quoted value of a label, or nothing where there is no label.
func quoted(value string, there bool) string {
	if !there {
		return ""
	}
	return text(value)
}

// sortedTaints are never nil, so that none is the same as an empty list.
func sortedTaints(taints []wireTaint) []wireTaint {
	all := append([]wireTaint{}, taints...)
	slices.SortFunc(all, func(a, b wireTaint) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Value, b.Value))
	})
	return all
}
