package notify

import (
	"maps"
	"sync"
	"time"
)

// channel is what the dispatcher remembers of one channel between deliveries.
type channel struct {
	name string

	mu      sync.Mutex
	strikes int       // failures in a row that a later try may mend
	hold    time.Time // not to be tried before
	why     error     // the last failure, nil when the last try went well

	// The channel's rate: when its last messages went, the oldest first; and when
	// those that were put off have their turns, by the ID of the message.
	turns  []time.Time
	booked map[string]time.Time
	swept  time.Time
}

func (d *Dispatcher) channel(name string) *channel {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channels == nil {
		d.channels = make(map[string]*channel)
	}
	c := d.channels[name]
	if c == nil {
		c = &channel{name: name}
		d.channels[name] = c
	}
	return c
}

// held reports until when the channel is left alone, and the failure that it is
// for; nil when it may be tried.
func (c *channel) held(now time.Time) (until time.Time, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.hold) {
		return c.hold, c.why
	}
	return time.Time{}, nil
}

// note takes in the outcome of one try. It is logged only when it turns: a
// channel that fails for a day is one warning.
func (c *channel) note(d *Dispatcher, now time.Time, delivered, retry bool, err error) {
	c.mu.Lock()
	was := c.why
	if delivered {
		c.strikes, c.why = 0, nil
	} else {
		c.why = err
		if retry {
			c.strikes++
		} else {
			c.strikes = 0 // it answered; the refusal was this message's
		}
		// A receiver that names a time means all of its messages by it.
		if asked := retryAfter(err); asked > 0 || c.strikes >= strikes {
			c.hold = now.Add(max(asked, d.firstWait()))
		}
	}
	c.mu.Unlock()
	switch {
	case !delivered && was == nil:
		d.log().Warn("alerts: channel fails", "channel", c.name, "error", err)
	case delivered && was != nil:
		d.log().Info("alerts: channel works again", "channel", c.name)
	}
}

// turn returns when a message may go by the channel's rate: now, and then it is
// counted, or later. Each message that has to wait gets a turn of its own, so that
// ten thousand are not put off anew every hour.
func (c *channel) turn(id string, now time.Time, r Rate) time.Time {
	if r.Messages <= 0 || r.Per <= 0 {
		return now
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.turns) > 0 && now.Sub(c.turns[0]) >= r.Per {
		c.turns = c.turns[1:]
	}
	if now.Sub(c.swept) >= r.Per { // of who went another way and never came for its turn
		maps.DeleteFunc(c.booked, func(_ string, at time.Time) bool { return now.Sub(at) >= r.Per })
		c.swept = now
	}
	at, waits := c.booked[id]
	if at.After(now) {
		return at
	}
	delete(c.booked, id)
	n, ahead := len(c.turns), 0
	if !waits {
		ahead = len(c.booked) // who has waited longer goes first
	}
	if n+ahead < r.Messages {
		c.turns = append(c.turns, now)
		return now
	}
	at = now.Add(r.Per)
	if n > 0 {
		k := max(ahead-(r.Messages-n), 0)
		at = c.turns[k%n].Add(time.Duration(1+k/n) * r.Per)
	}
	if c.booked == nil {
		c.booked = make(map[string]time.Time)
	}
	c.booked[id] = at
	return at
}
