package notify_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

func TestShortLeaseIsStretched(t *testing.T) {
	d := dispatcher(newOutbox(alert("1", "office")), still, map[string]notify.Sender{"office": &sender{}})
	d.Lease, d.Timeout = time.Second, time.Hour
	if tally := drain(t, d); tally != (notify.Tally{Sent: 1}) {
		t.Errorf("%+v", tally)
	}
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
		put("awaited", "good")
		d.Wake()
		synctest.Wait()
		if len(good.reached()) != 2 {
			t.Error("it was woken and did not look")
		}
		// N1: the slow channel is at it still; the good one goes on.
		put("3", "good")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(good.reached()) != 3 {
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
			if a.Reason == "" || len(a.Told) == 0 || a.Settled.IsZero() {
				t.Errorf("alert %s ended without a reason or time: %+v", id, a)
			}
		}
		if len(o.rows) != n || total > n {
			t.Errorf("%d rows of %d, %d outcomes told", len(o.rows), n, total)
		}
	})
}
