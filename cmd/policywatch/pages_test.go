package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// browse asks the service for a page; form makes it a post.
func browse(t *testing.T, method, address, form string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// The daemon shows what it watches, goes on showing it over a new configuration,
// and takes a person's word, whose alerts it delivers itself.
func TestWatchServesTheDashboard(t *testing.T) {
	dir, first, second := t.TempDir(), newAgency(t), newAgency(t)
	web := folderChannel + "web: {listen: '127.0.0.1:0'}\n"
	configure(t, dir, "every: 1h", web, first)
	s := start(t, dir)
	address := s.logged("the dashboard is served")["address"].(string)
	s.logged("visited", "state", "new", "site", first.host)
	site := address + "sites/" + url.PathEscape(first.host)
	if code, page := browse(t, "GET", site, ""); code != http.StatusOK || !strings.Contains(page, "six months") {
		t.Errorf("the site's page: %d", code)
	}

	_, metrics := browse(t, "GET", address+"metrics", "")
	for _, want := range []string{`policywatch_visits_total{state="new"} 1`, `policywatch_visit_duration_seconds_count 1`, `policywatch_sites{state="ok"} 1`} {
		if !strings.Contains(metrics, "\n"+want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	namesAreExported(t, metrics)

	// A program asks for a visit, and reads what came of it as the command line
	// writes it.
	first.edit(t)
	if code, _ := browse(t, "POST", address+"api/v1/sites/nowhere.example/scan", ""); code != http.StatusNotFound {
		t.Errorf("a visit of a site that is not listed: %d", code)
	}
	if code, said := browse(t, "POST", address+"api/v1/sites/"+url.PathEscape(first.host)+"/scan", ""); code != http.StatusAccepted {
		t.Fatalf("asked for a visit: %d %s", code, said)
	}
	s.logged("visited", "state", "changed", "site", first.host)
	api := address + "api/v1/sites/" + url.PathEscape(first.host)
	_, said := browse(t, "GET", api+"/versions", "")
	_, statement := browse(t, "GET", api+"/statement", "")
	row := ""
	until(t, "the site's newest state", func() bool { // lists may be two seconds old
		_, row = browse(t, "GET", api, "")
		return strings.Contains(row, `"version":2`)
	})
	var versions struct{ Versions []json.RawMessage }
	if err := json.Unmarshal([]byte(said), &versions); err != nil || len(versions.Versions) != 2 {
		t.Fatalf("%v: %s", err, said)
	}
	until(t, "the mail", func() bool {
		list, _ := filepath.Glob(filepath.Join(dir, "alerts", "*.eml"))
		return len(list) == 1
	})

	configure(t, dir, "every: 1h", strings.Replace(web, "127.0.0.1:0", "127.0.0.1:1", 1), first, second)
	s.signal(syscall.SIGHUP)
	s.logged("web.listen has changed; that takes effect when the daemon is started anew")
	s.logged("visited", "state", "new", "site", second.host)
	if code, page := browse(t, "GET", address+"sites", ""); code != http.StatusOK || strings.Count(page, "127.0.0.1") < 2 {
		t.Errorf("the sites after a reload: %d", code)
	}
	if code, _ := browse(t, "POST", site+"/release", "x=y"); code != http.StatusConflict {
		t.Errorf("released what does not wait: %d", code)
	}
	if code, _ := browse(t, "POST", address+"alerts/resend", "id=none"); code != http.StatusNotFound {
		t.Errorf("resent what is not there: %d", code)
	}
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	if conn, err := net.DialTimeout("tcp", strings.Trim(strings.TrimPrefix(address, "http:"), "/"), time.Second); err == nil {
		conn.Close()
		t.Error("somebody listens still")
	}
	ask(t, dir, exitDone, "verify")
	history, _ := ask(t, dir, exitDone, "history", first.host, "--format", "json")
	if want := string(versions.Versions[0]) + "\n" + string(versions.Versions[1]) + "\n"; history != want {
		t.Errorf("history writes\n%sand the API\n%s", history, want)
	}
	if shown, _ := ask(t, dir, exitDone, "show", first.host, "--format", "json"); shown != statement {
		t.Errorf("show writes\n%sand the API\n%s", shown, statement)
	}
	if sites, _ := ask(t, dir, exitDone, "sites", "--format", "json"); !strings.Contains(sites, row) {
		t.Errorf("sites writes\n%sand the API\n%s", sites, row)
	}
}

// An address that cannot be had, or must not, is said at once.
func TestWatchRefusesAnAddress(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	configure(t, dir, "every: 1h", "web: {listen: '"+taken.Addr().String()+"'}\n", a)
	_, errs := ask(t, dir, exitUnfinish, "watch")
	if !strings.Contains(errs, taken.Addr().String()) || !strings.Contains(errs, "address already in use") || !strings.Contains(errs, "web.listen") {
		t.Errorf("an address in use: %s", errs)
	}
	configure(t, dir, "every: 1h", "web: {listen: '0.0.0.0:8080'}\n", a)
	_, errs = ask(t, dir, exitUsage, "watch")
	if !strings.Contains(errs, "policywatch.yaml:3:15: web.listen: others can reach 0.0.0.0:8080; write web.auth") {
		t.Errorf("an address for everybody: %s", errs)
	}
}

// A capture that waits is released by a program, and the daemon tells of it; an
// alert that was sent is sent again.
func TestWatchTakesAPersonsWord(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 1h", folderChannel+"web: {listen: '127.0.0.1:0'}\n", a)
	s := start(t, dir)
	api := s.logged("the dashboard is served")["address"].(string) + "api/v1/"
	site := api + "sites/" + url.PathEscape(a.host)
	s.logged("visited", "state", "new")
	a.says("<title>Privacy policy</title><main><h1>Privacy policy</h1><h2>Sharing</h2><p>We do not sell personal information. We disclose it only where a court orders us to, and your rights stay as they are.</p></main>")
	if code, _ := browse(t, "POST", site+"/scan", ""); code != http.StatusAccepted {
		t.Fatalf("a visit: %d", code)
	}
	s.logged("visited", "state", "pending")
	until(t, "the capture that waits", func() bool {
		_, said := browse(t, "GET", api+"pending", "")
		return strings.Contains(said, `"kind":"collapse"`)
	})
	if code, said := browse(t, "POST", site+"/release", ""); code != http.StatusNoContent {
		t.Fatalf("release: %d %s", code, said)
	}
	var list struct{ Alerts []struct{ ID, State string } }
	alerts := func() {
		t.Helper()
		_, said := browse(t, "GET", api+"alerts?state=sent", "")
		if err := json.Unmarshal([]byte(said), &list); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the alert", func() bool { alerts(); return len(list.Alerts) == 1 })
	mails := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, "alerts", "*.eml"))
		return found
	}
	for _, m := range mails() {
		if err := os.Remove(m); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := browse(t, "POST", api+"alerts/"+url.PathEscape(list.Alerts[0].ID)+"/resend", ""); code != http.StatusNoContent {
		t.Fatalf("resend: %d %s", code, said)
	}
	until(t, "the mail again", func() bool { return len(mails()) == 1 })
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
}

// The lock on an address that others can reach does not come off while it is
// served.
func TestWatchKeepsTheLock(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 1h", "web: {listen: '0.0.0.0:0', auth: {user: office, password: long}}\n", a)
	s := start(t, dir)
	_, port, err := net.SplitHostPort(strings.Trim(strings.TrimPrefix(s.logged("the dashboard is served")["address"].(string), "http:"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	s.logged("visited", "state", "new")
	configure(t, dir, "every: 1h", "web: {listen: '127.0.0.1:0'}\n", a)
	s.signal(syscall.SIGHUP)
	s.logged("the new configuration is not used, the old one stays", "error", "web.auth is gone")
	for _, path := range []string{"", "metrics", "api/v1/sites"} {
		if code, _ := browse(t, "GET", "http://127.0.0.1:"+port+"/"+path, ""); code != http.StatusUnauthorized {
			t.Errorf("/%s is open: %d", path, code)
		}
	}
	if code, _ := browse(t, "GET", "http://127.0.0.1:"+port+"/healthz", ""); code != http.StatusOK {
		t.Errorf("the probe: %d", code)
	}
	configure(t, dir, "every: 1h", "web: {listen: '127.0.0.1:0', auth: {user: office, password: longer}}\n", a)
	s.signal(syscall.SIGHUP)
	s.logged("the new configuration is in use")
	for user, want := range map[string]int{"office:long": http.StatusUnauthorized, "office:longer": http.StatusOK} {
		if code, _ := browse(t, "GET", "http://"+user+"@127.0.0.1:"+port+"/", ""); code != want {
			t.Errorf("%s: %d", user, code)
		}
	}
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
}

// namesAreExported holds the rules and the board that are given out against what
// the daemon exports.
func namesAreExported(t *testing.T, metrics string) {
	t.Helper()
	exported := map[string]bool{"policywatch": true} // the groups' name and job
	for _, m := range regexp.MustCompile(`(?m)^(?:# TYPE )?([a-z_]+)`).FindAllStringSubmatch(metrics, -1) {
		exported[m[1]] = true
	}
	for _, name := range []string{"alerts.rules.yaml", "dashboard.grafana.json"} {
		b, err := os.ReadFile("packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var parsed any // JSON is YAML, too
		if err := yaml.Unmarshal(b, &parsed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		names := regexp.MustCompile(`policywatch_[a-z_]+`).FindAllString(string(b), -1)
		if len(names) < 10 {
			t.Errorf("%s names %d metrics", name, len(names))
		}
		for _, m := range names {
			if !exported[m] && !strings.HasPrefix(m, "policywatch_fleet_") { // those of a fleet: notify/web
				t.Errorf("%s names %s, which is not exported", name, m)
			}
		}
	}
}
