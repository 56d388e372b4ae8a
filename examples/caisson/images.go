package main

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/environment"
)

// refuseMadeUp images: their hosts are names that nobody can register (RFC 2606).
func refuseMadeUp(env *environment.Environment) error {
	objects, err := env.Objects()
	if err != nil {
		return err
	}
	for _, object := range objects {
		pod := podOf(object)
		for _, container := range slices.Concat(pod.InitContainers, pod.Containers) {
			host, _, _ := strings.Cut(container.Image, "/")
			for _, reserved := range []string{"example.com", "example.org", "example.net", "example", "invalid", "test"} {
				if host == reserved || strings.HasSuffix(host, "."+reserved) {
					return fmt.Errorf("%s: the image %s is made up, no registry is called %s: write an image of yours",
						object.GetName(), container.Image, host)
				}
			}
		}
	}
	return nil
}

// podOf an object, without containers if it makes none.
func podOf(object caisson.Object) corev1.PodSpec {
	switch object := object.(type) {
	case *appsv1.Deployment:
		return object.Spec.Template.Spec
	case *appsv1.StatefulSet:
		return object.Spec.Template.Spec
	case *batchv1.Job:
		return object.Spec.Template.Spec
	case *batchv1.CronJob:
		return object.Spec.JobTemplate.Spec.Template.Spec
	default:
		return corev1.PodSpec{}
	}
}
