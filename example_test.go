package caisson_test

import (
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
