package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
)

func renderCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "render -f FILE",
		Short: "Print the objects of an environment, without a cluster",
		Args:  cobra.NoArgs,
		RunE: f.runE(func(_ context.Context, s *session) error {
			objects, err := s.env.Objects()
			if err != nil {
				return err
			}
			return render(s.stdout, objects, s.output)
		}),
	}
	f.addFile(command)
	f.addOutput(command, "yaml")
	return command
}

func render(w io.Writer, objects []caisson.Object, format string) error {
	items := make([]map[string]any, len(objects))
	for i, object := range objects {
		item, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return err
		}
		delete(item, "status") // the server's
		items[i] = item
	}
	switch format {
	case "json":
		return printJSON(w, map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
	case "table", "markdown":
		return listObjects(w, items, format)
	}
	for _, item := range items {
		text, err := yaml.Marshal(item)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "---\n%s", text); err != nil {
			return err
		}
	}
	return nil
}

func listObjects(w io.Writer, items []map[string]any, format string) error {
	row, head := "%-24s %-24s %s\n", "KIND                     NAMESPACE                NAME\n"
	if format == "markdown" {
		row, head = "| %s | %s | %s |\n", "| kind | namespace | name |\n|---|---|---|\n"
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for _, item := range items {
		object := unstructured.Unstructured{Object: item}
		if _, err := fmt.Fprintf(w, row, object.GetKind(), object.GetNamespace(), object.GetName()); err != nil {
			return err
		}
	}
	return nil
}
