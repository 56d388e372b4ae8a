package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"sigs.k8s.io/yaml"
)

func formats() []string { return []string{"table", "json", "markdown", "yaml"} }

func checkFormat(format string) error {
	if !slices.Contains(formats(), format) {
		return fmt.Errorf("-o %s: there are %v", format, formats())
	}
	return nil
}

// printed is what every command gives: a *caisson.Report, or a *nodepool.ClusterStatus.
type printed interface {
	Table(w io.Writer) error
	Markdown(w io.Writer) error
}

// print in the format that was asked for.
func (s *session) print(report printed) error {
	w := s.stdout
	switch s.output {
	case "json":
		return printJSON(w, report)
	case "yaml":
		text, err := yaml.Marshal(report)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	case "markdown":
		return report.Markdown(w)
	default:
		return report.Table(w)
	}
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
