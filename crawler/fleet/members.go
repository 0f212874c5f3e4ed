package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Member is a process of the fleet by its last heartbeat.
type Member struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"` // worker or coordinator
	Archive string    `json:"archive,omitempty"`
	Version string    `json:"version"`
	Reader  string    `json:"reader"`
	Proto   int       `json:"protocol"`
	Vantage string    `json:"vantage,omitempty"`
	Slots   int       `json:"slots,omitempty"`
	Busy    int       `json:"busy"`
	Visits  int       `json:"visits"`
	Since   time.Time `json:"since"`
	At      time.Time `json:"at"`
}

const (
	leadKey   = "coordinator"
	workerKey = "worker."
	// beatEvery is the time between heartbeats.
	beatEvery = 5 * time.Second
)

// claim refuses to lead a fleet that another archive's coordinator leads: each
// would wait for reports that the other takes. Of one archive the lock on its file
// sees to it that there is one.
func (c *Coordinator) claim(ctx context.Context) error {
	e, err := c.link.members.Get(ctx, leadKey)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("see who leads the fleet: %w", err)
	}
	var m Member
	if json.Unmarshal(e.Value(), &m) == nil && m.Archive != c.lead.Archive {
		return fmt.Errorf("the fleet %q has a coordinator, %s, with another archive; give this one another fleet.name, or stop that one and wait %v", c.Name, m.Name, memberLife)
	}
	return nil
}

// beat tells that the coordinator lives, and keeps an eye on the workers.
func (c *Coordinator) beat(ctx context.Context) {
	began := c.lead.Clock()
	lonely := c.lead.Clock()
	for ctx.Err() == nil {
		now := c.lead.Clock()
		m := Member{Name: c.Member, Kind: "coordinator", Archive: c.lead.Archive, Version: c.lead.Version, Reader: c.lead.Reader, Proto: Protocol, Since: began, At: now}
		c.mu.Lock()
		m.Busy, m.Visits = len(c.waiting), c.counts.Reports
		c.mu.Unlock()
		c.tell(ctx, leadKey, m)
		if all, err := c.known(ctx); err == nil {
			c.greet(all)
			c.mu.Lock()
			c.link.Log.Debug("fleet", "members", len(all), "out", len(c.waiting))
			c.members = all
			waits := len(c.waiting)
			c.mu.Unlock()
			switch {
			case slices.ContainsFunc(all, func(m Member) bool { return m.Kind == "worker" && m.Proto == Protocol }):
				lonely = now
			case waits > 0 && now.Sub(lonely) > memberLife:
				c.Log.Warn("the fleet has no worker; visits wait. Start one: policywatch worker --fleet URL", "visits", waits)
				lonely = now
			}
		}
		c.prune(now)
		sleep(ctx, beatEvery)
	}
}

// greet warns of workers that cannot be used.
func (c *Coordinator) greet(all []Member) {
	for _, m := range all {
		c.mu.Lock()
		known := c.warned[m.Name]
		c.warned[m.Name] = known || m.Proto != Protocol
		c.mu.Unlock()
		if m.Kind == "worker" && m.Proto != Protocol && !known {
			c.Log.Error("a worker speaks another protocol and gets no visits; bring worker and coordinator to one version",
				"worker", m.Name, "version", m.Version, "protocol", m.Proto, "ours", Protocol)
		}
	}
}

// prune drops reports that came for nobody: of sites that are no longer listed, or
// of visits that were asked for by a past that the archive has left behind.
func (c *Coordinator) prune(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for visit, a := range c.early {
		if now.Sub(a.at) > orderLife {
			delete(c.early, visit)
			go c.drop(context.Background(), a)
		}
	}
}

// reaches reports whether a worker looks from a vantage just now.
func (c *Coordinator) reaches(vantage string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.members, func(m Member) bool { return m.Kind == "worker" && m.Vantage == vantage && m.Proto == Protocol })
}

// Counts are what the coordinator has done.
func (c *Coordinator) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts
}

// tell writes a heartbeat; one that is lost is followed by another.
func (l *link) tell(ctx context.Context, key string, m Member) {
	b, err := json.Marshal(m)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	if _, err := l.members.Put(ctx, key, b); err != nil && ctx.Err() == nil {
		l.Log.Debug("heartbeat", "error", err)
	}
}

// known lists the members that were heard of lately, by name.
func (l *link) known(ctx context.Context) ([]Member, error) {
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	w, err := l.members.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, err
	}
	defer w.Stop()
	var all []Member
	for e := range w.Updates() {
		if e == nil { // those that are there have come
			break
		}
		var m Member
		if json.Unmarshal(e.Value(), &m) == nil {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b Member) int { return strings.Compare(a.Kind+a.Name, b.Kind+b.Name) })
	return all, ctx.Err()
}
