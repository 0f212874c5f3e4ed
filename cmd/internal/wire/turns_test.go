package wire

import (
	"context"
	"sync"
	"testing"
)

// A visit and a person's decision never work on a site at the same time.
func TestTurns(t *testing.T) {
	var k turns
	leave, err := k.take(t.Context(), "a.gov")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := k.take(t.Context(), "b.gov"); err != nil {
		t.Error("another site waits")
	} else {
		other()
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := k.take(ended, "a.gov"); err == nil {
		t.Error("waiting did not end with the context, or two work on a site")
	}
	var wg sync.WaitGroup
	inside := 0 // the race detector watches it
	for range 50 {
		wg.Go(func() {
			leave, err := k.take(t.Context(), "a.gov")
			if err != nil {
				t.Error(err)
				return
			}
			inside++
			leave()
		})
	}
	leave()
	wg.Wait()
	if inside != 50 || len(k.busy) != 0 {
		t.Errorf("%d of 50 had their turn, %d still have it", inside, len(k.busy))
	}
}
