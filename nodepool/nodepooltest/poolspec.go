package nodepooltest

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// tagForm is what DigitalOcean takes as a tag.
var tagForm = regexp.MustCompile(`^[a-zA-Z0-9:_-]{1,255}$`)

// newPoolSpec of what a new pool is asked to be.
func (c *cluster) newPoolSpec(body poolBody) (poolSpec, error) {
	spec := poolSpec{size: given(body.Size, ""), partition: given(body.Partition, "")}
	body.Size, body.Partition = nil, nil
	if body.Count == nil && given(body.AutoScale, false) {
		body.Count = body.MinNodes
	}
	spec, err := c.mergedSpec(nil, spec, body)
	if err != nil {
		return spec, err
	}
	return spec, c.checkSize(spec.size)
}

// merged is what the pool becomes: what is not given stays, a list that is given replaces what was there.
func (p *pool) merged(body poolBody) (poolSpec, error) {
	return p.cluster.mergedSpec(p, p.spec, body)
}

func (c *cluster) mergedSpec(p *pool, spec poolSpec, body poolBody) (poolSpec, error) {
	if given(body.Size, spec.size) != spec.size {
		return spec, invalid("size: cannot be changed: make another node pool")
	}
	if given(body.Partition, spec.partition) != spec.partition {
		return spec, invalid("gpu_partition_mode: cannot be changed: make another node pool")
	}
	spec.name = given(body.Name, spec.name)
	spec.count = given(body.Count, spec.count)
	spec.autoScale = given(body.AutoScale, spec.autoScale)
	spec.min, spec.max = given(body.MinNodes, spec.min), given(body.MaxNodes, spec.max)
	spec.labels = cloned(given(body.Labels, spec.labels))
	spec.taints = slices.Clone(given(body.Taints, spec.taints))
	spec.tags = own(given(body.Tags, spec.tags), c.autoTags("k8s:worker"))
	if err := c.checkName(p, spec.name); err != nil {
		return spec, err
	}
	if err := spec.check(); err != nil {
		return spec, err
	}
	return spec.clamped(), nil
}

// clamped count. The bounds of a pool that is not scaled are forgotten, and one that is scaled and outside of its bounds goes
// to the lower one.
func (s poolSpec) clamped() poolSpec {
	switch {
	case !s.autoScale:
		s.min, s.max = 0, 0
	case s.count < s.min || s.count > s.max:
		s.count = s.min
	}
	return s
}

func (c *cluster) checkName(p *pool, name string) error {
	for _, message := range validation.IsDNS1123Label(name) {
		return invalid("name: %q: %s", name, message)
	}
	for _, other := range c.pools {
		if other != p && other.spec.name == name {
			return invalid("name: there is already a node pool %q in this cluster", name)
		}
	}
	return nil
}

func (c *cluster) checkSize(slug string) error {
	size, known := c.server.size(slug)
	switch {
	case !known || !forKubernetes(size):
		return invalid("size: %q is not a size of nodes", slug)
	case !size.Available || !slices.Contains(size.Regions, c.region):
		return invalid("size: %q is not available in %s", slug, c.region)
	}
	return nil
}

// check what does not depend on anything else.
func (s poolSpec) check() error {
	switch {
	case s.autoScale && s.min < 0:
		return invalid("min_nodes: %d is less than 0", s.min)
	case s.count < 0:
		return invalid("count: %d is less than 0", s.count)
	case s.autoScale && s.max < max(s.min, 1):
		return invalid("max_nodes: %d is less than min_nodes or 1", s.max)
	}
	if err := checkTags(s.tags); err != nil {
		return err
	}
	if errs := metav1validation.ValidateLabels(s.labels, field.NewPath("labels")); len(errs) > 0 {
		return invalid("%s", errs.ToAggregate())
	}
	for _, key := range slices.Sorted(maps.Keys(s.labels)) {
		if strings.HasPrefix(key, labelPrefix) {
			return invalid("labels: %s is for DigitalOcean's own", key)
		}
	}
	for _, t := range s.taints {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

// own tags, each once, without those that the API adds.
func own(tags, auto []string) []string {
	all := make([]string, 0, len(tags))
	for _, tag := range tags {
		if !slices.Contains(auto, tag) && !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	return all
}

func checkTags(tags []string) error {
	for _, tag := range tags {
		if !tagForm.MatchString(tag) {
			return invalid("tags: %q: letters, digits, colons, dashes and underscores, at most 255", tag)
		}
	}
	return nil
}

func (t taint) check() error {
	effects := []corev1.TaintEffect{
		corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute,
	}
	if !slices.Contains(effects, corev1.TaintEffect(t.Effect)) {
		return invalid("taints: effect %q: must be one of %q", t.Effect, effects)
	}
	for _, message := range validation.IsQualifiedName(t.Key) {
		return invalid("taints: key %q: %s", t.Key, message)
	}
	for _, message := range validation.IsValidLabelValue(t.Value) {
		return invalid("taints: value %q: %s", t.Value, message)
	}
	return nil
}
