package web

import (
	"net/http"
	"time"

	"policywatch/store/record"
)

// late is the age of a site's last success from which it is counted.
const late = 48 * time.Hour

// late reports whether a site is visited and yet was not read for so long. One that
// waits for its first visit is not.
func (r row) late(now time.Time) bool {
	return !r.Past.LastVisit.IsZero() && now.Sub(r.Past.LastSuccess) >= late
}

type healthPage struct {
	frame
	Board     *board
	States    []bar
	Ages      []column
	Late      []row
	LateCount int
	LastVisit time.Time
	Size      string
	Versions  int
	Outbox    record.OutboxCount
	Fleet     *Fleet
}

func (d *dashboard) health(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	p := healthPage{frame: d.frame(w, r, "health", b), Board: b, Outbox: b.outbox, Fleet: d.fleet(r.Context())}
	p.States, p.Ages = p.states(b), p.ages(b)
	for _, i := range b.sorted["success"]() {
		x := b.rows[i]
		if x.late(p.Now) {
			if p.LateCount++; p.LateCount <= 10 {
				p.Late = append(p.Late, x)
			}
		}
	}
	for _, x := range b.rows {
		p.Versions += x.Past.Version
		if x.Past.LastVisit.After(p.LastVisit) {
			p.LastVisit = x.Past.LastVisit
		}
	}
	if d.Size != nil {
		n, err := d.Size()
		if err != nil {
			return err
		}
		p.Size = p.bytes(n)
	}
	return d.show(w, http.StatusOK, "health", p)
}
