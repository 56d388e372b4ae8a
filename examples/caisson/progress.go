package main

import (
	"fmt"
	"io"
	"os"
)

// progress is one line that changes on a terminal, and plain lines elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	last     string
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if file, ok := w.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// width that a changing line is cut to: a line that wraps cannot be taken back.
const width = 79

func (p *progress) sayf(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if line == p.last {
		return
	}
	p.last = line
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	if runes := []rune(line); len(runes) > width {
		line = string(runes[:width-1]) + "…"
	}
	fmt.Fprintf(p.w, "\r\033[K%s", line)
}

// clear takes the changing line away.
func (p *progress) clear() {
	if p.terminal && p.last != "" {
		fmt.Fprint(p.w, "\r\033[K")
	}
	p.last = ""
}
