package fleet_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"policywatch/crawler/fleet"
	"policywatch/crawler/fleet/embedded"
	"policywatch/store/record"
)

func unmodified(_ context.Context, s record.Site, _ record.Prior) record.Observation {
	return record.Observation{Site: s.Domain, Unmodified: true}
}

// gone is a worker that takes orders of a lane and never reports: what a killed
// process is to the fleet. It tells the sites that it took.
func gone(t *testing.T, url, lane string) (took func() []string, stop func()) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), "policywatch_visits")
	if err != nil {
		t.Fatal(err)
	}
	cons, err := s.CreateOrUpdateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "v2_" + lane, FilterSubject: "policywatch.visits.v2." + lane + ".*",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Second, MaxAckPending: 100_000, MaxWaiting: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var sites []string
	cc, err := cons.Consume(func(m jetstream.Msg) {
		mu.Lock()
		defer mu.Unlock()
		sites = append(sites, m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:])
	})
	if err != nil {
		t.Fatal(err)
	}
	stop = func() { cc.Stop(); <-cc.Closed(); nc.Close() }
	t.Cleanup(stop)
	return func() []string { mu.Lock(); defer mu.Unlock(); return sites }, stop
}

// The visits of a worker that dies are made by another.
func TestVisitsOfADeadWorkerAreMadeByAnother(t *testing.T) {
	url := serve(t)
	c := lead(t, url, mortal)
	defer c.Close()
	took, die := gone(t, url, "any")
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			l := c.Look(t.Context(), record.Site{Domain: fmt.Sprintf("s%d.example", i)}, record.Prior{}, time.Time{})
			if !l.Observation().Unmodified {
				t.Error(l.Observation().Fault)
			}
			l.End(true)
		})
	}
	for len(took()) < 10 {
		time.Sleep(time.Millisecond)
	}
	die()
	worker(t, url, "w", "", pages(unmodified), func(o *fleet.Options, _ *fleet.Labour) { mortal(o) })
	all.Wait()
	for late := time.Now().Add(time.Minute); ; { // the last order may just be given back
		s, err := fleet.See(t.Context(), options(url, "me"))
		if err == nil && s.Queued+s.Out+s.Reports == 0 {
			break
		}
		if err != nil || time.Now().After(late) {
			t.Fatalf("something is left: %+v %v", s, err)
		}
	}
}

// cable is a way to the servers that can be cut: a worker behind it is dead to the
// fleet.
type cable struct {
	l     net.Listener
	mu    sync.Mutex
	conns []net.Conn
	isCut bool
	// swallows means that nothing arrives any more, though nobody notices.
	swallows atomic.Bool
}

func lay(t *testing.T, url string) *cable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{l: l}
	t.Cleanup(c.cut)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
			if err != nil {
				in.Close()
				return
			}
			c.mu.Lock()
			c.conns = append(c.conns, in, out)
			if c.isCut {
				in.Close()
				out.Close()
			}
			c.mu.Unlock()
			go io.Copy(in, out)
			go func() {
				b := make([]byte, 32<<10)
				for {
					n, err := in.Read(b)
					if err != nil {
						return
					}
					if !c.swallows.Load() {
						out.Write(b[:n])
					}
				}
			}()
		}
	}()
	return c
}

func (c *cable) url() string { return "nats://" + c.l.Addr().String() }

func (c *cable) cut() {
	c.mu.Lock()
	c.isCut = true
	c.l.Close()
	c.mu.Unlock()
	c.interrupt()
}

// unplug ends the connections and lets none through until it is plugged in again.
func (c *cable) unplug() {
	c.mu.Lock()
	c.isCut = true
	c.mu.Unlock()
	c.interrupt()
}

func (c *cable) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = false
}

// interrupt ends the connections; the next ones come through.
func (c *cable) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.swallows.Store(false)
	for _, x := range c.conns {
		x.Close()
	}
	c.conns = nil
}

// A question whose answer is lost with the server is asked again, however long the
// visit may take.
func TestLostAnswersDoNotHoldAVisit(t *testing.T) {
	url := serve(t)
	way := lay(t, url)
	c := lead(t, way.url(), mortal)
	defer c.Close()
	worker(t, url, "w", "", pages(unmodified))
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	way.swallows.Store(true)
	time.AfterFunc(300*time.Millisecond, way.interrupt) // the order is under way by then
	began := time.Now()
	l := c.Look(ctx, record.Site{Domain: "water.example"}, record.Prior{}, time.Time{})
	if !l.Observation().Unmodified || time.Since(began) > time.Minute {
		t.Errorf("%v after %v", l.Observation().Fault, time.Since(began))
	}
	l.End(true)
}

// A coordinator that cannot take reports again after one interruption, when another
// comes, tries on and can be ended.
func TestInterruptionsInARow(t *testing.T) {
	url := serve(t)
	way := lay(t, url)
	o, said := options(way.url(), "office"), make(chan string, 1000)
	o.Log = slog.New(slog.NewTextHandler(sayer(said), nil))
	c, err := fleet.Lead(t.Context(), o, fleet.Leader{Archive: "a", Read: reader{}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	hears := func(what string) {
		t.Helper()
		for late := time.After(time.Minute); ; {
			select {
			case line := <-said:
				if strings.Contains(line, what) {
					return
				}
			case <-late:
				t.Fatalf("%q was not logged", what)
			}
		}
	}
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), "policywatch_reports"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		way.interrupt()
		hears("can be reached again")
		hears("reports are not taken yet")
	}
	ended := make(chan struct{})
	go func() { defer close(ended); c.Close() }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

// sayer hands on what is logged.
type sayer chan string

func (s sayer) Write(b []byte) (int, error) {
	s <- string(b)
	return len(b), nil
}

// A visit that ends one worker after another is given up as the site's fault, and
// takes none of the visits beside it along.
func TestAVisitThatKillsIsTheSitesFault(t *testing.T) {
	url := serve(t)
	c := lead(t, url, mortal)
	defer c.Close()
	var died atomic.Int64
	for i := range 6 {
		way := lay(t, url)
		worker(t, way.url(), fmt.Sprint("w", i), "", pages(func(ctx context.Context, s record.Site, p record.Prior) record.Observation {
			if s.Domain != "deadly.example" {
				select { // some visits are under way when it happens
				case <-time.After(50 * time.Millisecond):
				case <-ctx.Done():
				}
				return unmodified(ctx, s, p)
			}
			died.Add(1)
			way.cut()
			<-ctx.Done()
			return record.Observation{Site: s.Domain, Fault: &record.Fault{Kind: record.FaultCancelled}}
		}), func(o *fleet.Options, l *fleet.Labour) { mortal(o); l.Drain = 0 })
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			l := c.Look(t.Context(), record.Site{Domain: fmt.Sprintf("meek%d.example", i)}, record.Prior{}, time.Time{})
			if !l.Observation().Unmodified {
				t.Error(l.Observation().Fault)
			}
			l.End(true)
		})
	}
	l := c.Look(t.Context(), record.Site{Domain: "deadly.example", URL: "https://deadly.example/p"}, record.Prior{}, time.Time{})
	f := l.Observation().Fault
	if f == nil || f.Kind != record.FaultDeadly || f.URL != "https://deadly.example/p" {
		t.Errorf("the fault is %v", f)
	}
	l.End(true)
	all.Wait()
	if n := died.Load(); n != 4 {
		t.Errorf("it ended %d workers", n)
	}
}

// A coordinator that ends before the archive has a report finds it again when it
// asks for the same visit, which is made once.
func TestReportsWaitForTheCoordinator(t *testing.T) {
	url := serve(t)
	site := record.Site{Domain: "water.example"}
	var made atomic.Int32
	worker(t, url, "w", "", pages(func(ctx context.Context, s record.Site, p record.Prior) record.Observation {
		made.Add(1)
		return statement(s, "text")
	}))
	c := lead(t, url)
	first := c.Look(t.Context(), site, record.Prior{}, time.Time{}).Observation()
	c.Close() // killed before it committed
	c = lead(t, url)
	again := c.Look(t.Context(), site, record.Prior{}, time.Time{})
	if !reflect.DeepEqual(again.Observation(), first) {
		t.Errorf("%+v\nbecame %+v", first, again.Observation())
	}
	again.End(true)
	if n := made.Load(); n != 1 {
		t.Errorf("the visit was made %d times", n)
	}
	// The next visit is another, since the archive knows more by then.
	c.Look(t.Context(), site, record.Prior{}, time.Unix(1, 0)).End(true)
	if made.Load() != 2 {
		t.Errorf("the next visit was not made")
	}
	c.Close()
}

// What the archive did not take is judged again without another visit.
func TestAReportThatWasNotKeptIsThereAgain(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	var made atomic.Int32
	worker(t, url, "w", "", pages(func(ctx context.Context, s record.Site, p record.Prior) record.Observation {
		made.Add(1)
		return statement(s, "text")
	}))
	for _, kept := range []bool{false, false, true} {
		c.Look(t.Context(), record.Site{Domain: "water.example"}, record.Prior{}, time.Time{}).End(kept)
	}
	if n := made.Load(); n != 1 {
		t.Errorf("the visit was made %d times", n)
	}
}

// A report in another protocol is refused and the visit made again; the log names
// the worker to upgrade.
func TestAWorkerOfAnOlderVersion(t *testing.T) {
	url := serve(t)
	var log bytes.Buffer
	var mu sync.Mutex
	o := options(url, "office")
	o.Log = slog.New(slog.NewTextHandler(&locked{&mu, &log}, nil))
	c, err := fleet.Lead(t.Context(), o, fleet.Leader{Archive: "a", Read: reader{}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, _ := jetstream.New(nc)
	s, err := js.Stream(t.Context(), "policywatch_visits")
	if err != nil {
		t.Fatal(err)
	}
	cons, err := s.CreateOrUpdateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "v2_any", FilterSubject: "policywatch.visits.v2.any.*",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Second, MaxAckPending: 100_000, MaxWaiting: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	old := 0
	cc, err := cons.Consume(func(m jetstream.Msg) {
		if old++; old > 2 {
			m.Nak() // it has been switched off
			return
		}
		r := nats.NewMsg("policywatch.reports." + m.Headers().Get("Policywatch-Visit"))
		r.Header.Set("Policywatch-Protocol", "v0")
		r.Header.Set("Policywatch-Visit", m.Headers().Get("Policywatch-Visit"))
		r.Header.Set("Policywatch-Worker", "attic")
		r.Header.Set("Policywatch-Version", "0.0.9")
		r.Data = []byte("who knows what this means")
		js.PublishMsg(context.Background(), r)
		m.Ack()
	})
	if err != nil {
		t.Fatal(err)
	}
	replaced := make(chan struct{})
	defer func() { <-replaced }()
	go func() {
		defer close(replaced)
		for c.Counts().Refused < 2 {
			time.Sleep(time.Millisecond)
		}
		cc.Stop()
		<-cc.Closed()
		worker(t, url, "new", "", pages(unmodified))
	}()
	l := c.Look(t.Context(), record.Site{Domain: "water.example"}, record.Prior{}, time.Time{})
	if !l.Observation().Unmodified {
		t.Error(l.Observation().Fault)
	}
	l.End(true)
	mu.Lock()
	defer mu.Unlock()
	if said := log.String(); strings.Count(said, "worker=attic") != 1 || !strings.Contains(said, "version=0.0.9") || !strings.Contains(said, "protocol=v0 ours=v2") {
		t.Errorf("the log says:\n%s", said)
	}
}

// An order that a killed server kept although it was done with, and gives to nobody,
// does not keep the host's next one out for ever.
func TestAnOrderThatNobodyWaitsFor(t *testing.T) {
	url := serve(t)
	c := lead(t, url, mortal)
	defer c.Close()
	relic := nats.NewMsg("policywatch.visits.v2.any.water_example")
	relic.Header.Set("Policywatch-Visit", "one of last week")
	if _, err := servers(t, url).PublishMsg(t.Context(), relic); err != nil {
		t.Fatal(err)
	}
	looked := make(chan record.Observation)
	go func() {
		looked <- c.Look(t.Context(), record.Site{Domain: "water.example"}, record.Prior{}, time.Time{}).Observation()
	}()
	for asked := false; !asked; { // the lane has no worker yet
		s, err := servers(t, url).Stream(t.Context(), "policywatch_visits")
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.GetLastMsgForSubject(t.Context(), relic.Subject)
		if asked = err == nil && m.Header.Get("Policywatch-Visit") != "one of last week"; !asked {
			time.Sleep(50 * time.Millisecond)
		}
	}
	worker(t, url, "w", "", pages(unmodified))
	if obs := <-looked; !obs.Unmodified {
		t.Error(obs.Fault)
	}
}

// A worker that the coordinator would not understand says so, and why it gets nothing.
func TestACoordinatorOfAnotherVersion(t *testing.T) {
	url := serve(t)
	lead(t, url).Close()
	members, err := servers(t, url).KeyValue(t.Context(), "policywatch_members")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := members.Put(t.Context(), "coordinator", []byte(`{"name":"attic","kind":"coordinator","version":"0.0.9","protocol":1}`)); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var mu sync.Mutex
	o := options(url, "w")
	o.Log = slog.New(slog.NewTextHandler(&locked{&mu, &log}, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- fleet.Work(ctx, o, fleet.Labour{Crawl: pages(unmodified), Rules: &fleet.Rules{}, Slots: 1, Clock: time.Now})
	}()
	for said := ""; !strings.Contains(said, "coordinator=attic version=0.0.9 protocol=1 ours=2"); {
		if time.Sleep(10 * time.Millisecond); t.Context().Err() != nil {
			t.Fatalf("the log says:\n%s", said)
		}
		mu.Lock()
		said = log.String()
		mu.Unlock()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }

// A statement that is not there from here may be there from another vantage, which
// is asked; a site that demands a vantage is looked at from nowhere else.
func TestVantages(t *testing.T) {
	url := serve(t)
	from := func(name string, absent bool) fleet.Crawler {
		return pages(func(_ context.Context, s record.Site, _ record.Prior) record.Observation {
			o := record.Observation{Site: s.Domain, URL: name, Trail: []record.Step{{Action: "fetch", Outcome: name}}}
			if o.Unmodified = !absent; absent {
				o.Fault = &record.Fault{Kind: record.FaultNoStatement}
			}
			return o
		})
	}
	worker(t, url, "abroad", "", from("abroad", true))
	c, err := fleet.Lead(t.Context(), options(url, "office"), fleet.Leader{Archive: "a", Read: reader{}, Clock: time.Now, Second: "ir",
		Vantage: func(s record.Site) string { return map[string]string{"inside.example": "ir"}[s.Domain] }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	alone := c.Look(t.Context(), record.Site{Domain: "first.example"}, record.Prior{}, time.Time{}).Observation()
	if alone.Fault == nil || !strings.Contains(alone.Trail[len(alone.Trail)-1].Outcome, "no worker looks from ir") {
		t.Errorf("%+v", alone)
	}
	worker(t, url, "home", "ir", from("home", false))
	for { // until the coordinator has heard of it
		if s, err := c.Status(t.Context()); err == nil && len(s.Members) == 3 {
			break
		}
	}
	c.Meet(t.Context())
	both := c.Look(t.Context(), record.Site{Domain: "second.example"}, record.Prior{}, time.Time{}).Observation()
	if !both.Unmodified || both.URL != "home" {
		t.Errorf("%+v", both)
	}
	for i := range 5 {
		in := c.Look(t.Context(), record.Site{Domain: "inside.example"}, record.Prior{}, time.Unix(int64(i), 0)).Observation()
		if in.URL != "home" {
			t.Errorf("seen from %s", in.URL)
		}
	}
}

// Beyond loopback nothing goes without protection, unless the user says so; and no
// message shows what is secret.
func TestServersOnOtherMachinesNeedProtection(t *testing.T) {
	for _, c := range []struct {
		o    fleet.Options
		want string // part of the refusal; empty for none
	}{
		{fleet.Options{URL: "nats://127.0.0.1:4222"}, ""},
		{fleet.Options{URL: "nats://[::1]:4222,nats://localhost"}, ""},
		{fleet.Options{URL: "nats://nats.example.org"}, "tls://nats.example.org"},
		{fleet.Options{URL: "nats://10.0.0.1:4222", Token: "s3cret"}, "insecure: true"},
		{fleet.Options{URL: "tls://nats.example.org"}, "give a token"},
		{fleet.Options{URL: "tls://nats.example.org", User: "u"}, "give a token"},
		{fleet.Options{URL: "tls://nats.example.org", Token: "s3cret"}, ""},
		{fleet.Options{URL: "nats://nats.example.org", CA: "ca.pem", User: "u", Password: "s3cret"}, ""},
		{fleet.Options{URL: "nats://127.0.0.1,nats://nats.example.org", Token: "s3cret"}, "nats.example.org"},
		{fleet.Options{URL: "nats://nats.example.org", Insecure: true}, ""},
		{fleet.Options{URL: "nats://u:s3cret@127.0.0.1:4222"}, "apart from it"},
		{fleet.Options{URL: "http://nats.example.org", Token: "s3cret"}, "write nats://"},
		{fleet.Options{URL: "s3cret"}, "write it as"},
		{fleet.Options{URL: "nats://s3cret:x y@"}, "write it as"},
		{fleet.Options{URL: "nats://127.0.0.1", Name: "a.b"}, "name"},
	} {
		err := c.o.Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the refusal shows the secret: %v", err)
		}
	}
	if _, err := embedded.Start(embedded.Options{Listen: "0.0.0.0:0", Dir: t.TempDir(), Token: "s3cret", Log: quiet}); err == nil || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a server without a certificate for everyone: %v", err)
	}
	s, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Token: "s3cret", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := fleet.See(t.Context(), fleet.Options{URL: s.URL(), Log: quiet, Token: "wrong"}); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a stranger: %v", err)
	}
	if err := fleet.Work(t.Context(), fleet.Options{URL: s.URL(), Log: quiet, Token: "wrong"}, fleet.Labour{}); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a worker that is a stranger: %v", err)
	}
	if _, err := fleet.See(t.Context(), fleet.Options{URL: s.URL(), Log: quiet, Token: "s3cret"}); err == nil || !strings.Contains(err.Error(), "no fleet") {
		t.Errorf("before there is a fleet: %v", err)
	}
}

// Two archives cannot share a fleet: each would take reports of the other's visits.
func TestOneArchiveLeads(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	for {
		if s, err := c.Status(t.Context()); err == nil && len(s.Members) == 1 {
			break
		}
	}
	if _, err := fleet.Lead(t.Context(), options(url, "b"), fleet.Leader{Archive: "b", Read: reader{}, Clock: time.Now}); err == nil || !strings.Contains(err.Error(), "fleet.name") {
		t.Errorf("another archive: %v", err)
	}
	same, err := fleet.Lead(t.Context(), options(url, "a2"), fleet.Leader{Archive: "a", Read: reader{}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	same.Close()
	c.Close()
	other, err := fleet.Lead(t.Context(), options(url, "b"), fleet.Leader{Archive: "b", Read: reader{}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
}
