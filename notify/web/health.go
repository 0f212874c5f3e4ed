package web

import (
	"net/http"
	"time"

	"policywatch/store/record"
)

// late is the age of a site's last success from which it is counted.
const late = 48 * time.Hour

type healthPage struct {
	frame
	Sites     int
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
	if b.counting {
		return d.counting(w, r, "health", "web.nav.health", b)
	}
	p := healthPage{frame: d.frame(w, r, "health", b), Outbox: b.outbox, Fleet: d.fleet(r.Context())}
	p.States, p.Ages = p.states(b), p.ages(b)
	p.Sites, p.Versions, p.LastVisit = len(b.rows), b.versions, moment(b.visited)
	var first []int32
	for _, i := range b.order("success") {
		if b.rows[i].late(p.Now) {
			if p.LateCount++; p.LateCount <= 10 {
				first = append(first, i)
			}
		}
	}
	if p.Late, err = d.boards.pick(r.Context(), b, first, len(first)); err != nil {
		return err
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
