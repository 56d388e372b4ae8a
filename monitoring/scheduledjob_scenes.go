package monitoring

import (
	"fmt"
	"slices"
	"time"
)

func (j ScheduledJob) labels(more ...string) map[string]string {
	return with(with(j.Match, "job", j.Job, "namespace", j.Namespace, "cronjob", j.CronJob), more...)
}

func (j ScheduledJob) firing(summary string) Firing {
	return Firing{Labels: map[string]string{"namespace": j.Namespace, "cronjob": j.CronJob}, Summary: summary}
}

func (j ScheduledJob) lateScenes() []*scene {
	const every = defaultInterval
	allowed := j.Every.Duration + j.Late.Duration
	begin := func(name string) *scene { return &scene{name: name, every: every, until: time.Hour} }
	told := func(age time.Duration) Firing {
		return j.firing(fmt.Sprintf("CronJob %s/%s has not ended well for %s.", j.Namespace, j.CronJob, humanDuration(age)))
	}
	at := func(ago time.Duration) *curve { return sampled(every).set(-ago.Seconds()) }
	// It is late ten evaluations after the beginning, and a second.
	ended := allowed - 10*every + time.Second
	firing := begin("It fires when it should have ended well once more, and not before.").
		show(cronJobCreatedMetric, j.labels(), at(1000*allowed)).
		show(cronJobSuccessMetric, j.labels(), at(ended)).
		quiet(9*every).fires(10*every, told(allowed+time.Second))
	never := begin("A new one has as much time, and fires if it never ends well.").
		show(cronJobCreatedMetric, j.labels(), at(ended)).
		quiet(9*every).fires(10*every, told(allowed+time.Second))
	again := begin("It is over when it has ended well again.").
		show(cronJobCreatedMetric, j.labels(), at(1000*allowed)).
		show(cronJobSuccessMetric, j.labels(), at(2*allowed).hold(20*every).set(20*every.Seconds())).
		fires(19*every, told(2*allowed+19*every)).quiet(20 * every)
	instances := begin("Of two instances of kube-state-metrics the one that knows more counts.").
		show(cronJobCreatedMetric, j.labels("instance", "a"), at(1000*allowed)).
		show(cronJobSuccessMetric, j.labels("instance", "a"), at(2*allowed)).
		show(cronJobSuccessMetric, j.labels("instance", "b"), at(0)).
		quiet(10 * every)
	labels := matchedLabels(j.Match, "job", "namespace", "cronjob")
	others := byLabel(labels, func(label string) []*scene {
		return []*scene{
			begin("What ends well by another "+label+" hides nothing.").
				show(cronJobCreatedMetric, j.labels(), at(1000*allowed)).
				show(cronJobSuccessMetric, j.labels(), at(ended)).
				show(cronJobSuccessMetric, j.labels(label, "other-"+j.labels()[label]), at(0)).
				fires(10*every, told(allowed+time.Second)),
			begin("What is late by another "+label+" does not fire.").
				show(cronJobCreatedMetric, j.labels(), at(0)).
				show(cronJobSuccessMetric, j.labels(label, "other-"+j.labels()[label]), at(2*allowed)).
				quiet(0),
		}
	})
	return slices.Concat([]*scene{firing, never, again, instances}, never.strangers(labels...), others)
}

func (j ScheduledJob) missingScenes() []*scene {
	const every = defaultInterval
	begin := func(name string) *scene { return &scene{name: name, every: every, until: time.Hour} }
	told := j.firing(fmt.Sprintf("There is no CronJob %s/%s.", j.Namespace, j.CronJob))
	told.Labels = j.labels()
	scenes := []*scene{
		begin("A CronJob that does not exist fires.").quiet(missingFor-every).fires(missingFor, told),
		begin("One that is made anew in time does not fire.").
			show(cronJobCreatedMetric, j.labels("uid", "a"), sampled(every).hold(2*every).end()).
			show(cronJobCreatedMetric, j.labels("uid", "b"), sampled(every).miss(2*every+missingFor-2*every)).
			quiet(missingFor, missingFor+2*every, missingFor+10*every),
	}
	return slices.Concat(scenes, byLabel(matchedLabels(j.Match, "job", "namespace", "cronjob"), func(label string) []*scene {
		return []*scene{begin("One by another "+label+" is another.").
			show(cronJobCreatedMetric, j.labels(label, "other-"+j.labels()[label]), sampled(every)).fires(missingFor, told)}
	}))
}
