package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

// trouble goes on until ctx ends, and leaves everything running.
func (f *fleetTrial) trouble(ctx context.Context) {
	next := time.Now().Add(f.kills)
	for ctx.Err() == nil {
		f.punish()
		if time.Now().Before(next) || f.strikes == 0 {
			pause(ctx, 200*time.Millisecond)
			continue
		}
		f.strikes--
		f.strike(ctx)
		next = time.Now().Add(f.kills/2 + rand.N(f.kills))
	}
}

const killedByPage = "killed by the page"

// punish kills the workers that asked for the page that kills. One that killed four
// every few seconds for ever would leave no time for anything else.
func (f *fleetTrial) punish() {
	var victims []string
	if f.control(f.poison, "victims", &victims) != nil {
		return
	}
	for _, name := range victims {
		for _, w := range f.hands {
			if w.name == name && f.done[killedByPage] < f.deaths {
				f.again(w, 0, killedByPage)
			}
		}
	}
}

// again kills a member and starts it anew.
func (f *fleetTrial) again(m *member, after time.Duration, what string) {
	m.kill()
	f.done[what]++
	time.Sleep(after)
	if err := m.start(); err != nil {
		f.broke("%v", err)
	}
}

// strike does one thing to one member.
func (f *fleetTrial) strike(ctx context.Context) {
	w := f.hands[f.dice.IntN(len(f.hands))]
	long := f.lease/2 + time.Duration(f.dice.Int64N(int64(3*f.lease))) // around what the fleet waits
	kinds := 8
	if f.net.spaces {
		kinds = 12
	}
	do := func(what string, begin, end func(string) error) {
		if err := begin(w.name); err != nil {
			f.broke("%s: %v", what, err)
			return
		}
		f.done[what]++
		pause(ctx, long)
		if err := end(w.name); err != nil {
			f.broke("%s: %v", what, err)
		}
	}
	switch k := f.dice.IntN(kinds); {
	case k < 4:
		f.again(w, time.Duration(f.dice.Int64N(int64(time.Second))), "worker killed")
	case k == 4:
		f.again(f.lead, time.Duration(f.dice.Int64N(int64(time.Second))), "coordinator killed")
	case k == 5:
		f.again(f.server, time.Duration(f.dice.Int64N(int64(time.Second))), "NATS server killed")
	case k < 8:
		w.signal(syscall.SIGSTOP)
		f.done["worker stopped"]++
		pause(ctx, long)
		w.signal(syscall.SIGCONT)
	case k < 10:
		do("cut off", f.net.cut, f.net.mend)
	default:
		do("cut off from NATS", f.net.deafen, f.net.undeafen)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// repeatReports is `soak repeat SERVER`: it sends reports a second time, late and in
// another order.
func repeatReports(args []string) error {
	nc, err := nats.Connect("nats://"+args[0], nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		return err
	}
	var kept []*nats.Msg
	if _, err = nc.Subscribe("policywatch.reports.>", func(m *nats.Msg) {
		if m.Header.Get(nats.MsgIdHdr) == "" {
			return // one of ours
		}
		again := nats.NewMsg(m.Subject)
		again.Data = m.Data
		for k, v := range m.Header {
			if k != nats.MsgIdHdr {
				again.Header[k] = v
			}
		}
		if rand.IntN(4) == 0 {
			kept = append(kept, again)
		}
		for len(kept) > 20 {
			i := rand.IntN(len(kept))
			_ = nc.PublishMsg(kept[i])
			fmt.Println(kept[i].Subject)
			kept = slices.Delete(kept, i, i+1)
		}
	}); err != nil {
		return err
	}
	select {}
}
