package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"

	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

var helm = strategy{
	name: "helm", title: "Helm's client, Update", module: "helm.sh/helm/v4", prunes: true,
	about: "As helm install and helm upgrade call it: Build of the manifests, then Create at first, and Update with the " +
		"previous manifest later, by server-side apply. Charts, hooks and the release's Secret are not measured. " +
		"Discovery is cached on disk by Helm; here each process has a cache of its own, and pays for it.",
	start: func(namespace string) caller { return &helmUpdate{namespace: namespace} },
}

type helmUpdate struct {
	namespace       string
	client          *kube.Client
	wanted, present []byte
}

func (h *helmUpdate) prepare(j job) (err error) {
	if h.wanted, err = manifests(j.desired); err != nil {
		return err
	}
	h.present, err = manifests(j.previous)
	return err
}

func manifests(objects []client.Object) ([]byte, error) {
	all, err := allUnstructured(objects)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, one := range all {
		document, err := yaml.Marshal(one.Object)
		if err != nil {
			return nil, err
		}
		text.WriteString("---\n")
		text.Write(document)
	}
	return text.Bytes(), nil
}

func (h *helmUpdate) connect(config *rest.Config) error {
	cache, err := os.MkdirTemp("", "caisson-benchmark-helm-") // a child removes its TMPDIR at the end
	if err != nil {
		return err
	}
	flags := genericclioptions.NewConfigFlags(true).WithDiscoveryQPS(config.QPS).
		WithWrapConfigFn(func(*rest.Config) *rest.Config { return rest.CopyConfig(config) })
	flags.CacheDir, flags.Namespace, flags.APIServer = &cache, &h.namespace, &config.Host
	h.client = kube.New(flags)
	h.client.Namespace = h.namespace
	h.client.SetLogger(slog.DiscardHandler)
	return nil
}

func (h *helmUpdate) call(context.Context) error {
	present, err := h.build(h.present, false)
	if err != nil {
		return err
	}
	wanted, err := h.build(h.wanted, true)
	if err != nil {
		return err
	}
	if len(present) == 0 {
		_, err = h.client.Create(wanted, kube.ClientCreateOptionServerSideApply(true, false))
		return err
	}
	_, err = h.client.Update(present, wanted, kube.ClientUpdateOptionServerSideApply(true, false))
	return err
}

func (h *helmUpdate) build(manifests []byte, validate bool) (kube.ResourceList, error) {
	if len(manifests) == 0 {
		return nil, nil
	}
	return h.client.Build(bytes.NewReader(manifests), validate)
}
