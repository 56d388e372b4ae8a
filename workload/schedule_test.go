package workload_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/caissonhq/caisson/workload"
)

func cronJob(t *testing.T, s workload.Schedule) batchv1.CronJobSpec {
	t.Helper()
	objs, err := s.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs.CronJob.Spec
}

func TestScheduleCleansUp(t *testing.T) {
	spec := cronJob(t, schedule())
	require.EqualValues(t, 3, *spec.SuccessfulJobsHistoryLimit)
	require.EqualValues(t, 3, *spec.FailedJobsHistoryLimit)
	require.Equal(t, 7*24*time.Hour, time.Duration(*spec.JobTemplate.Spec.TTLSecondsAfterFinished)*time.Second, "completed and failed pods are kept 7 days")
}

func TestScheduleNeverOverlaps(t *testing.T) {
	spec := cronJob(t, schedule())
	require.Equal(t, batchv1.ForbidConcurrent, spec.ConcurrencyPolicy)
	require.Positive(t, *spec.JobTemplate.Spec.ActiveDeadlineSeconds, "one that hangs must not keep back all others for ever")
	require.LessOrEqual(t, *spec.StartingDeadlineSeconds/60, int64(100), "Kubernetes gives up on more missed runs, and one can be due each minute")
	require.False(t, *spec.Suspend)
	require.True(t, *cronJob(t, fullSchedule()).Suspend)
	require.EqualValues(t, 300, *cronJob(t, fullSchedule()).StartingDeadlineSeconds)
}

func TestTimeZones(t *testing.T) {
	require.Equal(t, "Etc/UTC", *cronJob(t, schedule()).TimeZone, "not that of the control plane, which nobody knows")
	for _, zone := range []string{"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Asia/Kolkata"} {
		s := schedule()
		s.TimeZone = zone
		require.Equal(t, zone, *cronJob(t, s).TimeZone)
	}
}

// What is refused is in testdata/bad.
func TestSchedulesThatAreDue(t *testing.T) {
	for cron, reason := range map[string]string{
		"30 3 * * *":            "every night",
		"*/15 8-18 * * mon-fri": "names of days",
		"0 0 1 JAN,jul *":       "names of months, in any case",
		"0 0 ? * ?":             "a question mark is any",
		"5/20 * * * *":          "a number with a step begins a range to the end",
		"0 0 29 2 *":            "every four years",
		"0 0 31 1-12 *":         "the months that have it",
		"0 0 1,30 2 *":          "one of the days is enough",
		"0 0 30 2/2 *":          "one of the months is enough",
		"0 0 31 2 1":            "either the day of the month or that of the week is enough",
		"0,30 0-12/2,18 1 1 0":  "lists of ranges with steps",
		"  0   0 * * *  ":       "white space does not count",
		"@daily":                "a macro",
		"@midnight":             "the same",
		"@hourly":               "a macro", "@weekly": "a macro", "@monthly": "a macro", "@yearly": "a macro", "@annually": "a macro",
	} {
		s := schedule()
		s.Cron = cron
		require.NoError(t, s.Validate(), "%s: %s", cron, reason)
	}
}

func TestTornSchedulesAreRefused(t *testing.T) {
	s := schedule()
	s.Config = []workload.Config{{Values: map[string]string{"A": "a"}}}
	objs, err := s.Build()
	require.NoError(t, err)
	objs.ConfigMaps[0].Data["A"] = "b"
	require.ErrorContains(t, objs.Validate(), "cronJob.spec.jobTemplate.spec.template.metadata.annotations[caisson.dev/config-hash]")
	objs.ConfigMaps = nil
	require.NoError(t, objs.Validate(), "they may come from elsewhere")
	objs.CronJob = nil
	require.EqualError(t, objs.Validate(), "cronJob: Required value: a schedule is nothing without it")
}
