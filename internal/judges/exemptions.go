package main

import "regexp"

// exemption is a finding that stays, with the reason.
type exemption struct {
	judge, check string
	// set and object that it holds for. Empty: all.
	set, object *regexp.Regexp
	reason      string
}

func (e exemption) covers(name string, f finding) bool {
	return e.judge == f.judge && e.check == f.check &&
		(e.set == nil || e.set.MatchString(name)) && (e.object == nil || e.object.MatchString(f.object))
}

// exemptions of public judges, and of the checks of judges that are held in checks.go.
func exemptions() []exemption {
	return []exemption{
		{
			judge: "kube-score", check: "horizontalpodautoscaler-replicas", set: regexp.MustCompile("staging"),
			reason: "staging runs one replica while it is idle: that is what makes it cheap",
		},
		{
			judge: "kube-score", check: "deployment-replicas", set: regexp.MustCompile("dev"),
			reason: "dev is a profile of one replica, for one person",
		},
	}
}
