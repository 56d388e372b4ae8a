package security_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/security"
)

// The quota must hold what the library's own defaults make: an API and a bot at their 10 replicas, each with a pod more
// during a rolling update. Blocks do not import each other, so the user's numbers stand here again.
func TestQuotaHoldsAnAPIAndABot(t *testing.T) {
	quota := security.DefaultQuota()
	cases := map[string]struct {
		reason   string
		name     corev1.ResourceName
		api, bot string
	}{
		"CPU":           {reason: "250m and 500m are requested.", name: corev1.ResourceRequestsCPU, api: "250m", bot: "500m"},
		"memory":        {reason: "512Mi and 1Gi are requested.", name: corev1.ResourceRequestsMemory, api: "512Mi", bot: "1Gi"},
		"CPU limits":    {reason: "1 and 2 CPU are the limits.", name: corev1.ResourceLimitsCPU, api: "1", bot: "2"},
		"memory limits": {reason: "1Gi and 2Gi are the limits.", name: corev1.ResourceLimitsMemory, api: "1Gi", bot: "2Gi"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var needed resource.Quantity
			for range 11 {
				needed.Add(resource.MustParse(tc.api))
				needed.Add(resource.MustParse(tc.bot))
			}
			have := quota[tc.name]
			require.GreaterOrEqual(t, have.Cmp(needed), 0, "%s Needed: %s.", tc.reason, needed.String())
		})
	}
}

// The production pool is 3 nodes of 4 CPU, and 13Gi to allocate: one namespace must not be able to take them all.
func TestQuotaLeavesAQuarterOfThePool(t *testing.T) {
	quota := security.DefaultQuota()
	cpu, memory := quota[corev1.ResourceRequestsCPU], quota[corev1.ResourceRequestsMemory]
	require.LessOrEqual(t, cpu.MilliValue(), int64(3*4000)*3/4)
	require.LessOrEqual(t, memory.Value(), int64(3*13<<30)*3/4)
	ports := quota[corev1.ResourceServicesNodePorts]
	require.True(t, ports.IsZero(), "a NodePort opens a port on every node")
}

func TestGivenLimitsWinEachForItself(t *testing.T) {
	namespace := security.Namespace{Name: "shop"}
	namespace.Quota = corev1.ResourceList{corev1.ResourcePods: resource.MustParse("7")}
	namespace.Limits.Max = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")}
	objs := build(t, namespace)
	hard, limits := objs.ResourceQuota.Spec.Hard, objs.LimitRange.Spec.Limits[0]
	require.Equal(t, "7", hard.Pods().String())
	require.Len(t, hard, len(security.DefaultQuota()), "what is not given is the default's")
	require.Equal(t, "2", limits.Max.Cpu().String())
	require.Equal(t, "12Gi", limits.Max.Memory().String())
	require.Equal(t, corev1.LimitTypeContainer, limits.Type)
	require.Equal(t, security.DefaultLimits().Default, limits.Default)
	require.Equal(t, security.DefaultLimits().DefaultRequest, limits.DefaultRequest)
}
