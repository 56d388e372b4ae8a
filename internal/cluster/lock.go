package cluster

import (
	"context"
	"os"
	"time"
)

// lock takes the file's lock, which the operating system lets go of when its holder ends, however it ends. It calls
// waiting once when another process holds it.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		switch held, err := tryLock(file); {
		case err != nil:
			return nil, closeAfter(file, err)
		case held:
			return func() { _ = file.Close() }, nil
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, closeAfter(file, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func closeAfter(file *os.File, err error) error {
	_ = file.Close()
	return err
}
