package environment

import (
	"bytes"
	_ "embed"
)

//go:embed schema.json
var schemaText []byte

// Schema is the JSON Schema (draft 7) of the file, for editors. Written to schema.json beside the file,
// yaml-language-server, which most editors use, finds it by the file's first line:
//
//	# yaml-language-server: $schema=schema.json
//
// It knows names, types and lists of values. What belongs together, Load checks.
func Schema() []byte { return bytes.Clone(schemaText) }
