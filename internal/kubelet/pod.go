package kubelet

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// pod is one process, and what the API server is told of it.
type pod struct {
	node   *Node
	object *corev1.Pod
	ip     netip.Addr

	ending  chan struct{} // closed when it is to end
	killed  chan struct{} // closed when it is to end at once
	endOnce sync.Once
	killing sync.Once
	grace   time.Duration

	restarts int32
	told     string // the state that the API server knows
}

// pods of all nodes of this program, each of which has an address.
var pods atomic.Uint32

func newPod(n *Node, object *corev1.Pod) *pod {
	var ip [4]byte
	binary.BigEndian.PutUint32(ip[:], 10<<24|1<<16+pods.Add(1))
	return &pod{
		node: n, object: object.DeepCopy(), ip: netip.AddrFrom4(ip),
		ending: make(chan struct{}), killed: make(chan struct{}),
	}
}

// Local is the address that the process of a pod listens on, given the pod's own.
func Local(podIP netip.Addr) netip.Addr {
	octets := podIP.As4()
	octets[0] = 127
	return netip.AddrFrom4(octets)
}

func (p *pod) end(grace time.Duration) {
	p.endOnce.Do(func() {
		p.grace = grace
		close(p.ending)
	})
}

func (p *pod) kill() { p.killing.Do(func() { close(p.killed) }) }

// run the pod until its process has ended for good, and let it go then.
func (p *pod) run(ctx context.Context) {
	for p.runOnce(ctx) {
		p.restarts++
		select {
		case <-p.ending:
		case <-p.killed:
		case <-time.After(time.Second):
			continue
		}
		break
	}
	select {
	case <-p.ending:
		now := []client.DeleteOption{client.GracePeriodSeconds(0), client.Preconditions{UID: &p.object.UID}}
		_ = p.node.client.Delete(ctx, p.object, now...)
	default:
	}
}

// runOnce runs the process once, and says whether to start it again.
func (p *pod) runOnce(ctx context.Context) (again bool) {
	container := &p.object.Spec.Containers[0]
	process, err := p.start(container)
	if err != nil {
		p.tell(ctx, waiting("StartError", err.Error()))
		return true
	}
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	probing, stop := context.WithCancel(ctx)
	var probes sync.WaitGroup
	probes.Go(func() { p.probe(probing, container) })
	defer func() {
		stop()
		probes.Wait()
	}()
	select {
	case <-ended:
		p.tell(ctx, waiting("CrashLoopBackOff", "the process has ended: "+process.ProcessState.String()))
		return true
	case <-p.killed:
	case <-p.ending:
		p.ask(container, process.Process, ended)
	}
	_ = process.Process.Kill()
	<-ended
	return false
}

// ask the process to end, as a kubelet does: first the preStop hook, then SIGTERM, all within the grace period.
func (p *pod) ask(container *corev1.Container, process *os.Process, ended <-chan struct{}) {
	deadline := time.After(p.grace)
	if hook := container.Lifecycle; hook != nil && hook.PreStop != nil && hook.PreStop.Sleep != nil {
		select {
		case <-time.After(time.Duration(hook.PreStop.Sleep.Seconds) * time.Second):
		case <-ended:
		case <-deadline:
		case <-p.killed:
		}
	}
	_ = process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-deadline:
	case <-p.killed:
	}
}

func (p *pod) start(container *corev1.Container) (*exec.Cmd, error) {
	program, known := p.node.programs[container.Image]
	if !known {
		return nil, fmt.Errorf("nothing stands for the image %s", container.Image)
	}
	process := exec.Command(program, container.Args...) //nolint:gosec,noctx // the test's own, and it ends as a pod does
	process.Env = []string{"HOST=" + Local(p.ip).String()}
	for _, variable := range container.Env {
		if variable.ValueFrom == nil {
			process.Env = append(process.Env, variable.Name+"="+variable.Value)
		}
	}
	process.Stderr = &bytes.Buffer{} // not the test's own, which go test waits for
	return process, process.Start()
}

func waiting(reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}
}

// tell the API server the state of the container. What fails is told with the next change, or by the next probe.
func (p *pod) tell(ctx context.Context, status corev1.ContainerStatus) {
	container := p.object.Spec.Containers[0]
	state := fmt.Sprint(status.Ready, status.Started != nil && *status.Started, status.State.Waiting)
	if state == p.told {
		return
	}
	status.Name, status.Image, status.RestartCount = container.Name, container.Image, p.restarts
	ready := corev1.ConditionFalse
	if status.Ready {
		ready = corev1.ConditionTrue
	}
	var conditions []corev1.PodCondition
	for _, condition := range []corev1.PodConditionType{corev1.PodReady, corev1.ContainersReady} {
		conditions = append(conditions, corev1.PodCondition{Type: condition, Status: ready, LastTransitionTime: metav1.Now()})
	}
	conditions = append(conditions, corev1.PodCondition{Type: corev1.PodInitialized, Status: corev1.ConditionTrue})
	changed := p.object.DeepCopy()
	changed.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: p.ip.String(), PodIPs: []corev1.PodIP{{IP: p.ip.String()}}, Conditions: conditions,
		StartTime: new(metav1.Now()), ContainerStatuses: []corev1.ContainerStatus{status},
	}
	// Strategic: the scheduler's condition stays.
	if p.node.client.Status().Patch(ctx, changed, client.StrategicMergeFrom(p.bare())) == nil {
		p.told = state
	}
}

// bare object, of which every field of a status differs.
func (p *pod) bare() *corev1.Pod {
	bare := p.object.DeepCopy()
	bare.Status = corev1.PodStatus{}
	return bare
}
