package fleet

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"policywatch/store/record"
)

// Reading reads a page that a worker with another extractor has read.
type Reading interface {
	Read(ctx context.Context, snap *record.Snapshot, site record.Site, prior record.Prior) (*record.Document, *record.Fault)
}

// RuleKeeper keeps what workers read in robots.txt files, by origin.
type RuleKeeper interface {
	Rules(origin string) ([]byte, bool)
	KeepRules(origin string, rules []byte)
}

// Leader is what a coordinator works with.
type Leader struct {
	// Archive names what the coordinator judges for; two for different archives must
	// not share a fleet.
	Archive string
	// Version is the program's, Reader names what statements are read with: the
	// extractor and its data.
	Version, Reader string
	Read            Reading
	// Rules may be nil.
	Rules RuleKeeper
	// Vantage says where a site must be looked at from; empty is anywhere.
	Vantage func(record.Site) string
	// Second is the vantage that is asked when a statement is not there; empty is none.
	Second string
	// Turn waits until no other order for a host is out, and returns what lets the next
	// one go. The servers hold one order a host anyway; it only saves asking them.
	Turn  func(ctx context.Context, host string) (end func(), err error)
	Clock func() time.Time
}

// Coordinator asks workers for visits. It is safe for concurrent use.
type Coordinator struct {
	*link
	lead  Leader
	codec *codec

	mu      sync.Mutex
	waiting map[string]chan *arrival // by visit
	early   map[string]*arrival      // nobody waits for them yet
	over    map[string]bool          // the visits that ended lately
	ended   []string                 // the same, the oldest first
	warned  map[string]bool          // workers whose reports are refused
	members []Member
	counts  Counts

	stop context.CancelFunc
	idle sync.WaitGroup
}

// Counts are what a coordinator has done since it began.
type Counts struct {
	// Asked counts visits and second looks, Again those asked for once more because
	// nothing was heard of them.
	Asked, Again int
	Reports      int
	// Repeated are reports of visits that were over, Refused those of another
	// protocol, Reread pages read anew because a worker reads them otherwise.
	Repeated, Refused, Reread int
	// Bytes are what reports took on their way.
	Bytes int64
}

// arrival is a report as it came.
type arrival struct {
	seq     uint64
	head    nats.Header
	data    []byte
	refused bool
	at      time.Time
}

const (
	// overKept is how many ended visits are known again when a report comes twice.
	overKept = 4096
	// overlooked is how long a visit may be out unheard of before the queue is asked
	// whether it is still there, in AckWaits.
	overlooked = 2
	// visitTime is how long a worker may take; the schedule gives up later.
	visitTime = 50 * time.Minute
)

// Lead connects to the fleet's servers as its coordinator. Reports that waited are
// in hand when it returns. Close ends it.
func Lead(ctx context.Context, o Options, lead Leader) (*Coordinator, error) {
	l, err := dial(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Coordinator{link: l, lead: lead, waiting: map[string]chan *arrival{}, early: map[string]*arrival{},
		over: map[string]bool{}, warned: map[string]bool{}}
	if c.codec, err = newCodec(); err != nil {
		l.close()
		return nil, err
	}
	if err := c.claim(ctx); err != nil {
		l.close()
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	if err := c.receive(run); err != nil {
		stop()
		l.close()
		return nil, err
	}
	c.idle.Go(func() { c.beat(run) })
	return c, nil
}

// Close leaves the fleet. Orders and reports stay for the next coordinator.
func (c *Coordinator) Close() error {
	c.stop()
	c.idle.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if c.nc.IsConnected() {
		_ = c.link.members.Delete(ctx, leadKey) // its time runs out anyway
	}
	c.close()
	return nil
}

// receive takes reports from now on, those that waited first. Whenever the servers
// come back it begins anew with all that are there: a server that was killed may have
// forgotten its last messages, and number the next ones as those were.
func (c *Coordinator) receive(ctx context.Context) error {
	back := make(chan struct{}, 1)
	anew := func() {
		select {
		case back <- struct{}{}:
		default: // it is to begin anew already
		}
	}
	c.nc.SetReconnectHandler(func(*nats.Conn) {
		c.Log.Info("the fleet's servers can be reached again")
		anew()
	})
	stop, caught, err := c.consume(ctx)
	if err != nil {
		return err
	}
	c.idle.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-back:
				stop()
				if stop, _, err = c.consume(ctx); err != nil {
					c.Log.Warn("reports are not taken yet", "error", err)
					stop = func() {}
					sleep(ctx, time.Second)
					anew()
				}
			}
		}
		stop()
	})
	select { // what is not in hand by then is asked for again, and comes once
	case <-caught:
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
	}
	return nil
}

// consume begins to take reports; caught is closed when those that waited are here.
func (c *Coordinator) consume(ctx context.Context) (stop func(), caught chan struct{}, err error) {
	waited, err := c.reports.Info(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for the reports that wait: %w", err)
	}
	cons, err := c.reports.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return nil, nil, fmt.Errorf("ask for reports: %w", err)
	}
	caught = make(chan struct{})
	last := waited.State.LastSeq
	// Where the library begins anew by itself, the handler may be called by two
	// goroutines for a moment.
	here := sync.OnceFunc(func() { close(caught) })
	if waited.State.Msgs == 0 {
		here()
	}
	cc, err := cons.Consume(func(m jetstream.Msg) {
		meta, err := m.Metadata()
		if err != nil {
			return
		}
		c.arrived(ctx, &arrival{seq: meta.Sequence.Stream, head: m.Headers(), data: m.Data(), at: c.lead.Clock()})
		if meta.Sequence.Stream >= last {
			here()
		}
	}, jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) { c.Log.Debug("reports", "error", err) }))
	if err != nil {
		return nil, nil, fmt.Errorf("ask for reports: %w", err)
	}
	return func() { cc.Stop(); <-cc.Closed() }, caught, nil
}

// arrived hands a report to whoever waits for it, or keeps it until somebody does.
func (c *Coordinator) arrived(ctx context.Context, a *arrival) {
	visit := a.head.Get(headVisit)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Reports++
	c.counts.Bytes += int64(len(a.data))
	if spoken := a.head.Get(headProtocol); spoken != protocolToken {
		a.refused = true
		c.counts.Refused++
		if worker := a.head.Get(headWorker); !c.warned[worker] {
			c.warned[worker] = true
			c.Log.Error("the reports of a worker are refused: it speaks another protocol; bring worker and coordinator to one version",
				"worker", worker, "version", a.head.Get(headVersion), "protocol", spoken, "ours", protocolToken)
		}
	}
	switch ch := c.waiting[visit]; {
	case ch != nil:
		delete(c.waiting, visit) // the first counts
		ch <- a
	case a.refused || c.over[visit]:
		c.counts.Repeated++
		go c.drop(ctx, a)
	default:
		c.early[visit] = a
	}
}

// expect is where the report of a visit will come; one that waits is there at once.
func (c *Coordinator) expect(visit string) (ch chan *arrival, here bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch = make(chan *arrival, 1)
	if a := c.early[visit]; a != nil {
		delete(c.early, visit)
		ch <- a
		return ch, true
	}
	c.waiting[visit] = ch
	return ch, false
}

// forget ends the waiting for a report; one that came meanwhile is kept.
func (c *Coordinator) forget(visit string, ch chan *arrival) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[visit] == ch {
		delete(c.waiting, visit)
	}
	select {
	case a := <-ch:
		c.early[visit] = a
	default:
	}
}

// settle ends a visit whose report the archive has.
func (c *Coordinator) settle(visit string, a *arrival) {
	c.mu.Lock()
	if !c.over[visit] {
		c.over[visit] = true
		c.ended = append(c.ended, visit)
	}
	if len(c.ended) > overKept {
		delete(c.over, c.ended[0])
		c.ended = c.ended[1:]
	}
	twin := c.early[visit] // the same report, which came again meanwhile
	delete(c.early, visit)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c.drop(ctx, a)
	if twin != nil {
		c.drop(ctx, twin)
	}
}

// outdated drops the reports of a site that belong to visits by an older past.
func (c *Coordinator) outdated(site, whole string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for visit, a := range c.early {
		if a.head.Get(headSite) == site && a.head.Get(headWhole) != whole {
			delete(c.early, visit)
			c.counts.Repeated++
			go c.drop(context.Background(), a)
		}
	}
}

// drop removes a report that nobody needs any more. One that stays is known as
// repeated when it comes again, and goes when its time is up.
func (c *Coordinator) drop(ctx context.Context, a *arrival) {
	// By its subject: its number may be another's after a server was killed.
	if err := c.reports.Purge(ctx, jetstream.WithPurgeSubject(c.reportSubject(a.head.Get(headVisit)))); err != nil && ctx.Err() == nil {
		c.Log.Debug("a report that is done with stays for now", "error", err)
	}
	if object := a.head.Get(headObject); object != "" {
		if err := c.bodies.Delete(ctx, object); err != nil && ctx.Err() == nil {
			c.Log.Debug("a report that is done with stays for now", "error", err)
		}
	}
}

// content is the report in full.
func (c *Coordinator) content(ctx context.Context, a *arrival) (r report, body []byte, err error) {
	data := a.data
	if object := a.head.Get(headObject); object != "" {
		ctx, cancel := context.WithTimeout(ctx, 12*answerTime)
		defer cancel()
		if data, err = c.bodies.GetBytes(ctx, object); err != nil {
			return report{}, nil, fmt.Errorf("fetch a report from the object store: %w", err)
		}
	}
	body, err = c.codec.decode(data, &r)
	return r, body, err
}
