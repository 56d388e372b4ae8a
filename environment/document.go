package environment

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document gives the one document of a file.
func document(name, text string) (*yaml.Node, *FileError) {
	if line := unreadable(text); line > 0 {
		return nil, &FileError{File: name, Line: line, Message: "is not text: write UTF-8 without control characters"}
	}
	all, err := documents(text)
	if err != nil {
		return nil, syntaxError(name, text, err)
	}
	if len(all) > 1 {
		return nil, &FileError{
			File: name, Line: all[1].Line, Message: "a second document begins: write one environment to a file",
		}
	}
	if len(all) == 0 || all[0].Content[0].Tag == "!!null" {
		return nil, &FileError{File: name, Line: 1, Message: "is empty: begin with apiVersion: " + APIVersion}
	}
	return all[0].Content[0], nil
}

func documents(text string) ([]*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var all []*yaml.Node
	for {
		var one yaml.Node
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, &one)
	}
}

// unreadable gives the line of the first character that no YAML file holds, or 0.
func unreadable(text string) int {
	for i, letter := range text {
		invalid := letter == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError))
		if invalid || unicode.IsControl(letter) && !strings.ContainsRune("\t\n\r\u0085", letter) {
			return 1 + strings.Count(text[:i], "\n")
		}
	}
	return 0
}

var syntaxMessage = regexp.MustCompile(`^yaml: (?:line [0-9]+: )?(.*)$`)

func syntaxError(name, text string, err error) *FileError {
	message := err.Error()
	line := mistaken(text)
	if found := syntaxMessage.FindStringSubmatch(message); found != nil && line > 0 {
		message = found[1]
	}
	switch {
	case strings.Contains(message, "unknown anchor"):
		message += ": write & and the name before the value that is meant"
	case strings.Contains(message, "cannot start any token"):
		message += ": indent with spaces, and put text that begins with a sign in quotes"
	case strings.Contains(message, "could not find expected ':'"):
		message += ": write name: value, or - before an item of a list"
	case strings.Contains(message, "did not find expected"), strings.Contains(message, "unexpected end"):
		message += ": compare the indent with the lines before, and close brackets and quotes"
	case strings.Contains(message, "mapping values are not allowed"):
		message += ": compare the indent with the line before, and put text that holds a colon in quotes"
	}
	return &FileError{File: name, Line: line, Message: "is not YAML: " + message}
}

// maxLines of a text that mistaken reads again and again.
const maxLines = 1000

// mistaken gives the line with the mistake of syntax, or where the bracket or quote begins that it is in: the first
// line up to which the text cannot be read. Those in go-yaml's messages are where a list or a block begins, often one too
// small, or missing. 0 if the text is too long to try.
func mistaken(text string) int {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) > maxLines {
		return 0
	}
	// From the end: before it are texts that cannot be read only because they end within brackets.
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := documents(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}
