package fleet_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"policywatch/crawler/fleet"
	"policywatch/store/record"
)

// join starts a worker and returns its turns once they give hosts out.
func join(t *testing.T, url, name string) *fleet.Turns {
	t.Helper()
	x := &fleet.Turns{}
	worker(t, url, name, "", pages(unmodified), func(_ *fleet.Options, l *fleet.Labour) { l.Turns = x })
	take(t, x, name+".example", 0)(0)
	return x
}

// servers is a way to a fleet's servers past everything.
func servers(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// take takes a host's turn, as soon as the worker has joined.
func take(t *testing.T, x *fleet.Turns, host string, gap time.Duration) (done func(time.Duration)) {
	t.Helper()
	for {
		_, done, err := x.Take(t.Context(), host, gap)
		if err == nil {
			return done
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

// refused reports whether a host cannot be had for some time.
func refused(t *testing.T, x *fleet.Turns, host string, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	_, _, err := x.Take(ctx, host, 0)
	return err != nil
}

// A host's turn is one worker's at a time, is kept for the quiet time, and comes
// free when its worker is no more.
func TestTurnsHoldAcrossWorkers(t *testing.T) {
	t.Parallel()
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	turns := []*fleet.Turns{join(t, url, "w0"), join(t, url, "w1"), join(t, url, "w2")}
	c.Look(t.Context(), record.Site{Domain: "wake.example"}, record.Prior{}, time.Time{}).End(true)
	var mu sync.Mutex
	busy, last := 0, time.Time{}
	var all sync.WaitGroup
	for _, x := range turns {
		all.Go(func() {
			for range 3 {
				done := take(t, x, "portal.example", 100*time.Millisecond)
				mu.Lock()
				if busy++; busy > 1 || time.Since(last) < 100*time.Millisecond {
					t.Errorf("%d have the host, %v after the last", busy, time.Since(last))
				}
				mu.Unlock()
				time.Sleep(5 * time.Millisecond)
				mu.Lock()
				busy, last = busy-1, time.Now()
				done(100 * time.Millisecond)
				mu.Unlock()
				time.Sleep(150 * time.Millisecond) // its own pace does that
			}
		})
	}
	all.Wait()
	began := time.Now()
	by, _, err := turns[0].Take(t.Context(), "portal.example", 100*time.Millisecond) // and never done with it
	if err != nil {
		t.Fatal(err)
	}
	take(t, turns[1], "portal.example", 0)(0)
	if d := time.Since(by); d < 100*time.Millisecond {
		t.Errorf("the host was given on %v after the last moment of its worker's request; its quiet time is 100ms", d)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("the host of a dead worker came free after %v", d)
	}
}

// Servers that lost what they had said to keep, and have given a host to another: the
// worker that was cut off meanwhile does not use its hold, nor take that of the other,
// though both may bear one number.
func TestAHoldThatTheServersForgot(t *testing.T) {
	t.Parallel()
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	way := lay(t, url)
	cutOff, other := join(t, way.url(), "w0"), join(t, url, "w1")
	take(t, cutOff, "portal.example", time.Minute)(0)
	for _, host := range []string{"portal.example", "quiet.example"} {
		take(t, cutOff, host, time.Minute)(time.Minute)
	}
	js := servers(t, url)
	s, err := js.Stream(t.Context(), "policywatch_turns")
	if err != nil {
		t.Fatal(err)
	}
	way.unplug()
	for cut := false; !cut; { // as soon as it notices
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, done, err := cutOff.Take(ctx, "quiet.example", time.Minute)
		if cut = err != nil; !cut {
			done(time.Minute)
		}
		cancel()
	}
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := take(t, other, "portal.example", time.Minute)
	way.plug()
	if !refused(t, cutOff, "portal.example", 4*time.Second) {
		t.Error("two workers have one host")
	}
	// What nobody has taken meanwhile is kept from others again.
	if !refused(t, other, "quiet.example", time.Second) {
		t.Error("a host that was forgotten was given to another within its quiet time")
	}
	done(0)
}

// Whoever waits for a host goes by what it sees and by its own clock: what the
// servers let go of too early, or late, and what a claim says of times long gone, is no matter.
func TestAHoldIsOutlivedByOnesOwnClock(t *testing.T) {
	t.Parallel()
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	x := join(t, url, "w0")
	js := servers(t, url)
	hold := func(id string, life time.Duration) {
		b, _ := json.Marshal(map[string]any{"by": "a dead one", "id": id, "life_ns": life})
		if _, err := js.Publish(t.Context(), "policywatch.turns.portal_example", b); err != nil {
			t.Fatal(err)
		}
	}
	hold("1", 3*time.Second)
	began := time.Now()
	time.AfterFunc(2*time.Second, func() { hold("2", 3*time.Second) }) // it lives
	take(t, x, "portal.example", 0)(0)
	if d := time.Since(began); d < 5*time.Second {
		t.Errorf("a hold of 3 s that was renewed after 2 s was taken over after %v", d)
	}
	// A worker of an older version says nothing but its name, and has its holds end
	// by themselves.
	if _, err := js.Publish(t.Context(), "policywatch.turns.old_example", []byte("an old one")); err != nil {
		t.Fatal(err)
	}
	if !refused(t, x, "old.example", 2*time.Second) {
		t.Error("a hold of unknown length was taken over")
	}
}

// A host that asked to be left alone for longer than a hold lasts is left alone by
// all workers.
func TestAQuietTimeBeyondTheHold(t *testing.T) {
	t.Parallel()
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	a, b := join(t, url, "w0"), join(t, url, "w1")
	done := take(t, a, "busy.example", 0)
	began := time.Now()
	done(6 * time.Second)
	take(t, b, "busy.example", 0)(0)
	if d := time.Since(began); d < 6*time.Second {
		t.Errorf("asked again after %v, although the host had asked for 6s", d)
	}
}

// A worker that leaves gives back what may be given back, and only that.
func TestALeavingWorkerKeepsQuietTimes(t *testing.T) {
	t.Parallel()
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	stay := join(t, url, "w0")
	x := &fleet.Turns{}
	leave := worker(t, url, "w1", "", pages(unmodified), func(_ *fleet.Options, l *fleet.Labour) { l.Turns = x })
	take(t, x, "free.example", 0)(0)
	take(t, x, "quiet.example", 0)(time.Second)
	leave()
	if refused(t, stay, "free.example", 2*time.Second) {
		t.Error("a host was not given back")
	}
	if !refused(t, stay, "quiet.example", 500*time.Millisecond) {
		t.Error("a host was given back within its quiet time")
	}
}
