// Package schema makes a JSON Schema of a Go type, so that editors can complete and check a YAML file that is decoded
// into it.
//
// It knows what Caisson's specs are made of: structs with json tags, embedded ones inlined, lists, maps, and the types
// of Kubernetes that have a form of their own in JSON. What it does not know is an error, never a field that allows
// anything. Types that are used more than once are definitions. The schema is of draft 7, which every version of
// yaml-language-server knows.
package schema
