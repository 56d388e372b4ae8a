package nodepool_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
)

func TestAllocatable(t *testing.T) {
	cases := map[string]struct {
		reason                string
		size                  string
		cpu, memory, capacity string
	}{
		"production": {
			reason: "Of 16 GiB DOKS keeps 3, and 0.1 of the CPU.",
			size:   "s-4vcpu-16gb-amd", cpu: "3900m", memory: "13Gi", capacity: "4 16Gi",
		},
		"staging": {
			reason: "Of 8 GiB DOKS keeps 2, and 0.1 of the CPU.",
			size:   "s-2vcpu-8gb-amd", cpu: "1900m", memory: "6Gi", capacity: "2 8Gi",
		},
		"dev": {
			reason: "Of 2 GiB DOKS keeps 1, and 0.1 of the CPU.",
			size:   "s-1vcpu-2gb-intel", cpu: "900m", memory: "1Gi", capacity: "1 2Gi",
		},
		"in between":    {reason: "4 GiB are on the line from 2 to 8.", size: "s-2vcpu-4gb", cpu: "1900m", memory: "2730Mi", capacity: "2 4Gi"},
		"smallest":      {reason: "Half is kept below 2 GiB.", size: "s-1vcpu-1gb", cpu: "900m", memory: "512Mi", capacity: "1 1Gi"},
		"general":       {reason: "Other families are read in the same way.", size: "g-8vcpu-32gb", cpu: "7900m", memory: "27Gi", capacity: "8 32Gi"},
		"storage":       {reason: "The family so1_5 has an underscore.", size: "so1_5-2vcpu-16gb", cpu: "1900m", memory: "13Gi", capacity: "2 16Gi"},
		"with its disk": {reason: "Some names say more after the memory.", size: "s-2vcpu-8gb-160gb-intel", cpu: "1900m", memory: "6Gi", capacity: "2 8Gi"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			list, err := nodepool.Allocatable(tc.size)
			require.NoError(t, err)
			require.Equal(t, tc.cpu, list.Cpu().String(), tc.reason)
			require.Equal(t, tc.memory, list.Memory().String(), tc.reason)
			require.EqualValues(t, 110, list.Pods().Value(), "DOKS' kubelets take 110 pods.")
			capacity, err := nodepool.Capacity(tc.size)
			require.NoError(t, err)
			require.Equal(t, tc.capacity, capacity.Cpu().String()+" "+capacity.Memory().String(), tc.reason)
		})
	}
}

// A name must never give a node of nothing, or of more than can be counted.
func TestSizesThatSayTooLittle(t *testing.T) {
	cases := map[string]struct {
		reason string
		size   string
		want   string
	}{
		"empty":       {reason: "There is no default size.", want: `size "": the name does not say`},
		"words":       {reason: "No numbers are in it.", size: "large", want: `as s-4vcpu-16gb-amd does`},
		"no memory":   {reason: "The memory is missing.", size: "s-4vcpu", want: `size "s-4vcpu"`},
		"megabytes":   {reason: "DOKS has no nodes of less than 1 GiB.", size: "s-1vcpu-512mb-10gb", want: "does not say"},
		"no CPU":      {reason: "0.1 less than none is below zero.", size: "s-0vcpu-1gb", want: "does not say"},
		"no GiB":      {reason: "No pod fits into nothing.", size: "s-1vcpu-0gb", want: "does not say"},
		"many CPUs":   {reason: "The product would overflow.", size: "s-99999999999vcpu-1gb", want: "out of range"},
		"much memory": {reason: "The product would overflow.", size: "s-1vcpu-2147483647gb", want: "out of range"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := nodepool.Capacity(tc.size)
			require.ErrorContains(t, err, tc.want, tc.reason)
			_, err = nodepool.Allocatable(tc.size)
			require.ErrorContains(t, err, tc.want, tc.reason)
		})
	}
}

// What is allocatable grows with the size, and is never more than there is.
func TestLargerNodesHoldMore(t *testing.T) {
	sizes := []string{"1vcpu-1gb", "1vcpu-2gb", "2vcpu-4gb", "4vcpu-8gb", "6vcpu-16gb", "8vcpu-32gb", "20vcpu-96gb", "48vcpu-384gb"}
	var before int64
	for _, size := range sizes {
		list, err := nodepool.Allocatable("s-" + size)
		require.NoError(t, err)
		require.Greater(t, list.Memory().Value(), before, size)
		before = list.Memory().Value()
		capacity, err := nodepool.Capacity("s-" + size)
		require.NoError(t, err)
		require.Less(t, before, capacity.Memory().Value(), size)
		require.Less(t, list.Cpu().MilliValue(), capacity.Cpu().MilliValue(), size)
	}
}
