package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/np-guard/netpol-analyzer/pkg/netpol/connlist"
	"k8s.io/cli-runtime/pkg/resource"
)

// kinds that netpol-analyzer writes behind the names of workloads.
var kinds = regexp.MustCompile(`\[[A-Za-z]+\]$`)

// reached says which connections the policies of a set let through, as netpol-analyzer works it out: "shop/bot ->
// shop/api: TCP 8080", sorted. Ranges of addresses are what is in no pod.
func reached(s set) ([]string, error) {
	infos := make([]*resource.Info, len(s.objects))
	for i, object := range s.objects {
		infos[i] = &resource.Info{Object: object, Source: s.name}
	}
	analyzer := connlist.NewConnlistAnalyzer(connlist.WithMuteErrsAndWarns(), connlist.WithStopOnError(),
		connlist.WithOutputFormat("json"))
	connections, _, err := analyzer.ConnlistFromResourceInfos(infos)
	if err != nil {
		return nil, err
	}
	for _, problem := range analyzer.Errors() {
		return nil, fmt.Errorf("netpol-analyzer: %w", problem.Error())
	}
	// Its values also hold ranges of ports that are denied. What it prints does not.
	text, err := analyzer.ConnectionsListToString(connections)
	if err != nil {
		return nil, err
	}
	var pairs []struct{ Src, Dst, Conn string }
	if err := json.Unmarshal([]byte(text), &pairs); err != nil {
		return nil, err
	}
	var all []string
	for _, pair := range pairs {
		all = append(all, kinds.ReplaceAllString(pair.Src, "")+" -> "+kinds.ReplaceAllString(pair.Dst, "")+": "+pair.Conn)
	}
	slices.Sort(all)
	return all, nil
}
