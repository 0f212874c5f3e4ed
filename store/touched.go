package store

import (
	"maps"
	"sync"
)

// journal remembers which sites were written, for whoever keeps a list of them up to
// date. It begins when somebody first asks, and holds each domain once.
type journal struct {
	mu sync.Mutex
	on bool
	// last counts the entries, forgotten is the last one that is no longer there.
	last, forgotten int64
	sites           map[string]int64
}

func (j *journal) add(domain string) {
	if domain == "" {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.on {
		j.last++
		j.sites[domain] = j.last
	}
}

// Touched returns the sites that were written since an earlier call returned now, and
// what the next call takes. all means that nobody knows any more, and every site must
// be taken for written; so it is at first, with since 0. Whoever calls takes note of
// the answer before he reads: what is written meanwhile comes with the next.
//
// Two who ask in turn make each other read everything anew.
func (db *DB) Touched(since int64) (domains []string, now int64, all bool) {
	j := &db.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.on {
		j.on, j.sites, j.last = true, map[string]int64{}, 1
		j.forgotten = 1
	}
	if since < j.forgotten || since > j.last {
		clear(j.sites)
		j.forgotten = j.last
		return nil, j.last, true
	}
	maps.DeleteFunc(j.sites, func(domain string, n int64) bool {
		if n > since {
			domains = append(domains, domain)
		}
		return n <= since
	})
	j.forgotten = since
	return domains, j.last, false
}
