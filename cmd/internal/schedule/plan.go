package schedule

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"policywatch/store/record"
)

// Rule is how often one site is visited.
type Rule struct {
	// Every is the time between visits. Turns, where it is not nil, says instead when
	// they are due.
	Every time.Duration
	Turns Turns
	// Jitter is how far a visit may lie from its time, as a share of the time between
	// visits: to both sides with Every, and with Turns never before its turn.
	Jitter float64
	// Windows are when visits may begin.
	Windows Windows
	// NoticeAfter is how many faults in a row are told. Until then a fault that may
	// pass is looked at again sooner, afterwards the site is visited less often.
	NoticeAfter int
}

// Turns are times that come again and again, as those of a crontab.
type Turns interface {
	// Next is the first turn after t; zero when there is none for years.
	Next(t time.Time) time.Time
}

const (
	// sooner is how many times the wait may be halved, and rarer how many times it
	// may be doubled, for a site whose last visits failed.
	sooner, rarer = 2, 2
	// longestWait bounds what doubling comes to, and what a server may ask for,
	// unless visits are further apart anyway.
	longestWait = 7 * 24 * time.Hour
)

// Due is when a site is to be visited next. It follows from what the archive
// knows of the last visit alone, chance included, so that a restart changes no
// plan. A site that was never visited is due at the zero time.
func (r Rule) Due(past record.Past) time.Time {
	if past.LastVisit.IsZero() {
		return time.Time{}
	}
	every := r.Interval(past.LastVisit)
	wait, asked := r.wait(past, every)
	due := past.LastVisit.Add(wait)
	switch {
	case wait != every:
		due = due.Add(time.Duration(r.Jitter * share(past.Site, past.LastVisit.UnixNano()) * float64(wait)))
	case r.Turns == nil:
		due = r.settle(past.Site, due)
	}
	if r.Turns != nil {
		turn := r.turn(past.Site, past.LastVisit.Add(max(wait-every, asked)))
		if wait >= every || turn.Before(due) && asked == 0 {
			due = turn
		}
	}
	return r.within(past.Site, due)
}

// Interval is the time between the visits that follow t.
func (r Rule) Interval(t time.Time) time.Duration {
	if r.Turns == nil {
		return r.Every
	}
	first := r.Turns.Next(t)
	second := r.Turns.Next(first)
	if first.IsZero() || second.IsZero() { // years apart
		return longestWait
	}
	return second.Sub(first)
}

// turn is the site's own time in the first turn after t. The sites that share a turn
// are spread evenly over the jitter behind it; half of a site's place there is
// chance, for the reason that settle has.
func (r Rule) turn(domain string, t time.Time) time.Time {
	at := r.Turns.Next(t)
	if at.IsZero() {
		return t.Add(longestWait)
	}
	reach := r.Jitter * float64(r.Interval(at.Add(-1)))
	_, place := math.Modf(share(domain, 0) + share(domain, at.Unix())/2)
	return at.Add(time.Duration(reach * place))
}

// wait is the time between the last visit and the next. A capture that waits to
// be seen again and a fault that may pass are looked at after a quarter of the
// usual time, then after a half; a site that keeps failing after twice and four
// times of it. asked is the part of it that the server asked for.
func (r Rule) wait(past record.Past, every time.Duration) (wait, asked time.Duration) {
	if p := past.Pending; p != nil && !past.FaultTold {
		return scaled(every, min(p.Seen-1-sooner, 0)), 0
	}
	f := past.LastFault
	if past.Failures == 0 || f == nil {
		return every, 0
	}
	power := min(past.Failures-max(r.NoticeAfter, 1), rarer)
	if !f.Kind.Rule().Retry {
		power = max(power, 0)
	}
	asked = min(f.RetryAfter, longest(every))
	return max(scaled(every, power), asked), asked
}

// scaled is a time, doubled or halved power times within bounds.
func scaled(every time.Duration, power int) time.Duration {
	if power < 0 {
		return max(every>>min(-power, sooner), 1)
	}
	return min(every<<min(power, rarer), longest(every))
}

// longest is the longest wait between two visits, windows apart.
func longest(every time.Duration) time.Duration {
	return max(every, min(every<<rarer, longestWait))
}

// horizon is later than any time at which a site is due that was visited by now,
// windows apart.
func (r Rule) horizon(now time.Time) time.Time {
	every := r.Interval(now)
	last := now.Add(longest(every))
	if r.Turns != nil {
		if turn := r.Turns.Next(last); !turn.IsZero() {
			last = turn
		}
	}
	return last.Add(time.Duration(r.Jitter * float64(every)))
}

// settle draws a due time towards the site's own place in the interval, as far as
// the jitter allows. The places are spread evenly by the hash of the domain, so
// that sites which were visited together, as by a first scan, drift apart within
// some rounds and stay so. Half of the jitter is chance: a site that sleeps at the
// same hour every night is not met asleep for ever.
func (r Rule) settle(domain string, due time.Time) time.Time {
	reach := r.Jitter * float64(r.Every)
	if reach < 1 {
		return due
	}
	every := int64(r.Every)
	place := int64(share(domain, 0) * float64(every))
	at := due.UnixNano()
	turn := int64(math.Round(float64(at-place) / float64(every)))
	slot := turn*every + place + int64((share(domain, turn)-0.5)*reach)
	shift := min(max(float64(slot-at), -reach), reach)
	return due.Add(time.Duration(shift))
}

// within moves a time that lies outside the windows into the next one, to the
// site's own place in it: when a window opens, not all are due at once.
func (r Rule) within(domain string, t time.Time) time.Time {
	open, close := r.Windows.Next(t)
	if !open.After(t) {
		return t
	}
	span := min(close.Sub(open), r.Interval(open))
	// The last tenth is left for those that have to queue.
	return open.Add(time.Duration(0.9 * share(domain, open.Unix()) * float64(span)))
}

// share is a number in [0, 1) that looks like chance and is the same everywhere
// and always for the same domain and turn.
func share(domain string, turn int64) float64 {
	h := fnv.New64a()
	h.Write([]byte(domain))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(turn)))
	// FNV leaves the high bits of short texts alike; this mixes them (the
	// finalizer of SplitMix64).
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// Owner is what stands for the machine room behind a domain: the registrable
// domain, or the domain itself where it has none, as an address.
func Owner(domain string) string {
	host, _, _ := strings.Cut(domain, ":")
	if own, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && strings.Trim(host, "0123456789.") != "" {
		return own
	}
	return domain
}
