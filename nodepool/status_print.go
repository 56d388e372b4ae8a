package nodepool

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Table writes the status for a terminal: the pools, the nodes, and what is wrong with them.
func (s *ClusterStatus) Table(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintln(&text, s.headline())
	for _, rows := range [][][]string{s.poolRows(), s.nodeRows()} {
		fmt.Fprintln(&text)
		columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0) //nolint:mnd // spaces between columns
		for i, row := range rows {
			line := strings.Join(row, "\t")
			if i == 0 {
				line = strings.ToUpper(line)
			}
			_, _ = fmt.Fprintln(columns, line)
		}
		_ = columns.Flush() // to a text, which cannot fail
	}
	if notes := s.notes(); len(notes) > 0 {
		fmt.Fprintf(&text, "\n%s\n", strings.Join(notes, "\n"))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// Markdown writes the status for the summary of a CI job.
func (s *ClusterStatus) Markdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "### %s\n", s.headline())
	for _, rows := range [][][]string{s.poolRows(), s.nodeRows()} {
		fmt.Fprintln(&text)
		for i, row := range rows {
			fmt.Fprintf(&text, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(&text, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	for i, note := range s.notes() {
		if i == 0 {
			fmt.Fprintln(&text)
		}
		fmt.Fprintf(&text, "* %s\n", strings.ReplaceAll(note, "\n", " "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (s *ClusterStatus) headline() string {
	text := fmt.Sprintf("cluster %s: %s, %s, %s", s.Name, s.State, s.Region, s.Version)
	if s.Message != "" {
		text += ": " + s.Message
	}
	return text
}

// poolRows are the header and a row for each pool.
func (s *ClusterStatus) poolRows() [][]string {
	rows := make([][]string, 1, 1+len(s.Pools))
	rows[0] = []string{"pool", "size", "nodes", "ready", "scales"}
	for _, pool := range s.Pools {
		ready, scales := 0, "-"
		for _, node := range pool.Nodes {
			if node.Ready {
				ready++
			}
		}
		if pool.Autoscale != nil {
			scales = fmt.Sprintf("%d to %d", pool.Autoscale.Min, pool.Autoscale.Max)
		}
		rows = append(rows, []string{pool.Name, pool.Size, strconv.Itoa(pool.Count), s.ifSeen(strconv.Itoa(ready)), scales})
	}
	return rows
}

// nodeRows are the header and a row for each node.
func (s *ClusterStatus) nodeRows() [][]string {
	rows := [][]string{{"node", "pool", "state", "ready", "kubelet"}}
	add := func(pool string, nodes []NodeStatus) {
		for _, node := range nodes {
			ready := "no"
			if node.Ready {
				ready = "yes"
			}
			if node.Cordoned {
				ready += ", cordoned"
			}
			rows = append(rows, []string{
				orDash(node.Name), orDash(pool), orDash(node.State), s.ifSeen(ready), orDash(node.Kubelet),
			})
		}
	}
	for _, pool := range s.Pools {
		add(pool.Name, pool.Nodes)
	}
	add("", s.Strays)
	return rows
}

// notes on what a reader has to know of pools and nodes, a line each.
func (s *ClusterStatus) notes() []string {
	var notes []string
	if len(s.Upgrades) > 0 {
		notes = append(notes, "Kubernetes "+strings.Join(s.Upgrades, ", ")+" can be had: Upgrades says what that takes away")
	}
	for _, pool := range s.Pools {
		for _, note := range pool.notes() {
			if !slices.Contains(notes, note) { // the two pools of a rotation say the same
				notes = append(notes, note)
			}
		}
		for _, node := range pool.Nodes {
			notes = append(notes, node.notes(pool.Name)...)
		}
	}
	for _, node := range s.Strays {
		notes = append(notes, node.notes("")...)
	}
	if s.HalfBlind {
		notes = append(notes, "the cluster's API server was not asked")
	}
	return notes
}

func (n *NodeStatus) notes(pool string) []string {
	name := n.Name
	if name == "" {
		name = "a new node of " + pool
	}
	var notes []string
	for _, d := range n.Drift {
		notes = append(notes, fmt.Sprintf("%s %s: %s", name, d.Problem, d.Remedy))
	}
	if n.Recycling {
		notes = append(notes, name+" is being recycled: end it with Recycle")
	}
	if n.Message != "" {
		notes = append(notes, name+": "+n.Message)
	}
	return notes
}

func (p *PoolStatus) notes() []string {
	var notes []string
	say := func(format string, values ...any) {
		notes = append(notes, "pool "+p.Name+" "+fmt.Sprintf(format, values...))
	}
	switch under := p.Rotation; {
	case under != nil && under.Undo:
		say("is being rolled back after a rotation that began at %s: end it with Undo", minute(under.Started))
	case under != nil:
		since := minute(under.Started) + inPhase(under.Phase)
		say("is being replaced since %s: end it with Rotate, or take it back with Undo", since)
	case p.Draining:
		say("is being removed")
	}
	if p.Remembered != nil {
		say("scaled between %d and %d before", p.Remembered.Min, p.Remembered.Max)
	}
	switch {
	case p.Foreign:
		say("is not Caisson's")
	case !p.Listed:
		say("is not in the spec")
	}
	return notes
}

// inPhase of a rotation, if it is known.
func inPhase(phase Phase) string {
	if phase == "" {
		return ""
	}
	return " (" + string(phase) + ")"
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// ifSeen is a text about what Kubernetes says.
func (s *ClusterStatus) ifSeen(text string) string {
	if s.HalfBlind {
		return "?"
	}
	return text
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
