package environment

import (
	"fmt"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// entry is a name in a mapping, with its value.
type entry struct {
	name  string
	path  *field.Path
	line  int
	value *yaml.Node
}

// entries of a mapping, and after them those that << merges into it. What comes first counts.
func (d *decoder) entries(node *yaml.Node, path *field.Path, child func(string) *field.Path) []entry {
	at := pathString(path)
	if node.Kind != yaml.MappingNode {
		d.fail(node.Line, at, "must be fields with values: write name: value")
		return nil
	}
	var all []entry
	lines := map[string]int{}
	visited := map[*yaml.Node]bool{}
	var add func(*yaml.Node)
	add = func(of *yaml.Node) {
		if of.Kind != yaml.MappingNode {
			d.fail(of.Line, at, "<< must be followed by an alias, like *common, of fields with values")
			return
		}
		if visited[of] {
			return // it would add nothing, and may contain itself
		}
		visited[of] = true
		var merged []*yaml.Node
		for i := 0; i < len(of.Content); i += 2 {
			key, value := target(of.Content[i]), target(of.Content[i+1])
			line, given := lines[key.Value]
			switch {
			case key.Kind != yaml.ScalarNode:
				d.fail(key.Line, at, "a name must be text, not a list and not fields with values")
			case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
				merged = append(merged, value.Content...)
			case key.Tag == "!!merge":
				merged = append(merged, value)
			case !given:
				e := entry{key.Value, child(key.Value), key.Line, value}
				lines[e.name], d.lines[e.path.String()] = e.line, e.line
				all = append(all, e)
			case of == node: // the second would silently win
				d.fail(key.Line, child(key.Value).String(), fmt.Sprintf("is given twice, first in line %d: keep one", line))
			}
		}
		for _, one := range merged {
			add(target(one))
		}
	}
	add(node)
	return all
}

// target of an alias, or the node itself.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
