// Command policywatch watches the privacy statements of government websites.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // 0.4 MB: a container without a zone database must know Asia/Tehran too
)

func main() {
	// A visit makes a page's tree and throws it away: collecting less often is a
	// tenth of a scan's cost. The limit keeps long lists from taking the memory.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(160 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
