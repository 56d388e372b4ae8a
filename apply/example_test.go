package apply_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

func settings(color string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "settings"},
		Data:       map[string]string{"color": color},
	}
}

func ExampleApply() {
	ctx, c := context.Background(), applytest.NewClient() // any controller-runtime client
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}

	for _, color := range []string{"green", "green", "blue"} {
		report, err := apply.Apply(ctx, c, set, []*corev1.ConfigMap{settings(color)}, apply.Prune)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(report.Summary())
	}
	// Output:
	// 1 created
	// 1 unchanged
	// 1 updated
}

// A plan reads as the run that it is made for, and writes nothing.
func ExamplePlan() {
	ctx, c := context.Background(), applytest.NewClient()
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}
	if _, err := apply.Apply(ctx, c, set, []*corev1.ConfigMap{settings("green")}); err != nil {
		fmt.Println(err)
	}

	blue := builder{objects: []caisson.Object{settings("blue")}}
	plan, err := apply.Plan(ctx, c, set, []caisson.Builder{blue}, apply.Prune)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range plan.Changes[0].Fields {
		if f.Path == "data.color" {
			fmt.Println(plan.Changes[0].Ref, f.Before, "->", f.After)
		}
	}
	// Output:
	// ConfigMap shop/settings "green" -> "blue"
}

// What exists and belongs to nobody is taken over only when told.
func ExampleForeignError() {
	ctx, c := context.Background(), applytest.NewClient(settings("somebody's"))
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}

	_, err := apply.Apply(ctx, c, set, []*corev1.ConfigMap{settings("green")})
	if foreign, ok := errors.AsType[*apply.ForeignError](err); ok {
		fmt.Println(foreign)
	}
	report, err := apply.Apply(ctx, c, set, []*corev1.ConfigMap{settings("green")}, apply.Adopt)
	fmt.Println(report.Summary(), err)
	// Output:
	// exists already and belongs to no set: take it over with Adopt, or give it another name
	// 1 adopted <nil>
}

// A deletion is planned as a run that holds nothing.
func ExampleDelete() {
	ctx, c := context.Background(), applytest.NewClient()
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}
	if _, err := apply.Apply(ctx, c, set, []*corev1.ConfigMap{settings("green")}); err != nil {
		fmt.Println(err)
	}

	plan, err := apply.Plan(ctx, c, set, nil, apply.Prune)
	fmt.Println(plan.Summary(), err)
	report, err := apply.Delete(ctx, c, set)
	fmt.Println(err)
	if err := report.Table(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 pruned <nil>
	// <nil>
	// ACTION  KIND       NAMESPACE  NAME
	// pruned  ConfigMap  shop       settings
	// 1 pruned
}
