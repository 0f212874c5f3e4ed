package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"policywatch/store/record"
)

// Crawler makes visits. A panic in one must come back as its fault.
type Crawler interface {
	Observe(ctx context.Context, site record.Site, prior record.Prior) record.Observation
	Again(ctx context.Context, site record.Site, page string, first *record.Document) record.Observation
}

// Labour is what a worker works with.
type Labour struct {
	Crawl Crawler
	// Turns are those that the crawler's fetches take (see Turns), nil where hosts are
	// not spaced.
	Turns *Turns
	// Rules is the crawler's memory of robots.txt.
	Rules *Rules
	// Version is the program's, Reader names what statements are read with.
	Version, Reader string
	// Vantage says where the worker looks from; empty is anywhere.
	Vantage string
	// Slots is how many visits of a lane are made at a time.
	Slots int
	// Drain is how long visits may go on when the worker is stopped.
	Drain time.Duration
	Clock func() time.Time
}

// Worker takes orders and makes visits. It keeps nothing.
type Worker struct {
	*link
	do    Labour
	codec *codec

	mu     sync.Mutex
	flight map[*errand]struct{}
	visits int

	met int // the coordinator's protocol, as last seen
}

// errand is an order in work.
type errand struct {
	msg    jetstream.Msg
	cancel context.CancelFunc
}

const (
	// tries is how often an order goes to workers side by side with others, and lone
	// how often then by itself, before the visit is called deadly.
	tries, lone = 2, 2
	// idlePoll is how long one request for orders stands.
	idlePoll = 20 * time.Second
)

// Work connects to the fleet's servers and makes visits until ctx ends; then those
// that run may end within Drain. What did not end goes to another worker.
func Work(ctx context.Context, o Options, do Labour) error {
	if do.Vantage != "" && (!plainName.MatchString(do.Vantage) || do.Vantage == anywhere) {
		return fmt.Errorf("the vantage %q: use up to 32 of a-z, 0-9 and -, as in ir", do.Vantage)
	}
	l, err := dial(ctx, o)
	if err != nil {
		return err
	}
	defer l.close()
	w := &Worker{link: l, do: do, flight: map[*errand]struct{}{}}
	if w.codec, err = newCodec(); err != nil {
		return err
	}
	if do.Turns != nil {
		do.Turns.use(l)
		defer do.Turns.letGo()
	}
	visits, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var hands sync.WaitGroup
	lanes := []string{anywhere}
	if do.Vantage != "" {
		lanes = append(lanes, do.Vantage)
	}
	for _, lane := range lanes {
		many, err := l.lane(ctx, lane)
		if err != nil {
			return fmt.Errorf("join the fleet: %w", err)
		}
		one, err := l.lane(ctx, lane+alone)
		if err != nil {
			return fmt.Errorf("join the fleet: %w", err)
		}
		for range do.Slots {
			hands.Go(func() { w.serve(ctx, visits, many, lane, false) })
		}
		hands.Go(func() { w.serve(ctx, visits, one, lane, true) })
	}
	beats, quiet := context.WithCancel(visits)
	var aside sync.WaitGroup
	aside.Go(func() { w.hold(beats) })
	aside.Go(func() { w.beat(beats) })
	o.Log.Info("working", "vantage", do.Vantage, "slots", do.Slots)
	<-ctx.Done()
	ended := make(chan struct{})
	go func() { defer close(ended); hands.Wait() }()
	limit := time.NewTimer(do.Drain)
	defer limit.Stop()
	select {
	case <-ended:
	case <-limit.C:
		o.Log.Warn("visits are cut off and go to another worker", "running", w.busy())
		cut()
		<-ended
	}
	quiet()
	aside.Wait()
	leave, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if l.nc.IsConnected() {
		_ = l.members.Delete(leave, workerKey+token(o.Member)) // its time runs out anyway
		_ = l.nc.FlushWithContext(leave)
	}
	return nil
}

// serve takes one order of a lane after the other.
func (w *Worker) serve(ctx, visits context.Context, lane jetstream.Consumer, name string, solo bool) {
	for ctx.Err() == nil {
		poll, end := context.WithTimeout(ctx, idlePoll)
		batch, err := lane.Fetch(1, jetstream.FetchContext(poll))
		if err != nil {
			end()
			w.Log.Debug("ask for an order", "error", err)
			sleep(ctx, time.Second)
			continue
		}
		for m := range batch.Messages() {
			w.run(ctx, visits, m, name, solo)
		}
		end()
		switch err := batch.Error(); {
		case err == nil, errors.Is(err, nats.ErrTimeout), errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		case errors.Is(err, jetstream.ErrConsumerDeleted), errors.Is(err, jetstream.ErrConsumerNotFound):
			if again, err := w.lane(ctx, laneName(name, solo)); err == nil {
				lane = again
			}
			sleep(ctx, time.Second)
		default:
			w.Log.Debug("ask for an order", "error", err)
			sleep(ctx, time.Second)
		}
	}
}

func laneName(name string, solo bool) string {
	if solo {
		return name + alone
	}
	return name
}

// run does one order.
func (w *Worker) run(stopping, visits context.Context, m jetstream.Msg, lane string, solo bool) {
	meta, err := m.Metadata()
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(visits)
	e := &errand{m, cancel}
	w.mu.Lock()
	w.flight[e] = struct{}{}
	w.mu.Unlock()
	defer func() {
		cancel()
		w.mu.Lock()
		delete(w.flight, e)
		w.mu.Unlock()
	}()
	if stopping.Err() != nil {
		_ = m.Nak()
		return
	}
	var o order
	if _, err := w.codec.decode(m.Data(), &o); err != nil {
		w.Log.Error("an order cannot be read; another worker may", "error", err)
		_ = m.NakWithDelay(w.AckWait)
		return
	}
	log := w.Log.With("site", o.Site.Domain, "delivery", meta.NumDelivered)
	switch died := int(meta.NumDelivered) - 1; {
	case !solo && died >= tries:
		log.Warn("the workers that had this visit did not report; it goes on alone")
		if err := w.isolate(ctx, m, lane); err != nil {
			log.Warn("isolate a visit", "error", err)
		}
		return
	case solo && died >= lone:
		log.Error("this visit ends every worker that makes it")
		w.send(ctx, m, o, record.Observation{Site: o.Site.Domain, At: w.do.Clock(), URL: page(o.Site, o.Prior.record()),
			Fault: &record.Fault{Kind: record.FaultDeadly, URL: page(o.Site, o.Prior.record()),
				Detail: fmt.Sprintf("%d workers ended or fell silent during this visit, the last %d while it ran alone", tries+lone, lone)}}, 0)
		return
	case died > 0 && w.reported(ctx, o.Visit):
		_ = m.DoubleAck(ctx)
		return
	}
	w.do.Rules.learn(o.Rules)
	within, end := context.WithTimeout(ctx, o.Within)
	began := time.Now()
	obs := w.look(within, o)
	end()
	if ctx.Err() != nil || obs.Fault != nil && obs.Fault.Kind == record.FaultCancelled {
		_ = m.Nak()
		return
	}
	w.send(ctx, m, o, obs, time.Since(began))
}

func (w *Worker) look(ctx context.Context, o order) record.Observation {
	if o.Page == "" {
		return w.do.Crawl.Observe(ctx, o.Site, o.Prior.record())
	}
	return w.do.Crawl.Again(ctx, o.Site, o.Page, &record.Document{Lang: o.First.Lang, Imprint: o.First.Imprint.record()})
}

// send reports, and gives back the order once the servers have the report.
func (w *Worker) send(ctx context.Context, m jetstream.Msg, o order, obs record.Observation, took time.Duration) {
	r, body := pack(report{Visit: o.Visit, Worker: w.Member, Version: w.do.Version, Vantage: w.do.Vantage, Reader: w.do.Reader, Rules: w.do.Rules.fresh(), Took: took},
		obs, nothingNew(o, w.do.Reader, obs))
	data, err := w.codec.encode(r, body)
	if err != nil {
		w.Log.Error("encode a report", "site", o.Site.Domain, "error", err)
		return
	}
	msg := nats.NewMsg(w.reportSubject(o.Visit))
	msg.Header.Set(headProtocol, protocolToken)
	msg.Header.Set(headVisit, o.Visit)
	msg.Header.Set(headWhole, o.Whole)
	msg.Header.Set(headSite, o.Site.Domain)
	msg.Header.Set(headWorker, w.Member)
	msg.Header.Set(headVersion, w.do.Version)
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 5*time.Second) {
		if err = w.deliver(ctx, msg, o, data); err == nil {
			w.mu.Lock()
			w.visits++
			w.mu.Unlock()
			if err := m.DoubleAck(ctx); err != nil {
				w.Log.Debug("give back an order", "error", err) // whoever gets it finds the report
			}
			return
		}
		w.Log.Debug("send a report", "site", o.Site.Domain, "error", err)
		sleep(ctx, wait)
	}
}

// spareBytes is what a message's headers may take of its limit.
const spareBytes = 16 << 10

func (w *Worker) deliver(ctx context.Context, msg *nats.Msg, o order, data []byte) error {
	msg.Data = data
	if int64(len(data)) > w.nc.MaxPayload()-spareBytes {
		object := fmt.Sprintf("%s-%d", o.Visit, o.Attempt)
		ctx, cancel := context.WithTimeout(ctx, 12*answerTime)
		defer cancel()
		if _, err := w.bodies.PutBytes(ctx, object, data); err != nil {
			return err
		}
		msg.Header.Set(headObject, object)
		msg.Data = nil
	}
	_, err := w.publish(ctx, msg, jetstream.WithMsgID(fmt.Sprintf("%s/%d", o.Visit, o.Attempt)))
	return err
}

// hold tells the servers which orders are being worked on. When it cannot for so
// long that others may get them, the visits end: a host is visited once at a time.
func (w *Worker) hold(ctx context.Context) {
	good := time.Now()
	for ctx.Err() == nil {
		sleep(ctx, w.AckWait/4)
		w.mu.Lock()
		var errands []*errand
		for e := range w.flight {
			errands = append(errands, e)
		}
		w.mu.Unlock()
		for _, e := range errands {
			_ = e.msg.InProgress()
		}
		if err := w.nc.FlushTimeout(w.AckWait / 4); err == nil {
			good = time.Now()
			continue
		}
		if len(errands) > 0 && time.Since(good) > w.AckWait*3/4 {
			w.Log.Warn("the fleet cannot be reached; its visits are given up, others may have them by now", "visits", len(errands))
			for _, e := range errands {
				e.cancel()
			}
		}
	}
}

func (w *Worker) busy() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.flight)
}

func (w *Worker) beat(ctx context.Context) {
	began := w.do.Clock()
	for ctx.Err() == nil {
		w.mu.Lock()
		m := Member{Name: w.Member, Kind: "worker", Version: w.do.Version, Reader: w.do.Reader, Proto: Protocol, Vantage: w.do.Vantage,
			Slots: w.do.Slots, Busy: len(w.flight), Visits: w.visits, Since: began, At: w.do.Clock()}
		w.mu.Unlock()
		w.tell(ctx, workerKey+token(w.Member), m)
		w.greet(ctx)
		sleep(ctx, beatEvery)
	}
}

// greet warns of a coordinator whose visits the worker does not get.
func (w *Worker) greet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	e, err := w.members.Get(ctx, leadKey)
	if err != nil {
		return
	}
	var m Member
	if json.Unmarshal(e.Value(), &m) != nil || m.Proto == w.met {
		return
	}
	if w.met = m.Proto; m.Proto != Protocol {
		w.Log.Error("the coordinator speaks another protocol, so there are no visits for this worker; bring both to one version",
			"coordinator", m.Name, "version", m.Version, "protocol", m.Proto, "ours", Protocol)
	}
}
