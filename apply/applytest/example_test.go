package applytest_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// The fake holds what it is given, and applies as a server does.
func ExampleNewClient() {
	c := applytest.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "test"}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}}

	report, err := apply.Apply(context.Background(), c, set, []*corev1.ServiceAccount{account})
	fmt.Println(report.Summary(), err)
	// Output:
	// 1 created <nil>
}

// A test that shares the control plane with the others of its package, in a namespace of its own.
func ExampleShared() { //nolint:testableexamples // it needs a testing.T, which only a test has
	_ = func(t *testing.T) {
		t.Helper()
		cluster := applytest.Shared(t)
		set := apply.Set{Namespace: cluster.Namespace(t), Name: "shop", Program: "test"}
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: set.Namespace, Name: "web"}}
		report, err := apply.Apply(t.Context(), cluster.Client, set, []*corev1.ServiceAccount{account})
		if err != nil {
			t.Fatal(err)
		}
		if err := apply.Wait(t.Context(), cluster.Client, report); err != nil {
			t.Fatal(err)
		}
	}
}
