package cluster

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// assetsVariable names a directory with a kube-apiserver to run in place of the built one, as for envtest.
const assetsVariable = "KUBEBUILDER_ASSETS"

// ports are those of one cluster, on loopback. They were free a moment ago; Start tries again if one no longer is.
type ports struct{ etcd, etcdPeer, api, metrics int }

func freePorts(ctx context.Context) (ports, error) {
	var p ports
	var config net.ListenConfig
	for _, port := range []*int{&p.etcd, &p.etcdPeer, &p.api, &p.metrics} {
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return p, fmt.Errorf("find a free port: %w", err)
		}
		defer func() { _ = listener.Close() }() // held until all are chosen, so that they differ
		address, err := netip.ParseAddrPort(listener.Addr().String())
		if err != nil {
			return p, fmt.Errorf("find a free port: %w", err)
		}
		*port = int(address.Port())
	}
	return p, nil
}

func etcdArgs(dir string, p ports) []string {
	client, peer := loopback(p.etcd), loopback(p.etcdPeer)
	in := func(name string) string { return filepath.Join(dir, name) }
	return []string{
		"etcd",
		"--data-dir=" + in("etcd"),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer,
		// Loopback is open to every user of the machine: only who holds a certificate of the cluster gets in.
		"--client-cert-auth", "--trusted-ca-file=" + in("ca.crt"),
		"--cert-file=" + in("server.crt"), "--key-file=" + in("server.key"),
		"--peer-client-cert-auth", "--peer-trusted-ca-file=" + in("ca.crt"),
		"--peer-cert-file=" + in("server.crt"), "--peer-key-file=" + in("server.key"),
		"--unsafe-no-fsync", // the data is thrown away with the cluster
		"--log-level=warn",
	}
}

func apiServerArgs(dir string, p ports) ([]string, error) {
	in := func(name string) string { return filepath.Join(dir, name) }
	args := []string{
		"kube-apiserver",
		"--etcd-servers=" + loopback(p.etcd), "--etcd-cafile=" + in("ca.crt"),
		"--etcd-certfile=" + in("server.crt"), "--etcd-keyfile=" + in("server.key"),
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.api),
		// A loopback address is refused as the endpoint of the Service "kubernetes".
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=Node,RBAC", "--allow-privileged",
		"--tls-cert-file=" + in("server.crt"), "--tls-private-key-file=" + in("server.key"),
		"--client-ca-file=" + in("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + in("sa.key"), "--service-account-signing-key-file=" + in("sa.key"),
		"--requestheader-client-ca-file=" + in("ca.crt"), "--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + in("front-proxy.crt"), "--proxy-client-key-file=" + in("front-proxy.key"),
	}
	if os.Getenv(assetsVariable) == "" {
		return args, nil
	}
	assets, err := filepath.Abs(os.Getenv(assetsVariable)) // the component runs in another folder
	if err != nil {
		return nil, fmt.Errorf("%s: %w", assetsVariable, err)
	}
	foreign := filepath.Join(assets, "kube-apiserver")
	if runtime.GOOS == "windows" {
		foreign += ".exe"
	}
	if !isFile(foreign) {
		return nil, fmt.Errorf("%s is set, but there is no file %s: unset it, or put a kube-apiserver there",
			assetsVariable, foreign)
	}
	return append([]string{runsForeign, foreign}, args[1:]...), nil
}

func controllerManagerArgs(dir string, autoscalerPeriod time.Duration) []string {
	return []string{
		"kube-controller-manager",
		"--kubeconfig=" + filepath.Join(dir, "controller-manager.kubeconfig"),
		"--secure-port=0", "--leader-elect=false",
		"--service-account-private-key-file=" + filepath.Join(dir, "sa.key"),
		"--root-ca-file=" + filepath.Join(dir, "ca.crt"),
		// Each controller has the rights of its own service account; the manager itself has next to none.
		"--use-service-account-credentials",
		// Each controller fetches a token of its own at the start: at the default of 20 requests a second that alone
		// takes 5 s.
		"--kube-api-qps=1000", "--kube-api-burst=1000",
		"--horizontal-pod-autoscaler-sync-period=" + autoscalerPeriod.String(),
		// On a real cluster these are 5 min and 30 s; here nobody wants to wait for an HPA.
		"--horizontal-pod-autoscaler-cpu-initialization-period=1s",
		"--horizontal-pod-autoscaler-initial-readiness-delay=1s",
	}
}

func schedulerArgs(dir string) []string {
	return []string{
		"kube-scheduler", "--kubeconfig=" + filepath.Join(dir, "scheduler.kubeconfig"),
		"--secure-port=0", "--leader-elect=false",
	}
}

// LabelOwnKubelet is on nodes that kwok leaves alone, since something else plays their kubelet. It also leaves alone nodes
// without any label, which kubelets do not register.
const LabelOwnKubelet = "caisson.dev/own-kubelet"

func kwokArgs(dir string) []string {
	return []string{
		"kwok", filepath.Join(dir, "stages.yaml"),
		"--kubeconfig=" + filepath.Join(dir, "kubeconfig"),
		"--manage-nodes-with-label-selector=!" + LabelOwnKubelet, "--node-lease-duration-seconds=40",
		"--node-port=0", // no kubelet server: one port for all clusters of a machine
	}
}

func metricsArgs(dir string, p ports) []string {
	return []string{
		"metrics", "--kubeconfig=" + filepath.Join(dir, "kubeconfig"),
		fmt.Sprintf("--address=127.0.0.1:%d", p.metrics),
		"--client-ca-file=" + filepath.Join(dir, "ca.crt"),
		"--tls-cert-file=" + filepath.Join(dir, "server.crt"),
		"--tls-private-key-file=" + filepath.Join(dir, "server.key"),
	}
}

func loopback(port int) string { return fmt.Sprintf("https://127.0.0.1:%d", port) }
