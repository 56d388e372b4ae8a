package environment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
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

// Load reads an environment from a file and checks it. The error joins a *FileError for each mistake. Mistakes of form
// (names and types of fields) come first: what the environment means is checked once its form is right.
func Load(path string) (*Environment, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w", err)
	}
	return Parse(path, text)
}

// Parse is Load for a text. The name is for errors.
func Parse(name string, text []byte) (*Environment, error) {
	root, fileErr := document(name, string(text))
	if fileErr != nil {
		return nil, fileErr
	}
	d := newDecoder(name)
	var env Environment
	d.decode(root, reflect.ValueOf(&env).Elem(), nil)
	if len(d.errs) > 0 {
		return nil, errors.Join(d.errs...)
	}
	for _, err := range env.validate() {
		d.fail(d.line(err.Field), err.Field, err.ErrorBody())
	}
	if len(d.errs) > 0 {
		return nil, errors.Join(d.errs...)
	}
	return &env, nil
}

// line of a field, or of the innermost field around it that the file holds.
func (d *decoder) line(path string) int {
	for path != "" {
		if line, ok := d.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return d.lines[""]
}

func (d *decoder) fail(line int, path, message string) {
	d.errs = append(d.errs, &FileError{File: d.file, Line: line, Path: path, Message: message})
}

func pathString(path *field.Path) string {
	if path == nil {
		return ""
	}
	return path.String()
}
