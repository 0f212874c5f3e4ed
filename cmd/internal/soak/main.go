// Command soak lets a daemon watch simulated government sites for a while and makes
// trouble: sites are edited, fail and freeze, their network goes away, receivers
// refuse, configurations come that are right and wrong, and the daemon is killed.
// It ends with exit code 1 when an edit was not told exactly once, something was
// told that was none, or the daemon grew. `.ci/soak` runs it.
//
// `soak fleet` tries a fleet of processes in the same way; `.ci/fleet` runs it.
//
// What is right it knows from the simulator, a process of its own that says what it
// edited; it asks the daemon by its API and by what the daemon tells.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type options struct {
	minutes                              float64
	sites                                int
	every                                time.Duration
	seed                                 int64
	program, simulator, statements, work string
}

// parts are what else this program can be. All but the first are processes that it
// starts of itself.
var parts = map[string]func(args []string) error{
	"fleet":    fleetMain,
	"simulate": simulate,
	"poison":   poison,
	"nats":     serveNATS,
	"repeat":   repeatReports,
	"get": func(args []string) error {
		b, err := get(args[0])
		if err == nil {
			_, err = os.Stdout.Write(b)
		}
		return err
	},
}

func main() {
	if len(os.Args) > 1 {
		if part, ok := parts[os.Args[1]]; ok {
			if err := part(os.Args[2:]); err != nil {
				fmt.Fprintf(os.Stderr, "soak: %s: %v\n", os.Args[1], err)
				os.Exit(1)
			}
			return
		}
	}
	var o options
	flag.Float64Var(&o.minutes, "minutes", 30, "how long to go on")
	flag.IntVar(&o.sites, "sites", 200, "how many sites to watch")
	flag.DurationVar(&o.every, "every", 10*time.Second, "time between visits of a site")
	flag.Int64Var(&o.seed, "seed", 1, "seed of the sites and their edits")
	flag.StringVar(&o.program, "program", "", "the program to test")
	flag.StringVar(&o.simulator, "simulator", "", "the simulator of sites; empty: our own")
	flag.StringVar(&o.statements, "statements", "", "folder of the statements that the simulator varies")
	flag.StringVar(&o.work, "work", "", "folder for what is written")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	bad, err := soak(ctx, o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "soak: %v\n", err)
		os.Exit(1)
	}
	if bad > 0 {
		fmt.Printf("FAILED: %d conditions broken; logs and archive are in %s\n", bad, o.work)
		os.Exit(1)
	}
	fmt.Println("ok: every edit was told once, nothing else was, and the daemon did not grow")
}

// soak starts everything, goes on for the time, and returns how many conditions
// were broken.
func soak(ctx context.Context, o options) (bad int, err error) {
	if err := os.MkdirAll(o.work, 0o755); err != nil {
		return 0, err
	}
	s := &soaker{options: o, out: os.Stdout, began: time.Now()}
	if s.sim, err = newSimulator(o); err != nil {
		return 0, err
	}
	defer s.sim.stop()
	if s.hook, err = newReceiver(); err != nil {
		return 0, err
	}
	defer s.hook.close()
	if s.daemon, err = newDaemon(o, s.hook.url, s.sim.list); err != nil {
		return 0, err
	}
	defer s.daemon.signal(syscall.SIGKILL)
	s.truth = newTruth(s.sim.list)
	err = s.run(ctx)
	return len(s.broken), err
}

func (o options) path(name string) string { return filepath.Join(o.work, name) }
