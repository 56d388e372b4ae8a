package cluster

import (
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// users of the cluster and the files that hold their certificates. RBAC's bootstrap roles know the two controllers.
var users = map[string]struct {
	name, kubeconfig string
	groups           []string
}{
	"admin":              {"admin", "kubeconfig", []string{"system:masters"}},
	"controller-manager": {"system:kube-controller-manager", "controller-manager.kubeconfig", nil},
	"scheduler":          {"system:kube-scheduler", "scheduler.kubeconfig", nil},
}

// writeAccess writes every certificate and kubeconfig of a cluster and gives the administrator's.
func writeAccess(dir string, p ports) (*rest.Config, error) {
	ca, err := newAuthority(dir)
	if err != nil {
		return nil, err
	}
	if err := ca.issue("server", "kube-apiserver", nil, []string{
		"127.0.0.1", "localhost", "10.96.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		metricsService + ".kube-system.svc",
	}); err != nil {
		return nil, err
	}
	if err := ca.issue("front-proxy", "front-proxy", nil, nil); err != nil {
		return nil, err
	}
	for file, user := range users {
		if err := ca.issue(file, user.name, user.groups, nil); err != nil {
			return nil, err
		}
		if err := writeKubeconfig(dir, file, user.kubeconfig, loopback(p.api)); err != nil {
			return nil, err
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(dir, "kubeconfig"))
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // client-go's default is 5 requests a second
	return config, nil
}

func writeKubeconfig(dir, user, name, server string) error {
	var data [3][]byte
	for i, file := range []string{"ca.crt", user + ".crt", user + ".key"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return err
		}
		data[i] = text
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["caisson"] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: data[0]}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: data[1], ClientKeyData: data[2]}
	config.Contexts["caisson"] = &clientcmdapi.Context{Cluster: "caisson", AuthInfo: user}
	config.CurrentContext = "caisson"
	return clientcmd.WriteToFile(*config, filepath.Join(dir, name))
}
