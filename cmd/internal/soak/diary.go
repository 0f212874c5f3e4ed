package main

import (
	"bufio"
	"cmp"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// diary writes down who asked which host for what, and when. It is what the pace of
// requests is judged by.
type diary struct {
	next http.Handler
	mu   sync.Mutex
	to   *os.File
}

// row is one request. left is when its answer began to be sent: no client can have
// been done with it sooner.
type row struct {
	began, left  time.Time
	host, path   string
	client       string
	unanswerable bool // the client had gone by then
}

func (d *diary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/control/") {
		d.next.ServeHTTP(w, r)
		return
	}
	e := &answer{ResponseWriter: w, r: r}
	began := time.Now()
	defer func() {
		e.leave()
		d.mu.Lock()
		defer d.mu.Unlock()
		fmt.Fprintf(d.to, "%d\t%d\t%s\t%s\t%s\t%t\n", began.UnixNano(), e.left.UnixNano(), r.Host, r.URL.Path, clientOf(r), e.gone)
	}()
	d.next.ServeHTTP(e, r)
}

// clientOf is the name in the contact of whoever asks, as in mailto:w1@example.org.
func clientOf(r *http.Request) string {
	_, name, _ := strings.Cut(r.UserAgent(), "mailto:")
	name, _, _ = strings.Cut(name, "@")
	return cmp.Or(name, "unknown")
}

// answer notes when it begins.
type answer struct {
	http.ResponseWriter
	r    *http.Request
	left time.Time
	gone bool
}

func (a *answer) leave() {
	if a.left.IsZero() {
		a.left, a.gone = time.Now(), a.r.Context().Err() != nil
	}
}

func (a *answer) WriteHeader(code int) { a.leave(); a.ResponseWriter.WriteHeader(code) }

func (a *answer) Write(b []byte) (int, error) { a.leave(); return a.ResponseWriter.Write(b) }

// readDiary reads what was written after a time.
func readDiary(since time.Time, names ...string) (rows []row, err error) {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var began, left int64
			var r row
			if _, err := fmt.Sscanf(lines.Text(), "%d\t%d\t%s\t%s\t%s\t%t", &began, &left, &r.host, &r.path, &r.client, &r.unanswerable); err != nil {
				continue // a line that is being written
			}
			if r.began, r.left = time.Unix(0, began), time.Unix(0, left); r.began.After(since) {
				rows = append(rows, r)
			}
		}
		f.Close()
		if err := lines.Err(); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// verdict is what a diary says about the pace.
type verdict struct {
	requests, hosts int
	byClient        map[string]int
	// beside and soon tell of requests beside another to the same host, or nearer to
	// it than the pace allows. late are those of either kind whose neighbour had been
	// given up by its client, or that had been given up themselves: killed, cut off
	// or out of time while the server was busy with it.
	beside, soon, late []string
}

func (v verdict) String() string {
	return fmt.Sprintf("%d requests to %d hosts %v: %d beside another, %d too soon after one; %d near one that its client had given up",
		v.requests, v.hosts, v.byClient, len(v.beside), len(v.soon), len(v.late))
}

// judge looks for requests that are too near to another. robots.txt and the page
// that the same client asks for after it count as one.
func judge(rows []row, pace time.Duration) (v verdict) {
	v.requests, v.byClient = len(rows), map[string]int{}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(strings.Compare(a.host, b.host), a.began.Compare(b.began)) })
	var before *row
	for i := range rows {
		r := &rows[i]
		v.byClient[r.client]++
		if before == nil || before.host != r.host {
			v.hosts++
			before = r
			continue
		}
		d := r.began.Sub(before.left)
		what := fmt.Sprintf("%s: %s by %s at %s, %v after the answer to %s by %s, which was asked for at %s", r.host, r.path, r.client,
			r.began.Format("15:04:05.000"), d, before.path, before.client, before.began.Format("15:04:05.000"))
		switch {
		case d >= pace, d >= 0 && before.path == "/robots.txt" && before.client == r.client:
		case before.unanswerable || r.unanswerable:
			v.late = append(v.late, what)
		case d < 0:
			v.beside = append(v.beside, what)
		default:
			v.soon = append(v.soon, what)
		}
		if r.left.After(before.left) {
			before = r
		}
	}
	return v
}
