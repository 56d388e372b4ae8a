package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Volume is block storage of DigitalOcean, one for each replica: it goes with its pod from node to node, and only one node
// at a time can have it.
type Volume struct {
	// Name of the volume, a DNS label of at most 63 characters.
	Name string `json:"name"`
	// Path to mount it at, in every container of the pod: "/var/lib/app".
	Path string `json:"path"`
	// Size from 1Gi to 16Ti, which are DigitalOcean's bounds. A StatefulSet's cannot be changed: to have more, enlarge the
	// PersistentVolumeClaims.
	Size resource.Quantity `json:"size"`
}

// OnDelete says what becomes of volumes when their StatefulSet is deleted.
type OnDelete string

const (
	// KeepVolumes loses no data: the claims stay, and the volumes stay even if the claims are deleted. They cost money
	// until somebody deletes them.
	KeepVolumes OnDelete = "keep-volumes"
	// DeleteVolumes deletes the claims and the volumes with the StatefulSet, and the data with them. Those of a replica
	// that was scaled away stay until then.
	DeleteVolumes OnDelete = "delete-volumes"
)

// OnDeletes that can be chosen.
func OnDeletes() []OnDelete { return []OnDelete{KeepVolumes, DeleteVolumes} }

// The classes of DOKS' own driver: https://docs.digitalocean.com/products/kubernetes/how-to/add-volumes/
const (
	classKeep   = "do-block-storage-retain"
	classDelete = "do-block-storage"
)

const smallest, largest = "1Gi", "16Ti"

var smallestVolume, largestVolume = resource.MustParse(smallest), resource.MustParse(largest)

func (d OnDelete) class() string {
	if d == DeleteVolumes {
		return classDelete
	}
	return classKeep
}

// claims of the volumes, which a StatefulSet makes for each replica.
func (p program) claims(onDelete OnDelete) []corev1.PersistentVolumeClaim {
	all := make([]corev1.PersistentVolumeClaim, len(p.volumes))
	for i, volume := range p.volumes {
		all[i] = corev1.PersistentVolumeClaim{
			TypeMeta:   typeMeta("v1", "PersistentVolumeClaim"),
			ObjectMeta: metav1.ObjectMeta{Name: volume.Name, Labels: p.labels()},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, // the driver has no other
				StorageClassName: new(onDelete.class()),
				Resources: corev1.VolumeResourceRequirements{
					Requests: corev1.ResourceList{corev1.ResourceStorage: volume.Size.DeepCopy()},
				},
			},
		}
	}
	return all
}
