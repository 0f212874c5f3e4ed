package web

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"policywatch/store/record"
)

// How old a board may be. Within fresh it serves as it is; within stale it still
// serves where another one takes long to make.
const fresh, stale = 2 * time.Second, time.Minute

const (
	// patience is how long a page waits for the sites to be counted before it says that
	// they are being counted; fewSites are counted while anybody waits.
	patience = time.Second / 2
	fewSites = 1000
	// keptEvery is how often Keep brings the board up to date.
	keptEvery = 30 * time.Second
)

// boards keeps the newest board, and makes the next one of it and of what was written
// since.
type boards struct {
	o      Options
	listed sync.Once
	order  []int32 // of o.Listed, by domain

	seen  atomic.Int64 // sites that were counted so far, by who counts them all
	words *words       // of who makes a board

	mu    sync.Mutex
	board *board
	// dirty says that a person changed something: what he sees next must show it.
	dirty  bool
	making *renewal
}

// renewal is a board that is being made. Its other fields are there when done is
// closed.
type renewal struct {
	done  chan struct{}
	board *board
	err   error
	// passed says that a person changed something after it had begun.
	passed bool
}

func newBoards(o Options) *boards { return &boards{o: o} }

// get returns a board for a page, whose reader had rather be told at once that the
// sites are being counted than wait for it.
func (k *boards) get(ctx context.Context) (*board, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	return k.within(ctx, fresh, limit.C)
}

// recent returns one for a program, which may have just been told of something newer
// and has the time to wait.
func (k *boards) recent(ctx context.Context) (*board, error) {
	if k.o.Touched == nil { // all would be counted anew
		return k.within(ctx, fresh, nil)
	}
	return k.within(ctx, 0, nil)
}

func (k *boards) within(ctx context.Context, age time.Duration, limit <-chan time.Time) (*board, error) {
	var joined *renewal // one that had begun when this request came
	for first := true; ; first = false {
		b, r, begun := k.newest(ctx, age)
		if r == nil {
			return b, nil
		}
		if first && !begun && age == 0 {
			joined = r
		}
		select {
		case <-r.done:
			switch {
			case r.err != nil:
				return nil, r.err
			case !r.passed && r != joined:
				return r.board, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit:
			limit = nil
			k.mu.Lock()
			b, dirty := k.board, k.dirty || r.passed
			k.mu.Unlock()
			if b != nil && !dirty && k.o.Clock().Sub(b.built) < stale {
				return b, nil
			}
			if n := int(k.seen.Load()); n >= fewSites {
				return &board{counting: true, seen: n}, nil
			}
		}
	}
}

// newest returns the board, or the renewal that makes one that is new enough.
// begun says that it has just begun.
func (k *boards) newest(ctx context.Context, age time.Duration) (b *board, r *renewal, begun bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if b := k.board; b != nil && !k.dirty && (k.o.Clock().Sub(b.built) < age || k.o.Revision != nil && k.o.Revision() == b.revision) {
		return b, nil, false
	}
	if k.making == nil {
		begun = true
		k.making = &renewal{done: make(chan struct{})}
		k.dirty = false
		go k.renew(context.WithoutCancel(ctx), k.making, k.board)
	}
	return k.board, k.making, begun
}

// renew makes a board. A panic over one row must not end the daemon.
func (k *boards) renew(ctx context.Context, r *renewal, last *board) {
	defer func() {
		if x := recover(); x != nil {
			k.o.Log.Error("the sites could not be counted", "panic", x, "stack", string(debug.Stack()))
			r.err = fmt.Errorf("count the sites: a panic")
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if r.err == nil {
			k.board = r.board
		} else {
			k.dirty = true
		}
		k.making = nil
		close(r.done)
	}()
	r.board, r.err = k.read(ctx, last)
}

// touch makes the next board be made anew.
func (k *boards) touch() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dirty = true
	if k.making != nil {
		k.making.passed = true
	}
}

// keep brings the board up to date every so often until ctx ends, so that no reader
// waits for what a night of visits left.
func (k *boards) keep(ctx context.Context) {
	tick := time.NewTicker(keptEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if b, err := k.recent(ctx); err == nil {
			b.order("name") // which most pages begin with
		} else if ctx.Err() == nil {
			k.o.Log.Warn("the sites could not be counted", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// read makes a board of the last one.
func (k *boards) read(ctx context.Context, last *board) (*board, error) {
	b := &board{built: k.o.Clock()}
	if k.o.Revision != nil {
		b.revision = k.o.Revision() // before reading: a later write makes the board old
	}
	k.seen.Store(0)
	since, all := int64(0), true
	var touched []string
	if last != nil {
		since = last.note
	}
	if k.o.Touched != nil { // likewise
		touched, b.note, all = k.o.Touched(since)
	}
	var err, uncounted error
	var both sync.WaitGroup
	both.Go(func() { b.outbox, uncounted = k.o.Reader.Outbox(ctx, newestAlerts) })
	var moved []int32
	if last == nil || all {
		last = nil
		err = k.readAll(ctx, b)
	} else if moved, err = k.follow(ctx, b, last, touched); moved == nil {
		last = nil
	}
	both.Wait()
	if err = cmp.Or(err, uncounted); err != nil {
		return nil, err
	}
	b.count()
	b.ordered(last, moved)
	return b, nil
}

// readAll reads every site, and adds those that are listed and were never visited.
func (k *boards) readAll(ctx context.Context, b *board) error {
	k.words = newWords(k.norm)
	k.listedAs("") // brings the list into order
	rows := make([]entry, 0, len(k.o.Listed))
	unvisited := k.order
	add := func(i int32) {
		s := &k.o.Listed[i]
		if n := len(rows); n > 0 && rows[n-1].domain == s.Domain {
			return
		}
		rows = append(rows, k.words.entry(&record.SiteBrief{Domain: s.Domain, Name: s.Name, Profile: s.Profile, Labels: s.Labels, State: record.StateNew}))
	}
	if err := k.o.Reader.Briefs(ctx, nil, func(s *record.SiteBrief) error {
		for len(unvisited) > 0 && k.o.Listed[unvisited[0]].Domain < s.Domain {
			add(unvisited[0])
			unvisited = unvisited[1:]
		}
		rows = append(rows, k.words.entry(s))
		for len(unvisited) > 0 && k.o.Listed[unvisited[0]].Domain == s.Domain {
			unvisited = unvisited[1:]
		}
		k.seen.Add(1)
		return ctx.Err()
	}); err != nil {
		return err
	}
	for _, i := range unvisited {
		add(i)
	}
	b.rows = slices.Clip(rows)
	return nil
}

// follow takes over the rows of the last board but for those that were written since,
// and returns the places of these; none where rows came and every place is another.
func (k *boards) follow(ctx context.Context, b, last *board, touched []string) (moved []int32, err error) {
	b.rows = last.rows
	if len(touched) == 0 {
		return []int32{}, nil
	}
	b.rows = slices.Clone(last.rows)
	n := len(b.rows)
	err = k.o.Reader.Briefs(ctx, touched, func(s *record.SiteBrief) error {
		e := k.words.entry(s)
		if i, ok := last.find(s.Domain); ok {
			b.rows[i] = e
			moved = append(moved, int32(i))
		} else {
			b.rows = append(b.rows, e)
		}
		return nil
	})
	if len(b.rows) > n {
		slices.SortFunc(b.rows, func(x, y entry) int { return cmp.Compare(x.domain, y.domain) })
		return nil, err
	}
	if moved == nil {
		moved = []int32{}
	}
	return moved, err
}
