package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Volume tells of volumes that are full, and of those that will be. The zero value is less than 5 % left, critical, and a
// volume with less than 40 % left that will be full within 4 days if it goes on as in the last 6 hours, a warning: both as
// kubernetes-mixin has them, but for its 3 %, of which nobody has time to take a block volume's grow.
type Volume struct {
	// Name of the alerts is this with Full and Filling behind it. Default: Volume.
	Name string `json:"name,omitempty"`
	// Left is the share below which a volume counts as full. Default: 0.05.
	Left float64 `json:"left,omitempty"`
	// FullWithin is how far ahead is looked, from 1h to 30d. Default: 4d.
	FullWithin metav1.Duration `json:"fullWithin,omitzero"`
	// Match are labels that all series must have, such as a namespace. Default: all volumes.
	Match map[string]string `json:"match,omitempty"`
	// Job under which the kubelets are scraped. Default: kubelet.
	Job string `json:"job,omitempty"`
}

const (
	volumeAvailableMetric = "kubelet_volume_stats_available_bytes"
	volumeCapacityMetric  = "kubelet_volume_stats_capacity_bytes"
	// volumeTrend is what a volume's future is told by. It is shorter than a day, so that nightly jobs are told in time, and long
	// enough for what is written in bursts.
	volumeTrend = 6 * time.Hour
	// volumeRoom above which a volume may fill as it likes.
	volumeRoom = 0.4
	// volumeFillingFor is how long a volume must fill as fast, with less left at each time than as long before.
	volumeFillingFor = time.Hour
)

func (v Volume) withDefaults() Volume {
	v.Name = cmp.Or(v.Name, "Volume")
	v.Left = cmp.Or(v.Left, 0.05)
	v.FullWithin.Duration = cmp.Or(v.FullWithin.Duration, 4*24*time.Hour)
	v.Job = cmp.Or(v.Job, kubelet)
	return v
}

func (v Volume) validate() field.ErrorList {
	c := &check{}
	c.name(v.Name)
	c.share("left", v.Left)
	if v.Left >= volumeRoom {
		c.invalid("left", v.Left, "must be below 0.4, from where on a volume is told of that fills")
	}
	c.between("fullWithin", v.FullWithin.Duration, time.Hour, 30*24*time.Hour)
	c.match(v.Match, "job", "persistentvolumeclaim")
	return c.errs
}

// Define gives two alerts.
func (v Volume) Define() (Group, error) {
	v = v.withDefaults()
	if errs := v.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	job := matcher("job", v.Job)
	// A volume that moves from node to node is told of by two kubelets for a while.
	least := func(metric string) string {
		return fmt.Sprintf("min by (namespace, persistentvolumeclaim) (%s)", selector(metric, []string{job}, v.Match))
	}
	left := Record{
		Name: recordName("namespace_persistentvolumeclaim", v.Name+"Left", "ratio"),
		Expr: least(volumeAvailableMetric) + "\n/ " + least(volumeCapacityMetric),
	}
	// How much of what is left will be gone by then. A division, and no predict_linear() < 0, so that the threshold is a number.
	gone := fmt.Sprintf(
		"deriv(%s[%s]) * -%s / %s",
		left.Name,
		duration(volumeTrend),
		number(v.FullWithin.Seconds()),
		left.Name,
	)
	// And it still fills: one large file is a trend for as long as it is within the window.
	fills := fmt.Sprintf("%s < %s offset %s", left.Name, left.Name, duration(volumeFillingFor))
	const name = "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left"
	metrics := []string{selector(volumeAvailableMetric, []string{job}, nil)}
	return Group{Name: groupName(v.Name), Records: []Record{left}, Alerts: []Alert{
		{
			Name:          v.Name + "Full",
			Expr:          left.Name + " < " + number(v.Left),
			Severity:      SeverityCritical,
			For:           metav1.Duration{Duration: time.Minute},
			KeepFiringFor: metav1.Duration{Duration: keepFiring},
			Summary:       name + ".",
			Runbook:       v.runbookFull(),
			Metrics:       metrics,
			Tests:         tests(v.fullScenes()...),
			Panel: Panel{
				Title:     "Room on volumes",
				Query:     left.Name,
				Legend:    "{{namespace}}/{{persistentvolumeclaim}}",
				Unit:      "percentunit",
				Threshold: &v.Left,
			},
		},
		{
			Name:     v.Name + "Filling",
			Expr:     left.Name + " < " + number(volumeRoom) + "\nand " + gone + " > 1\nand " + fills,
			Severity: SeverityWarning,
			For:      metav1.Duration{Duration: volumeFillingFor},
			Summary:  name + ", and will be full within " + duration(v.FullWithin.Duration) + ".",
			Runbook:  v.runbookFilling(),
			Metrics:  metrics,
			Tests:    tests(v.fillingScenes()...),
		},
	}}, nil
}

func (v Volume) runbookFull() Runbook {
	return Runbook{
		Meaning: "A volume is as good as full. Writes will fail: a database stops, and may need care before it starts again.",
		Look:    v.look(),
		Mend: append([]Step{
			{Text: "A database: stop what writes most, before it stops by itself."},
		}, v.mend()...),
	}
}

func (v Volume) runbookFilling() Runbook {
	return Runbook{
		Meaning: "A volume fills so fast that it will be full within days. Nothing is wrong yet.",
		Look:    v.look(),
		Mend:    v.mend(),
	}
}

func (v Volume) look() []Step {
	return []Step{
		{
			Text: "How fast it fills, and since when.",
			Query: `kubelet_volume_stats_available_bytes{namespace="<namespace>",` +
				`persistentvolumeclaim="<persistentvolumeclaim>"}`,
		},
		{Text: "Which pod has it.", Command: "kubectl -n <namespace> describe pvc <persistentvolumeclaim>"},
		{Text: "What is on it.", Command: "kubectl -n <namespace> exec <pod> -- du -xh -d 2 <path>"},
	}
}

func (v Volume) mend() []Step {
	return []Step{
		{Text: "Delete what is not needed: logs, old dumps, what a failed job has left."},
		{
			Text: "Make it larger. DigitalOcean's volumes grow while they are used, and never shrink.",
			Command: `kubectl -n <namespace> patch pvc <persistentvolumeclaim> ` +
				`-p '{"spec":{"resources":{"requests":{"storage":"<size>"}}}}'`,
		},
	}
}
