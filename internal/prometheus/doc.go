// Package prometheus runs what package monitoring builds on Prometheus' own engine: the tests of each alert, and the same tests
// against rules that are wrong in one place, which must fail.
//
// It is a module of its own, so that no user of the library inherits Prometheus.
package prometheus
