package caisson

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Object is any Kubernetes object. Its method set is that of controller-runtime's client.Object, so values pass from one
// to the other, while builders need not depend on controller-runtime.
type Object interface {
	metav1.Object
	runtime.Object
}

// Builder is what apply.Plan and apply.Reconcile take. A spec is one, and so is what its Build returns, with checks of
// its own for what an assignment after Build can tear apart.
type Builder interface {
	// Objects are what the cluster shall hold, in no particular order. They are the caller's to change.
	Objects() ([]Object, error)
	// Validate says what is wrong, with the path of each field and what to write instead.
	Validate() error
	// Requires is what the cluster must already have for the objects to work. It is asked only when something would be
	// created.
	Requires() []Requirement
}

// Requirement is a kind of object that a cluster must serve, because something that is not part of Kubernetes itself
// has been installed.
type Requirement struct {
	// Kind that is served once the component is there.
	Kind schema.GroupVersionKind
	// For says what needs it: "HorizontalPodAutoscaler shop/web reads the use of CPU and memory".
	For string
	// Remedy says how to get it.
	Remedy string
}
