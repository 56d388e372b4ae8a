package workload

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Folder is an empty folder on the node's disk that the containers of a pod can write to; all else is read-only. It lives
// as long as the pod, and counts as ephemeral storage.
type Folder struct {
	// Name of the volume, a DNS label of at most 63 characters. The folder named tmp is /tmp, of which only the size can
	// be chosen.
	Name string `json:"name"`
	// Path to mount it at, in every container of the pod: "/var/cache/app". Of tmp: /tmp, and each container has its own.
	Path string `json:"path,omitempty"`
	// Size above which the pod is evicted. Default: 64Mi.
	Size resource.Quantity `json:"size,omitzero"`
}

const (
	tmpName = "tmp"
	tmpPath = "/tmp"
)

var defaultSize = resource.MustParse("64Mi")

// foldersWithTmp have /tmp among them, and all their defaults.
func foldersWithTmp(given []Folder) []Folder {
	folders := make([]Folder, 0, len(given)+1)
	if !slices.ContainsFunc(given, func(f Folder) bool { return f.Name == tmpName }) {
		folders = append(folders, Folder{Name: tmpName})
	}
	folders = append(folders, given...)
	for i := range folders {
		if folders[i].Name == tmpName {
			folders[i].Path = cmp.Or(folders[i].Path, tmpPath)
		}
		if folders[i].Size.IsZero() {
			folders[i].Size = defaultSize
		}
	}
	return folders
}

func emptyDir(name string, size resource.Quantity) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
		EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: new(size.DeepCopy())},
	}}
}

// podVolumes of all containers. Those that a StatefulSet claims are not among them.
func (p program) podVolumes() []corev1.Volume {
	volumes := make([]corev1.Volume, 0, len(p.folders))
	for _, folder := range p.folders {
		volumes = append(volumes, emptyDir(folder.Name, folder.Size))
	}
	volumes = append(volumes, p.configVolumes(p.main)...)
	volumes = append(volumes, p.tokenVolumes()...)
	for _, c := range p.helpers() {
		volumes = append(volumes, emptyDir(c.prefix+tmpName, defaultSize))
		volumes = append(volumes, p.configVolumes(c)...)
	}
	return volumes
}

// mounts of a container: its own /tmp, what all of the pod share, and its own configuration.
func (p program) mounts(c container) []corev1.VolumeMount {
	mounts := make([]corev1.VolumeMount, 0, len(p.folders))
	for _, folder := range p.folders {
		name := folder.Name
		if name == tmpName {
			name = c.prefix + tmpName
		}
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: folder.Path})
	}
	for _, volume := range p.volumes {
		mounts = append(mounts, corev1.VolumeMount{Name: volume.Name, MountPath: volume.Path})
	}
	return append(mounts, configMounts(c)...)
}
