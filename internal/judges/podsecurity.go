package main

import (
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podSecurity judges every pod as the admission of a cluster would at the level "restricted": by the standards of the
// oldest minor that Caisson supports, which its namespaces pin, and by the latest.
func podSecurity(s set) ([]finding, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	all, err := s.workloads()
	if err != nil {
		return nil, err
	}
	var found []finding
	for _, one := range all {
		for _, version := range []api.Version{api.MajorMinorVersion(1, 34), api.LatestVersion()} {
			level := api.LevelVersion{Level: api.LevelRestricted, Version: version}
			for _, result := range evaluator.EvaluatePod(level, &one.template.ObjectMeta, &one.template.Spec) {
				if !result.Allowed {
					found = append(found, finding{
						judge: "Pod Security " + version.String(), check: result.ForbiddenReason,
						object: named(one.owner), detail: result.ForbiddenDetail,
					})
				}
			}
		}
	}
	return found, nil
}
