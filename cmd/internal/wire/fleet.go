package wire

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/configs"
	"policywatch/crawler/extract"
	"policywatch/crawler/fleet"
	"policywatch/crawler/pdf"
	"policywatch/store/record"
)

// FleetStatus is what a fleet does at a moment.
type FleetStatus = fleet.Status

// embeddedFleet is the fleet.url that stands for a server in the daemon.
const embeddedFleet = "embedded"

// errNoServer is the answer of a program that was built without a server.
var errNoServer = usage("this program was built without a NATS server; build it with `go build -tags nats ./cmd/policywatch`, or start nats-server -js and write fleet: {url: nats://127.0.0.1:4222}")

// fleetOptions are what the configuration says of the fleet's servers.
func fleetOptions(c configs.Fleet, kind string, o Options) fleet.Options {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fleet.Options{URL: c.URL, Name: c.Name, User: c.User, Password: c.Password.Reveal(), Token: c.Token.Reveal(), Credentials: c.Credentials,
		CA: c.TLS.CA, Cert: c.TLS.Cert, Key: c.TLS.Key, Insecure: c.Insecure, AckWait: time.Duration(c.RedeliverAfter),
		Member: fmt.Sprintf("%s-%s-%d", host, kind, os.Getpid()), Log: o.Log}
}

// checkFleet says what is wrong with the fleet's servers before they are asked.
func checkFleet(c configs.Fleet) error {
	switch {
	case c.URL == embeddedFleet && !hasServer:
		return errNoServer
	case c.URL == "" || c.URL == embeddedFleet:
		return nil
	}
	if err := fleetOptions(c, "", Options{}).Check(); err != nil {
		return usage("fleet: %w", err)
	}
	return nil
}

// reader names what statements are read with: two that are equal read alike.
func (t *Tools) reader() string {
	lexicons, _ := json.Marshal(t.lexicons) // plain data
	sum := sha256.Sum256(lexicons)
	return fmt.Sprintf("%s, %s, data %x", extract.Version, pdf.Version, sum[:6])
}

// looker is a coordinator as the monitor sees it.
type looker struct{ c *fleet.Coordinator }

func (l looker) Look(ctx context.Context, site record.Site, past record.Past) monitor.Look {
	return l.c.Look(ctx, site, monitor.PriorOf(past), past.LastVisit)
}

// leadership is the fleet of a daemon. The servers stay what they were when it
// began; what reads and remembers for it is the newest program.
type leadership struct {
	*fleet.Coordinator
	newest atomic.Pointer[App]
	hosts  turns
}

func (l *leadership) Read(ctx context.Context, snap *record.Snapshot, site record.Site, prior record.Prior) (*record.Document, *record.Fault) {
	return l.newest.Load().Desk.Read(ctx, snap, site, prior)
}

func (l *leadership) Rules(origin string) ([]byte, bool) { return l.newest.Load().robots.Rules(origin) }

func (l *leadership) KeepRules(origin string, rules []byte) {
	l.newest.Load().robots.KeepRules(origin, rules)
}

// lead makes the daemon a coordinator where the configuration asks for it.
func (w *Watcher) lead(ctx context.Context, t *Tools) error {
	c := t.config.Fleet
	if c.URL == "" {
		return nil
	}
	if c.URL == embeddedFleet {
		if c.Path == "" {
			c.Path = t.config.Store.Path + ".fleet"
		}
		url, stop, err := startServer(c, w.options.Log)
		if err != nil {
			return err
		}
		w.closers.add("fleet's server", stop)
		c.URL = url
	}
	archive, err := filepath.Abs(w.db.Path())
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	l := &leadership{}
	// A report may ask for its reader before the first program stands around the
	// archive; until then the tools are enough.
	l.newest.Store(&App{Tools: t})
	lead := fleet.Leader{Archive: host + ":" + archive, Version: t.version, Reader: t.reader(), Read: l, Rules: l,
		Vantage: func(s record.Site) string { return l.newest.Load().config.Fleet.Vantage(s.Domain) }, Second: c.SecondVantage, Turn: l.hosts.take, Clock: time.Now}
	if l.Coordinator, err = fleet.Lead(ctx, fleetOptions(c, "watch", w.options), lead); err != nil {
		return err
	}
	w.fleet = l
	w.closers.add("fleet", l.Close)
	w.options.Log.Info("coordinating a fleet", "name", c.Name, "in_flight", c.InFlight)
	return nil
}

// ErrNoFleet means that the configuration names no fleet.
var ErrNoFleet = errors.New("no fleet is configured")

// fleetConfig is the configuration of a fleet that must be there.
func (o Options) fleetConfig() (configs.Config, error) {
	cfg, err := o.load()
	if err != nil {
		return cfg, err
	}
	switch cfg.Fleet.URL {
	case "":
		return cfg, usage("%w: name its servers with --fleet nats://127.0.0.1:4222, or write fleet: {url: ...} into %s", ErrNoFleet, DefaultConfig)
	case embeddedFleet:
		scheme := "nats"
		if cfg.Fleet.TLS.Cert != "" {
			scheme = "tls"
			cfg.Fleet.TLS.Cert, cfg.Fleet.TLS.Key = "", "" // the server's
		}
		cfg.Fleet.URL = scheme + "://" + cfg.Fleet.Listen
	}
	return cfg, checkFleet(cfg.Fleet)
}

// Work makes the visits of a fleet until ctx ends. It reads the sections crawl and
// fleet of the configuration and needs no archive.
func Work(ctx context.Context, o Options, vantage string, concurrency int) error {
	cfg, err := o.fleetConfig()
	if err != nil {
		return err
	}
	rules := &fleet.Rules{}
	turns := &fleet.Turns{Longest: time.Duration(cfg.Crawl.Timeout)}
	o.turns = turns
	t, err := NewTools(o)
	if err != nil {
		return err
	}
	defer t.Close()
	t.robots.kept = rules
	if concurrency == 0 {
		concurrency = cfg.Crawl.Concurrency
	}
	crawl := monitor.Here{Crawl: t.Crawler, Clock: time.Now, Log: o.Log}
	return fleet.Work(ctx, fleetOptions(cfg.Fleet, "worker", o), fleet.Labour{Crawl: crawl, Turns: turns, Rules: rules, Version: o.Version, Reader: t.reader(),
		Vantage: vantage, Slots: concurrency, Drain: time.Duration(cfg.Schedule.Drain), Clock: time.Now})
}

// SeeFleet asks the fleet's servers for its status.
func SeeFleet(ctx context.Context, o Options) (FleetStatus, error) {
	cfg, err := o.fleetConfig()
	if err != nil {
		return FleetStatus{}, err
	}
	return fleet.See(ctx, fleetOptions(cfg.Fleet, "status", o))
}

// FleetStatus is the status of the daemon's own fleet; ErrNoFleet where it makes
// its visits itself.
func (w *Watcher) FleetStatus(ctx context.Context) (FleetStatus, error) {
	if w.fleet == nil {
		return FleetStatus{}, ErrNoFleet
	}
	return w.fleet.Status(ctx)
}
