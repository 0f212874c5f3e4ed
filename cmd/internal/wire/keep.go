package wire

import (
	"context"
	"time"

	"policywatch/configs"
	"policywatch/store"
)

// dropEvery is how often the daemon looks for bodies that are too old.
const dropEvery = 24 * time.Hour

// Compacted says what a compaction came to.
type Compacted struct {
	store.Compacted
	// Bodies and Bytes count what was dropped by store.keep_bodies before.
	Bodies int   `json:"bodies_dropped"`
	Bytes  int64 `json:"bytes_dropped"`
}

// Compact drops the bodies that store.keep_bodies lets go of and gives the space
// that the archive does not use back to the disk. Nobody else may have it open.
func Compact(ctx context.Context, o Options) (Compacted, error) {
	cfg, err := o.load()
	if err != nil {
		return Compacted{}, err
	}
	var gone store.Dropped
	out, err := store.Compact(ctx, store.Options{Path: cfg.Store.Path, Log: o.Log}, func(db *store.DB) error {
		gone, err = dropBodies(ctx, db, cfg)
		return err
	})
	return Compacted{out, gone.Bodies, gone.Bytes}, held(err, nil, cfg.Store.Path)
}

// dropDaily drops bodies by the newest configuration, now and every day, until
// stop is called.
func (w *Watcher) dropDaily(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		day := time.NewTicker(dropEvery)
		defer day.Stop()
		for {
			w.drop(ctx)
			select {
			case <-ctx.Done():
				return
			case <-day.C:
			}
		}
	}()
	return func() error { cancel(); <-ended; return nil }
}

func (w *Watcher) drop(ctx context.Context) {
	a, leave := w.enter()
	if a == nil {
		return
	}
	defer leave()
	switch gone, err := dropBodies(ctx, w.db, a.config); {
	case ctx.Err() != nil: // the next start goes on
	case err != nil:
		a.log.Error("bodies that store.keep_bodies lets go of are still there", "error", err)
	case gone.Bodies > 0:
		a.log.Info("bodies were dropped by store.keep_bodies", "bodies", gone.Bodies, "bytes", gone.Bytes, "older_than", a.config.Store.KeepBodies.String())
	}
}

func dropBodies(ctx context.Context, db *store.DB, c configs.Config) (store.Dropped, error) {
	now := time.Now()
	before, limited := c.Store.KeepBodies.Before(now)
	if !limited {
		return store.Dropped{}, nil
	}
	return db.DropBodies(ctx, before, now, "store.keep_bodies: "+c.Store.KeepBodies.String())
}
