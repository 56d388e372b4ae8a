package caisson

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table writes the report for a terminal: a line for each object, and below it one for each field that differs.
func (r *Report) Table(w io.Writer) error {
	rows := make([][]string, 0, len(r.Changes)+1)
	rows = append(rows, []string{"ACTION", "KIND", "NAMESPACE", "NAME"})
	for _, change := range r.Changes {
		rows = append(rows, []string{
			string(change.Action), change.Ref.Kind, cmp.Or(change.Ref.Namespace, "-"), change.Ref.Name,
		})
	}
	// Not text/tabwriter: a line of details would end its columns.
	var widths [4]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&text, "%-*s  %-*s  %-*s  %s\n", widths[0], row[0], widths[1], row[1], widths[2], row[2], row[3])
		if i > 0 {
			for _, line := range r.Changes[i-1].details() {
				fmt.Fprintf(&text, "    %s\n", line)
			}
		}
	}
	text.WriteString(r.Summary() + "\n")
	_, err := io.WriteString(w, text.String())
	return err
}

// Markdown writes the report for the summary of a CI job or a comment on a pull request.
func (r *Report) Markdown(w io.Writer) error {
	var text strings.Builder
	if r.Title != "" {
		fmt.Fprintf(&text, "### %s\n\n", r.Title)
	}
	fmt.Fprintf(&text, "%s\n\n| action | kind | namespace | name | details |\n|---|---|---|---|---|\n", r.Summary())
	for _, change := range r.Changes {
		details := change.details()
		for i, line := range details {
			details[i] = "`" + markdownCell(line) + "`"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", change.Action, change.Ref.Kind, change.Ref.Namespace,
			change.Ref.Name, strings.Join(details, "<br>"))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// markdownCell keeps a text on one line and inside its cell and its backquotes.
func markdownCell(text string) string {
	return strings.NewReplacer("|", `\|`, "`", "'", "\n", " ").Replace(text)
}

// details of a change, a line each.
func (c Change) details() []string {
	var lines []string
	for _, f := range c.Fields {
		switch {
		case f.Before == "":
			lines = append(lines, fmt.Sprintf("+ %s: %s", f.Path, f.After))
		case f.After == "":
			lines = append(lines, fmt.Sprintf("- %s: %s", f.Path, f.Before))
		default:
			lines = append(lines, fmt.Sprintf("~ %s: %s -> %s", f.Path, f.Before, f.After))
		}
	}
	if c.Reason != "" {
		lines = append(lines, c.Reason)
	}
	if c.Err != nil {
		lines = append(lines, strings.Split(c.Err.Error(), "\n")...)
	}
	return lines
}

// MarshalJSON adds the text of the error, which encoding/json would leave out.
func (c Change) MarshalJSON() ([]byte, error) {
	type plain Change
	out := struct {
		plain
		Error string `json:"error,omitempty"`
	}{plain: plain(c)}
	if c.Err != nil {
		out.Error = c.Err.Error()
	}
	return json.Marshal(out)
}
