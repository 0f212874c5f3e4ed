package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// dispatcher has a clock of its own and no jitter.
func dispatcher(o notify.Outbox, clock func() time.Time, senders map[string]notify.Sender) *notify.Dispatcher {
	return &notify.Dispatcher{Outbox: o, Senders: senders, Writer: writer(), Lang: "fa", Clock: clock,
		Jitter: func(d time.Duration) time.Duration { return d }}
}

func still() time.Time { return start }

func drain(t *testing.T, d *notify.Dispatcher) notify.Tally {
	t.Helper()
	tally, err := d.Drain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func TestDelivered(t *testing.T) {
	var o *outbox
	var m report.Message
	s := &sender{do: func(_ context.Context, got report.Message) (bool, error) { m = got; return false, nil }}
	o = newOutbox(alert("1", "office"))
	d := dispatcher(o, still, map[string]notify.Sender{"office": s})
	if tally := drain(t, d); tally != (notify.Tally{Sent: 1}) {
		t.Errorf("%+v", tally)
	}
	if a := o.alert("1"); a.State != record.AlertSent || a.Tries != 1 || !a.Settled.Equal(start) || a.Reason != "delivered" {
		t.Errorf("%+v", a)
	}
	if m.ID != "1" || m.Lang != "fa" || m.Subject == "" {
		t.Errorf("%+v", m)
	}
	if tally := drain(t, d); tally != (notify.Tally{}) {
		t.Errorf("told again: %+v", tally)
	}
}

func TestChannelsSpeakTheirOwnLanguage(t *testing.T) {
	got := map[string]string{}
	s := &sender{do: func(_ context.Context, m report.Message) (bool, error) { got[m.ID] = m.Lang; return false, nil }}
	d := dispatcher(newOutbox(alert("1", "office"), alert("2", "office2")), still, nil)
	d.Senders, d.Langs = map[string]notify.Sender{"office": s}, map[string]string{"office": "ar"}
	drain(t, d)
	if got["1"] != "ar" {
		t.Errorf("%v", got)
	}
}

func TestNotDueIsLeftAlone(t *testing.T) {
	a := alert("1", "office")
	a.Next = start.Add(time.Second)
	s := &sender{}
	if tally := drain(t, dispatcher(newOutbox(a), still, map[string]notify.Sender{"office": s})); tally != (notify.Tally{}) || s.tries() != 0 {
		t.Errorf("%+v", tally)
	}
}

// N5: the whole life of an alert whose mail server is down.
func TestBackOffThenGivenUp(t *testing.T) {
	now := start
	s := &sender{do: func(context.Context, report.Message) (bool, error) { return true, errors.New("connection refused") }}
	o := newOutbox(alert("1", "office"))
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": s})
	var waits []time.Duration
	for o.alert("1").State == record.AlertWaiting {
		tally := drain(t, d)
		a := o.alert("1")
		if a.State == record.AlertWaiting {
			if tally != (notify.Tally{Retry: 1}) || a.Reason != fmt.Sprintf("try %d failed: connection refused", a.Tries) {
				t.Fatalf("%+v %+v", tally, a)
			}
			waits = append(waits, a.Next.Sub(now))
			now = a.Next
		} else if tally != (notify.Tally{GivenUp: 1}) {
			t.Fatalf("%+v", tally)
		}
	}
	if !slices.Equal(waits, notify.DefaultSchedule()) {
		t.Errorf("waits %v, want %v", waits, notify.DefaultSchedule())
	}
	a := o.alert("1")
	if a.State != record.AlertGivenUp || a.Tries != 10 || s.tries() != 10 || a.Reason != "given up after 10 tries: connection refused" {
		t.Errorf("%d tries, %+v", s.tries(), a)
	}
}

func TestRefusalIsFinal(t *testing.T) {
	s := &sender{do: func(context.Context, report.Message) (bool, error) { return false, errors.New("550 no such user") }}
	o := newOutbox(alert("1", "office"), alert("2", "office"), alert("3", "office"), alert("4", "office"))
	if tally := drain(t, dispatcher(o, still, map[string]notify.Sender{"office": s})); tally != (notify.Tally{GivenUp: 4}) {
		t.Errorf("%+v", tally)
	}
	if a := o.alert("4"); a.Reason != "refused: 550 no such user" || a.Tries != 1 {
		t.Errorf("%+v", a)
	}
}

type accepted struct{ error }

func (accepted) Accepted() bool { return true }

type busy struct{ after time.Duration }

func (busy) Error() string               { return "too many requests" }
func (b busy) RetryAfter() time.Duration { return b.after }

func TestDeliveredWithARemark(t *testing.T) {
	s := &sender{do: func(context.Context, report.Message) (bool, error) {
		return false, fmt.Errorf("send: %w", accepted{errors.New("550 one has left")})
	}}
	o := newOutbox(alert("1", "office"))
	drain(t, dispatcher(o, still, map[string]notify.Sender{"office": s}))
	if a := o.alert("1"); a.State != record.AlertSent || !strings.Contains(a.Reason, "550 one has left") {
		t.Errorf("%+v", a)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{
		time.Second:          time.Minute,    // not below our own schedule
		2 * time.Hour:        2 * time.Hour,  // as asked
		365 * 24 * time.Hour: 24 * time.Hour, // within reason
	} {
		s := &sender{do: func(context.Context, report.Message) (bool, error) { return true, fmt.Errorf("hook: %w", busy{asked}) }}
		o := newOutbox(alert("1", "hook"), alert("2", "hook"))
		tally := drain(t, dispatcher(o, still, map[string]notify.Sender{"hook": s}))
		// The receiver's wait is for all that goes to it.
		if tally != (notify.Tally{Retry: 1, PutOff: 1}) || s.tries() != 1 {
			t.Errorf("asked %v: %+v", asked, tally)
		}
		for _, id := range []string{"1", "2"} {
			if got := o.alert(id).Next.Sub(start); got != want {
				t.Errorf("asked %v: alert %s waits %v, want %v", asked, id, got, want)
			}
		}
	}
}

func TestOneFailingChannelBlocksNoOther(t *testing.T) { // N1
	for name, fail := range map[string]func(context.Context, report.Message) (bool, error){
		"fails":     func(context.Context, report.Message) (bool, error) { return true, errors.New("down") },
		"refuses":   func(context.Context, report.Message) (bool, error) { return false, errors.New("no") },
		"panics":    func(context.Context, report.Message) (bool, error) { panic("swordfish") },
		"nil panic": func(context.Context, report.Message) (bool, error) { var p *int; *p = 1; return false, nil },
		"hangs":     func(ctx context.Context, _ report.Message) (bool, error) { <-ctx.Done(); return true, ctx.Err() },
		"deaf":      func(context.Context, report.Message) (bool, error) { time.Sleep(time.Hour); return false, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bad, good := &sender{do: fail}, &sender{}
				o := newOutbox()
				for i := range 40 {
					a := alert(fmt.Sprintf("bad%d", i), "bad")
					b := alert(fmt.Sprintf("good%d", i), "good")
					a.Next, b.Next = time.Now(), time.Now()
					o.put(a)
					o.put(b)
				}
				begin := time.Now()
				d := dispatcher(o, time.Now, map[string]notify.Sender{"bad": bad, "good": good})
				d.Batch = 7
				done := make(chan notify.Tally)
				go func() { tally, _ := d.Drain(t.Context()); done <- tally }()
				synctest.Wait()
				if n := len(good.reached()); n != 40 {
					t.Errorf("%d of 40 reached the good channel while the bad one was busy", n)
				}
				tally := <-done
				if tally.Sent != 40 || tally.Sent+tally.Retry+tally.PutOff+tally.GivenUp != 80 {
					t.Errorf("%+v", tally)
				}
				if took := time.Since(begin); took > 5*time.Minute {
					t.Errorf("a dead channel with 40 alerts took %v", took)
				}
				if name != "refuses" && bad.tries() != 3 {
					t.Errorf("a dead channel was tried %d times in one drain, want 3", bad.tries())
				}
				for _, a := range o.rows {
					if strings.Contains(a.Reason, "swordfish") {
						t.Errorf("what panicked shows: %s", a.Reason)
					}
				}
				time.Sleep(2 * time.Hour) // lets the deaf ones go
			})
		})
	}
}

func TestFailingChannelIsProbedThenCatchesUp(t *testing.T) { // N6
	now, down := start, true
	s := &sender{do: func(context.Context, report.Message) (bool, error) {
		if down {
			return true, errors.New("down")
		}
		return false, nil
	}}
	o := newOutbox()
	for i := range 300 {
		o.put(alert(fmt.Sprint(i), "office"))
	}
	var log bytes.Buffer
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": s})
	d.Log = slog.New(slog.NewTextHandler(&log, nil))
	if tally := drain(t, d); tally != (notify.Tally{Retry: 3, PutOff: 297}) {
		t.Fatalf("%+v", tally)
	}
	now = now.Add(time.Minute)
	if tally := drain(t, d); tally.Retry != 1 || tally.PutOff != 299 {
		t.Fatalf("one probe is enough to see that it is down still: %+v", tally)
	}
	down = false
	for range 5 {
		now = now.Add(5 * time.Minute)
		drain(t, d)
	}
	if n := len(s.reached()); n != 300 || o.states()[record.AlertSent] != 300 {
		t.Errorf("%d of 300 arrived", n)
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("an outage is one line when it begins and one when it ends:\n%s", log.String())
	}
}

func TestChannelWithoutSender(t *testing.T) {
	now := start
	o := newOutbox(alert("1", "removed"))
	d := dispatcher(o, func() time.Time { return now }, nil)
	if tally := drain(t, d); tally != (notify.Tally{Retry: 1}) {
		t.Errorf("%+v", tally)
	}
	if a := o.alert("1"); !strings.Contains(a.Reason, `"removed"`) {
		t.Errorf("%s", a.Reason)
	}
	s := &sender{}
	d.Senders = map[string]notify.Sender{"removed": s}
	now = now.Add(time.Minute)
	if tally := drain(t, d); tally != (notify.Tally{Sent: 1}) {
		t.Errorf("the channel is back: %+v", tally)
	}
}

func TestUnwritableMessage(t *testing.T) {
	o := newOutbox(alert("1", "office"))
	d := dispatcher(o, still, map[string]notify.Sender{"office": &sender{}})
	d.Writer = report.New(nil)
	if tally := drain(t, d); tally != (notify.Tally{GivenUp: 1}) {
		t.Errorf("%+v", tally)
	}
}

// N7: what is known to be delivered is kept, whatever happens around it.
func TestInterrupted(t *testing.T) {
	t.Run("the delivery under way ends, the others wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := &sender{do: func(ctx context.Context, m report.Message) (bool, error) {
				cancel()
				time.Sleep(5 * time.Second)
				return true, ctx.Err()
			}}
			o := newOutbox(alert("1", "office"), alert("2", "office"))
			tally, err := dispatcher(o, still, map[string]notify.Sender{"office": s}).Drain(ctx)
			if err != nil || tally != (notify.Tally{Sent: 1, Left: 1}) {
				t.Errorf("%+v, %v", tally, err)
			}
			if a := o.alert("1"); a.State != record.AlertSent {
				t.Errorf("%+v", a)
			}
			if a := o.alert("2"); a.State != record.AlertWaiting || a.Tries != 0 {
				t.Errorf("%+v", a)
			}
		})
	})
	t.Run("one that does not end in time counts as not tried", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := &sender{do: func(ctx context.Context, m report.Message) (bool, error) {
				cancel()
				<-ctx.Done()
				return true, ctx.Err()
			}}
			o := newOutbox(alert("1", "office"))
			begin := time.Now()
			tally, err := dispatcher(o, still, map[string]notify.Sender{"office": s}).Drain(ctx)
			if err != nil || tally != (notify.Tally{Left: 1}) || o.alert("1").Tries != 0 {
				t.Errorf("%+v, %v, %+v", tally, err, o.alert("1"))
			}
			if d := time.Since(begin); d != 10*time.Second {
				t.Errorf("waited %v for it, want the grace of 10s", d)
			}
		})
	})
}

func TestOutboxFails(t *testing.T) {
	broken := errors.New("disk full")
	t.Run("lease", func(t *testing.T) {
		o := newOutbox(alert("1", "office"))
		o.failLease = func() error { return broken }
		if _, err := dispatcher(o, still, nil).Drain(t.Context()); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("settle, kept all the same: %v", lost), func(t *testing.T) {
			now, fail := start, true
			s := &sender{}
			o := newOutbox(alert("1", "office"), alert("2", "office"))
			o.failSettle = func(a record.Alert) (error, bool) {
				if fail && a.ID == "1" {
					return broken, lost
				}
				return nil, false
			}
			d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": s})
			tally, err := d.Drain(t.Context())
			if !errors.Is(err, broken) || tally != (notify.Tally{Sent: 1, Left: 1}) {
				t.Errorf("%+v, %v", tally, err)
			}
			fail = false
			now = now.Add(time.Hour)
			drain(t, d)
			if o.states()[record.AlertSent] != 2 {
				t.Errorf("%v", o.states())
			}
			if n := len(s.reached()); n != 3 && !lost || n != 2 && lost {
				t.Errorf("%d deliveries", n)
			}
		})
	}
}

// A lease that would end during a delivery lets another process deliver too.
func TestNoDeliveryBeyondTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sender{do: func(context.Context, report.Message) (bool, error) { time.Sleep(50 * time.Second); return false, nil }}
		o := newOutbox()
		for i := range 20 {
			a := alert(fmt.Sprint(i), "slow")
			a.Next = time.Now()
			o.put(a)
		}
		d := dispatcher(o, time.Now, map[string]notify.Sender{"slow": s})
		tally := drain(t, d)
		if tally.Left == 0 || tally.Sent+tally.Left != 20 {
			t.Fatalf("%+v", tally)
		}
		for o.states()[record.AlertSent] < 20 {
			time.Sleep(10 * time.Minute)
			drain(t, d)
		}
		if n := len(s.reached()); n != 20 {
			t.Errorf("%d deliveries of 20 alerts", n)
		}
	})
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		slow := &sender{do: func(ctx context.Context, _ report.Message) (bool, error) {
			<-ctx.Done()
			return true, ctx.Err()
		}}
		good := &sender{}
		o := newOutbox()
		var failing atomic.Bool
		failing.Store(true)
		o.failLease = func() error {
			if failing.Load() {
				return errors.New("the store is being restored")
			}
			return nil
		}
		d := dispatcher(o, time.Now, map[string]notify.Sender{"slow": slow, "good": good})
		done := make(chan error)
		go func() { done <- d.Run(ctx, 10*time.Second) }()
		put := func(id, channel string) {
			a := alert(id, channel)
			a.Next = time.Now()
			o.put(a)
		}
		put("1", "slow")
		put("2", "good")
		time.Sleep(15 * time.Second)
		failing.Store(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(good.reached()) != 1 {
			t.Fatal("a store that came back was not asked again")
		}
		// N1: the slow channel is at it still; the good one goes on.
		put("3", "good")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(good.reached()) != 2 {
			t.Error("an alert for a good channel waits for a slow one")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if a := o.alert("1"); a.State != record.AlertWaiting {
			t.Errorf("%+v", a)
		}
	})
}

func TestConcurrentDispatchersShareOneOutbox(t *testing.T) { // N6
	o := newOutbox()
	for i := range 200 {
		o.put(alert(fmt.Sprint(i), fmt.Sprint("c", i%3)))
	}
	s := &sender{}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			d := dispatcher(o, still, map[string]notify.Sender{"c0": s, "c1": s, "c2": s})
			d.Batch = 10
			if _, err := d.Drain(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(s.reached()); n != 200 {
		t.Errorf("%d deliveries of 200 alerts", n)
	}
}

// Whatever senders and store do, every alert ends sent or given up, once, and
// never both; what ended sent had reached its receiver.
func TestEveryAlertEnds(t *testing.T) { // N1, N5, N6, N7
	rapid.Check(t, func(t *rapid.T) {
		now := start
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var mu sync.Mutex
		chance := func(p float64) bool { mu.Lock(); defer mu.Unlock(); return rng.Float64() < p }
		down := rapid.Float64Range(0, 1).Draw(t, "down")
		refuse := rapid.Float64Range(0, 0.3).Draw(t, "refuse")
		storeFails := rapid.Float64Range(0, 0.5).Draw(t, "store fails")
		senders := map[string]notify.Sender{}
		var all []*sender
		for i := range rapid.IntRange(1, 4).Draw(t, "channels") {
			s := &sender{do: func(context.Context, report.Message) (bool, error) {
				switch {
				case chance(0.05):
					panic("boom")
				case chance(refuse):
					return false, errors.New("no")
				case chance(down):
					return true, busy{time.Duration(i) * time.Minute}
				}
				return false, nil
			}}
			all = append(all, s)
			senders[fmt.Sprint("c", i)] = s
		}
		o := newOutbox()
		n := rapid.IntRange(1, 60).Draw(t, "alerts")
		for i := range n {
			o.put(alert(fmt.Sprint(i), fmt.Sprint("c", i%(len(senders)+1)))) // one channel is unknown
		}
		o.failSettle = func(record.Alert) (error, bool) {
			if chance(storeFails) {
				return errors.New("store"), chance(0.5)
			}
			return nil, false
		}
		d := dispatcher(o, func() time.Time { return now }, senders)
		d.Batch = rapid.IntRange(1, 20).Draw(t, "batch")
		total := 0
		for rounds := 0; o.states()[record.AlertWaiting] > 0; rounds++ {
			if rounds > 20_000 {
				t.Fatalf("still waiting after %v: %v", now.Sub(start), o.states())
			}
			tally, _ := d.Drain(context.Background())
			total += tally.Sent + tally.GivenUp
			now = now.Add(11 * time.Minute)
		}
		reached := map[string]bool{}
		for _, s := range all {
			for _, id := range s.reached() {
				reached[id] = true
			}
		}
		for id, a := range o.rows {
			if o.settled[id] != 1 {
				t.Errorf("alert %s was settled %d times", id, o.settled[id])
			}
			if a.State == record.AlertSent && !reached[id] {
				t.Errorf("alert %s counts as sent and reached nobody", id)
			}
			if a.Reason == "" || a.Settled.IsZero() {
				t.Errorf("alert %s ended without a reason or time: %+v", id, a)
			}
		}
		if len(o.rows) != n || total > n {
			t.Errorf("%d rows of %d, %d outcomes told", len(o.rows), n, total)
		}
	})
}
