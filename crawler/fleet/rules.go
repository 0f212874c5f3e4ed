package fleet

import (
	"maps"
	"sync"
)

// Rules is a worker's memory of robots.txt files: what came with orders, and what
// was read since the last report. Its zero value is ready, and nil remembers nothing.
type Rules struct {
	mu    sync.Mutex
	known map[string][]byte
	news  map[string][]byte
}

// mostRules bounds how many origins are remembered; the fetcher has its own memory
// of those that it asked lately.
const mostRules = 10_000

// Rules returns what is known of an origin.
func (r *Rules) Rules(origin string) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.known[origin]
	return b, ok
}

// KeepRules remembers what was read, and that the archive is to hear of it.
func (r *Rules) KeepRules(origin string, rules []byte) {
	r.learn(map[string][]byte{origin: rules})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.news == nil {
		r.news = map[string][]byte{}
	}
	r.news[origin] = rules
}

func (r *Rules) learn(rules map[string][]byte) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known)+len(rules) > mostRules {
		r.known = map[string][]byte{}
	}
	maps.Copy(r.known, rules)
}

// fresh is what the archive has not heard of.
func (r *Rules) fresh() map[string][]byte {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	news := r.news
	r.news = nil
	return news
}
