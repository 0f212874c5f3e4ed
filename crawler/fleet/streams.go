package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// orderLife bounds how long an order waits for a worker; the site's next visit
	// makes a new one.
	orderLife = 24 * time.Hour
	// reportLife bounds how long a report waits for the coordinator.
	reportLife = 7 * 24 * time.Hour
	// sameFor is how long the servers know a message again by its id. Beyond it the
	// subjects, of which each holds one message, do.
	sameFor = time.Hour
	// memberLife is how long a heartbeat is shown.
	memberLife = 30 * time.Second
)

// prepare makes what the fleet needs on its servers, where it is not there yet.
func (l *link) prepare(ctx context.Context) error {
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := l.make(ctx)
		var api *jetstream.APIError
		switch {
		case err == nil:
			return nil
		case l.nc.IsClosed(): // as when they refuse who we are
			return fmt.Errorf("the fleet's servers: %w", errors.Join(l.nc.LastError(), err))
		case ctx.Err() != nil:
			return fmt.Errorf("wait for the fleet's servers: %w", errors.Join(ctx.Err(), err))
		case errors.As(err, &api) && api.Code != 503 && api.ErrorCode != jetstream.JSErrCodeStreamNameInUse:
			return fmt.Errorf("prepare the fleet's servers: %w", err)
		}
		l.Log.Warn("the fleet's servers are not ready", "error", err)
		sleep(ctx, wait)
	}
}

func (l *link) make(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	stream := func(kind string, c jetstream.StreamConfig) (jetstream.Stream, error) {
		c.Name, c.Subjects = l.Name+"_"+kind, []string{l.Name + "." + kind + ".>"}
		c.Storage, c.AllowDirect, c.Duplicates = jetstream.FileStorage, true, sameFor
		return l.js.CreateOrUpdateStream(ctx, c)
	}
	if l.visits, err = stream("visits", jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy, MaxAge: orderLife,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true}); err != nil {
		return err
	}
	if l.reports, err = stream("reports", jetstream.StreamConfig{MaxMsgsPerSubject: 1, MaxAge: reportLife}); err != nil {
		return err
	}
	if l.turns, err = stream("turns", jetstream.StreamConfig{MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: false, AllowMsgTTL: true}); err != nil {
		return err
	}
	if l.bodies, err = l.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: l.Name + "_bodies", TTL: reportLife}); err != nil {
		return err
	}
	l.members, err = l.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: l.Name + "_members", TTL: memberLife})
	return err
}

// anywhere is the lane of visits that any worker may make. Other lanes bear the
// name of a vantage.
const anywhere = "any"

// alone is the ending of the lane for visits that may have ended a worker: one of
// them is out at a time in the whole fleet, so that no other dies with it.
const alone = "_alone"

// lane is the queue of a lane's orders.
func (l *link) lane(ctx context.Context, name string) (jetstream.Consumer, error) {
	c := jetstream.ConsumerConfig{Durable: fmt.Sprintf("v%d_%s", Protocol, name), FilterSubject: l.Name + ".visits." + protocolToken + "." + name + ".*",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: l.AckWait, MaxAckPending: 100_000, MaxWaiting: 10_000}
	if strings.HasSuffix(name, alone) {
		c.MaxAckPending = 1
	}
	return l.visits.CreateOrUpdateConsumer(ctx, c)
}

// protocolToken keeps orders from workers that would not understand them.
var protocolToken = fmt.Sprintf("v%d", Protocol)

func (l *link) orderSubject(lane, host string) string {
	return l.Name + ".visits." + protocolToken + "." + lane + "." + token(host)
}

func (l *link) reportSubject(visit string) string { return l.Name + ".reports." + visit }

func (l *link) turnSubject(host string) string { return l.Name + ".turns." + token(host) }

// token makes a host one part of a subject. Two hosts that come to the same only
// wait for each other.
func token(host string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '.':
			return '_'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == ':':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '='
	}, host)
}

// sleep waits for d or for ctx to end.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
