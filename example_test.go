package caisson_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/caissonhq/caisson"
)

// A report prints for people, and for the summary of a CI job.
func ExampleReport_Table() {
	report := caisson.Report{Changes: []caisson.Change{
		{Ref: caisson.Ref{Version: "v1", Kind: "Namespace", Name: "shop"}, Action: caisson.Unchanged},
		{
			Ref:    caisson.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "shop", Name: "web"},
			Action: caisson.Updated,
			Fields: []caisson.FieldChange{{Path: "spec.replicas", Before: "2", After: "3"}},
		},
	}}
	if err := report.Table(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ACTION     KIND        NAMESPACE  NAME
	// unchanged  Namespace   -          shop
	// updated    Deployment  shop       web
	//     ~ spec.replicas: 2 -> 3
	// 1 updated, 1 unchanged
}

// In a CI job, write the report to the file that $GITHUB_STEP_SUMMARY names: it shows as a table on the job's page.
func ExampleReport_Markdown() {
	report := caisson.Report{Title: "shop/shop by deploy-bot", Changes: []caisson.Change{
		{
			Ref:    caisson.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "shop", Name: "web"},
			Action: caisson.Updated,
			Fields: []caisson.FieldChange{{Path: "spec.replicas", Before: "2", After: "3"}},
		},
		{
			Ref:    caisson.Ref{Version: "v1", Kind: "Service", Namespace: "shop", Name: "web"},
			Action: caisson.Failed,
			Err:    errors.New("admission webhook denied the request"),
		},
	}}
	if err := report.Markdown(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ### shop/shop by deploy-bot
	//
	// 1 updated, 1 failed
	//
	// | action | kind | namespace | name | details |
	// |---|---|---|---|---|
	// | updated | Deployment | shop | web | `~ spec.replicas: 2 -> 3` |
	// | failed | Service | shop | web | `admission webhook denied the request` |
}

// Programs look at single changes.
func ExampleReport_Changed() {
	report := caisson.Report{Changes: []caisson.Change{
		{Ref: caisson.Ref{Version: "v1", Kind: "Secret", Namespace: "shop", Name: "keys"}, Action: caisson.Pruned},
	}}
	for _, change := range report.Changes {
		if change.Action == caisson.Pruned {
			fmt.Println("gone:", change.Ref)
		}
	}
	fmt.Println(report.Changed(), report.Count(caisson.Failed))
	// Output:
	// gone: Secret shop/keys
	// true 0
}
