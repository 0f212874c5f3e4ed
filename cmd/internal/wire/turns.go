package wire

import (
	"context"
	"sync"
)

// turns lets one at a time work on a site: a visit begins with the site's past and
// ends by writing it, and what a person decided in between would be lost.
type turns struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// take waits for the site's turn; end gives it back.
func (t *turns) take(ctx context.Context, domain string) (end func(), err error) {
	for {
		t.mu.Lock()
		running, taken := t.busy[domain]
		if !taken {
			if t.busy == nil {
				t.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.busy[domain] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.busy, domain)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
