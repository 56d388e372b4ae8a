package cluster

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// process is one component of the control plane. It ends when stdin closes, be it by stop or because we are gone.
type process struct {
	name  string   // of the component
	args  []string // of the binary, the first of which says what it runs
	log   string
	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when the process has ended
}

func startProcess(dir, binary string, args ...string) (*process, error) {
	name := componentName(args)
	// Appended to: what a component said before it was killed stays readable once it runs again.
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()   // the child has its own
	cmd := exec.Command(binary, args...) //nolint:noctx // it lives as long as the cluster, not as the call
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	p, err := launch(name, log.Name(), cmd)
	if err != nil {
		return nil, err
	}
	p.args = args
	return p, nil
}

// runsForeign is the first argument when the binary runs somebody else's program, and the second is its path.
const runsForeign = "exec"

func componentName(args []string) string {
	if args[0] != runsForeign {
		return args[0]
	}
	return strings.TrimSuffix(filepath.Base(args[1]), ".exe")
}

// startRemover starts what removes the folder when we are gone. It neither runs in the folder nor has a log there:
// Windows would not let go of it.
func startRemover(binary, dir string) (*process, error) {
	cmd := exec.Command(binary, "remove", dir) //nolint:noctx // it lives as long as the cluster, not as the call
	cmd.Dir = os.TempDir()
	return launch("remove", "", cmd)
}

func launch(name, log string, cmd *exec.Cmd) (*process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, stdin: stdin, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // how it ended is in its log
	}()
	return p, nil
}

// stop lets go of the process and waits until it has ended.
func (p *process) stop() {
	_ = p.stdin.Close()
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// lastWords is the end of the log.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-8):], []byte("\n")))
}
