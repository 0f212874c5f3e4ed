package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
