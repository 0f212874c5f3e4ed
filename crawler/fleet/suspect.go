package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// isolate moves an order to the lane where one runs at a time. When this process
// dies in between, the order is there twice and is made twice, to one effect.
func (w *Worker) isolate(ctx context.Context, m jetstream.Msg, lane string) error {
	host := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	next := nats.NewMsg(w.orderSubject(lane+alone, host))
	next.Data, next.Header = m.Data(), m.Headers()
	id := m.Headers().Get(headVisit) + alone + fmt.Sprint(seqOf(m))
	if _, err := w.publish(ctx, next, jetstream.WithMsgID(id)); err != nil {
		var api *jetstream.APIError
		if !errors.As(err, &api) || api.ErrorCode != streamStoreFailed {
			return err
		}
	}
	return m.DoubleAck(ctx)
}

func seqOf(m jetstream.Msg) uint64 {
	meta, err := m.Metadata()
	if err != nil {
		return 0
	}
	return meta.Sequence.Stream
}

// reported reports whether a visit's report waits already: its worker died between
// sending it and giving back the order.
func (w *Worker) reported(ctx context.Context, visit string) bool {
	_, err := last(ctx, w.reports, w.reportSubject(visit))
	return err == nil
}
