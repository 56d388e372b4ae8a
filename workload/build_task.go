package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/caissonhq/caisson"
)

// TaskObjects is what a Task is made of. Change the fields as you like before they are applied; nil fields are left
// out. Whoever changes the Job's pod template names the Job anew, by JobName.
type TaskObjects struct {
	ServiceAccount *corev1.ServiceAccount
	// ConfigMaps with the values of Config.
	ConfigMaps []*corev1.ConfigMap
	Job        *batchv1.Job
}

// Build makes the objects of a task. It talks to nothing, and gives the same for the same spec. The error is a list of
// field errors, each with the path of the field and what to write instead.
func (t Task) Build() (*TaskObjects, error) {
	p := t.program()
	if errs := t.validate(p); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &TaskObjects{ServiceAccount: p.serviceAccount(), ConfigMaps: p.configMaps(), Job: p.job()}, nil
}

// All gives the objects that are not nil.
func (o *TaskObjects) All() []caisson.Object {
	all := add(nil, o.ServiceAccount)
	all = add(all, o.ConfigMaps...)
	return add(all, o.Job)
}

// Objects gives all that are not nil.
func (o *TaskObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires nothing beyond Kubernetes.
func (o *TaskObjects) Requires() []caisson.Requirement { return nil }

// job has no time to live: without it, the next reconcile would run the task again. It is pruned when another took its
// place.
func (p program) job() *batchv1.Job {
	spec := p.jobSpec()
	return &batchv1.Job{
		TypeMeta:   typeMeta("batch/v1", "Job"),
		ObjectMeta: p.metaOf(JobName(p.name, spec.Template)),
		Spec:       spec,
	}
}

// JobName is the name of a task with the first 10 hexadecimal digits of a hash of its pods after it, so that other pods
// are another Job: a Job's pods cannot be changed. What is empty does not count, so that a field that Kubernetes
// adds later changes no name.
func JobName(task string, template corev1.PodTemplateSpec) string {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&template)
	if err != nil {
		return task // no template has anything in it that cannot be converted
	}
	text, err := json.Marshal(filled(content)) // sorts by name
	if err != nil {
		return task
	}
	sum := sha256.Sum256(text)
	return task + "-" + hex.EncodeToString(sum[:5])
}

// filled leaves out what is null, and objects with nothing in them.
func filled(value any) any {
	switch value := value.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, one := range value {
			if one := filled(one); one != nil {
				all[name] = one
			}
		}
		if len(all) == 0 {
			return nil
		}
		return all
	case []any:
		all := make([]any, len(value))
		for i, one := range value {
			all[i] = filled(one)
		}
		return all
	default:
		return value
	}
}
