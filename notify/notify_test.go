package notify_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"policywatch/configs"
	"policywatch/notify/report"
	"policywatch/store/record"
)

var start = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// outbox is an outbox in memory that keeps the promises of notify.Outbox, and
// breaks them on request.
type outbox struct {
	mu     sync.Mutex
	rows   map[string]record.Alert
	order  []string
	leased map[string]time.Time
	// most is how many were leased and not settled at a time, by channel.
	most map[string]int
	// settled counts how often a row reached a final state.
	settled map[string]int
	// settlements counts calls of Settle that kept something.
	settlements int
	// failLease and failSettle are asked before the deed; lost makes a failed
	// Settle have worked all the same.
	failLease  func() error
	failSettle func(record.Alert) (err error, lost bool)
	// failCommit is the same, asked once for all that are kept together.
	failCommit func() (err error, lost bool)
}

func newOutbox(alerts ...record.Alert) *outbox {
	o := &outbox{rows: map[string]record.Alert{}, leased: map[string]time.Time{}, most: map[string]int{}, settled: map[string]int{}}
	for _, a := range alerts {
		o.put(a)
	}
	return o
}

func (o *outbox) put(a record.Alert) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.rows[a.ID]; ok {
		return // a replay is a no-op
	}
	o.rows[a.ID] = a
	o.order = append(o.order, a.ID)
}

func (o *outbox) LeaseFor(_ context.Context, now time.Time, lease time.Duration, max int, skip func(id, channel, digest string) bool) ([]record.Alert, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failLease != nil {
		if err := o.failLease(); err != nil {
			return nil, err
		}
	}
	var out []record.Alert
	for _, id := range o.order {
		a := o.rows[id]
		if a.State == record.AlertWaiting && !a.Next.After(now) && !o.leased[id].After(now) && !skip(a.ID, a.Channel, a.Digest) {
			o.leased[id] = now.Add(lease)
			if out = append(out, a); len(out) == max {
				break
			}
		}
	}
	held := map[string]int{}
	for id := range o.leased {
		held[o.rows[id].Channel]++
	}
	for channel, n := range held {
		if n > o.most[channel] {
			o.most[channel] = n
		}
	}
	return out, nil
}

func (o *outbox) Settle(_ context.Context, alerts ...record.Alert) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var err error
	if o.failCommit != nil {
		var lost bool
		if err, lost = o.failCommit(); err != nil && !lost {
			return err
		}
	}
	if o.failSettle != nil {
		for _, a := range alerts {
			var lost bool
			if err, lost = o.failSettle(a); err != nil && !lost {
				return err
			}
		}
	}
	for _, a := range alerts {
		if _, ok := o.rows[a.ID]; !ok {
			return errors.New("no such alert")
		}
	}
	o.settlements++
	for _, a := range alerts {
		if a.State != record.AlertWaiting {
			o.settled[a.ID]++
		}
		o.rows[a.ID] = a
		delete(o.leased, a.ID)
	}
	return err
}

func (o *outbox) alert(id string) record.Alert {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows[id]
}

func (o *outbox) states() map[record.AlertState]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := map[record.AlertState]int{}
	for _, a := range o.rows {
		m[a.State]++
	}
	return m
}

// sender is a channel made of a function. It remembers whom it reached.
type sender struct {
	do func(ctx context.Context, m report.Message) (bool, error)

	mu   sync.Mutex
	got  []string
	seen int
}

func (s *sender) Send(ctx context.Context, m report.Message) (bool, error) {
	s.mu.Lock()
	s.seen++
	s.mu.Unlock()
	if s.do != nil {
		if retry, err := s.do(ctx, m); err != nil {
			return retry, err
		}
	}
	s.mu.Lock()
	s.got = append(s.got, m.ID)
	s.mu.Unlock()
	return false, nil
}

func (s *sender) reached() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

func (s *sender) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

var writer = sync.OnceValue(func() *report.Writer {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		panic(err)
	}
	return report.New(books)
})

// alert is a waiting alert for a channel.
func alert(id, channel string) record.Alert {
	return record.Alert{
		ID: id, Channel: channel, State: record.AlertWaiting, Next: start,
		Event: record.Event{Type: record.EventChanged, At: start, Site: "site.example", To: 2, From: 1, Change: &record.Change{Class: record.ClassMinor}},
	}
}
