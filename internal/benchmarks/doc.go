// Command benchmarks measures package apply beside its peers, on a real control plane, and prints Markdown:
//
//	make bench                                                        # 999 objects; about an hour
//	go run . -n 1000 -latency 0 -strategies floor,apply -passes noop   # one row and the floor, in half a minute
//	go run . -strategies apply -passes noop -latency 0 -cpuprofile cpu.out
//
// The load is made of nine kinds in one namespace, as package workload and package security build them, with no
// replicas. Each strategy has a namespace of its own, and each pass is measured in a process of its own: this program
// runs itself, so that CPU time and peak memory are the call's. After each call the objects are looked at, and what is
// not as the pass asked for is said below the table.
//
// Requests, and bytes of their bodies, are counted where client-go hands them to Go's transport: bodies are counted as
// if none were compressed. No client throttles itself (QPS -1). Latency is waited for before each request; requests at
// the same time wait at the same time. What makes clients and discovers the API is a part of what is measured, but in
// the pass that repeats in one process.
package main
