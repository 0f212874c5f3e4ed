// Command policywatch watches the privacy statements of government websites.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // 0.4 MB: a container without a zone database must know Asia/Tehran too
)

func main() {
	setCollector()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
