package wire

import (
	"context"
	"fmt"
	"time"

	"policywatch/store/record"
)

// Resent is what became of alerts that were to be sent again.
type Resent struct {
	// Asked is their number, Failed that of those that were not delivered.
	Asked  int `json:"asked"`
	Failed int `json:"failed"`
	// Alerts are those that were tried.
	Alerts []record.Alert `json:"alerts"`
}

// resendLease is how long alerts that are being sent again are out of reach of the
// daemon's own deliveries, which would send them too; if they are not sent by then,
// those do it.
const resendLease = 2 * time.Minute

// resend puts the alerts back into the outbox, so that none is lost whatever
// happens next, and then tries each once. The answer is nil where nothing was done.
func (a *App) resend(ctx context.Context, ids []string, channel string) (any, error) {
	out := &Resent{Alerts: []record.Alert{}}
	if len(ids) == 0 {
		list, err := a.Store.Alerts(ctx, record.AlertFilter{State: record.AlertGivenUp, Channel: channel})
		if err != nil {
			return nil, err
		}
		for i := len(list) - 1; i >= 0; i-- { // the oldest first
			ids = append(ids, list[i].ID)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := a.Store.Requeue(ctx, time.Now().Add(resendLease), ids...)
	if err != nil {
		return nil, err
	}
	out.Asked, out.Failed = len(list), len(list)
	down := map[string]bool{} // a dead server must not cost a time-out for each
	for _, al := range list {
		if ctx.Err() != nil {
			return out, fmt.Errorf("interrupted; what was not sent yet waits in the outbox: %w", ctx.Err())
		}
		if down[al.Channel] {
			continue
		}
		if al, err = a.Dispatcher.Send(ctx, al); err != nil {
			return out, err
		}
		down[al.Channel] = al.State == record.AlertWaiting
		if al.State == record.AlertSent {
			out.Failed--
		}
		out.Alerts = append(out.Alerts, al)
	}
	return out, nil
}
