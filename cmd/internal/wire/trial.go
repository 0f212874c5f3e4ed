package wire

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"policywatch/configs"
	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/notify/trace"
	"policywatch/store/record"
)

// Trial is what became of one sample.
type Trial struct {
	Event     record.EventType `json:"event"`
	ID        string           `json:"id"`
	Steps     []string         `json:"steps"`
	Delivered bool             `json:"delivered"`
	// Problem is why it was not delivered, or a remark on one that was.
	Problem string `json:"problem,omitempty"`
}

// TryChannel sends a sample of every event to one channel and hands each outcome
// to emit. A failure that is not the message's own, as of the connection, ends the
// trial: the others would wait for the same. It needs no archive, and what it
// sends is not kept.
func TryChannel(ctx context.Context, o Options, name string, emit func(Trial) error) (channel string, err error) {
	cfg, err := o.load()
	if err != nil {
		return "", err
	}
	var known []string
	for _, ch := range cfg.Notify.Channels {
		known = append(known, ch.Name)
	}
	if !slices.Contains(known, name) {
		if len(known) == 0 {
			return "", usage("there is no channel %q: the configuration names none under notify.channels", name)
		}
		return "", usage("there is no channel %q; known are %s", name, strings.Join(known, ", "))
	}
	d, err := loadData()
	if err != nil {
		return "", err
	}
	// The others are not built: a mistake in one must not hide behind this one.
	cfg.Notify.Channels = slices.DeleteFunc(slices.Clone(cfg.Notify.Channels), func(c configs.Channel) bool { return c.Name != name })
	channels, err := newChannels(cfg)
	if err != nil {
		return "", err
	}
	sender, lang := channels.senders[name], channels.langs[name]
	if lang == "" {
		lang = cfg.Notify.Lang
	}
	writer, err := newReport(d.books, cfg, o.Log)
	if err != nil {
		return "", err
	}
	for _, ev := range notify.Samples(time.Now()) {
		t := try(ctx, sender, writer, ev, name, lang)
		if err := emit(t.Trial); err != nil {
			return fmt.Sprint(sender), err
		}
		if t.retry || ctx.Err() != nil {
			break
		}
	}
	return fmt.Sprint(sender), nil
}

type trial struct {
	Trial
	retry bool
}

func try(ctx context.Context, s notify.Sender, w *report.Writer, ev record.Event, channel, lang string) trial {
	// By its time, or a receiver would take a second test for a repetition.
	a := record.Alert{ID: notify.AlertID(record.Event{Type: ev.Type, Site: ev.Site, At: ev.At}, channel), Channel: channel, Event: ev,
		Why: []record.Cause{{Route: "notify test"}}}
	t := trial{Trial: Trial{Event: ev.Type, ID: a.ID, Steps: []string{}}}
	m, err := w.Write(a, lang)
	if err != nil {
		t.Problem = err.Error()
		return t
	}
	var mu sync.Mutex
	ended := false
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	retry, err := s.Send(trace.With(ctx, func(step string) {
		mu.Lock()
		defer mu.Unlock()
		if !ended { // a connection that is kept may go on talking
			t.Steps = append(t.Steps, step)
		}
	}), m)
	mu.Lock()
	defer mu.Unlock()
	ended = true
	t.Delivered, t.retry = err == nil, err != nil && retry
	if err != nil {
		t.Problem = err.Error()
		if a, ok := err.(interface{ Accepted() bool }); ok && a.Accepted() {
			t.Delivered = true
		}
	}
	return t
}
