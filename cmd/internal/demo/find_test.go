package demo_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"policywatch/configs"
	"policywatch/crawler/charset"
	"policywatch/crawler/discover"
	"policywatch/store/record"
)

// visitor fetches as the product does, without its patience.
type visitor struct{ t *testing.T }

func (v visitor) Fetch(_ context.Context, r record.Request) (*record.Snapshot, error) {
	url := r.URL
	for range 5 {
		a := get(v.t, url)
		snap := &record.Snapshot{URL: r.URL, FinalURL: url, Status: a.StatusCode, Header: a.Header, Body: a.Body}
		switch {
		case a.StatusCode/100 == 3:
			to, err := a.Location()
			if err != nil {
				return nil, err
			}
			url = to.String()
		case a.StatusCode == http.StatusNotFound:
			return snap, &record.Fault{Kind: record.FaultNotFound, URL: r.URL, Status: a.StatusCode}
		case a.StatusCode >= 400:
			return snap, fmt.Errorf("%s: status %d", url, a.StatusCode)
		default:
			return snap, nil
		}
	}
	return nil, fmt.Errorf("%s: too many redirects", url)
}

// K8: from the home page the product finds every statement, the moved ones too:
// behind an icon, behind the "about" page, among news about privacy.
func TestProductFindsEveryStatement(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	w := open(t)
	finder := discover.New(lex, visitor{t}, func(s *record.Snapshot) []byte {
		text, _ := charset.Decode(s.Body, s.ContentType())
		return text
	})
	for epoch := range 2 {
		w.Advance(epoch)
		for _, a := range w.Agencies() {
			_, want := w.Statement(a.Slug, epoch)
			got, _, fault := finder.Candidates(t.Context(), record.Site{Domain: a.Host}, a.URL())
			if fault != nil || len(got) == 0 {
				t.Errorf("%s at %d: nothing found: %v", a.Slug, epoch, fault)
				continue
			}
			if resolve(t, a.URL(), got[0].URL) != resolve(t, a.URL(), want) {
				t.Errorf("%s at %d: the best candidate is %s (%.2f: %q), want %s", a.Slug, epoch, got[0].URL, got[0].Score, got[0].Reasons, want)
			}
		}
	}
	if got := w.Trespasses(); len(got) > 0 {
		t.Errorf("the search fetched closed pages: %v", got)
	}
}
