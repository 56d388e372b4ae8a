package main

import "regexp"

// exemption is a finding that stays, with the reason.
type exemption struct {
	judge, check string
	// set that it holds for. Default: all.
	set *regexp.Regexp
	// object that it holds for. Default: all of the set.
	object *regexp.Regexp
	reason string
}

func (e exemption) covers(name string, f finding) bool {
	return e.judge == f.judge && e.check == f.check &&
		(e.set == nil || e.set.MatchString(name)) && (e.object == nil || e.object.MatchString(f.object))
}

// exemptions of public judges, and of the checks of judges that are held in checks.go. One that is not needed is an
// error of the tests, so that it does not cover what comes later.
func exemptions() []exemption {
	staging, dev := regexp.MustCompile("staging"), regexp.MustCompile("dev")
	return []exemption{
		{
			judge: "kube-score", check: "horizontalpodautoscaler-replicas", set: staging,
			reason: "staging runs one replica while nobody uses it: that is what makes it cheap",
		},
		{
			judge: "polaris", check: "hpaMinAvailability", set: staging,
			reason: "the same",
		},
		{
			judge: "kube-score", check: "deployment-replicas", set: dev,
			reason: "dev is the profile of one replica, for one person",
		},
		{
			judge: "polaris", check: "priorityClassNotSet",
			reason: "classes are the cluster's, and those that every cluster has are the system's own, above all others",
		},
		{
			judge: "polaris", check: "livenessProbeMissing",
			reason: "without a path of its own it would ask what readiness asks, and a slow database would restart every replica",
		},
		{
			judge: "kube-linter", check: "latest-tag", set: regexp.MustCompile("workload/testdata/(maximal|[a-z]+-full)"),
			reason: "its spec says AllowMutableTag, of the program or of a sidecar",
		},
		{
			judge: "polaris", check: "metadataAndInstanceMismatched", object: regexp.MustCompile("^Job "),
			reason: "a Task's Job has the name of its template's hash behind its own, so that a change runs again",
		},
		{
			judge: "polaris", check: "rolePodExecAttach and clusterrolePodExecAttach",
			set: regexp.MustCompile("security/testdata/access-cluster"), reason: "its spec allows it by name, with a reason",
		},
		{
			judge: "kubeconform", check: "schema of CiliumNetworkPolicy",
			reason: "its schema is Cilium's: cilium_test.go of package security has an API server judge it by that",
		},
		{
			judge: "kubeconform", check: "schema of PrometheusRule",
			reason: "its schema is the operator's: operator_test.go of internal/prometheus has an API server judge it by that",
		},
		{judge: "kubeconform", check: "schema of ServiceMonitor", reason: "the same"},
		{judge: "kubeconform", check: "schema of PodMonitor", reason: "the same"},
		{
			judge: "kubescape", check: "Pod Security admission is on", set: regexp.MustCompile("security/testdata/maximal"),
			reason: "its spec says baseline",
		},
		{
			judge: "trivy", check: "KSV039", object: regexp.MustCompile("^LimitRange "),
			reason: "it wants a max and a min too, which refuse pods: whoever writes the namespace knows which, if any",
		},
		{
			judge: "trivy", check: "KSV036", set: regexp.MustCompile("workload/testdata/[a-z]+-full"),
			reason: "it looks for automountServiceAccountToken beside the template: within it says false; the token that is " +
				"mounted is the one that the spec asks for, with an audience",
		},
		{
			judge: "trivy", check: "KSV0125", set: regexp.MustCompile("examples/"),
			reason: "the examples' registry is example.com, which is nobody's",
		},
		{
			judge: "trivy", check: "KSV048", set: regexp.MustCompile("security/testdata/access"),
			reason: "it does not look at resourceNames: the role may patch one Deployment",
		},
		{
			judge: "trivy", check: "KSV113", set: regexp.MustCompile("security/testdata/access"),
			reason: "the same: the role may read one Secret",
		},
		{
			judge: "trivy", check: "KSV053", set: regexp.MustCompile("security/testdata/access-cluster"),
			reason: "its spec allows it by name, with a reason",
		},
	}
}
