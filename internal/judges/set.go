package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/environment"
)

// image that is nowhere. Judges only read its name.
const image = "registry.digitalocean.com/shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000000"

// set of objects that are judged together.
type set struct {
	name    string
	objects []*unstructured.Unstructured
}

// finding of a judge.
type finding struct {
	judge, check, object, detail string
}

func (f finding) String() string {
	return fmt.Sprintf("%s %s: %s: %s", f.judge, f.check, f.object, f.detail)
}

func newSet(name string, objects []caisson.Object) (set, error) {
	s := set{name: name}
	for _, object := range objects {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return s, err
		}
		delete(content, "status")
		s.objects = append(s.objects, &unstructured.Unstructured{Object: content})
	}
	return s, nil
}

// corpus is everything that is judged: golden files and the examples' environments. What is new is in it by itself.
func corpus(root string) ([]set, error) {
	var sets []set
	files, err := filepath.Glob(filepath.Join(root, "*", "testdata", "*.golden.yaml"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		one, err := readSet(root, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(one.objects) > 0 {
			sets = append(sets, one)
		}
	}
	if files, err = filepath.Glob(filepath.Join(root, "examples", "caisson", "*.yaml")); err != nil {
		return nil, err
	}
	for _, file := range files {
		env, err := environment.Load(file)
		if err != nil {
			return nil, err
		}
		objects, err := env.Objects()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		one, err := newSet("examples/caisson/"+filepath.Base(file), objects)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		sets = append(sets, one)
	}
	return sets, nil
}

func readSet(root, file string) (set, error) {
	name, err := filepath.Rel(root, file)
	if err != nil {
		return set{}, err
	}
	s := set{name: filepath.ToSlash(name)}
	text, err := os.ReadFile(file)
	if err != nil {
		return s, err
	}
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096); ; {
		content := map[string]any{}
		err := decoder.Decode(&content)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if content["kind"] != nil { // other golden files are not objects
			s.objects = append(s.objects, &unstructured.Unstructured{Object: content})
		}
	}
}

// yaml of all objects, as kubectl would be given them.
func (s set) yaml() (string, error) {
	var all strings.Builder
	for _, object := range s.objects {
		text, err := sigsyaml.Marshal(object.Object)
		if err != nil {
			return "", err
		}
		all.WriteString("---\n" + string(text))
	}
	return all.String(), nil
}

func (s set) of(kind string) []*unstructured.Unstructured {
	var all []*unstructured.Unstructured
	for _, object := range s.objects {
		if object.GetKind() == kind {
			all = append(all, object)
		}
	}
	return all
}

// decode objects of a kind into its type.
func decode[T any](s set, kind string) ([]T, error) {
	var all []T
	for _, object := range s.of(kind) {
		var one T
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &one); err != nil {
			return nil, fmt.Errorf("%s: %w", named(object), err)
		}
		all = append(all, one)
	}
	return all, nil
}

// pods is a workload that makes pods.
type pods struct {
	owner    *unstructured.Unstructured
	template corev1.PodTemplateSpec
}

// workloads of the set, of whatever kind makes pods.
func (s set) workloads() ([]pods, error) {
	paths := map[string][]string{
		"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"},
		"Job": {"spec", "template"}, "CronJob": {"spec", "jobTemplate", "spec", "template"}, "Pod": {},
	}
	var all []pods
	for _, object := range s.objects {
		path, makes := paths[object.GetKind()]
		if !makes {
			continue
		}
		content, _, err := unstructured.NestedMap(object.Object, path...)
		if err != nil {
			return nil, err
		}
		one := pods{owner: object}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &one.template); err != nil {
			return nil, fmt.Errorf("%s: %w", named(object), err)
		}
		one.template.Namespace = object.GetNamespace()
		all = append(all, one)
	}
	return all, nil
}

func named(object *unstructured.Unstructured) string {
	return strings.TrimPrefix(object.GetKind()+" "+object.GetNamespace()+"/"+object.GetName(), "/")
}
