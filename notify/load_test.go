package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// N1, N6: ten thousand alerts wait, and one of three channels hangs from its first
// message on until the others have had all of theirs; if it held them up, this would
// never end. What waits for it costs neither a try nor a transaction each.
func TestTenThousandWithOneChannelDead(t *testing.T) {
	const n = 10_000
	o := newOutbox()
	for i := range n {
		o.put(alert(fmt.Sprintf("%05d", i), []string{"office", "hook", "dead"}[i%3]))
	}
	want := n - n/3
	arrived := make(chan struct{}, n)
	living := func() *sender {
		return &sender{do: func(context.Context, report.Message) (bool, error) { arrived <- struct{}{}; return false, nil }}
	}
	dead := &sender{}
	served := false
	dead.do = func(ctx context.Context, _ report.Message) (bool, error) {
		if !served { // its own worker's only: one message at a time
			for range want {
				<-arrived
			}
			served = true
		}
		return true, errors.New("no answer")
	}
	office, hook := living(), living()
	d := dispatcher(o, still, map[string]notify.Sender{"office": office, "hook": hook, "dead": dead})
	d.Timeout = time.Hour // a busy machine needs more than a minute for the others
	tally := drain(t, d)
	if tally != (notify.Tally{Sent: want, Retry: 3, PutOff: n/3 - 3}) {
		t.Errorf("%+v", tally)
	}
	if len(office.reached()) != n/3+1 || len(hook.reached()) != n/3 || dead.tries() != 3 {
		t.Errorf("%d and %d reached, %d tries of the dead", len(office.reached()), len(hook.reached()), dead.tries())
	}
	if most := want + 3 + n/3/500 + 1; o.settlements > most {
		t.Errorf("%d transactions, want at most %d", o.settlements, most)
	}
	if s := o.states(); s[record.AlertWaiting] != n/3 || s[record.AlertSent] != want {
		t.Errorf("%v", s)
	}
}
