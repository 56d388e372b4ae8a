package nodepool

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// namespaceSystem holds what Caisson remembers.
const namespaceSystem = "caisson-system"

// record is what has to be remembered of a pool, because DigitalOcean forgets it. It is written before the request that makes
// it necessary, and lives in a ConfigMap of the cluster, one for each pool, fenced by its resourceVersion.
type record struct {
	// Unlabel are the labels that were taken from the pool, and are to be taken from its nodes: DigitalOcean leaves them there.
	Unlabel []string `json:"unlabel,omitempty"`
	// Bounds of the autoscaler before it was switched off, which reads back as 0 and 0.
	Bounds *Autoscale `json:"bounds,omitempty"`
	// Recycling are the nodes that are being recycled, the ids at DigitalOcean by the names: one that is not there any more was.
	Recycling map[string]string `json:"recycling,omitempty"`
	// Rotation that is under way.
	Rotation *rotation `json:"rotation,omitempty"`

	object *corev1.ConfigMap // as it was read, nil if there is none
}

const recordKey = "record.json"

// records of all pools, by the pool's name.
func (c Client) records(ctx context.Context) (map[string]*record, error) {
	if c.Kube == nil {
		return nil, nil //nolint:nilnil // there are none
	}
	var list corev1.ConfigMapList
	err := c.Kube.List(ctx, &list, client.InNamespace(namespaceSystem), client.HasLabels{caisson.LabelPool})
	if err != nil {
		return nil, fmt.Errorf("read what is remembered of the pools: %w", err)
	}
	all := map[string]*record{}
	for i := range list.Items {
		object := &list.Items[i]
		r := &record{object: object}
		if err := json.Unmarshal([]byte(object.Data[recordKey]), r); err != nil {
			return nil, fmt.Errorf("read what is remembered in ConfigMap %s/%s: %w", object.Namespace, object.Name, err)
		}
		all[object.Labels[caisson.LabelPool]] = r
	}
	return all, nil
}

// save what is to be remembered of a pool. It fails if another process has written it since it was read.
func (r *record) save(ctx context.Context, c client.Client, pool string) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("remember pool %s: %w", pool, err)
	}
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespaceSystem, Name: "caisson-pool-" + pool,
		Labels: map[string]string{caisson.LabelPool: pool, caisson.LabelManagedBy: caisson.ManagedBy},
	}}
	write := c.Create
	if r.object != nil {
		object = r.object.DeepCopy()
		write = func(ctx context.Context, o client.Object, _ ...client.CreateOption) error { return c.Update(ctx, o) }
	}
	object.Data = map[string]string{recordKey: string(content)}
	err = write(ctx, object)
	if apierrors.IsNotFound(err) && r.object == nil {
		if err := ensureNamespace(ctx, c); err != nil {
			return err
		}
		err = write(ctx, object)
	}
	if err != nil {
		return fmt.Errorf("remember pool %s: %w", pool, err)
	}
	r.object = object
	return nil
}
