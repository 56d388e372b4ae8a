package workload_test

import (
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/workload"
)

const digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000"

// A server needs four fields, and comes with everything that belongs to one.
func ExampleServer_Build() {
	web := workload.Server{
		Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web" + digest, Port: 8080,
	}
	objs, err := web.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	// The objects are Kubernetes' own types. Change what the spec does not cover.
	objs.Deployment.Spec.Template.Spec.PriorityClassName = "gold"

	for _, object := range objs.All() {
		fmt.Printf("%T %s/%s\n", object, object.GetNamespace(), object.GetName())
	}
	// Output:
	// *v1.ServiceAccount shop/web
	// *v1.Service shop/web
	// *v1.Deployment shop/web
	// *v1.PodDisruptionBudget shop/web
	// *v2.HorizontalPodAutoscaler shop/web
}

// Errors name the field and say what to write.
func ExampleServer_Validate() {
	web := workload.Server{Name: "web", Namespace: "shop", Image: "shop/web:latest", Port: 80}
	fmt.Println(web.Validate())
	// Output:
	// [image: Invalid value: "shop/web:latest": must end in @sha256:<64 hex digits>, since what a tag names can change; allowMutableTag: true accepts a tag, port: Invalid value: 80: must be between 1024 and 65535: the program is not root and cannot listen below it]
}

// The same server for the three environments.
func ExampleProfile() {
	for _, profile := range workload.Profiles() {
		web := workload.Server{
			Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web" + digest, Port: 8080, Profile: profile,
		}
		objs, err := web.Build()
		if err != nil {
			fmt.Println(err)
			return
		}
		requests := objs.Deployment.Spec.Template.Spec.Containers[0].Resources.Requests
		fmt.Printf("%s: up to %d replicas of %s CPU and %s\n", profile, web.MaxReplicas(), requests.Cpu(), requests.Memory())
	}
	// Output:
	// production: up to 10 replicas of 250m CPU and 512Mi
	// staging: up to 3 replicas of 250m CPU and 512Mi
	// dev: up to 1 replicas of 25m CPU and 64Mi
}

// A pool hands a workload its placement as plain values.
func ExampleServer_placement() {
	pool := nodepool.Production()
	web := workload.Server{
		Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web" + digest, Port: 8080,
		Placement: pool.Placement(),
	}
	objs, err := web.Build()
	fmt.Println(objs.Deployment.Spec.Template.Spec.NodeSelector, err)
	// Output:
	// map[caisson.dev/pool:production] <nil>
}

// Print an object as kubectl would take it, for a look or for a GitOps repository.
func ExampleServerObjects() {
	web := workload.Server{
		Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web" + digest, Port: 8080, ServicePort: 80,
	}
	objs, err := web.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := yaml.Marshal(objs.Service.Spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// ports:
	// - name: http
	//   port: 80
	//   protocol: TCP
	//   targetPort: http
	// selector:
	//   app.kubernetes.io/instance: web
	// type: ClusterIP
}

// What an assignment has torn apart is refused before it reaches a cluster.
func ExampleServerObjects_Validate() {
	web := workload.Server{
		Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web" + digest, Port: 8080,
	}
	objs, err := web.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	replicas := int32(3)
	objs.Deployment.Spec.Replicas = &replicas
	fmt.Println(objs.Validate())
	// Output:
	// deployment.spec.replicas: Invalid value: 3: the HorizontalPodAutoscaler owns it: set this to nil, or the autoscaler to nil
}
