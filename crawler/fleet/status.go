package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Status is what a fleet does at a moment.
type Status struct {
	Name    string    `json:"name"`
	At      time.Time `json:"at"`
	Members []Member  `json:"members"`
	Lanes   []Lane    `json:"lanes"`
	// Queued counts the visits that no worker has taken yet, Out those being made,
	// Reports those that the coordinator has not finished with.
	Queued  int `json:"queued"`
	Out     int `json:"out"`
	Reports int `json:"reports"`
	// Lag is the age of the oldest visit that is queued or out, ReportLag that of the
	// oldest report.
	Lag       Seconds `json:"lag_seconds"`
	ReportLag Seconds `json:"report_lag_seconds"`
	// Hosts counts the hosts that are being asked, or left in peace after that.
	Hosts int `json:"hosts"`
}

// Seconds are a time that JSON writes as a number of seconds.
type Seconds time.Duration

// MarshalJSON writes the number.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', 3, 64), nil
}

// String is that of the duration, to the second.
func (s Seconds) String() string { return time.Duration(s).Round(time.Second).String() }

// Lane is a queue of visits: of any worker, of a vantage, or of those that go alone
// because workers died during them.
type Lane struct {
	Vantage string `json:"vantage"`
	Alone   bool   `json:"alone"`
	Queued  int    `json:"queued"`
	Out     int    `json:"out"`
	// Redelivered counts the visits out that another worker had before, Delivered all
	// deliveries since the lane was made.
	Redelivered int    `json:"redelivered"`
	Delivered   uint64 `json:"delivered"`
}

// ErrNoFleet means that the servers hold no fleet of that name.
var ErrNoFleet = errors.New("there is no fleet of that name on these servers")

// See connects to the fleet's servers, asks them for its status and leaves.
func See(ctx context.Context, o Options) (Status, error) {
	if err := o.Check(); err != nil {
		return Status{}, err
	}
	if o.Name == "" {
		o.Name = defaultName
	}
	opts, err := o.nats()
	if err != nil {
		return Status{}, err
	}
	nc, err := nats.Connect(o.URL, append(opts, nats.RetryOnFailedConnect(false), nats.MaxReconnects(0))...)
	if err != nil {
		return Status{}, fmt.Errorf("connect to the fleet's servers: %w", err)
	}
	defer nc.Close()
	l := &link{Options: o, nc: nc}
	if l.js, err = jetstream.New(nc); err != nil {
		return Status{}, err
	}
	if err := l.find(ctx); err != nil {
		return Status{}, err
	}
	return l.Status(ctx)
}

// find finds what a fleet has on its servers and makes nothing.
func (l *link) find(ctx context.Context) (err error) {
	if l.visits, err = l.js.Stream(ctx, l.Name+"_visits"); err == nil {
		if l.reports, err = l.js.Stream(ctx, l.Name+"_reports"); err == nil {
			if l.turns, err = l.js.Stream(ctx, l.Name+"_turns"); err == nil {
				l.members, err = l.js.KeyValue(ctx, l.Name+"_members")
			}
		}
	}
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound) {
		return fmt.Errorf("%q: %w", l.Name, ErrNoFleet)
	}
	if err != nil {
		return fmt.Errorf("ask the fleet's servers: %w", err)
	}
	return nil
}

// Status asks the servers what the fleet does.
func (l *link) Status(ctx context.Context) (s Status, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("ask the fleet's servers: %w", err)
		}
	}()
	s = Status{Name: l.Name, At: time.Now()}
	visits, err := l.visits.Info(ctx)
	if err != nil {
		return s, err
	}
	reports, err := l.reports.Info(ctx)
	if err != nil {
		return s, err
	}
	turns, err := l.turns.Info(ctx)
	if err != nil {
		return s, err
	}
	s.Reports, s.Hosts = int(reports.State.Msgs), int(turns.State.Msgs)
	s.Lag, s.ReportLag = age(visits.State, s.At), age(reports.State, s.At)
	lanes := l.visits.ListConsumers(ctx)
	for i := range lanes.Info() {
		name, ours := strings.CutPrefix(i.Name, protocolToken+"_")
		if !ours {
			continue
		}
		lane := Lane{Queued: int(i.NumPending), Out: i.NumAckPending, Redelivered: i.NumRedelivered, Delivered: i.Delivered.Consumer}
		lane.Vantage, lane.Alone = strings.CutSuffix(name, alone)
		s.Queued, s.Out = s.Queued+lane.Queued, s.Out+lane.Out
		s.Lanes = append(s.Lanes, lane)
	}
	if err := lanes.Err(); err != nil {
		return s, err
	}
	s.Members, err = l.known(ctx)
	return s, err
}

func age(s jetstream.StreamState, now time.Time) Seconds {
	if s.Msgs == 0 || s.FirstTime.IsZero() {
		return 0
	}
	return Seconds(max(0, now.Sub(s.FirstTime)))
}

// Write writes the status for people.
func (s Status) Write(w io.Writer) error {
	fmt.Fprintf(w, "Fleet %s: %d visits queued, %d out, the oldest for %s; %d reports wait, the oldest for %s; %d hosts are being asked.\n",
		s.Name, s.Queued, s.Out, s.Lag, s.Reports, s.ReportLag, s.Hosts)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MEMBER\tKIND\tVERSION\tVANTAGE\tBUSY\tVISITS\tHEARD OF")
	for _, m := range s.Members {
		busy := fmt.Sprint(m.Busy)
		if m.Slots > 0 {
			busy = fmt.Sprintf("%d of %d", m.Busy, m.Slots)
		}
		version := m.Version
		if m.Proto != Protocol {
			version += fmt.Sprintf(" (protocol %d, not %d)", m.Proto, Protocol)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s ago\n", m.Name, m.Kind, version, cmp.Or(m.Vantage, "-"), busy, m.Visits, s.At.Sub(m.At).Round(time.Second))
	}
	fmt.Fprintln(t, "\nLANE\tQUEUED\tOUT\tREDELIVERED\tDELIVERED\t\t")
	for _, l := range s.Lanes {
		name := l.Vantage
		if l.Alone {
			name += ", alone"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\t\n", name, l.Queued, l.Out, l.Redelivered, l.Delivered)
	}
	return t.Flush()
}
