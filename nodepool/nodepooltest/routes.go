package nodepooltest

import "net/http"

// newRoutes are the paths that are served. Everything else is not found.
func (s *Server) newRoutes() *http.ServeMux {
	const (
		clusters = "/v2/kubernetes/clusters"
		one      = clusters + "/{cluster}"
		destroy  = one + "/destroy_with_associated_resources"
		pools    = one + "/node_pools"
		pool     = pools + "/{pool}"
	)
	mux := http.NewServeMux()
	for pattern, do := range map[string]handler{
		"GET " + clusters:                            (*call).listClusters,
		"POST " + clusters:                           (*call).createCluster,
		"GET " + one:                                 (*call).getCluster,
		"PUT " + one:                                 (*call).updateCluster,
		"DELETE " + one:                              (*call).deleteCluster,
		"GET " + destroy:                             (*call).listAssociated,
		"DELETE " + destroy + "/selective":           (*call).deleteCluster, // there is nothing to select from
		"DELETE " + destroy + "/dangerous":           (*call).deleteCluster,
		"GET " + one + "/kubeconfig":                 (*call).getKubeconfig,
		"GET " + one + "/status_messages":            (*call).getStatusMessages,
		"GET " + one + "/upgrades":                   (*call).listUpgrades,
		"POST " + one + "/upgrade":                   (*call).startUpgrade,
		"GET " + pools:                               (*call).listPools,
		"POST " + pools:                              (*call).createPool,
		"GET " + pool:                                (*call).getPool,
		"PUT " + pool:                                (*call).updatePool,
		"DELETE " + pool:                             (*call).deletePool,
		"DELETE " + pool + "/nodes/{node}":           (*call).deleteNode,
		"GET " + one + "/node_pools_template/{name}": (*call).getTemplate,
		"GET /v2/kubernetes/options":                 (*call).getOptions,
		"POST /v2/kubernetes/registry":               (*call).addRegistry,
		"DELETE /v2/kubernetes/registry":             (*call).removeRegistry,
		"GET /v2/sizes":                              (*call).listSizes,
		"GET /v2/account":                            (*call).getAccount,
		"GET /v2/droplets":                           (*call).listDroplets,
	} {
		mux.Handle(pattern, do)
	}
	return mux
}
