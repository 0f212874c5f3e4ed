package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// client returns a client that may reach the servers of the tests.
func client(t testing.TB, o fetch.Options) *fetch.Client {
	t.Helper()
	if o.AllowAddresses == nil {
		o.AllowAddresses = loopback
	}
	if o.RetryBudget == 0 {
		o.RetryBudget = -1
	}
	c, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// serve starts a server for one test.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// wantFault checks that err is a fault of the given kind and returns it.
func wantFault(t testing.TB, err error, kind record.FaultKind) *record.Fault {
	t.Helper()
	var f *record.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got error %v, want fault %s", err, kind)
	}
	if f.Kind != kind {
		t.Fatalf("got fault %v, want %s", f, kind)
	}
	if f.Detail == "" {
		t.Errorf("fault %s says nothing about what happened", kind)
	}
	return f
}

func TestFetchReturnsWhatTheServerSaid(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=windows-1256")
		w.Header().Set("ETag", `"v1"`)
		io.WriteString(w, "<p>\xcd\xd1\xed\xe3") // stays as it is: decoding is another package's
	})
	c := client(t, fetch.Options{Version: "1.2", Contact: "mailto:office@example.org"})
	snap, err := c.Fetch(context.Background(), record.Request{URL: s.URL + "/fa/privacy?x=1#top"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(snap.Body), "<p>\xcd\xd1\xed\xe3"; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	if snap.Status != 200 || snap.ETag() != `"v1"` || snap.ContentType() != "text/html; charset=windows-1256" || snap.Via != "http" {
		t.Errorf("unexpected snapshot %+v", snap)
	}
	if want := s.URL + "/fa/privacy?x=1"; snap.URL != want || snap.FinalURL != want {
		t.Errorf("URL %q, final %q, want %q", snap.URL, snap.FinalURL, want)
	}
}
