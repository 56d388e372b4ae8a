package workload_test

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

// listed gives the kinds and names of what is built, a line each.
func listed(b caisson.Builder) string {
	objects, err := b.Objects()
	if err != nil {
		return err.Error()
	}
	var all strings.Builder
	for _, object := range objects {
		fmt.Fprintln(&all, object.GetObjectKind().GroupVersionKind().Kind, object.GetName())
	}
	return all.String()
}

// A bot that polls runs once: two would see everything twice.
func ExampleWorker() {
	bot := workload.Worker{
		Name: "bot", Namespace: "shop", Image: "registry.digitalocean.com/shop/bot" + digest,
		Preset: workload.Bot, Singleton: true,
	}
	objs, err := bot.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objs.Deployment.Spec.Strategy.Type, *objs.Deployment.Spec.Replicas)
	fmt.Print(listed(bot))
	// Output:
	// Recreate 1
	// ServiceAccount bot
	// Deployment bot
}

// A migration runs once for each change of it. The hash in the Job's name is that of its pods.
func ExampleTask() {
	migrate := workload.Task{
		Name: "migrate", Namespace: "shop", Image: "registry.digitalocean.com/shop/api" + digest,
		Command: []string{"/api", "migrate"},
		Config:  []workload.Config{{Secret: "database", Prefix: "DB_"}},
	}
	fmt.Print(listed(migrate))
	migrate.Command = []string{"/api", "migrate", "--all"}
	fmt.Print(listed(migrate))
	// Output:
	// ServiceAccount migrate
	// Job migrate-cac7fb35ed
	// ServiceAccount migrate
	// Job migrate-fa7e5cf076
}

// A report every night, by the clock of the people who read it.
func ExampleSchedule() {
	report := workload.Schedule{
		Name: "report", Namespace: "shop", Image: "registry.digitalocean.com/shop/api" + digest,
		Cron: "30 3 * * *", TimeZone: "Europe/Berlin", Deadline: metav1.Duration{Duration: 20 * time.Minute},
	}
	objs, err := report.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objs.CronJob.Spec.Schedule, *objs.CronJob.Spec.TimeZone, objs.CronJob.Spec.ConcurrencyPolicy)
	report.Cron = "0 0 30 2 *"
	fmt.Println(report.Validate())
	// Output:
	// 30 3 * * * Europe/Berlin Forbid
	// cron: Invalid value: "0 0 30 2 *": no month that is named has such a day: it would never run
}

// A database keeps its volume, whatever is deleted.
func ExampleStateful() {
	db := workload.Stateful{
		Name: "db", Namespace: "shop", Image: "registry.digitalocean.com/shop/db" + digest, Port: 5432,
		Volumes: []workload.Volume{{Name: "data", Path: "/var/lib/db", Size: resource.MustParse("10Gi")}},
	}
	objs, err := db.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*objs.StatefulSet.Spec.VolumeClaimTemplates[0].Spec.StorageClassName)
	fmt.Print(listed(db))
	// Output:
	// do-block-storage-retain
	// ServiceAccount db
	// Service db
	// Service db-headless
	// StatefulSet db
	// PodDisruptionBudget db
}

// Values become a ConfigMap, and roll the pods when they change. Secrets are only ever named.
func ExampleConfig() {
	mailer := workload.Worker{
		Name: "mailer", Namespace: "shop", Image: "registry.digitalocean.com/shop/mailer" + digest,
		Config: []workload.Config{
			{Values: map[string]string{"app.yaml": "level: info\n"}, Path: "/etc/app"},
			{Secret: "smtp", Prefix: "SMTP_", RollOnChange: true},
		},
	}
	objs, err := mailer.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objs.ConfigMaps[0].Name)
	fmt.Println(objs.Deployment.Spec.Template.Annotations[caisson.AnnotationRollOn])
	// Output:
	// mailer-config
	// Secret/smtp
}
