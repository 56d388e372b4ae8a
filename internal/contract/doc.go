// Package contract holds the fake of DigitalOcean's API, nodepool/nodepooltest, against the OpenAPI contract that DigitalOcean
// publishes at https://github.com/digitalocean/openapi (Apache-2.0).
//
// The contract is not part of this project: the environment variable CAISSON_DIGITALOCEAN_OPENAPI names a file that has all of
// it, or the parts that matter, in one document. Without it the tests skip.
//
// The contract is not the API. It trails behind the API's own client, requires fields that every client leaves out, and lets
// misspelled fields and empty answers pass; corrections.go says where, and has it stricter. Tests of the checker itself show
// what it sees: a fake that nobody can find fault with proves nothing.
//
// It is a module of its own, so that no user of the library inherits an OpenAPI validator.
package contract
