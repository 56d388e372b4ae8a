package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// row of the table: what the judges say of what a generator gives for the least that can be told to it.
type row struct {
	generator string
	// findings of kube-score, critical ones and warnings.
	findings int
	// score of kubesec, which is at most 14 today. Negative where it was not measured.
	score int
	// restricted is what Pod Security admission says at that level.
	restricted bool
}

// others, measured in November 2026 with kube-score 1.20.0, kubesec 2.14.2 and Pod Security 0.37.2, each with a web
// service of one container and its defaults; stakater's with its disruption budget and autoscaler switched on.
func others() []row {
	const unmeasured = -1
	return []row{
		{generator: "score-k8s 0.15", findings: 9, score: 4},
		{generator: "onechart", findings: 8, score: unmeasured},
		{generator: "stakater application", findings: 8, score: unmeasured},
		{generator: "cdk8s-plus-34", findings: 8, score: 7},
	}
}

// ours judges a server and its namespace with nothing but what is required.
func ours() (set, error) {
	namespace := security.Namespace{Name: "shop"}
	server := workload.Server{Name: "web", Namespace: "shop", Image: image, Port: 8080}
	var all []caisson.Object
	for _, builder := range []caisson.Builder{namespace, server} {
		objects, err := builder.Objects()
		if err != nil {
			return set{}, err
		}
		all = append(all, objects...)
	}
	return newSet("defaults", all)
}

func ourRow(ctx context.Context) (row, error) {
	defaults, err := ours()
	if err != nil {
		return row{}, err
	}
	findings, err := kubeScore(ctx, defaults)
	if err != nil {
		return row{}, err
	}
	restricted, err := podSecurity(defaults)
	if err != nil {
		return row{}, err
	}
	scores, err := kubesec(defaults)
	if err != nil {
		return row{}, err
	}
	return row{
		generator: "**Caisson**", findings: len(findings), score: scores[0].points, restricted: len(restricted) == 0,
	}, nil
}

func writeTable(w io.Writer, rows []row) error {
	text := "| defaults of | kube-score findings | kubesec score | Pod Security \"restricted\" |\n|---|---|---|---|\n"
	for _, r := range rows {
		score, restricted := strconv.Itoa(r.score), "no"
		if r.score < 0 {
			score = "not measured"
		}
		if r.restricted {
			restricted = "yes"
		}
		text += fmt.Sprintf("| %s | %d | %s | %s |\n", r.generator, r.findings, score, restricted)
	}
	_, err := io.WriteString(w, text)
	return err
}
