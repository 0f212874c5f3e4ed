package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"policywatch/notify/web"
)

// spec is the description of the API as it is served.
type spec struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	Paths    map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
}

func described(t *testing.T, h http.Handler) *spec {
	t.Helper()
	w := ask(h, "GET", "/api/v1/openapi.json")
	s := &spec{t: t, compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(w.Body.Bytes(), s); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %v", w.Code, err)
	}
	doc, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	// Programs must bear fields that they do not know; we must know what we write.
	for _, x := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		x.(map[string]any)["additionalProperties"] = false
	}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	s.compiler.AssertFormat()
	if err := s.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return s
}

// holds checks an answer against what is described for its path and status.
func (s *spec) holds(method, path, status, kind, body string) {
	s.t.Helper()
	r, ok := s.Paths[path][strings.ToLower(method)].Responses[status]
	if !ok {
		if r, ok = s.Paths[path][strings.ToLower(method)].Responses["default"]; !ok {
			s.t.Errorf("%s %s: %s is not described", method, path, status)
			return
		}
	}
	if _, ok := r.Content[kind]; !ok {
		s.t.Errorf("%s %s: %s as %q is not described", method, path, status, kind)
		return
	}
	esc := func(p string) string {
		return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	schema, err := s.compiler.Compile("openapi.json#/paths/" + esc(path) + "/" + strings.ToLower(method) + "/responses/" + status + "/content/" + esc(kind) + "/schema")
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
		return
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		s.t.Errorf("%s %s %s: %v\n%s", method, path, status, err, body)
	}
}

// Every answer is what the description says, and says what the archive holds.
func TestAPI(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a), func(o *web.Options) { o.Hurry = func(domain string) bool { return domain == harbour } })
	s := described(t, h)
	seen := map[string]bool{}
	for _, c := range []struct {
		method, path, target string
		status               string
		want                 []string
	}{
		{"GET", "/sites", "/sites", "200", []string{`"total":3`, `"pages":1`, `"site":"` + harbour + `"`, `"fault":null`, `"kind":"collapse"`, `"profile":"ir-gov"`,
			`"absent":["legal_reference","date.today"],"absent_required":["legal_reference"]`}},
		{"GET", "/sites", "/sites?q=%D8%A8%D9%86%D8%AF%D8%B1", "200", []string{`"total":1`, harbour}},
		{"GET", "/sites", "/sites?state=failing&label=&per_page=1&page=1&sort=-name", "200", []string{`"total":1`, `"lost.example.gov"`, `"topics":[]`}},
		{"GET", "/sites", "/sites?page=900&per_page=2", "200", []string{`"sites":[]`, `"pages":2`, `"total":3`}},
		{"GET", "/sites", "/sites?sort=size", "422", []string{`"detail"`}},
		{"GET", "/sites", "/sites?per_page=0", "422", nil},
		{"GET", "/sites", "/sites?statte=ok", "422", nil},
		{"GET", "/sites/{site}", "/sites/" + harbour, "200", []string{`"version":2`}},
		{"GET", "/sites/{site}", "/sites/" + url.PathEscape(bridges), "200", []string{`"site":"` + bridges + `"`, `"pending":{`}},
		{"GET", "/sites/{site}", "/sites/nowhere", "404", nil},
		{"GET", "/sites/{site}/versions", "/sites/" + harbour + "/versions", "200", []string{`"change":null`, `"version":2`}},
		{"GET", "/sites/{site}/versions", "/sites/lost.example.gov/versions", "200", []string{`"versions":[]`}},
		{"GET", "/sites/{site}/versions/{version}", "/sites/" + harbour + "/versions/2", "200", []string{`"blocks":[`, `"text":"به نام خدا"`, `"extractor":"html/1"`}},
		{"GET", "/sites/{site}/versions/{version}", "/sites/" + harbour + "/versions/9", "404", nil},
		{"GET", "/sites/{site}/versions/{version}", "/sites/" + harbour + "/versions/x", "422", nil},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement", "200", []string{`"version":2`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=2026-01-31", "200", []string{`"version":1`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=2026-03-20T00:00:00%2B03:30", "200", []string{`"version":2`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=1999-01-31", "404", nil},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=yesterday", "422", []string{"1404-11-11"}},
		// The day before the second version, and its day, as offices in Iran and Arabia write them.
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=1404-12-26", "200", []string{`"version":1`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=1404/12/27", "200", []string{`"version":2`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=1447-09-28", "200", []string{`"version":1`}},
		{"GET", "/sites/{site}/statement", "/sites/" + harbour + "/statement?at=1404-13-01", "422", nil},
		{"GET", "/sites/{site}/visits", "/sites/" + harbour + "/visits?limit=3", "200", []string{`"count":7`, `"action":"fetch"`, `"outcome":"200, 12 KB"`, `"kind":"dns"`}},
		{"GET", "/sites/{site}/visits", "/sites/nowhere/visits", "404", nil},
		{"GET", "/sites/{site}/visits", "/sites/" + harbour + "/visits?limit=0", "422", nil},
		{"GET", "/sites/{site}/versions/{version}/change", "/sites/" + harbour + "/versions/2/change", "200",
			[]string{`"class":"section_dropped"`, `"dropped":["retention"]`, `"edits":[{"op":"replace"`, `"flips":[{`, `"moved":[]`}},
		{"GET", "/sites/{site}/versions/{version}/change", "/sites/" + harbour + "/versions/1/change", "404", nil},
		{"GET", "/sites/{site}/versions/{version}/findings", "/sites/" + harbour + "/versions/1/findings", "200", []string{`"evidence":null`, `"status":"absent"`}},
		{"GET", "/sites/{site}/findings", "/sites/" + harbour + "/findings", "200", []string{`"profile":"ir-gov"`, `"quote":"اداره`}},
		{"GET", "/sites/{site}/findings", "/sites/lost.example.gov/findings", "404", nil},
		{"GET", "/changes", "/changes?severity=critical&since=2026-01-01", "200", []string{harbour}},
		{"GET", "/changes", "/changes?since=2026-03-20", "200", []string{`"versions":[]`, `"next":""`}},
		{"GET", "/changes", "/changes?since=1404-12-29", "200", []string{`"versions":[]`}},
		{"GET", "/changes", "/changes?before=nonsense", "404", nil},
		{"GET", "/alerts", "/alerts?state=given_up", "200", []string{`"id":"alert-001"`, `"next":""`}},
		{"GET", "/alerts", "/alerts?limit=2", "200", []string{`"next":"alert-001"`}},
		{"GET", "/alerts", "/alerts?before=alert-118", "200", []string{`"id":"alert-119"`}},
		{"GET", "/shared", "/shared", "200", []string{`"groups":[]`, `"read":2,"total":2`}},
		{"GET", "/pending", "/pending", "200", []string{`"total":1`, bridges}},
		{"POST", "/sites/{site}/release", "/sites/" + url.PathEscape(bridges) + "/release", "204", nil},
		{"POST", "/sites/{site}/release", "/sites/" + harbour + "/release", "409", nil},
		{"POST", "/sites/{site}/reject", "/sites/" + harbour + "/reject", "204", nil},
		{"POST", "/alerts/{id}/resend", "/alerts/alert-001/resend", "204", nil},
		{"POST", "/sites/{site}/scan", "/sites/" + harbour + "/scan", "202", []string{`{"site":"` + harbour + `"}`}},
		{"POST", "/sites/{site}/scan", "/sites/" + url.PathEscape(bridges) + "/scan", "404", nil},
	} {
		w := ask(h, c.method, "/api/v1"+c.target)
		seen[c.method+" /api/v1"+c.path] = true
		if got := w.Result().Status[:3]; got != c.status {
			t.Errorf("%s %s: %s, want %s: %s", c.method, c.target, got, c.status, w.Body)
			continue
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s: header %v", c.target, w.Header())
		}
		for _, want := range c.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s lacks %s: %s", c.target, want, w.Body)
			}
		}
		if c.status != "204" {
			s.holds(c.method, "/api/v1"+c.path, c.status, w.Header().Get("Content-Type"), w.Body.String())
		}
	}
	for path, ops := range s.Paths {
		for method := range ops {
			if !seen[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s is described and was not asked", method, path)
			}
		}
	}
	if want := []string{"release " + bridges, "release " + harbour, "reject " + harbour, "resend alert-001"}; !slices.Equal(a.did, want) {
		t.Errorf("done: %q", a.did)
	}
}

// What changes something is not there for everybody, and never for a page
// elsewhere.
func TestAPIActsForWhomItMay(t *testing.T) {
	a := office()
	if w := ask(dashboard(t, a), "POST", "/api/v1/sites/"+harbour+"/release"); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
		t.Errorf("released where one may only read: %d", w.Code)
	}
	if s := described(t, dashboard(t, a)); len(s.Paths["/api/v1/sites/{site}/release"]) > 0 {
		t.Error("what is not there is described")
	}
	// A command that visits nobody cannot hurry a visit.
	h := dashboard(t, a, acting(a))
	if w := ask(h, "POST", "/api/v1/sites/"+harbour+"/scan"); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
		t.Errorf("scan: %d", w.Code)
	}
	w := ask(h, "POST", "/api/v1/sites/"+url.PathEscape(bridges)+"/reject", "Sec-Fetch-Site: cross-site", "Origin: https://evil.example")
	if w.Code != http.StatusForbidden || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("a page elsewhere: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	if w := ask(h, "GET", "/api/v1/nothing"); w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("an unknown path: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	locked := dashboard(t, a, acting(a), func(o *web.Options) { o.User, o.Password = "office", "long" })
	if w := ask(locked, "GET", "/api/v1/sites"); w.Code != http.StatusUnauthorized {
		t.Errorf("without a password: %d", w.Code)
	}
	if w := ask(locked, "POST", "/api/v1/sites/"+harbour+"/reject", "Authorization: Basic b2ZmaWNlOmxvbmc="); w.Code != http.StatusNoContent {
		t.Errorf("a program with a password: %d", w.Code)
	}
	if len(a.did) != 1 {
		t.Errorf("done: %q", a.did)
	}
	// Trouble inside is not told to strangers.
	a.err = http.ErrHandlerTimeout
	if w := ask(dashboard(t, a), "GET", "/api/v1/sites"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), http.ErrHandlerTimeout.Error()) {
		t.Errorf("in trouble: %d %s", w.Code, w.Body)
	}
}
