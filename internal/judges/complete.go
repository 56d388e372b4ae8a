package main

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// complete adds what belongs around a set on a cluster: judges miss the policies beside a workload, and the pods beside
// a policy. A golden file holds what one block builds, and users apply several.
func complete(s set) (set, error) {
	const enough = 100 // a policy whose pods we cannot make would ask for them again and again
	for range enough {
		missing, err := missing(s)
		if err != nil || missing == nil {
			return s, err
		}
		objects, err := missing.Objects()
		if err != nil {
			return s, err
		}
		more, err := newSet("", objects)
		if err != nil {
			return s, err
		}
		s.objects = append(s.objects, more.objects...)
	}
	return s, fmt.Errorf("%s: something is missing still: does a policy select pods by another label than %s?",
		s.name, caisson.LabelInstance)
}

// missing is a namespace whose workloads have no policies, or a workload that a policy selects and that is not there.
func missing(s set) (caisson.Builder, error) {
	all, err := s.workloads()
	if err != nil {
		return nil, err
	}
	policies, err := s.policies()
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		denied := false
		for _, policy := range policies {
			denied = denied || policy.Namespace == one.template.Namespace && len(policy.Spec.PodSelector.MatchLabels) == 0 &&
				len(policy.Spec.PolicyTypes) == 2
		}
		if !denied {
			return security.Namespace{Name: one.template.Namespace}, nil
		}
	}
	for _, policy := range policies {
		selected, err := selects(policy.Namespace, &policy.Spec.PodSelector, all)
		if err != nil {
			return nil, err
		}
		if len(selected) == 0 {
			name := policy.Spec.PodSelector.MatchLabels[caisson.LabelInstance]
			if name == "" {
				name = "resident"
			}
			return workload.Server{Name: name, Namespace: policy.Namespace, Image: image, Port: 8080}, nil
		}
	}
	return nil, nil
}

func (s set) policies() ([]networkingv1.NetworkPolicy, error) {
	return decode[networkingv1.NetworkPolicy](s, "NetworkPolicy")
}

func selects(namespace string, selector *metav1.LabelSelector, among []pods) ([]pods, error) {
	match, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return nil, err
	}
	var all []pods
	for _, one := range among {
		if one.template.Namespace == namespace && match.Matches(labels.Set(one.template.Labels)) {
			all = append(all, one)
		}
	}
	return all, nil
}
