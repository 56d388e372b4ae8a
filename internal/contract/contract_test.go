package contract_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/internal/contract"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// variable that names the contract.
const variable = "CAISSON_DIGITALOCEAN_OPENAPI"

var load = sync.OnceValues(func() (*contract.Checker, error) {
	return contract.Load(context.Background(), os.Getenv(variable))
})

func checker(t *testing.T) *contract.Checker {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skip("The fake of DigitalOcean's API is NOT compared with the contract: set " + variable +
			" to a bundled OpenAPI document of https://github.com/digitalocean/openapi")
	}
	loaded, err := load()
	require.NoError(t, err)
	return loaded
}

const (
	id       = "7cf9ad5a-0b4f-4f2b-8a4a-d9a3e86f1c0e"
	clusters = "/v2/kubernetes/clusters"
	pools    = clusters + "/" + id + "/node_pools"
	node     = `{"id":"` + id + `","name":"a-12345","status":{"state":"running"},"droplet_id":"1"}`
	pool     = `{"id":"` + id + `","name":"a","size":"s-1vcpu-2gb","count":1,"labels":null,"taints":[],"nodes":[` + node + `]}`
)

// Exchanges as they must be and as they must not be: a checker that finds nothing would let every fake pass.
func TestCheckerSees(t *testing.T) {
	good := `{"node_pool":` + pool + `}`
	cases := map[string]struct {
		reason  string
		request string
		body    string
		status  int
		answer  string
		want    string // none if the exchange is right
	}{
		"right":     {reason: "Nothing is wrong.", request: "POST " + pools, body: `{"name":"a","size":"s-1vcpu-2gb","count":1}`, status: 201, answer: good},
		"no count":  {reason: "The real API takes it.", request: "POST " + pools, body: `{"name":"a","size":"s-1vcpu-2gb"}`, status: 201, answer: good},
		"partial":   {reason: "PUT merges.", request: "PUT " + pools + "/" + id, body: `{"count":1}`, status: 202, answer: good},
		"refused":   {reason: "A wrong request was refused.", request: "POST " + pools, body: `{"nam":1}`, status: 422, answer: `{"id":"a","message":"b"}`},
		"not found": {reason: "No one knows it.", request: "GET /v2/nothing", status: 404, answer: `{}`},
		"godo's taint": {
			reason: "Key is key.", request: "POST " + pools, status: 201, answer: good,
			body: `{"name":"a","size":"s-1vcpu-2gb","taints":[{"Key":"a","Value":"","Effect":"NoSchedule"}]}`,
		},
		"bogus effect": {
			reason: "In godo's spelling, too.", request: "POST " + pools, status: 201, answer: good,
			body: `{"name":"a","size":"s-1vcpu-2gb","taints":[{"Key":"a","Value":"","Effect":"NoSchedul"}]}`, want: "/taints/0/effect",
		},
		"misspelled": {
			reason: "An unknown field of a request.", request: "POST " + pools, status: 201, answer: good,
			body: `{"name":"a","size":"s-1vcpu-2gb","autoscale":true}`, want: `"autoscale" is unsupported`,
		},
		"type": {
			reason: "A wrong type in a request.", request: "PUT " + pools + "/" + id, status: 202, answer: good, body: `{"count":"1"}`, want: "/count",
		},
		"no size": {
			reason: "A missing field of a request.", request: "POST " + pools, status: 201, answer: good, body: `{"name":"a"}`, want: `"size" is missing`,
		},
		"answer's type": {
			reason: "A wrong type in an answer.", request: "GET " + pools + "/" + id, status: 200,
			answer: strings.Replace(good, `"count":1`, `"count":"1"`, 1), want: "/node_pool/count",
		},
		"answer's field": {
			reason: "A misspelled field of an answer.", request: "GET " + pools + "/" + id, status: 200,
			answer: strings.Replace(good, `"count":1`, `"count":1,"autoscale":true`, 1), want: `"autoscale" is unsupported`,
		},
		"answer's taint": {
			reason: "A field of an answer in the wrong case.", request: "GET " + pools + "/" + id, status: 200,
			answer: strings.Replace(good, `"taints":[]`, `"taints":[{"Key":"a","Effect":"NoSchedule"}]`, 1), want: `"Key" is unsupported`,
		},
		"state":   {reason: "A state that is not one.", request: "GET " + pools + "/" + id, status: 200, answer: strings.Replace(good, "running", "ready", 1), want: "/node_pool/nodes/0/status/state"},
		"id":      {reason: "It is no UUID.", request: "GET " + pools + "/" + id, status: 200, answer: strings.Replace(good, id, "1", 1), want: "/node_pool/id"},
		"empty":   {reason: "Something must be in it.", request: "GET " + pools + "/" + id, status: 200, answer: `{}`, want: `"node_pool" is missing`},
		"no list": {reason: "Something must be in it.", request: "GET " + clusters, status: 200, answer: `{"meta":{"total":0}}`, want: `"kubernetes_clusters" is missing`},
		"error":   {reason: "Errors have an id.", request: "GET " + pools + "/" + id, status: 404, answer: `{"message":"b"}`, want: `"id" is missing`},
		"status":  {reason: "The contract has another.", request: "DELETE " + pools + "/" + id, status: 200, want: "no status 200"},
		"path":    {reason: "The contract has no such one.", request: "GET /v2/nothing", status: 200, answer: `{}`, want: "no such path"},
		"query":   {reason: "The contract has no such value.", request: "DELETE " + pools + "/" + id + "/nodes/" + id + "?replace=true", status: 202, want: "replace"},
	}
	check := checker(t)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			method, path, _ := strings.Cut(tc.request, " ")
			target, err := url.Parse("https://api.digitalocean.com" + path)
			require.NoError(t, err)
			e := nodepooltest.Exchange{
				Request:     &http.Request{Method: method, URL: target, Header: http.Header{"Content-Type": {"application/json"}}},
				RequestBody: []byte(tc.body), Status: tc.status, ResponseBody: []byte(tc.answer),
				Header: http.Header{"Content-Type": {"application/json"}},
			}
			err = check.Check(e)
			if tc.want == "" {
				require.NoError(t, err, tc.reason)
				return
			}
			require.ErrorContains(t, err, tc.want, tc.reason)
		})
	}
}
