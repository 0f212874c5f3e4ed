package wire_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// scriptSite is a site that its scripts build: every page is the same shell. The
// statement asks for something inside, too.
func scriptSite(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", `"shell"`)
		if r.Header.Get("If-None-Match") == `"shell"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><title>Office of Bridges</title><div id="root"></div><script>
if (location.pathname === '/privacy') fetch('/text').then(r => r.text()).then(t => { root.innerHTML = t; fetch('http://169.254.169.254/') });
else root.innerHTML = '<p>Welcome</p><footer><a href="/privacy">Privacy policy</a></footer>';
</script></html>`)
	})
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, statement) })
	mux.HandleFunc("/robots.txt", http.NotFound)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

func newTools(t *testing.T, browser string) (*wire.Tools, error) {
	path := filepath.Join(t.TempDir(), "policywatch.yaml")
	cfg := fmt.Sprintf("crawl: {per_host_interval: 0s, scheme: http, browser: %q, allow_addresses: [127.0.0.0/8]}\n", browser)
	if err := os.WriteFile(path, []byte(cfg), 0o644); err != nil {
		t.Fatal(err)
	}
	tools, err := wire.NewTools(wire.Options{ConfigPath: path, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Cleanup(tools.Close)
	}
	return tools, err
}

// C5: a site that scripts build is found and read where there is a browser, and
// its text counts although the shell around it never changes.
func TestReadsASiteThatScriptsBuild(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skipf("NOT TESTED: rendering needs Chromium: %v", err)
	}
	site := record.Site{Domain: scriptSite(t)}
	tools, err := newTools(t, "auto")
	if err != nil {
		t.Fatal(err)
	}
	o := tools.Crawler.Observe(t.Context(), site, record.Prior{})
	if o.Fault != nil || !strings.HasSuffix(o.URL, "/privacy") || o.Snapshot.Via != "browser" {
		t.Fatalf("%v at %s\n%v", o.Fault, o.URL, o.Trail)
	}
	if n := len(o.Document.Sections); n < 5 {
		t.Errorf("%d sections: %v", n, o.Document.Text())
	}
	for _, words := range []string{"after its scripts had run", "forbidden_address"} {
		if !slices.ContainsFunc(o.Trail, func(s record.Step) bool { return s.Action == "render" && strings.Contains(s.Outcome, words) }) {
			t.Errorf("the trail does not say %q: %v", words, o.Trail)
		}
	}
	// The next visit asks as the archive would.
	prior := record.Prior{URL: o.URL, ETag: o.Snapshot.ETag(), LastModified: o.Snapshot.LastModified(), BodyDigest: o.BodyDigest,
		Extractor: wire.Extractor, Lang: o.Document.Lang, Identity: o.Document.Identity}
	o = tools.Crawler.Observe(t.Context(), site, prior)
	if o.Fault != nil || o.Unmodified || o.Document.Identity != prior.Identity {
		t.Errorf("the second visit: %v, unmodified %v", o.Fault, o.Unmodified)
	}
}

func TestWithoutBrowserAShellIsAFaultThatHelps(t *testing.T) {
	site := record.Site{Domain: scriptSite(t)}
	for name, browser := range map[string]string{"off": "off", "none found": "auto"} {
		if browser == "auto" {
			t.Setenv("PATH", t.TempDir())
		}
		tools, err := newTools(t, browser)
		if err != nil {
			t.Fatal(err)
		}
		o := tools.Crawler.Observe(t.Context(), site, record.Prior{})
		if o.Fault == nil || o.Fault.Kind != record.FaultShell || !strings.Contains(o.Fault.Detail, "install chromium, or set crawl.browser") {
			t.Errorf("%s: %v", name, o.Fault)
		}
	}
}

// A browser that was named must be there.
func TestNamedBrowserMustBeThere(t *testing.T) {
	_, err := newTools(t, "/no/such/chromium")
	var usage *wire.UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "crawl.browser") {
		t.Errorf("%v", err)
	}
}
