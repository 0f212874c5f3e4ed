package render_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/render"
	"policywatch/store/record"
)

// remoteBrowser runs a browser of somebody else's and returns the address of its
// debugging port.
func remoteBrowser(t *testing.T) string {
	t.Helper()
	program, err := render.Find("")
	if err != nil {
		t.Skipf("NOT TESTED: rendering needs Chromium: %v", err)
	}
	// Not the test's own folder, whose name is too long for the browser's socket.
	dir, err := os.MkdirTemp("/tmp", "pw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-breakpad", "--disable-crash-reporter", "--proxy-server=http://nowhere.invalid:1",
		"--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	c.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=/usr/bin:/bin"}
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if _, at, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return strings.TrimSpace(at)
		}
	}
	t.Fatal("the browser did not start")
	return ""
}

// A remote browser on this machine goes out through our proxy too; it is not
// ours to end.
func TestRemoteBrowser(t *testing.T) {
	ws := remoteBrowser(t)
	s, inside := newSite(t), newSite(t)
	inside.page("/", "inside")
	s.page("/", `<div id="x"></div><script>fetch('/data').then(r => r.text()).then(t => x.innerHTML = t); fetch('`+inside.URL+`/')</script>`)
	s.page("/data", statement)
	s.page("/hung", `<script>for(;;);</script>`)
	host := strings.TrimPrefix(ws[:strings.Index(ws, "/devtools")], "ws")
	for at, paths := range map[string][]string{ws: {"/", "/hung", "/"}, "ws" + host: {"/"}, "http" + host: {"/"}} {
		b := browser(t, s, render.Options{Remote: at, Timeout: 12 * time.Second})
		for _, path := range paths {
			snap, err := get(t, b, s.URL+path)
			switch {
			case path == "/hung":
				wantFault(t, err, record.FaultTimeout)
			case err != nil:
				t.Errorf("%s: %v", at, err)
			case !strings.Contains(string(snap.Body), "جمع‌آوری"):
				t.Errorf("%s: %.300s", at, snap.Body)
			}
		}
		b.Close()
	}
	if inside.wasAsked("/") {
		t.Error("the remote browser went past the guard")
	}
}

func TestRemoteThatIsNotThere(t *testing.T) {
	s := newSite(t)
	b := browser(t, s, render.Options{Remote: "ws://127.0.0.1:1/"})
	_, err := get(t, b, s.URL+"/")
	wantFault(t, err, record.FaultShell)
}

func TestOptions(t *testing.T) {
	s := newSite(t)
	for name, o := range map[string]render.Options{
		"no dialer":             {Path: "/bin/true"},
		"no such program":       {Path: "/no/such/browser", Dial: s.dial},
		"three tabs":            {Path: "/bin/true", Dial: s.dial, Tabs: 3},
		"not an address":        {Remote: "browser:9222", Dial: s.dial},
		"remote past the guard": {Remote: "ws://browser.example:9222", Dial: s.dial},
		"local past the guard":  {Path: "/bin/true", Dial: s.dial, Unguarded: true},
	} {
		if b, err := render.New(o); err == nil {
			b.Close()
			t.Errorf("%s: accepted", name)
		}
	}
	if b, err := render.New(render.Options{Remote: "ws://browser.example:9222", Unguarded: true}); err != nil {
		t.Error(err)
	} else {
		b.Close()
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := render.New(render.Options{Dial: s.dial}); err != render.ErrNoBrowser {
		t.Errorf("without a browser: %v", err)
	}
}

// A program that is no browser is told as such, and not waited for.
func TestNoSuchBrowser(t *testing.T) {
	s := newSite(t)
	b := browser(t, s, render.Options{Path: "/bin/false"})
	_, err := get(t, b, s.URL+"/")
	wantFault(t, err, record.FaultShell)
}
