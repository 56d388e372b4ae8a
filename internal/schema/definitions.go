package schema

import (
	"fmt"
	"reflect"
)

// definition of a type, and the nodes in whose place it stands.
type definition struct {
	node *node
	uses []*node
}

// use gives a node in place of a type, which is made the first time. What the node is, define decides.
func (g *generator) use(kind reflect.Type, generate func(reflect.Type) (*node, error)) (*node, error) {
	d, known := g.definitions[kind]
	if !known {
		made, err := generate(kind)
		if err != nil {
			return nil, err
		}
		d = &definition{node: made}
		g.definitions[kind] = d
	}
	here := &node{}
	d.uses = append(d.uses, here)
	return here, nil
}

// define puts types that are used once in their places, and gives all others by name, with references in their places.
func (g *generator) define() (map[string]*node, error) {
	shared := map[string]*node{}
	for kind, d := range g.definitions {
		name := kind.Name()
		if len(d.uses) == 1 || name == "" {
			for _, here := range d.uses {
				description := here.Description
				*here = *d.node
				if description != "" {
					here.Description = description
				}
			}
			continue
		}
		if shared[name] != nil {
			return nil, fmt.Errorf("two types are called %s: only one can have the definition of that name", name)
		}
		shared[name] = d.node
		for _, here := range d.uses {
			// Draft 7 ignores constraints beside a reference, of which there are none here. Editors show the description beside
			// it, and of an allOf around it they would show the type's.
			here.Ref = "#/definitions/" + name
		}
	}
	return shared, nil
}
