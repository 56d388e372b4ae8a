package main

import (
	"encoding/json"
	"fmt"

	"github.com/controlplaneio/kubesec/v2/pkg/ruler"
	"go.uber.org/zap"
)

// scored is what kubesec gives a workload, of the most that it can give today.
type scored struct {
	object         string
	points, atMost int
	// advice is what was not met.
	advice []string
}

// unreachable rules of kubesec look for annotations that Kubernetes has replaced by fields, and removed.
func unreachable() map[string]string {
	return map[string]string{
		"SeccompAny":  "seccomp.security.alpha.kubernetes.io/pod went with Kubernetes 1.27; the field is set",
		"ApparmorAny": "container.apparmor.security.beta.kubernetes.io is a field since 1.30, and RuntimeDefault the default",
	}
}

// kubesec scores every workload. It knows no Jobs: their pods are given to it as such.
func kubesec(s set) ([]scored, error) {
	all, err := s.workloads()
	if err != nil {
		return nil, err
	}
	rules := ruler.NewRuleset(zap.NewNop().Sugar())
	var scores []scored
	for _, one := range all {
		content := any(one.owner.Object)
		if kind := one.owner.GetKind(); kind == "Job" || kind == "CronJob" {
			content = map[string]any{
				"apiVersion": "v1", "kind": "Pod",
				"metadata": map[string]any{"name": one.owner.GetName()}, "spec": one.template.Spec,
			}
		}
		text, err := json.Marshal(content)
		if err != nil {
			return nil, err
		}
		reports, err := rules.Run(s.name, text, ruler.SchemaConfig{DisableValidation: true}) // kubeconform's task
		if err != nil {
			return nil, err
		}
		if len(reports) != 1 {
			return nil, fmt.Errorf("kubesec gave %d reports of %s", len(reports), named(one.owner))
		}
		report := reports[0]
		score := scored{object: named(one.owner), points: report.Score}
		for _, rule := range report.Scoring.Passed {
			score.atMost += rule.Points
		}
		for _, rule := range report.Scoring.Advise {
			if unreachable()[rule.ID] == "" {
				score.atMost += rule.Points
				score.advice = append(score.advice, rule.ID)
			}
		}
		for _, rule := range report.Scoring.Critical {
			score.advice = append(score.advice, rule.ID)
		}
		scores = append(scores, score)
	}
	return scores, nil
}
