package kubelet

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// probe the process until the context ends: first whether it has started, then again and again whether it is ready.
func (p *pod) probe(ctx context.Context, container *corev1.Container) {
	started := p.passes(ctx, container, container.StartupProbe)
	for !started {
		p.tell(ctx, running(false, false))
		// Not its period: nobody wants to wait 5 s for each pod that starts within 50 ms.
		if !pause(ctx, 100*time.Millisecond) {
			return
		}
		started = p.passes(ctx, container, container.StartupProbe)
	}
	failures := int32(0)
	for {
		if p.passes(ctx, container, container.ReadinessProbe) {
			failures = 0
			p.tell(ctx, running(true, true))
		} else if failures++; failures >= container.ReadinessProbe.FailureThreshold {
			p.tell(ctx, running(true, false))
		}
		period := time.Second
		if container.ReadinessProbe != nil {
			period = time.Duration(container.ReadinessProbe.PeriodSeconds) * time.Second
		}
		if !pause(ctx, period) {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) (goOn bool) {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func running(started, ready bool) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Started: &started, Ready: ready,
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}},
	}
}

// passes says whether a probe does; what is not probed passes.
func (p *pod) passes(ctx context.Context, container *corev1.Container, probe *corev1.Probe) bool {
	if probe == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(probe.TimeoutSeconds)*time.Second)
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		url := fmt.Sprintf("http://%s%s", p.address(container, probe.HTTPGet.Port), probe.HTTPGet.Path)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode >= 200 && response.StatusCode < 400
	case probe.TCPSocket != nil:
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address(container, probe.TCPSocket.Port))
		if err != nil {
			return false
		}
		_ = connection.Close()
		return true
	}
	return false // of a kind that is not known here
}

func (p *pod) address(container *corev1.Container, port intstr.IntOrString) string {
	number := port.IntValue()
	for _, one := range container.Ports {
		if one.Name == port.StrVal && port.Type == intstr.String {
			number = int(one.ContainerPort)
		}
	}
	return net.JoinHostPort(Local(p.ip).String(), strconv.Itoa(number))
}
