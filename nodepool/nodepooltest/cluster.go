package nodepooltest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// States of a cluster.
const (
	clusterProvisioning = "provisioning"
	clusterRunning      = "running"
	clusterUpgrading    = "upgrading"
	clusterDeleting     = "deleting"
)

// cluster of the account.
type cluster struct {
	server               *Server
	id, name, region     string
	version, nextVersion string
	vpc, workerSubnet    string
	pods, services       string // subnets
	tags                 []string
	pools                []*pool
	ha, autoUpgrade      bool
	surgeUpgrade         bool
	isolated, gpuReady   bool
	registry             bool
	maintenance          maintenance
	firewall             *firewall
	autoscaler           *autoscaler
	sso                  *sso
	toggles              map[string]*toggle
	state                string
	due                  time.Time // when the state ends, unless it lasts
	created, updated     time.Time
	messages             []statusMessage
	nodes                Nodes // nil as long as none are attached
}

type statusMessage struct {
	Message   string    `json:"message"`
	Timestamp time.Time `json:"timestamp"`
}

func (c *cluster) become(state string, now time.Time) {
	c.state, c.updated = state, now
}

// sayf tells something by the cluster's status messages, once.
func (c *cluster) sayf(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if last := len(c.messages) - 1; last < 0 || c.messages[last].Message != text {
		c.messages = append(c.messages, statusMessage{Message: text, Timestamp: c.server.options.Clock.Now().UTC()})
	}
}

// autoTags of the cluster, and of what it consists of.
func (c *cluster) autoTags(more ...string) []string {
	return append([]string{"k8s", "k8s:" + c.id}, more...)
}

// lasting pools are not about to go.
func (c *cluster) lasting() []*pool {
	return slices.DeleteFunc(slices.Clone(c.pools), func(p *pool) bool { return p.deleting })
}

func (s *Server) cluster(id string) (*cluster, error) {
	i := slices.IndexFunc(s.clusters, func(c *cluster) bool { return c.id == id })
	if i < 0 {
		return nil, notFound("cluster", id)
	}
	return s.clusters[i], nil
}

// clusterOf a request's path.
func (c *call) clusterOf() (*cluster, error) { return c.server.cluster(c.request.PathValue("cluster")) }

// changeable cluster of a request's path: one that is not going.
func (c *call) changeable() (*cluster, error) {
	one, err := c.clusterOf()
	if err == nil && one.state == clusterDeleting {
		err = invalid("cluster %q is being deleted", one.name)
	}
	return one, err
}

func (c *call) listClusters() (answer, error) {
	all := make([]any, 0, len(c.server.clusters))
	for _, one := range c.server.clusters {
		all = append(all, one.wire())
	}
	return paged(c.request, "kubernetes_clusters", all)
}

func (c *call) getCluster() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	return ok(http.StatusOK, map[string]any{"kubernetes_cluster": one.wire()})
}

func (c *call) createCluster() (answer, error) {
	body, err := decodeCluster(c.body)
	if err != nil {
		return answer{}, err
	}
	one, err := c.server.newCluster(body)
	if err != nil {
		return answer{}, err
	}
	c.server.clusters = append(c.server.clusters, one)
	if c.server.options.Nodes != nil {
		one.nodes = c.server.options.Nodes(one.id)
		c.server.start()
	}
	return ok(http.StatusCreated, map[string]any{"kubernetes_cluster": one.wire()})
}

// deleteCluster with its nodes, which are not drained.
func (c *call) deleteCluster() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	if one.state != clusterDeleting {
		now := c.server.options.Clock.Now()
		one.due = now.Add(c.server.options.Delays.ClusterDeletion)
		one.become(clusterDeleting, now)
		for _, p := range one.pools {
			p.delete(true)
		}
	}
	return noContent()
}

func (c *call) listAssociated() (answer, error) {
	if _, err := c.clusterOf(); err != nil {
		return answer{}, err
	}
	none := []any{}
	return ok(http.StatusOK, map[string]any{"load_balancers": none, "volumes": none, "volume_snapshots": none})
}

func (c *call) getKubeconfig() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	text, err := c.server.kubeconfig(one.id)
	return answer{status: http.StatusOK, body: text}, err
}

func (c *call) getStatusMessages() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	var since time.Time
	if text := c.request.URL.Query().Get("since"); text != "" {
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return answer{}, invalid("since: %s", err)
		}
	}
	messages := slices.DeleteFunc(slices.Clone(one.messages), func(m statusMessage) bool { return m.Timestamp.Before(since) })
	if messages == nil {
		messages = []statusMessage{}
	}
	return ok(http.StatusOK, map[string]any{"messages": messages})
}
