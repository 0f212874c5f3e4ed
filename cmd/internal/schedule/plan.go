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
	// Every is the time between visits, Jitter how far a visit may lie from it as
	// a share of it.
	Every  time.Duration
	Jitter float64
	// Windows are when visits may begin.
	Windows Windows
	// NoticeAfter is how many faults in a row are told. Until then a fault that may
	// pass is looked at again sooner, afterwards the site is visited less often.
	NoticeAfter int
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
	wait := r.wait(past)
	due := past.LastVisit.Add(wait)
	if wait == r.Every {
		due = r.settle(past.Site, due)
	} else {
		due = due.Add(time.Duration(r.Jitter * share(past.Site, past.LastVisit.UnixNano()) * float64(wait)))
	}
	return r.within(past.Site, due)
}

// wait is the time between the last visit and the next. A capture that waits to
// be seen again and a fault that may pass are looked at after a quarter of the
// usual time, then after a half; a site that keeps failing after twice and four
// times of it.
func (r Rule) wait(past record.Past) time.Duration {
	if p := past.Pending; p != nil && !past.FaultTold {
		return r.scaled(min(p.Seen-1-sooner, 0))
	}
	f := past.LastFault
	if past.Failures == 0 || f == nil {
		return r.Every
	}
	power := min(past.Failures-max(r.NoticeAfter, 1), rarer)
	if !f.Kind.Rule().Retry {
		power = max(power, 0)
	}
	return min(max(r.scaled(power), f.RetryAfter), r.longest())
}

// scaled is Every, doubled or halved power times within bounds.
func (r Rule) scaled(power int) time.Duration {
	if power < 0 {
		return max(r.Every>>min(-power, sooner), 1)
	}
	return min(r.Every<<min(power, rarer), r.longest())
}

// longest is the longest wait between two visits, windows apart.
func (r Rule) longest() time.Duration { return max(r.Every, min(r.Every<<rarer, longestWait)) }

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
	span := min(close.Sub(open), r.Every)
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
