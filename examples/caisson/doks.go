package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/digitalocean/godo"
	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/caissonhq/caisson/nodepool"
)

// The environment variables that doctl and Terraform's provider read.
const (
	envToken      = "DIGITALOCEAN_ACCESS_TOKEN"
	envTokenOther = "DIGITALOCEAN_TOKEN"
	envAPI        = "DIGITALOCEAN_API_URL"
)

// doks is a session with DigitalOcean, about the cluster of an environment.
type doks struct {
	*session
	nodepool.Client

	spec nodepool.Cluster
}

// onDOKS is runE for a function that needs DigitalOcean. The cluster itself need not exist.
func (f *flags) onDOKS(work func(context.Context, *doks) error) func(*cobra.Command, []string) error {
	return f.runE(func(ctx context.Context, s *session) error {
		spec, err := s.env.ClusterSpec()
		if err != nil {
			return err
		}
		d := &doks{session: s, spec: spec}
		if d.DO, err = digitalOcean(); err != nil {
			return err
		}
		if err := d.reach(ctx); err != nil {
			return err
		}
		return work(ctx, d)
	})
}

func digitalOcean() (*godo.Client, error) {
	token := cmp.Or(os.Getenv(envToken), os.Getenv(envTokenOther))
	if token == "" {
		return nil, fmt.Errorf("%s is not set: put a token of DigitalOcean there, with the scopes kubernetes, and account, "+
			"droplet and sizes to read (https://cloud.digitalocean.com/account/api/tokens)", envToken)
	}
	client := godo.NewFromToken(token)
	if api := os.Getenv(envAPI); api != "" {
		if err := godo.SetBaseURL(api)(client); err != nil || client.BaseURL.Host == "" {
			return nil, fmt.Errorf("%s: %q is no address: write one like https://api.digitalocean.com", envAPI, api)
		}
	}
	return client, nil
}

// kubeconfigExpires long after any command has ended.
const kubeconfigExpires = 24 * time.Hour

// reach the cluster's API server too, unless there is no cluster yet: as DigitalOcean says, so that it is never another
// cluster's, or as --context says.
func (d *doks) reach(ctx context.Context) error {
	if d.context != "" {
		err := d.connect()
		d.Kube = d.client
		return err
	}
	text, err := nodepool.Kubeconfig(ctx, d.Client, d.spec, kubeconfigExpires)
	if _, absent := errors.AsType[*nodepool.NoClusterError](err); absent {
		return nil
	}
	if err != nil {
		return err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(text)
	if err != nil {
		return fmt.Errorf("read DigitalOcean's kubeconfig of %s: %w", d.spec.Name, err)
	}
	err = d.connectTo(config)
	d.Kube = d.client
	return err
}
