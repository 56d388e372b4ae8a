package kubelet

import (
	"context"
	"fmt"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

// Node whose pods run as processes.
type Node struct {
	name     string
	client   client.Client
	programs map[string]string // executables by image

	mutex    sync.Mutex
	pods     map[types.UID]*pod
	stop     context.CancelFunc
	finished sync.WaitGroup
}

const (
	// heartbeat is well below the 40 s after which a node counts as lost.
	heartbeat = 5 * time.Second
	// look at the pods this often. A kubelet watches; for one node asking is as good.
	look = 50 * time.Millisecond
)

// Alone is a node for Start which pods choose by the label kubernetes.io/hostname and by tolerating everything: no other comes
// to it.
func Alone(name string) *corev1.Node {
	room := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("16"), corev1.ResourceMemory: resource.MustParse("64Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"), corev1.ResourcePods: resource.MustParse("110"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{corev1.LabelHostname: name}},
		Spec:       corev1.NodeSpec{Taints: []corev1.Taint{{Key: cluster.LabelOwnKubelet, Effect: corev1.TaintEffectNoSchedule}}},
		Status:     corev1.NodeStatus{Capacity: room, Allocatable: room},
	}
}

// Start a node. Programs are executables by the image that stands for them. It runs until Stop.
func Start(ctx context.Context, c client.Client, node *corev1.Node, programs map[string]string) (*Node, error) {
	n := &Node{name: node.Name, client: c, programs: programs, pods: map[types.UID]*pod{}}
	if err := n.register(ctx, node); err != nil {
		return nil, fmt.Errorf("register the node: %w", err)
	}
	ctx, n.stop = context.WithCancel(context.WithoutCancel(ctx))
	n.finished.Go(func() { every(ctx, heartbeat, n.beat) })
	n.finished.Go(func() { every(ctx, look, n.sync) })
	return n, nil
}

// Stop ends all processes, and gives the node up.
func (n *Node) Stop(ctx context.Context) error {
	n.stop()
	n.mutex.Lock()
	for _, p := range n.pods {
		p.kill()
	}
	n.mutex.Unlock()
	n.finished.Wait()
	return client.IgnoreNotFound(n.client.Delete(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.name}}))
}

func every(ctx context.Context, d time.Duration, do func(context.Context)) {
	for ticker := time.NewTicker(d); ; {
		do(ctx) // what fails is tried again with the next tick
		select {
		case <-ctx.Done():
			ticker.Stop()
			return
		case <-ticker.C:
		}
	}
}

func (n *Node) register(ctx context.Context, node *corev1.Node) error {
	status := *node.Status.DeepCopy()
	status.Conditions = []corev1.NodeCondition{{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: metav1.Now(),
	}}
	node = node.DeepCopy()
	node.Labels[cluster.LabelOwnKubelet] = "true"
	if err := n.client.Create(ctx, node); err != nil {
		return err
	}
	base := node.DeepCopy()
	node.Status = status
	return n.client.Status().Patch(ctx, node, client.MergeFrom(base))
}

// beat renews the node's lease, without which its pods would be evicted.
func (n *Node) beat(ctx context.Context) {
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: corev1.NamespaceNodeLease, Name: n.name}}
	key := client.ObjectKeyFromObject(lease)
	spec := coordinationv1.LeaseSpec{
		HolderIdentity: &n.name, RenewTime: new(metav1.NowMicro()),
		LeaseDurationSeconds: new(int32(40)), //nolint:mnd // as kubelets have it
	}
	if err := n.client.Get(ctx, key, lease); err != nil {
		lease.Spec = spec
		_ = n.client.Create(ctx, lease)
		return
	}
	lease.Spec = spec
	_ = n.client.Update(ctx, lease)
}

// sync starts what is new on the node, and ends what is to go.
func (n *Node) sync(ctx context.Context) {
	var list corev1.PodList
	if err := n.client.List(ctx, &list, client.MatchingFields{"spec.nodeName": n.name}); err != nil {
		return
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if ctx.Err() != nil {
		return // nothing is started any more
	}
	there := map[types.UID]bool{}
	for i := range list.Items {
		object := &list.Items[i]
		there[object.UID] = true
		p, known := n.pods[object.UID]
		if !known {
			p = newPod(n, object)
			n.pods[object.UID] = p
			n.finished.Go(func() { p.run(ctx) })
		}
		if object.DeletionTimestamp != nil {
			p.end(time.Duration(*object.DeletionGracePeriodSeconds) * time.Second)
		}
	}
	for uid, p := range n.pods {
		if !there[uid] { // deleted by force
			p.kill()
			delete(n.pods, uid)
		}
	}
}
