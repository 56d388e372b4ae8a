package workload

import (
	"cmp"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// ScheduleObjects is what a Schedule is made of. Change the fields as you like before they are applied; nil fields are
// left out.
type ScheduleObjects struct {
	ServiceAccount *corev1.ServiceAccount
	// ConfigMaps with the values of Config.
	ConfigMaps []*corev1.ConfigMap
	CronJob    *batchv1.CronJob
}

// Build makes the objects of a schedule. It talks to nothing, and gives the same for the same spec. The error is a list
// of field errors, each with the path of the field and what to write instead.
func (s Schedule) Build() (*ScheduleObjects, error) {
	p := s.program()
	if errs := s.validate(p); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &ScheduleObjects{ServiceAccount: p.serviceAccount(), ConfigMaps: p.configMaps(), CronJob: s.cronJob(p)}, nil
}

// All gives the objects that are not nil.
func (o *ScheduleObjects) All() []caisson.Object {
	all := add(nil, o.ServiceAccount)
	all = add(all, o.ConfigMaps...)
	return add(all, o.CronJob)
}

// Objects gives all that are not nil.
func (o *ScheduleObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires nothing beyond Kubernetes.
func (o *ScheduleObjects) Requires() []caisson.Requirement { return nil }

const (
	defaultTimeZone = "Etc/UTC"
	// defaultStartingDeadline outlasts an upgrade of the control plane. Of more than 100 missed runs within it Kubernetes
	// would start none, and every minute of an hour is 60.
	defaultStartingDeadline = time.Hour
	// keptRuns of either end, to look at.
	keptRuns = 3
	// keptFor is how long a run that is over is kept at most, with its pods: 7 days.
	keptFor = 7 * 24 * time.Hour
)

func (s Schedule) startingDeadline() time.Duration {
	return cmp.Or(s.StartingDeadline.Duration, defaultStartingDeadline)
}

func (s Schedule) cronJob(p program) *batchv1.CronJob {
	job := p.jobSpec()
	job.TTLSecondsAfterFinished = new(int32(keptFor / time.Second))
	return &batchv1.CronJob{
		TypeMeta:   typeMeta("batch/v1", "CronJob"),
		ObjectMeta: p.meta(),
		Spec: batchv1.CronJobSpec{
			Schedule:                   s.Cron,
			TimeZone:                   new(cmp.Or(s.TimeZone, defaultTimeZone)),
			StartingDeadlineSeconds:    new(int64(s.startingDeadline() / time.Second)),
			ConcurrencyPolicy:          batchv1.ForbidConcurrent, // a run that takes longer is not joined by the next
			Suspend:                    new(s.Suspend),
			SuccessfulJobsHistoryLimit: new(int32(keptRuns)),
			FailedJobsHistoryLimit:     new(int32(keptRuns)),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: p.labels()}, Spec: job,
			},
		},
	}
}
