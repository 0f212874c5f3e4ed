package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"policywatch/store"
	"policywatch/store/record"
)

// A caller that does not know whether a visit got through commits it again.
func TestReplayIsNoOp(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	visits := []record.Visit{
		visitOf("a.gov.ir", 1, day, statement(1, 30)),
		visitOf("a.gov.ir", 2, day.Add(time.Hour), statement(2, 30)),
	}
	quiet := touch(visits[1].Past, day.Add(2*time.Hour))
	fault := touch(visits[1].Past, day.Add(3*time.Hour))
	fault.State, fault.Fault = record.VisitFault, &record.Fault{Kind: record.FaultDNS}
	fault.Snapshot = &record.Snapshot{Body: []byte("oops"), At: fault.At}
	visits = append(visits, quiet, fault)

	type all struct {
		Past    record.Past
		History []record.Version
		Notes   []record.VisitNote
		Alerts  []record.Alert
		Report  store.CheckReport
	}
	read := func() (x all) {
		x.Past = db.past("a.gov.ir")
		x.History, _ = db.History(ctx, "a.gov.ir")
		x.Notes, _ = db.Visits(ctx, "a.gov.ir", 0)
		x.Alerts, _ = db.Alerts(ctx, record.AlertFilter{})
		x.Report = db.sound()
		return x
	}
	for i, v := range visits {
		db.commit(v)
		first := read()
		db.commit(v)
		if d := cmp.Diff(first, read()); d != "" {
			t.Errorf("visit %d committed twice (-once +twice):\n%s", i, d)
		}
	}
	// One that made a version is known again even when others came after it.
	before := read()
	db.commit(visits[0])
	db.commit(visits[1])
	if d := cmp.Diff(before, read()); d != "" {
		t.Errorf("an old visit committed again (-before +after):\n%s", d)
	}
}

// N7: an alert that was sent is not sent again because its visit is repeated.
func TestReplayLeavesSentAlertsSent(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	v := visitOf("a.gov.ir", 2, day.Add(time.Hour), statement(2, 5))
	db.commit(v)
	leased, err := db.Lease(ctx, day.AddDate(0, 0, 1), time.Minute, 10)
	if err != nil || len(leased) != 2 {
		t.Fatalf("%d leased, %v", len(leased), err)
	}
	for _, a := range leased {
		a.State, a.Settled, a.Tries = record.AlertSent, day.AddDate(0, 0, 1), 1
		if err := db.Settle(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	db.commit(v)
	if err := db.Enqueue(ctx, v.Alerts); err != nil {
		t.Fatal(err)
	}
	if again, err := db.Lease(ctx, day.AddDate(1, 0, 0), time.Minute, 10); err != nil || len(again) != 0 {
		t.Errorf("leased again: %v, %v", again, err)
	}
}

// Commits that wait at the same time share a transaction, and nobody's visit
// suffers from another's that is refused.
func TestCommitsAreGrouped(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	const n = 400
	var wg sync.WaitGroup
	errs := make([]error, n)
	release, waiting := db.Hold(t)
	for i := range n {
		wg.Go(func() {
			v := visitOf(fmt.Sprintf("s%03d.gov.ir", i), 1, day, &record.Document{Lang: "fa", Dir: "rtl", Extractor: "html/1"})
			v.Snapshot, v.Version.Snapshot, v.Version.Findings = nil, "", nil // or one would wait for what another brings
			if i%10 == 3 {
				v.Past.Version, v.Version.Number = 5, 5
			}
			errs[i] = db.Commit(ctx, v)
		})
	}
	for late := time.Now().Add(time.Minute); waiting() < n && time.Now().Before(late); {
		runtime.Gosched()
	}
	release()
	wg.Wait()
	for i, err := range errs {
		if bad := i%10 == 3; bad != errors.Is(err, store.ErrStale) || !bad && err != nil {
			t.Errorf("site %d: %v", i, err)
		}
	}
	sites, err := db.Sites(ctx)
	if err != nil || len(sites) != n-n/10 {
		t.Errorf("%d sites, %v", len(sites), err)
	}
	if s := db.Stats(); s.Commits != n || s.Transactions > n/2 {
		t.Errorf("%d commits in %d transactions", s.Commits, s.Transactions)
	}
}

// Visits of one site that race: one of them wins, the others hear of it, and
// the history has neither gap nor fork (S5).
func TestRacingVisitsOfOneSite(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for made := 0; made < 10; {
				p, err := db.Past(ctx, "a.gov.ir")
				if err != nil {
					t.Error(err)
					return
				}
				n := p.Version + 1
				err = db.Commit(ctx, visitOf("a.gov.ir", n, day.Add(time.Duration(n*100+i)*time.Minute), statement(uint64(n*100+i), 20)))
				switch {
				case err == nil:
					made++
				case !errors.Is(err, store.ErrStale):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if h, err := db.History(ctx, "a.gov.ir"); err != nil || len(h) != 80 {
		t.Errorf("%d versions, %v", len(h), err)
	}
}

// Close drains what was handed in: nothing acknowledged is lost, and nobody
// who commits meanwhile waits for ever (S9).
func TestCloseDrains(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	acked := make(chan string, 1000)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 1000 {
				domain := fmt.Sprintf("s%d-%d.gov.ir", i, k)
				if err := db.Commit(ctx, visitOf(domain, 1, day, statement(uint64(k), 3))); err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Error(err)
					}
					return
				}
				acked <- domain
			}
		})
	}
	for range 50 {
		<-acked
	}
	done := make(chan struct{})
	go func() {
		for range acked {
		}
		close(done)
	}()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	close(acked)
	<-done
	again := openAt(t, db.path)
	if r := again.sound(); r.Sites < 50 || r.Versions != r.Sites {
		t.Errorf("%d sites, %d versions", r.Sites, r.Versions)
	}
}
