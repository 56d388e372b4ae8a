package monitoring

import (
	"fmt"
	"strings"
)

// Runbooks are a page for each alert, and README.md with all of them. Publish them where RunbookURL says.
func (r Rules) Runbooks() ([]File, error) {
	groups, errs := r.groups()
	if len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	var pages []File
	index := &strings.Builder{}
	index.WriteString("# Runbooks\n\n| alert | severity | what has happened |\n|---|---|---|\n")
	for _, same := range byName(groups) {
		pages = append(pages, File{Name: same[0].Name + ".md", Content: []byte(page(same))})
		fmt.Fprintf(
			index,
			"| [%s](%s.md) | %s | %s |\n",
			same[0].Name,
			same[0].Name,
			severities(same),
			cell(same[0].Runbook.Meaning),
		)
	}
	return append([]File{{Name: "README.md", Content: []byte(index.String())}}, pages...), nil
}

// byName of the alerts: those by one name share a page, as they share what they mean.
func byName(groups []Group) [][]Alert {
	var all [][]Alert
	at := map[string]int{}
	for _, group := range groups {
		for _, alert := range group.Alerts {
			i, known := at[alert.Name]
			if !known {
				i = len(all)
				at[alert.Name] = i
				all = append(all, nil)
			}
			all[i] = append(all[i], alert)
		}
	}
	return all
}

func page(same []Alert) string {
	var text strings.Builder
	alert := same[0]
	fmt.Fprintf(&text, "# %s\n\n%s\n\n", alert.Name, alert.Runbook.Meaning)
	fmt.Fprintf(&text, "Severity: %s. ", severities(same))
	if alert.For.Duration > 0 {
		fmt.Fprintf(&text, "It must last for %s. ", duration(alert.For.Duration))
	}
	if alert.KeepFiringFor.Duration > 0 {
		fmt.Fprintf(&text, "It goes on for %s when it is over. ", duration(alert.KeepFiringFor.Duration))
	}
	fmt.Fprintf(&text, "It says:\n\n> %s\n", alert.Summary)
	steps(&text, "How to look", alert.Runbook.Look)
	steps(&text, "How to mend", alert.Runbook.Mend)
	text.WriteString("\n## When it fires\n")
	for _, one := range same {
		fenced(&text, "", "promql", one.Expr)
	}
	return text.String()
}

func severities(same []Alert) string {
	var all []string
	for _, severity := range Severities() {
		for _, one := range same {
			if one.Severity == severity {
				all = append(all, string(severity))
				break
			}
		}
	}
	return strings.Join(all, ", ")
}

func steps(text *strings.Builder, title string, all []Step) {
	fmt.Fprintf(text, "\n## %s\n\n", title)
	for i, step := range all {
		number := fmt.Sprintf("%d. ", i+1)
		text.WriteString(number + step.Text + "\n")
		inset := strings.Repeat(" ", len(number))
		if step.Command != "" {
			fenced(text, inset, "sh", step.Command)
		}
		if step.Query != "" {
			fenced(text, inset, "promql", step.Query)
		}
	}
}

func fenced(text *strings.Builder, inset, language, code string) {
	fmt.Fprintf(text, "\n%s```%s\n", inset, language)
	for line := range strings.SplitSeq(code, "\n") {
		text.WriteString(inset + line + "\n")
	}
	text.WriteString(inset + "```\n")
}

// cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
