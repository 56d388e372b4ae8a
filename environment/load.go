package environment

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
	sigsyaml "sigs.k8s.io/yaml"
)

// FileError is one mistake in a file.
type FileError struct {
	File string
	// Line, from 1; 0 if it is not known.
	Line int
	// Path of the field, like servers[0].image; empty if the text as a whole is meant.
	Path string
	// Message says what is wrong and what to write instead.
	Message string
}

func (e *FileError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if e.Path == "" {
		return where + ": " + e.Message
	}
	return where + ": " + e.Path + ": " + e.Message
}

// Load reads an environment from a file and checks it. The error joins a *FileError for each mistake.
func Load(path string) (*Environment, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w", err)
	}
	return Parse(path, text)
}

// Parse is Load for a text. The name is for errors.
func Parse(name string, text []byte) (*Environment, error) {
	root, err := document(name, text)
	if err != nil {
		return nil, err
	}
	c := newChecker(name)
	c.check(root, reflect.TypeFor[Environment](), nil)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	var env Environment
	if err := sigsyaml.Unmarshal(text, &env); err != nil {
		return nil, &FileError{File: name, Message: err.Error()} // not seen: the checker decodes every value too
	}
	for _, err := range env.validate() {
		c.fail(c.line(err.Field), err.Field, err.ErrorBody())
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return &env, nil
}

// document gives the one document of a file.
func document(name string, text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		return nil, &FileError{File: name, Message: "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	var second yaml.Node
	if decoder.Decode(&second) == nil {
		return nil, &FileError{File: name, Line: second.Line,
			Message: "holds a second document: write one environment to a file"}
	}
	return root.Content[0], nil
}

// line of a field, or of the innermost field around it that the file holds.
func (c *checker) line(path string) int {
	for path != "" {
		if line, ok := c.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}

func (c *checker) fail(line int, path, message string) {
	c.errs = append(c.errs, &FileError{File: c.file, Line: line, Path: path, Message: message})
}

func pathString(path *field.Path) string {
	if path == nil {
		return ""
	}
	return path.String()
}
