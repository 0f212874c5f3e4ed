package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"policywatch/store/record"
)

// Look is one visit as the fleet makes it, until End.
type Look struct {
	c     *Coordinator
	id    string
	site  record.Site
	prior record.Prior
	obs   record.Observation
	held  []held
	looks int
}

// held is a report that the visit rests on.
type held struct {
	visit string
	*arrival
}

// Look has a visit made and returns when its report is here. last is the time of
// the visit before. A context that ends gives record.FaultCancelled; the report may
// still come and is then what the next Look at the same past begins with.
func (c *Coordinator) Look(ctx context.Context, site record.Site, p record.Prior, last time.Time) *Look {
	l := &Look{c: c, id: visitID(site, p, last), site: site, prior: p}
	c.outdated(site.Domain, l.id)
	at := page(site, p)
	vantage := c.vantage(site)
	o := order{Visit: l.id, Whole: l.id, Site: site, Prior: priorOf(p), Reader: c.lead.Reader, Rules: c.rules(site, at), Within: visitTime}
	l.obs = l.ask(ctx, o, hostOf(site, at), vantage)
	if f := l.obs.Fault; f != nil && f.Kind.Rule().Absent && c.lead.Second != "" && c.lead.Second != vantage {
		l.elsewhere(ctx, o, hostOf(site, at))
	}
	return l
}

// vantage is where a site must be looked at from; empty is anywhere.
func (c *Coordinator) vantage(site record.Site) string {
	if c.lead.Vantage == nil {
		return ""
	}
	return c.lead.Vantage(site)
}

// Observation is what the visit saw.
func (l *Look) Observation() record.Observation { return l.obs }

// Again has one page looked at once more, past every cache.
func (l *Look) Again(ctx context.Context, page string, doc *record.Document) record.Observation {
	l.looks++
	o := order{Visit: lookID(l.id, "again", fmt.Sprint(l.looks), page, doc.Exact), Whole: l.id, Site: l.site, Page: page, First: first{doc.Lang, imprintOf(doc.Imprint)},
		Reader: l.c.lead.Reader, Rules: l.c.rules(l.site, page), Within: visitTime}
	return l.ask(ctx, o, hostOf(l.site, page), l.c.vantage(l.site))
}

// elsewhere asks another vantage whether the statement is not there either.
func (l *Look) elsewhere(ctx context.Context, o order, host string) {
	second, here := l.c.lead.Second, l.obs
	note := func(format string, args ...any) {
		l.obs.Trail = append(l.obs.Trail, record.Step{At: l.c.lead.Clock(), Action: "vantage", Outcome: fmt.Sprintf(format, args...)})
	}
	if !l.c.reaches(second) {
		note("no worker looks from %s just now; the verdict stands alone", second)
		return
	}
	o.Visit = lookID(l.id, "vantage", second)
	there := l.ask(ctx, o, host, second)
	switch {
	case there.Fault != nil && there.Fault.Kind == record.FaultCancelled:
		l.obs = there
	case there.Fault != nil:
		note("seen from %s: %s", second, there.Fault.Kind)
	default:
		trail := here.Trail
		l.obs = there
		l.obs.Trail = trail
		note("%s here, and there when seen from %s", here.Fault.Kind, second)
		l.obs.Trail = append(l.obs.Trail, there.Trail...)
	}
}

// End says that the visit is over. What the archive did not take is there for the
// next Look at the same past.
func (l *Look) End(kept bool) {
	for _, h := range l.held {
		if kept {
			l.c.settle(h.visit, h.arrival)
			continue
		}
		l.c.mu.Lock()
		l.c.early[h.visit] = h.arrival
		l.c.mu.Unlock()
	}
}

// ask puts an order into the queue and waits for its report.
func (l *Look) ask(ctx context.Context, o order, host, vantage string) record.Observation {
	c := l.c
	cancelled := record.Observation{Site: l.site.Domain, At: c.lead.Clock(), Fault: &record.Fault{Kind: record.FaultCancelled, Detail: "the visit was interrupted"}}
	if c.lead.Turn != nil {
		end, err := c.lead.Turn(ctx, host)
		if err != nil {
			return cancelled
		}
		defer end()
	}
	if vantage == "" {
		vantage = anywhere
	}
	subject := c.orderSubject(vantage, host)
	for wait := time.Second; ; {
		ch, here := c.expect(o.Visit)
		if !here {
			if err := c.publish(ctx, o, subject); err != nil {
				c.forget(o.Visit, ch)
				return cancelled
			}
		}
		a := c.await(ctx, o, subject, ch)
		switch {
		case ctx.Err() != nil && a == nil:
			c.forget(o.Visit, ch)
			return cancelled
		case a == nil:
			c.forget(o.Visit, ch)
			c.Log.Warn("nothing was heard of a visit, and the queue does not hold it; asking again", "site", l.site.Domain)
		case a.refused:
			c.drop(ctx, a)
			sleep(ctx, wait)
			wait = min(2*wait, time.Minute)
		default:
			obs, err := l.take(ctx, o, a)
			if err == nil {
				return obs
			}
			if ctx.Err() != nil {
				l.held = append(l.held, held{o.Visit, a})
				return cancelled
			}
			c.Log.Error("a report cannot be read; asking again", "site", l.site.Domain, "worker", a.head.Get(headWorker), "error", err)
			c.drop(ctx, a)
			sleep(ctx, wait)
			wait = min(2*wait, time.Minute)
		}
		o.Attempt++
		c.count(func(n *Counts) { n.Again++ })
	}
}

// await waits for a report. It returns nil when the order is neither in the queue
// nor reported, as after a server that lost what it had said to hold.
func (c *Coordinator) await(ctx context.Context, o order, subject string, ch chan *arrival) *arrival {
	look := time.NewTicker(overlooked * c.AckWait)
	defer look.Stop()
	missed := 0
	for {
		select {
		case a := <-ch:
			return a
		case <-ctx.Done():
			return nil
		case <-look.C:
			switch out, err := c.queued(ctx, o, subject); {
			case err == nil && out && c.fetch(ctx, o.Visit):
			case err != nil || out:
				missed = 0
			case missed > 0: // twice: a report may have been on its way
				return nil
			default:
				missed++
			}
		}
	}
}

// fetch takes a report that lies on the servers and did not come by itself.
func (c *Coordinator) fetch(ctx context.Context, visit string) bool {
	m, err := last(ctx, c.reports, c.reportSubject(visit))
	if err != nil {
		return false
	}
	c.arrived(ctx, &arrival{seq: m.Sequence, head: m.Header, data: m.Data, at: c.lead.Clock()})
	return true
}

// queued reports whether an order, or what became of it, is on the servers.
func (c *Coordinator) queued(ctx context.Context, o order, subject string) (bool, error) {
	for _, s := range []string{subject, aloneSubject(subject)} {
		m, err := last(ctx, c.visits, s)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
		case err != nil:
			return false, err
		case m.Header.Get(headVisit) == o.Visit:
			return true, nil
		}
	}
	_, err := last(ctx, c.reports, c.reportSubject(o.Visit))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	return err == nil, err
}

// aloneSubject is the subject of the same order in the lane where it runs alone.
func aloneSubject(subject string) string {
	i := strings.LastIndexByte(subject, '.')
	return subject[:i] + alone + subject[i:]
}

// publish puts an order into the queue, as soon as the servers take it. The same
// order twice is one.
func (c *Coordinator) publish(ctx context.Context, o order, subject string) error {
	data, err := c.codec.encode(o, nil)
	if err != nil {
		return fmt.Errorf("encode an order: %w", err)
	}
	m := &nats.Msg{Subject: subject, Data: data, Header: nats.Header{}}
	m.Header.Set(headVisit, o.Visit)
	m.Header.Set(headProtocol, protocolToken)
	c.count(func(n *Counts) { n.Asked++ })
	var relic uint64
	var since time.Time
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		_, err := c.link.publish(ctx, m, jetstream.WithMsgID(fmt.Sprintf("%s/%d", o.Visit, o.Attempt)))
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var api *jetstream.APIError
		if errors.As(err, &api) && api.ErrorCode == streamStoreFailed {
			// The host's order of an earlier time is still out: ours, or another's that
			// ends first.
			if out, err := c.queued(ctx, o, subject); err == nil && out {
				return nil
			}
			// Or nobody's: a server that was killed may have forgotten that an order was
			// done with, and keep it without giving it to anybody.
			if m, err := last(ctx, c.visits, subject); err == nil {
				if m.Sequence != relic {
					relic, since = m.Sequence, time.Now()
				}
				if time.Since(since) > overlooked*c.AckWait {
					c.discard(ctx, m)
				}
			}
		} else {
			c.Log.Debug("an order is not taken yet", "error", err)
		}
		sleep(ctx, wait)
	}
}

// discard removes an order that nobody of ours waits for. Should a worker be at it all
// the same, its report comes for nobody, or for whoever asks for that visit again.
func (c *Coordinator) discard(ctx context.Context, m *jetstream.RawStreamMsg) {
	c.mu.Lock()
	wanted := c.waiting[m.Header.Get(headVisit)] != nil
	c.mu.Unlock()
	if wanted {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := c.visits.DeleteMsg(ctx, m.Sequence); err != nil {
		c.Log.Debug("remove an order that nobody waits for", "subject", m.Subject, "error", err)
	}
}

// streamStoreFailed is the servers' code for a message beyond a stream's limits.
const streamStoreFailed jetstream.ErrorCode = 10077

// take makes an observation of a report.
func (l *Look) take(ctx context.Context, o order, a *arrival) (record.Observation, error) {
	c := l.c
	r, body, err := c.content(ctx, a)
	if err != nil {
		return record.Observation{}, err
	}
	if r.Visit != o.Visit || r.Observation.Site != l.site.Domain {
		return record.Observation{}, fmt.Errorf("the report is about %q", r.Observation.Site)
	}
	l.held = append(l.held, held{o.Visit, a})
	obs := r.unpack(body)
	if c.lead.Rules != nil {
		for origin, rules := range r.Rules {
			c.lead.Rules.KeepRules(origin, rules)
		}
	}
	// Documents of two extractors are never compared; the page is here.
	if r.Reader != c.lead.Reader && obs.Document != nil && obs.Snapshot != nil && r.Snapshot.Size >= 0 {
		languages := obs.Document.Languages
		obs.Document, obs.Fault = c.lead.Read.Read(ctx, obs.Snapshot, l.site, l.prior)
		if obs.Fault != nil {
			obs.Document = nil
		} else {
			obs.Document.Languages = languages
		}
		c.count(func(n *Counts) { n.Reread++ })
	}
	return obs, nil
}

// rules are the robots.txt rules that a visit is likely to need.
func (c *Coordinator) rules(site record.Site, page string) map[string][]byte {
	if c.lead.Rules == nil {
		return nil
	}
	var origins []string
	if i := strings.Index(page, "://"); i > 0 {
		host, _, _ := strings.Cut(page[i+3:], "/")
		origins = append(origins, page[:i+3]+host)
	} else {
		origins = append(origins, "https://"+site.Domain, "http://"+site.Domain)
	}
	out := map[string][]byte{}
	for _, origin := range origins {
		if r, ok := c.lead.Rules.Rules(origin); ok {
			out[origin] = r
		}
	}
	return out
}

func (c *Coordinator) count(f func(*Counts)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.counts)
}
