package discover_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"policywatch/store/record"
)

// web is a fetcher over one txtar file: each stanza's name is an address, its
// body the page. "status N", "fault KIND" and "redirect ADDRESS" stand for
// those answers, "*" answers for every other address, and a page whose body is
// "panic" must never be asked for.
type web struct {
	t     testing.TB
	pages map[string]string
	asked []string
}

func (w *web) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	if ctx.Err() != nil {
		return nil, &record.Fault{Kind: record.FaultCancelled, URL: r.URL}
	}
	w.asked = append(w.asked, r.URL)
	body, ok := w.pages[r.URL]
	if !ok {
		if body, ok = w.pages["*"]; !ok {
			body = "status 404"
		}
	}
	snap := &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: 200, Header: map[string][]string{"Content-Type": {"text/html; charset=utf-8"}}}
	word, rest, _ := strings.Cut(strings.TrimSpace(body), " ")
	switch word {
	case "panic":
		w.t.Errorf("%s must not be fetched", r.URL)
		return nil, &record.Fault{Kind: record.FaultUnreachable, URL: r.URL}
	case "status":
		n, _ := strconv.Atoi(rest)
		kind := record.FaultHTTP4xx
		if n == 404 {
			kind = record.FaultNotFound
		}
		snap.Status = n
		return snap, &record.Fault{Kind: kind, URL: r.URL, Status: n}
	case "fault":
		return nil, &record.Fault{Kind: record.FaultKind(rest), URL: r.URL}
	case "redirect":
		snap.FinalURL = rest
		body = w.pages[rest]
	}
	snap.Body = []byte(body)
	if strings.HasSuffix(r.URL, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(snap.Body)
		z.Close()
		snap.Body = b.Bytes()
	}
	return snap, nil
}

func (w *web) Sitemaps(context.Context, string) []string {
	return strings.Fields(w.pages["robots"])
}

func readWeb(t testing.TB, file string) (w *web, want string) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w = &web{t: t, pages: map[string]string{}}
	for _, f := range a.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		if strings.HasPrefix(f.Name, "http") && w.pages["home"] == "" {
			w.pages["home"] = f.Name
		}
		w.pages[f.Name] = string(f.Data)
	}
	return w, want
}

// Sites modelled on real layouts: the right page first, for the right reasons,
// with no page opened that need not be. F11, K7, K8, C5, C8
func TestSites(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 20 {
		t.Fatalf("only %d sites", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			w, want := readWeb(t, file)
			cands, steps, fault := finder(t, w).Candidates(t.Context(), record.Site{}, w.pages["home"])
			var best record.Candidate
			if len(cands) > 0 {
				best = cands[0]
			}
			told := fmt.Sprintf("%+v\nfault %+v\nsteps %+v\nasked %v", cands, fault, steps, w.asked)
			if (fault == nil) == (len(cands) == 0) {
				t.Errorf("a fault comes exactly when there are no candidates: %s", told)
			}
			if len(steps) == 0 {
				t.Error("no steps for the trail")
			}
			for line := range strings.Lines(want) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
				ok := false
				switch key {
				case "url":
					ok = best.URL == value && best.Score >= 0.5
				case "second":
					ok = len(cands) > 1 && cands[1].URL == value
				case "second_reason":
					ok = len(cands) > 1 && strings.Contains(strings.Join(cands[1].Reasons, "; "), value)
				case "alternate", "no_alternate":
					at := slices.IndexFunc(cands, func(c record.Candidate) bool { return c.URL == value })
					ok = at >= 0 && (cands[at].AlternateOf == best.URL) == (key == "alternate")
				case "lang":
					ok = best.Lang == value
				case "reason":
					ok = strings.Contains(strings.Join(best.Reasons, "; "), value)
				case "below":
					least, _ := strconv.ParseFloat(value, 64)
					ok = best.Score < least
				case "fault":
					ok = fault != nil && string(fault.Kind) == value
				case "detail":
					ok = fault != nil && strings.Contains(fault.Detail, value)
				case "fetches":
					ok = strconv.Itoa(len(w.asked)) == value
				default:
					t.Fatalf("unknown line %q", line)
				}
				if !ok {
					t.Errorf("want %sgot %s", line, told)
				}
			}
			if slices.Contains(w.asked, "robots") {
				t.Error("asked for a stanza that is no page")
			}
		})
	}
}
