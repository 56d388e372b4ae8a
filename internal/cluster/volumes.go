package cluster

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// The classes of DOKS' volumes, and whether a volume goes with its claim.
// Source: https://docs.digitalocean.com/products/kubernetes/how-to/add-volumes/
var storageClasses = map[string]corev1.PersistentVolumeReclaimPolicy{
	"do-block-storage":        corev1.PersistentVolumeReclaimDelete,
	"do-block-storage-retain": corev1.PersistentVolumeReclaimRetain,
}

const (
	volumeDriver = "dobs.csi.digitalocean.com"
	// volumeEvery is how often claims are looked at. A real volume takes some seconds.
	volumeEvery = 300 * time.Millisecond
)

var (
	classes = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}
	drivers = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "csidrivers"}
	claims  = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	volumes = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumes"}
)

func createStorageClasses(ctx context.Context, api dynamic.Interface) error {
	// Without it a controller waits for volumes to be attached to nodes.
	driver := object("storage.k8s.io/v1", "CSIDriver", volumeDriver, map[string]any{
		"spec": map[string]any{"attachRequired": false},
	})
	if _, err := api.Resource(drivers).Create(ctx, driver, metav1.CreateOptions{}); err != nil {
		return err
	}
	for name, policy := range storageClasses {
		class := object("storage.k8s.io/v1", "StorageClass", name, map[string]any{
			"provisioner": volumeDriver, "reclaimPolicy": string(policy), "allowVolumeExpansion": true,
		})
		if _, err := api.Resource(classes).Create(ctx, class, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func object(apiVersion, kind, name string, content map[string]any) *unstructured.Unstructured {
	content["apiVersion"], content["kind"] = apiVersion, kind
	content["metadata"] = map[string]any{"name": name}
	return &unstructured.Unstructured{Object: content}
}

// provision volumes for claims, and delete those whose claims are gone, until the context ends. It plays the CSI driver; what
// fails is tried again.
func provision(ctx context.Context, api dynamic.Interface) {
	for ctx.Err() == nil {
		if list, err := api.Resource(claims).List(ctx, metav1.ListOptions{}); err == nil {
			for i := range list.Items {
				provisionFor(ctx, api, &list.Items[i])
			}
		}
		if list, err := api.Resource(volumes).List(ctx, metav1.ListOptions{}); err == nil {
			for i := range list.Items {
				reclaim(ctx, api, &list.Items[i])
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(volumeEvery):
		}
	}
}

func provisionFor(ctx context.Context, api dynamic.Interface, claim *unstructured.Unstructured) {
	class, _, _ := unstructured.NestedString(claim.Object, "spec", "storageClassName")
	volume, _, _ := unstructured.NestedString(claim.Object, "spec", "volumeName")
	policy, ours := storageClasses[class]
	if !ours || volume != "" {
		return
	}
	size, _, _ := unstructured.NestedFieldCopy(claim.Object, "spec", "resources", "requests", "storage")
	modes, _, _ := unstructured.NestedFieldCopy(claim.Object, "spec", "accessModes")
	name := "pvc-" + string(claim.GetUID())
	_, _ = api.Resource(volumes).Create(ctx, object("v1", "PersistentVolume", name, map[string]any{
		"spec": map[string]any{
			"storageClassName": class, "persistentVolumeReclaimPolicy": string(policy),
			"capacity": map[string]any{"storage": size}, "accessModes": modes,
			"csi": map[string]any{"driver": volumeDriver, "volumeHandle": name},
			"claimRef": map[string]any{
				"apiVersion": "v1", "kind": "PersistentVolumeClaim",
				"namespace": claim.GetNamespace(), "name": claim.GetName(), "uid": string(claim.GetUID()),
			},
		},
	}), metav1.CreateOptions{})
}

func reclaim(ctx context.Context, api dynamic.Interface, volume *unstructured.Unstructured) {
	phase, _, _ := unstructured.NestedString(volume.Object, "status", "phase")
	policy, _, _ := unstructured.NestedString(volume.Object, "spec", "persistentVolumeReclaimPolicy")
	driver, _, _ := unstructured.NestedString(volume.Object, "spec", "csi", "driver")
	released := phase == string(corev1.VolumeReleased) && policy == string(corev1.PersistentVolumeReclaimDelete)
	if driver == volumeDriver && released {
		uid := volume.GetUID()
		_ = api.Resource(volumes).Delete(ctx, volume.GetName(), metav1.DeleteOptions{
			Preconditions: &metav1.Preconditions{UID: &uid},
		})
	}
}
