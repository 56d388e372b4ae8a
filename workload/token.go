package workload

import (
	"cmp"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// Token of the pod's service account, as a file that the kubelet renews before it expires. Without an audience it is for
// the cluster's API, and lies where client libraries look for it; what the account may do there, roles say.
type Token struct {
	// Audience that the token is for, as its reader knows itself: "vault". Default: the API server.
	Audience string `json:"audience,omitempty"`
	// ExpirationSeconds until the token is void, 600 or more. Default: 3600, as for Kubernetes' own.
	ExpirationSeconds int64 `json:"expirationSeconds,omitempty"`
	// Path of the folder that holds the file token. Required with an audience. Default without:
	// /var/run/secrets/kubernetes.io/serviceaccount, with ca.crt and namespace beside the token.
	Path string `json:"path,omitempty"`
}

const (
	apiTokenPath      = "/var/run/secrets/kubernetes.io/serviceaccount" //nolint:gosec // a folder, no token
	expirationSeconds = 3600
	// readableByGroup alone: the pod's group is the program's.
	readableByGroup = 0o440
)

func (t Token) path() string {
	if t.Path == "" && t.Audience == "" {
		return apiTokenPath
	}
	return t.Path
}

func tokenVolumeName(i int) string { return "token-" + strconv.Itoa(i) }

func (p program) tokenVolumes() []corev1.Volume {
	volumes := make([]corev1.Volume, 0, len(p.tokens))
	for i, token := range p.tokens {
		sources := []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
			Audience: token.Audience, ExpirationSeconds: new(cmp.Or(token.ExpirationSeconds, expirationSeconds)), Path: "token",
		}}}
		if token.Audience == "" {
			sources = append(sources, apiSources()...)
		}
		volumes = append(volumes, corev1.Volume{Name: tokenVolumeName(i), VolumeSource: corev1.VolumeSource{
			Projected: &corev1.ProjectedVolumeSource{Sources: sources, DefaultMode: new(int32(readableByGroup))},
		}})
	}
	return volumes
}

// apiSources are what Kubernetes puts beside a token that it mounts by itself.
func apiSources() []corev1.VolumeProjection {
	return []corev1.VolumeProjection{
		{ConfigMap: &corev1.ConfigMapProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"}, // in every namespace
			Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
		}},
		{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{{
			Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"},
		}}}},
	}
}

func (p program) tokenMounts() []corev1.VolumeMount {
	mounts := make([]corev1.VolumeMount, 0, len(p.tokens))
	for i, token := range p.tokens {
		mounts = append(mounts, corev1.VolumeMount{Name: tokenVolumeName(i), MountPath: token.path(), ReadOnly: true})
	}
	return mounts
}
