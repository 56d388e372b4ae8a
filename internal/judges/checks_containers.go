package main

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// secretive names of variables and keys, as polaris and kubescape look for them.
var secretive = regexp.MustCompile(`(?i)(password|passwd|token|secret|bearer|credential|api_?key|private_?key)`)

func containerChecks() []check {
	return []check{
		{"kube-linter", "latest-tag", eachContainer(func(_ pods, container corev1.Container) string {
			if !strings.Contains(container.Image, "@sha256:") {
				return "the image can change"
			}
			return ""
		})},
		{"polaris", "livenessProbeMissing", eachContainer(func(one pods, container corev1.Container) string {
			if serves(one, container) && container.LivenessProbe == nil {
				return "nothing restarts it"
			}
			return ""
		})},
		{"kube-linter", "liveness-port, readiness-port and startup-port", eachContainer(probed)},
		{"kube-linter", "privileged-ports and ssh-port", eachContainer(func(_ pods, container corev1.Container) string {
			for _, port := range container.Ports {
				if port.ContainerPort < 1024 {
					return "listens below 1024"
				}
			}
			return ""
		})},
		{"kube-linter", "env-var-secret", eachContainer(func(_ pods, container corev1.Container) string {
			for _, env := range container.Env {
				if secretive.MatchString(env.Name) && env.Value != "" {
					return "the value of " + env.Name + " stands in the manifest"
				}
			}
			return ""
		})},
		{"kube-linter", "duplicate-env-var", eachContainer(func(_ pods, container corev1.Container) string {
			var names []string
			for _, env := range container.Env {
				if slices.Contains(names, env.Name) {
					return env.Name + " is there twice"
				}
				names = append(names, env.Name)
			}
			return ""
		})},
	}
}

// probed finds a probe that asks where nobody listens.
func probed(one pods, container corev1.Container) string {
	for _, probe := range []*corev1.Probe{container.LivenessProbe, container.ReadinessProbe, container.StartupProbe} {
		if probe == nil {
			continue
		}
		var port intstr.IntOrString
		switch {
		case probe.HTTPGet != nil:
			port = probe.HTTPGet.Port
		case probe.TCPSocket != nil:
			port = probe.TCPSocket.Port
		case probe.GRPC != nil:
			port = intstr.FromInt32(probe.GRPC.Port)
		default:
			continue
		}
		if !open(one, port) {
			return "a probe asks a port that is not open: " + port.String()
		}
	}
	return ""
}

// serves tells a program that others connect to from one that runs to an end.
func serves(one pods, container corev1.Container) bool {
	return one.owner.GetKind() != "Job" && one.owner.GetKind() != "CronJob" && len(container.Ports) > 0
}

func open(one pods, port intstr.IntOrString) bool {
	if port.Type == intstr.String {
		_, ok := portsOf(one)[port.StrVal]
		return ok
	}
	return slices.Contains(sortedPorts(one), port.IntVal)
}
