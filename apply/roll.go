package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Stamps of an annotation of a pod template, which make its pods roll when they change.
const (
	annotationRolledOn = "caisson.dev/rolled-on"
	// stampPending is decided on when the stamp is not known yet: what it is about changes in the same run, before.
	stampPending = "pending"
)

var templateAnnotations = []string{"spec", "template", "metadata", "annotations"}

// rollsOn gives the Secrets and ConfigMaps that an object's pods are rolled for.
func rollsOn(object caisson.Object) ([]caisson.Ref, error) {
	var text string
	switch object := object.(type) {
	case *appsv1.Deployment:
		text = object.Spec.Template.Annotations[caisson.AnnotationRollOn]
	case *appsv1.StatefulSet:
		text = object.Spec.Template.Annotations[caisson.AnnotationRollOn]
	case *appsv1.DaemonSet:
		text = object.Spec.Template.Annotations[caisson.AnnotationRollOn]
	case *unstructured.Unstructured:
		path := append(slices.Clip(templateAnnotations), caisson.AnnotationRollOn)
		text, _, _ = unstructured.NestedString(object.Object, path...)
	}
	if text == "" {
		return nil, nil
	}
	var refs []caisson.Ref
	for one := range strings.SplitSeq(text, ",") {
		kind, name, _ := strings.Cut(strings.TrimSpace(one), "/")
		if name == "" || kind != "Secret" && kind != "ConfigMap" {
			return nil, fmt.Errorf("%s[%s]: %q: write Secret/NAME or ConfigMap/NAME, separated by commas",
				strings.Join(templateAnnotations, "."), caisson.AnnotationRollOn, one)
		}
		refs = append(refs, caisson.Ref{Version: "v1", Kind: kind, Namespace: object.GetNamespace(), Name: name})
	}
	return refs, nil
}

// stampOn sets the annotation. One that came with the object, as in a revision of the history, is not meant.
func stampOn(sent *unstructured.Unstructured, stamp string) error {
	path := append(slices.Clip(templateAnnotations), annotationRolledOn)
	if stamp == "" {
		unstructured.RemoveNestedField(sent.Object, path...)
		return nil
	}
	return unstructured.SetNestedField(sent.Object, stamp, path...)
}

// seen notes the version of an object that pods may be rolled for. The versions of Secrets say nothing about their values.
func (r *run) seen(ref caisson.Ref, object metav1.Object) {
	r.versionsMutex.Lock()
	defer r.versionsMutex.Unlock()
	if _, referenced := r.versions[versionless(ref)]; referenced {
		r.versions[versionless(ref)] = string(object.GetUID()) + " " + object.GetResourceVersion()
	}
}

// stamp of all that an intent's pods are rolled for, as it is now.
func (r *run) stamp(ctx context.Context, in *intent) (string, error) {
	var text []byte
	for _, ref := range in.rollOn {
		r.versionsMutex.Lock()
		version := r.versions[versionless(ref)]
		r.versionsMutex.Unlock()
		s := r.byRef[versionless(ref)]
		if s != nil && !s.sent && s.change.Action != caisson.Unchanged {
			return stampPending, nil
		}
		if version == "" {
			object, err := r.getReferenced(ctx, ref)
			if err != nil {
				return "", fmt.Errorf("%s, on which its pods are rolled: %w", ref, err)
			}
			if object != nil {
				version = string(object.GetUID()) + " " + object.GetResourceVersion()
			}
		}
		text = fmt.Appendln(text, ref, version)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// getReferenced reads an object that is none of the set's; nil if there is none.
func (r *run) getReferenced(ctx context.Context, ref caisson.Ref) (metav1.Object, error) {
	if !r.fromCache {
		object, err := get(ctx, r.client, ref)
		if err != nil || object == nil {
			return nil, err
		}
		return object, nil
	}
	empty, err := r.newTyped(ref, "")
	if err != nil {
		return nil, err
	}
	object, ok := empty.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%T is no object", empty)
	}
	err = r.options.cache.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, object)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nil is what says that there is none
	}
	return object, err
}

// roll decides on what waits for the versions of other objects.
func (r *run) roll(ctx context.Context) {
	_ = parallel(len(r.steps), func(i int) error {
		s := r.steps[i]
		if s.intent == nil || len(s.intent.rollOn) == 0 || s.change.Action == caisson.Failed {
			return nil
		}
		stamp, err := r.stamp(ctx, s.intent)
		if err != nil {
			s.fail(err)
			return nil
		}
		s.intent.stamp = stamp
		if live := s.waiting; live != nil {
			s.waiting = nil
			r.compare(s, live)
		}
		return nil
	})
}
