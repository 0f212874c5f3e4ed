package notify

import (
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
